//! Batches as signed webhooks: one event a line, under an id that is equal for each repetition of one batch.

use reqwest::header::CONTENT_TYPE;
use secrecy::SecretString;
use shared::words::UnixMillis;

use super::Event;
use super::settings::WebhookSettings;
use crate::delivery::http;
use crate::servicenow::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

pub(super) struct Webhook {
    client: reqwest::Client,
    url: String,
    secret: SecretString,
}

impl Webhook {
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, String> {
        Ok(Self {
            client: http::client().map_err(|error| error.to_string())?,
            url: settings.url.clone(),
            secret: settings.secret.clone(),
        })
    }

    pub(super) async fn send(&self, id: &str, events: &[Event], now: UnixMillis) -> Result<(), String> {
        let mut body = String::new();
        for event in events {
            body.push_str(&event.line);
            body.push('\n');
        }
        let signed = sign(&self.secret, id, now, &body).map_err(|error| error.to_string())?;
        let request = http::post(&self.client, &self.url)?
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, signed.timestamp)
            .header(SIGNATURE_HEADER, signed.signature)
            .body(body);
        let answer = http::send(request, now).await?;
        if answer.status.is_success() {
            Ok(())
        } else {
            Err(format!("it answered with the status {}", answer.status.as_u16()))
        }
    }
}
