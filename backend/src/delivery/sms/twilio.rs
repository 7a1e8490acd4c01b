//! Twilio's Messages resource (<https://www.twilio.com/docs/messaging/api/message-resource>), version 2010-04-01.
//!
//! Creating a message has no idempotency key, so a crash or a lost answer at the wrong moment leads to a second text
//! message with the same link: at least once, never lost.

pub mod codes;
pub mod signature;

use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::words::UnixMillis;

use super::{BROKEN, Gateway, MISCONFIGURED, Text, UNREACHABLE};
use crate::config::{self, TwilioSender};
use crate::delivery::http::Answer;
use crate::delivery::{Outcome, http};
use codes::Kind;

/// Where status callbacks arrive; the message's key follows as `?key=`.
pub const CALLBACK_PATH: &str = "/callbacks/twilio";
/// Twilio takes 1 to 36 000 seconds, and recommends more than five.
const VALIDITY_SECONDS: std::ops::RangeInclusive<i64> = 10..=36_000;

/// The client of one Twilio account.
pub(super) struct Twilio {
    client: reqwest::Client,
    url: String,
    /// Account SID and auth token, or an API key's SID and secret.
    user: String,
    password: SecretString,
    sender: TwilioSender,
    callback: String,
}

/// What we read of a created message.
#[derive(Deserialize)]
struct Created {
    status: String,
    error_code: Option<u32>,
}

/// What we read of an error document.
#[derive(Deserialize)]
struct Failed {
    code: u32,
}

impl Twilio {
    pub(super) fn new(settings: &config::Twilio, client: reqwest::Client, public_url: &str) -> Self {
        let (user, password) = match &settings.api_key {
            Some((sid, secret)) => (sid.clone(), secret.clone()),
            None => (settings.account_sid.clone(), settings.auth_token.clone()),
        };
        Self {
            client,
            url: format!(
                "{}/2010-04-01/Accounts/{}/Messages.json",
                settings.base_url, settings.account_sid
            ),
            user,
            password,
            sender: settings.sender.clone(),
            callback: format!("{public_url}{CALLBACK_PATH}"),
        }
    }

    async fn post(&self, text: &Text, now: UnixMillis) -> Outcome {
        let validity = (text.ends_at.millis_since(now) / 1_000)
            .clamp(*VALIDITY_SECONDS.start(), *VALIDITY_SECONDS.end())
            .to_string();
        // Keys are letters, digits and hyphens: nothing to escape.
        let callback = format!("{}?key={}", self.callback, text.key);
        let (sender, value) = match &self.sender {
            TwilioSender::MessagingService(sid) => ("MessagingServiceSid", sid),
            TwilioSender::From(number) => ("From", number),
        };
        let form = [
            ("To", text.to.as_str()),
            (sender, value),
            ("Body", &text.body),
            ("StatusCallback", &callback),
            // A link that could only arrive after its end is not sent at all.
            ("ValidityPeriod", &validity),
        ];
        let request = match http::post(&self.client, &self.url) {
            Ok(request) => request,
            Err(error) => {
                tracing::error!(error, "Twilio cannot be called: check sms.base_url");
                return Outcome::refused(MISCONFIGURED);
            }
        };
        let request = request
            .basic_auth(&self.user, Some(self.password.expose_secret()))
            .form(&form);
        match http::send(request, now).await {
            Ok(answer) => judge(&answer),
            Err(error) => {
                tracing::warn!(error, "Twilio did not answer");
                Outcome::down(UNREACHABLE)
            }
        }
    }
}

impl Gateway for Twilio {
    fn send<'a>(&'a self, text: &'a Text, now: UnixMillis) -> BoxFuture<'a, Outcome> {
        Box::pin(self.post(text, now))
    }
}

/// What an answer means. Twilio's own text may hold the number, so only its code is logged.
fn judge(answer: &Answer) -> Outcome {
    if answer.status.is_success() {
        let Ok(created) = serde_json::from_slice::<Created>(&answer.body) else {
            return Outcome::down("The text message service answered with something else than JSON.");
        };
        return match (created.status.as_str(), created.error_code) {
            ("failed" | "undelivered" | "canceled", code) => by_code(answer, code.unwrap_or_default()),
            _ => Outcome::Accepted,
        };
    }
    let code = serde_json::from_slice(&answer.body).map_or(0, |failed: Failed| failed.code);
    by_code(answer, code)
}

fn by_code(answer: &Answer, code: u32) -> Outcome {
    let status = answer.status.as_u16();
    let Some(meaning) = codes::meaning(code) else {
        return by_status(answer, code);
    };
    if meaning.kind == Kind::Settings {
        tracing::error!(
            twilio.code = code,
            http.status = status,
            "Twilio refuses: check the account, its numbers and [sms]"
        );
    } else {
        tracing::warn!(
            twilio.code = code,
            http.status = status,
            "Twilio did not take a text message"
        );
    }
    match meaning.kind {
        Kind::Busy => Outcome::down_for(answer.retry_after, meaning.sentence),
        Kind::Recipient | Kind::Settings => Outcome::refused(meaning.sentence),
    }
}

fn by_status(answer: &Answer, code: u32) -> Outcome {
    let status = answer.status;
    tracing::warn!(
        twilio.code = code,
        http.status = status.as_u16(),
        "Twilio answered with an error that has no words here"
    );
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Outcome::down_for(
                answer.retry_after,
                "The text message service asks to try again later.",
            )
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            Outcome::refused(MISCONFIGURED)
        }
        status if status.is_client_error() || status.is_success() => {
            Outcome::refused("The text message service refused this message.")
        }
        _ => Outcome::down_for(answer.retry_after, BROKEN),
    }
}

#[cfg(test)]
mod tests;
