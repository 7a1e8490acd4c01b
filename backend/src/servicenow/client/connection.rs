//! The test of the way back, step by step, with what each means and what to do about it.

mod words;

use std::future::Future;
use std::time::Duration;

use secrecy::SecretString;
use shared::connection::{ConnectionReport, Finding, PONG, Pong, Step, StepReport};
use shared::words::UnixMillis;

use super::{Client, code_of, token};
use crate::config::Instance;
use crate::delivery::http::Answer;

/// The clocks may differ by so many seconds before it is worth a word. The app's page says the same.
const SKEW_SECONDS: i64 = 30;

/// What came of a call.
enum Reply {
    Answer(Answer),
    /// There was none; the text says why.
    None(String),
    Late,
}

impl Client {
    /// Gets a new OAuth token and posts a ping (id and body, signed with each of the secrets), each within `deadline`, and says what happened. Keeps nothing.
    pub async fn test(
        &self,
        instance: &Instance,
        secrets: &[SecretString],
        ping: (&str, &str),
        deadline: Duration,
    ) -> ConnectionReport {
        let asked = within(deadline, token::ask(&self.http, self.clock.now(), instance)).await;
        let (finding, given) = judge_token(&asked);
        let mut steps = vec![words::report(
            instance,
            Step::Oauth,
            finding,
            &asked,
            self.clock.now(),
        )];
        if let Some(token) = given {
            let asked = within(deadline, self.post(instance, secrets, ping, &token)).await;
            let now = self.clock.now();
            let (finding, pong) = judge_ping(&asked);
            steps.push(words::report(instance, Step::Ping, finding, &asked, now));
            steps.extend(pong.map(|pong| clock(&pong, now)));
        }
        ConnectionReport { steps }
    }
}

async fn within(deadline: Duration, call: impl Future<Output = Result<Answer, String>>) -> Reply {
    match tokio::time::timeout(deadline, call).await {
        Ok(Ok(answer)) => Reply::Answer(answer),
        Ok(Err(why)) => Reply::None(why),
        Err(_) => Reply::Late,
    }
}

/// What is the same for every call: no answer, or one that does not come from the instance's own services.
fn judge_any(reply: &Reply) -> Result<&Answer, Finding> {
    let answer = match reply {
        Reply::Answer(answer) => answer,
        // rustls names the certificate in each of its errors about one.
        Reply::None(why) if why.contains("certificate") => return Err(Finding::Certificate),
        Reply::None(_) => return Err(Finding::Unreachable),
        Reply::Late => return Err(Finding::TimedOut),
    };
    match answer.status.as_u16() {
        300..=399 => Err(Finding::Redirected),
        // Proxy Authentication Required: no instance says this.
        407 => Err(Finding::Proxy),
        429 => Err(Finding::Busy),
        200..=299 if !answer.is_json && is_asleep(answer) => Err(Finding::Hibernating),
        _ if !answer.is_json => Err(Finding::Proxy),
        _ => Ok(answer),
    }
}

/// A developer instance that sleeps answers every call with 200 and a page that says so.
fn is_asleep(answer: &Answer) -> bool {
    String::from_utf8_lossy(&answer.body)
        .to_ascii_lowercase()
        .contains("hibernat")
}

fn judge_token(reply: &Reply) -> (Finding, Option<SecretString>) {
    /// RFC 6749, section 5.2.
    #[derive(serde::Deserialize)]
    struct Refusal {
        error: String,
    }
    let answer = match judge_any(reply) {
        Ok(answer) => answer,
        Err(finding) => return (finding, None),
    };
    match answer.status.as_u16() {
        200..=299 => match token::read(answer) {
            Ok((token, _)) => (Finding::Fine, Some(token)),
            Err(_) => (Finding::Unreadable, None),
        },
        400 | 401 | 403 => {
            let refusal = serde_json::from_slice(&answer.body);
            let grant = refusal.is_ok_and(|refusal: Refusal| {
                matches!(
                    refusal.error.as_str(),
                    "unsupported_grant_type" | "unauthorized_client"
                )
            });
            let finding = if grant {
                Finding::GrantRefused
            } else {
                Finding::ClientRefused
            };
            (finding, None)
        }
        _ => (Finding::Failed, None),
    }
}

fn judge_ping(reply: &Reply) -> (Finding, Option<Pong>) {
    /// What scripted REST wraps around an answer.
    #[derive(serde::Deserialize)]
    struct Result {
        result: Pong,
    }
    let answer = match judge_any(reply) {
        Ok(answer) => answer,
        Err(finding) => return (finding, None),
    };
    let code = code_of(answer);
    let finding = match (answer.status.as_u16(), code.as_deref()) {
        (200..=299, _) => {
            let answer = serde_json::from_slice(&answer.body);
            return match answer.ok().filter(|Result { result }| result.status == PONG) {
                Some(Result { result }) => (Finding::Fine, Some(result)),
                None => (Finding::Outdated, None),
            };
        }
        // The signature was checked before, so only the question is unknown.
        (400 | 422, Some("invalid_event")) => Finding::Outdated,
        (401, Some("signature_invalid")) => Finding::SignatureRefused,
        (401, Some("timestamp_out_of_range")) => Finding::ClockOff,
        // We send all three headers, well formed: something on the way takes them or changes them.
        (401, Some("signature_missing" | "timestamp_invalid")) => Finding::Proxy,
        (401, _) => Finding::TokenRefused,
        (403, _) => Finding::RoleMissing,
        // The platform answers 400 to a path that no application has.
        (400 | 404 | 405, _) => Finding::NotInstalled,
        (503, Some("not_ready")) => Finding::SwitchedOff,
        _ => Finding::Failed,
    };
    (finding, None)
}

fn clock(pong: &Pong, now: UnixMillis) -> StepReport {
    let ahead = pong.time.saturating_sub(now.unix_seconds());
    words::clock(ahead, ahead.saturating_abs() <= SKEW_SECONDS)
}

#[cfg(test)]
mod tests;
