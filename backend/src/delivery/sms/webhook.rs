//! A gateway that takes signed webhooks.
//!
//! `POST {sms.url}` with the Standard Webhooks headers and the JSON body `{"to": E.164, "text": …, "key": …}`. `key`
//! is equal for each repetition of one message, and so is `webhook-id`: a gateway that sends each key once makes
//! delivery exactly once.

use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use secrecy::SecretString;
use serde::Serialize;
use shared::words::UnixMillis;

use super::{BROKEN, Gateway, MISCONFIGURED, Text, UNREACHABLE};
use crate::config::SmsWebhook;
use crate::delivery::{Outcome, http};
use crate::servicenow::signature;

/// The gateway.
pub(super) struct Webhook {
    client: reqwest::Client,
    url: String,
    secret: SecretString,
}

#[derive(Serialize)]
struct Body<'a> {
    to: &'a str,
    text: &'a str,
    key: &'a str,
}

impl Webhook {
    pub(super) fn new(settings: &SmsWebhook, client: reqwest::Client) -> Self {
        Self {
            client,
            url: settings.url.as_str().to_owned(),
            secret: settings.secret.clone(),
        }
    }

    async fn post(&self, text: &Text, now: UnixMillis) -> Outcome {
        let body = serde_json::to_string(&Body {
            to: &text.to,
            text: &text.body,
            key: &text.key,
        });
        let signed = body.ok().and_then(|body| {
            let signed = signature::sign(&self.secret, &text.key, now, &body).ok()?;
            Some((body, signed))
        });
        let Some((body, signed)) = signed else {
            tracing::error!("a text message could not be signed: check IMPER_SMS_SECRET");
            return Outcome::refused(MISCONFIGURED);
        };
        let request = match http::post(&self.client, &self.url) {
            Ok(request) => request,
            Err(error) => {
                tracing::error!(error, "the text message gateway cannot be called: check sms.url");
                return Outcome::refused(MISCONFIGURED);
            }
        };
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header(signature::ID_HEADER, &text.key)
            .header(signature::TIMESTAMP_HEADER, signed.timestamp)
            .header(signature::SIGNATURE_HEADER, signed.signature)
            .body(body);
        match http::send(request, now).await {
            Ok(answer) => judge(answer.status, answer.retry_after),
            Err(error) => {
                tracing::warn!(error, "the text message gateway did not answer");
                Outcome::down(UNREACHABLE)
            }
        }
    }
}

impl Gateway for Webhook {
    fn send<'a>(&'a self, text: &'a Text, now: UnixMillis) -> BoxFuture<'a, Outcome> {
        Box::pin(self.post(text, now))
    }
}

fn judge(status: StatusCode, after: Option<std::time::Duration>) -> Outcome {
    match status.as_u16() {
        200..=299 => Outcome::Accepted,
        // Too many requests, or too early, or the gateway gave up waiting for us: none is about this message.
        408 | 425 | 429 => Outcome::down_for(after, "The text message service asks to try again later."),
        401 | 403 => {
            tracing::error!(
                http.status = status.as_u16(),
                "the gateway refuses our signature: check IMPER_SMS_SECRET and the clock"
            );
            Outcome::refused(MISCONFIGURED)
        }
        400..=499 => {
            tracing::warn!(
                http.status = status.as_u16(),
                "the gateway refused a text message for good"
            );
            Outcome::refused("The text message service refused this number.")
        }
        code => {
            tracing::warn!(http.status = code, "the gateway failed");
            Outcome::down_for(after, BROKEN)
        }
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
