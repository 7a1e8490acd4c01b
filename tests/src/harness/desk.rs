//! The help desk without a browser: agent tokens, as the app signs them, and the calls of the widget.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};
use backend::delivery::http;
use backend::ports::{Clock as _, SystemClock};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use shared::agent_api::{TicketVerifications, VerificationView};
use shared::agent_token::TOKEN_TYPE;
use shared::words::Channel;

use super::backend::Backend;
use super::settings::{AGENT_KEY, PUBLIC_URL};

/// Agents who each have one ticket, for a requester of its own: no limit stands in the way.
#[derive(Debug)]
pub struct Desk {
    http: reqwest::Client,
    issuer: String,
    tokens: AtomicU32,
}

impl Desk {
    /// The desk of the instance at this URL.
    pub fn new(instance_url: &str) -> Result<Self> {
        Ok(Self {
            http: http::client()?,
            issuer: instance_url.to_owned(),
            tokens: AtomicU32::new(0),
        })
    }

    fn token(&self, ticket: u32) -> Result<String> {
        let now = SystemClock.now().unix_seconds();
        let number = self.tokens.fetch_add(1, Ordering::Relaxed);
        let sys_id = format!("{ticket:032x}");
        let claims = json!({
            "iss": self.issuer,
            "aud": PUBLIC_URL,
            "sub": sys_id,
            "iat": now,
            "nbf": now,
            "exp": now + 240,
            // Unique over restarts of the service, and over all tests.
            "jti": format!("{:010}-{number}-{ticket}", std::process::id()),
            "agent": { "sys_id": sys_id, "user_name": "beth.anglin", "name": "Beth Anglin" },
            "ticket": { "table": "incident", "sys_id": sys_id, "number": format!("INC{ticket:07}") },
            "requester": {
                "sys_id": sys_id,
                "user_name": "mia.chen",
                "name": "Mia Chen",
                "email": "mia.chen@acme.example",
                "contacts": [{ "channel": "email", "address": "mia.chen@acme.example", "source": "email" }],
                "time_zone": "Europe/London",
                "language": "en",
            },
            "action": "password_reset",
        });
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some("k1".to_owned());
        Ok(jsonwebtoken::encode(
            &header,
            &claims,
            &EncodingKey::from_secret(&AGENT_KEY),
        )?)
    }

    /// Presses Send. An answer means that it is committed.
    pub async fn send(
        &self,
        service: &Backend,
        ticket: u32,
        channel: Channel,
        destination: &str,
    ) -> Result<VerificationView> {
        let answer = self
            .http
            .post(format!("{}/api/v1/verifications", service.url))
            .bearer_auth(self.token(ticket)?)
            .json(&json!({ "channel": channel, "destination": destination }))
            .send()
            .await?;
        let status = answer.status();
        let body = answer.text().await?;
        if status != 201 {
            bail!("{status}: {body}");
        }
        Ok(serde_json::from_str(&body)?)
    }

    /// The verifications of a ticket, the newest first.
    pub async fn list(&self, service: &Backend, ticket: u32) -> Result<Vec<VerificationView>> {
        let answer = self
            .http
            .get(format!("{}/api/v1/verifications", service.url))
            .bearer_auth(self.token(ticket)?)
            .send()
            .await?;
        let listed: TicketVerifications = serde_json::from_str(&answer.text().await?)?;
        Ok(listed.verifications)
    }

    /// What the widget shows for a ticket.
    pub async fn look(&self, service: &Backend, ticket: u32) -> Result<VerificationView> {
        let newest = self.list(service, ticket).await?.into_iter().next();
        newest.context("this ticket has no verification")
    }
}
