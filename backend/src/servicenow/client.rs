//! Posts result events to the app inside an instance. See [`shared::events`] for what they hold.

mod bypasses;
mod connection;
mod token;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::TicketEnd;

use crate::config::Instance;
use crate::delivery::http::{self, Answer};
use crate::delivery::{About, Outcome};
use crate::ports::Clock;
use crate::servicenow::signature;
pub use bypasses::NoPage;
use token::Tokens;

/// Where the app takes results.
const RESULT_PATH: &str = "/api/x_imper_verify/v1/verify/result";
/// What an instance answers while the app is not (yet) installed or allowed will not change within seconds.
const SLOWLY: Duration = Duration::from_mins(5);

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the client for ServiceNow cannot be made: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// Calls all instances. One at a time asks for an OAuth token of an instance; the others wait for it.
pub struct Client {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    tokens: Tokens,
}

impl Client {
    /// Makes a client that has no tokens yet.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        Ok(Self {
            http: http::client()?,
            clock,
            tokens: Tokens::default(),
        })
    }

    /// Makes one attempt to deliver the event `id`, signed with each of the secrets. A token that the instance no longer
    /// accepts is replaced at once. Returns also what the instance says of the ticket, where it does.
    pub async fn deliver(
        &self,
        instance: &Instance,
        secrets: &[SecretString],
        (id, body): (&str, &str),
    ) -> (Outcome, Option<TicketEnd>) {
        let mut replaced = false;
        loop {
            let token = match self.tokens.get(&self.http, self.clock.as_ref(), instance).await {
                Ok(token) => token,
                Err(outcome) => return (outcome, None),
            };
            let answer = match self.post(instance, secrets, (id, body), &token).await {
                Ok(answer) => answer,
                Err(why) => {
                    return (
                        Outcome::down(format!("The instance did not answer: {why}.")),
                        None,
                    );
                }
            };
            if answer.status.as_u16() == 401 && !replaced {
                self.tokens.forget(&instance.id, &token).await;
                replaced = true;
                continue;
            }
            return (judge(instance, &answer), ticket_of(&answer));
        }
    }

    async fn post(
        &self,
        instance: &Instance,
        secrets: &[SecretString],
        (id, body): (&str, &str),
        token: &SecretString,
    ) -> Result<Answer, String> {
        let now = self.clock.now();
        // Signed at each attempt: the receiver refuses timestamps older than five minutes.
        let signed = signature::sign_with_all(secrets, id, now, body).map_err(|error| error.to_string())?;
        let request = http::post(&self.http, &format!("{}{RESULT_PATH}", instance.url))?
            .bearer_auth(token.expose_secret())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(signature::ID_HEADER, id)
            .header(signature::TIMESTAMP_HEADER, signed.timestamp)
            .header(signature::SIGNATURE_HEADER, signed.signature)
            .body(body.to_owned());
        http::send(request, now).await
    }
}

/// What an answer to an event means.
fn judge(instance: &Instance, answer: &Answer) -> Outcome {
    let code = answer.status.as_u16();
    let said = said(answer);
    match code {
        200..=299 if answer.is_json => Outcome::Accepted,
        200..=299 => asleep(),
        // Another address is not ours to trust with a signed result.
        300..=399 => Outcome::down(format!(
            "The instance answered with a redirect ({said}); check its URL."
        )),
        // The app cannot read this event, whichever way it is repeated.
        400 | 410 | 422 => Outcome::refused(format!("The app refused the event ({said}).")),
        401 => {
            tracing::error!(instance = %instance.id, answer = said, "the instance refuses our token or our signature: check the OAuth client, the webhook secret and both clocks");
            Outcome::down(format!(
                "The instance refused the token or the signature ({said})."
            ))
        }
        403 | 404 => slowly(
            answer,
            format!(
                "The app does not answer ({said}): it may not be installed, or the integration user may lack its role."
            ),
        ),
        429 => Outcome::down_for(answer.retry_after, format!("The instance asks to wait ({said}).")),
        // About this event, not about the instance: the next one may pass.
        400..=499 => Outcome::Retry {
            after: Some(answer.retry_after.unwrap_or(SLOWLY).max(SLOWLY)),
            why: format!("The instance refused the event for now ({said})."),
            about: About::Message,
        },
        _ => Outcome::down_for(answer.retry_after, format!("The instance failed ({said}).")),
    }
}

/// A developer instance that sleeps answers every call with 200 and a page.
fn asleep() -> Outcome {
    Outcome::down("The instance answered with a page instead of JSON: it is probably hibernating.")
}

fn slowly(answer: &Answer, why: String) -> Outcome {
    Outcome::down_for(Some(answer.retry_after.unwrap_or(SLOWLY).max(SLOWLY)), why)
}

/// The status, and the app's own stable code if the body has one: `401 signature_invalid`.
fn said(answer: &Answer) -> String {
    code_of(answer).map_or_else(
        || answer.status.as_u16().to_string(),
        |code| format!("{} {code}", answer.status.as_u16()),
    )
}

/// What the app says of the ticket, if it does.
fn ticket_of(answer: &Answer) -> Option<TicketEnd> {
    #[derive(serde::Deserialize)]
    struct Body {
        result: Reply,
    }
    #[derive(serde::Deserialize)]
    struct Reply {
        ticket: String,
    }
    let body: Body = serde_json::from_slice(&answer.body).ok()?;
    TicketEnd::parse(&body.result.ticket)
}

/// The app's own stable code, if the body has one.
fn code_of(answer: &Answer) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Body {
        error: Error,
    }
    #[derive(serde::Deserialize)]
    struct Error {
        detail: String,
    }
    let is_code = |text: &String| {
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    serde_json::from_slice(&answer.body)
        .ok()
        .map(|body: Body| body.error.detail)
        .filter(is_code)
}

#[cfg(test)]
mod tests;
