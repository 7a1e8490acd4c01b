//! OAuth tokens for the instances, by client credentials. Kept until shortly before they end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::words::UnixMillis;
use tokio::sync::Mutex;

use super::{asleep, said};
use crate::config::Instance;
use crate::delivery::Outcome;
use crate::delivery::http::{self, Answer};
use crate::keys;
use crate::ports::Clock;
use crate::verification::InstanceId;

const TOKEN_PATH: &str = "/oauth_token.do";
/// A token is renewed so long before it ends, so that it does not end on the way.
const MARGIN_SECONDS: i64 = 60;
/// What ServiceNow gives when nobody changed it.
const USUAL_LIFE_SECONDS: i64 = 1800;

#[derive(Clone)]
struct Token {
    secret: SecretString,
    renew_at: UnixMillis,
}

/// Each instance has a slot of its own, whose lock is held while a token is fetched: one fetch at a time, and a slow
/// instance stops nobody else.
#[derive(Default)]
pub(super) struct Tokens {
    slots: SyncMutex<HashMap<InstanceId, Arc<Mutex<Option<Token>>>>>,
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    token_type: String,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl Tokens {
    fn slot(&self, instance: &InstanceId) -> Arc<Mutex<Option<Token>>> {
        // The map is never left half-changed, so a poisoned lock is as good as any.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(instance.clone()).or_default())
    }

    /// The token in force, or a new one.
    pub(super) async fn get(
        &self,
        client: &reqwest::Client,
        clock: &dyn Clock,
        instance: &Instance,
    ) -> Result<SecretString, Outcome> {
        let slot = self.slot(&instance.id);
        let mut held = slot.lock().await;
        if let Some(token) = held.as_ref().filter(|token| clock.now() < token.renew_at) {
            return Ok(token.secret.clone());
        }
        *held = None;
        let token = fetch(client, clock.now(), instance).await?;
        *held = Some(token.clone());
        Ok(token.secret)
    }

    /// The instance refused this token. One that another task fetched meanwhile is kept.
    pub(super) async fn forget(&self, instance: &InstanceId, refused: &SecretString) {
        let slot = self.slot(instance);
        let mut held = slot.lock().await;
        if held
            .as_ref()
            .is_some_and(|token| keys::equal(token.secret.expose_secret(), refused.expose_secret()))
        {
            *held = None;
        }
    }
}

/// Asks for a token, with the client credentials of the instance. The error says why there was no answer.
pub(super) async fn ask(
    client: &reqwest::Client,
    now: UnixMillis,
    instance: &Instance,
) -> Result<Answer, String> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &instance.callback.client_id),
        ("client_secret", instance.callback.client_secret.expose_secret()),
    ];
    let request = http::post(client, &format!("{}{TOKEN_PATH}", instance.url))?;
    http::send(request.header(ACCEPT, "application/json").form(&form), now).await
}

/// The token in a good answer, and the seconds for which it lives; the error says what is wrong with it.
pub(super) fn read(answer: &Answer) -> Result<(SecretString, i64), &'static str> {
    let granted: Granted = serde_json::from_slice(&answer.body)
        .map_err(|_| "The instance's answer to a token request cannot be read.")?;
    if !granted.token_type.eq_ignore_ascii_case("bearer") || granted.access_token.expose_secret().is_empty() {
        return Err("The instance gave a token of another type than Bearer.");
    }
    let life = granted.expires_in.unwrap_or(USUAL_LIFE_SECONDS).clamp(0, 86_400);
    Ok((granted.access_token, life))
}

async fn fetch(client: &reqwest::Client, now: UnixMillis, instance: &Instance) -> Result<Token, Outcome> {
    let answer = ask(client, now, instance)
        .await
        .map_err(|why| Outcome::down(format!("The instance gave no token: {why}.")))?;
    let code = answer.status.as_u16();
    if (200..300).contains(&code) && !answer.is_json {
        return Err(asleep());
    }
    if matches!(code, 400 | 401 | 403) {
        tracing::error!(instance = %instance.id, http.status = code, "the instance refuses our OAuth client: check its client id and secret, and that the grant type client_credentials is enabled");
    }
    if !(200..300).contains(&code) {
        let why = format!("The instance gave no token ({}).", said(&answer));
        return Err(Outcome::down_for(answer.retry_after, why));
    }
    let (secret, life) = read(&answer).map_err(Outcome::down)?;
    // A life shorter than twice the margin would be renewed at every call: half of it is used then.
    let usable = (life - MARGIN_SECONDS).max(life / 2);
    Ok(Token {
        secret,
        renew_at: now.plus_seconds(usable),
    })
}
