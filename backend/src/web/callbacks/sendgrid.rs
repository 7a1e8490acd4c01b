//! `POST /callbacks/sendgrid`: SendGrid's signed event webhook
//! (<https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>).
//! ECDSA on P-256 over the timestamp followed by the body, exactly as it arrived.
//!
//! The message is found by `smtp-id`, which is our `Message-ID`. Events about messages that are not ours are passed over:
//! one SendGrid account often serves several senders.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::hyper::body::Bytes;
use warp::reply::Response;

use super::taken;
use crate::config::SendGrid;
use crate::service::delivery_reports::{self, Fate, MessageKey, Why};
use crate::service::{Service, ServiceError};
use crate::servicenow::signature::Unverified;
use crate::web::problem::{self, ApiError};
use shared::words::UnixMillis;

/// SendGrid posts when 768 kB have come together, or after some seconds.
const MAX_BATCH_BYTES: u64 = 1024 * 1024;
/// It repeats a batch that was not taken for 24 hours …
const OLDEST_SECONDS: i64 = 25 * 60 * 60;
/// … and clocks differ.
const NEWEST_SECONDS: i64 = 300;

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

pub(super) fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path!("callbacks" / "sendgrid")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(MAX_BATCH_BYTES))
        .and(warp::body::bytes())
        .then(move |headers: HeaderMap, body: Bytes| {
            let service = service.clone();
            async move {
                take(&service, &headers, &body)
                    .await
                    .unwrap_or_else(|error| problem::reply(&error))
            }
        })
        .boxed()
}

async fn take(service: &Service, headers: &HeaderMap, body: &[u8]) -> Result<Response, ApiError> {
    let settings = service.config.sendgrid.as_ref().ok_or(ServiceError::NotFound)?;
    verify(settings, headers, body, service.now())?;
    let events: Vec<Event> =
        serde_json::from_slice(body).map_err(|error| ApiError::Body(error.to_string()))?;
    for event in events {
        let (Some(key), Some(fate)) = (event.key(), event.fate()) else {
            continue;
        };
        match delivery_reports::take(service, key, fate).await {
            // One of another installation, or of a verification that is gone.
            Ok(()) | Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(taken())
}

fn verify(settings: &SendGrid, headers: &HeaderMap, body: &[u8], now: UnixMillis) -> Result<(), Unverified> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or(Unverified::Headers)
    };
    let (signature, timestamp) = (header(SIGNATURE)?, header(TIMESTAMP)?);
    let signature = STANDARD.decode(signature).map_err(|_| Unverified::Headers)?;
    let signed = [timestamp.as_bytes(), body].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &settings.verification_key)
        .verify(&signed, &signature)
        .map_err(|_| Unverified::Signature)?;
    let seconds: i64 = timestamp.parse().map_err(|_| Unverified::Headers)?;
    let age = now.unix_seconds().saturating_sub(seconds);
    if (-NEWEST_SECONDS..=OLDEST_SECONDS).contains(&age) {
        Ok(())
    } else {
        Err(Unverified::Time)
    }
}

/// What we read of an event; the rest, which holds the address, is not looked at.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "event")]
    name: String,
    #[serde(rename = "smtp-id", default)]
    smtp_id: String,
    /// Of a bounce: `bounce` or `blocked`.
    #[serde(rename = "type", default)]
    kind: String,
    /// Of a bounce: the enhanced status code (RFC 3463).
    #[serde(default)]
    status: String,
    /// Of a dropped message.
    #[serde(default)]
    reason: String,
}

impl Event {
    fn key(&self) -> Option<MessageKey> {
        let id = self.smtp_id.trim().trim_start_matches('<');
        MessageKey::parse(id.split_once('@')?.0)
    }

    /// `None` for events that change nothing: processed, open, click and the like.
    fn fate(&self) -> Option<Fate> {
        Some(match self.name.as_str() {
            "delivered" => Fate::Delivered,
            "deferred" => Fate::Deferred,
            "spamreport" => Fate::Complained,
            "bounce" => Fate::Undelivered(self.bounce().sentence()),
            "dropped" => Fate::Undelivered(self.dropped().sentence()),
            _ => return None,
        })
    }

    fn bounce(&self) -> Why {
        match self.status.get(..4) {
            Some("5.2.") if self.status.starts_with("5.2.2") => Why::MailboxFull,
            Some("5.7.") => Why::Blocked,
            Some("5.1.") => Why::UnknownRecipient,
            Some("4.4." | "5.4.") => Why::Unreachable,
            _ if self.kind == "blocked" => Why::Blocked,
            _ => Why::Other,
        }
    }

    /// SendGrid did not even try, because of what it knows about the address.
    fn dropped(&self) -> Why {
        let reason = self.reason.to_ascii_lowercase();
        if reason.contains("bounced") || reason.contains("invalid") {
            Why::UnknownRecipient
        } else if reason.contains("spam") || reason.contains("unsubscribed") {
            Why::Blocked
        } else {
            Why::Other
        }
    }
}

#[cfg(test)]
#[path = "sendgrid_tests.rs"]
mod tests;
