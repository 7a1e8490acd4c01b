//! OAuth tokens by client credentials (RFC 6749, 4.4), kept until shortly before they end.

use secrecy::SecretString;
use shared::words::UnixMillis;
use tokio::sync::Mutex;

use super::Answer;
use super::http::{Api, Body, Reply};
use crate::verification::grant::Reason;

/// A token is renewed so long before it ends, so that it does not end on the way.
const MARGIN_SECONDS: i64 = 60;

/// The token in force.
#[derive(Default)]
pub struct Tokens(Mutex<Option<(SecretString, UnixMillis)>>);

impl Tokens {
    /// The token in force, or a new one, asked for with `form` at `url`. One task asks at a time.
    pub async fn get(
        &self,
        api: &Api,
        url: &str,
        form: impl FnOnce() -> Result<Vec<(&'static str, String)>, String> + Send,
        now: UnixMillis,
    ) -> Result<SecretString, Answer> {
        let mut held = self.0.lock().await;
        if let Some((token, _)) = held.as_ref().filter(|(_, renew_at)| now < *renew_at) {
            return Ok(token.clone());
        }
        *held = None;
        let fields = form().map_err(|why| Answer::refused(Reason::SetUp, why))?;
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let reply = api
            .call(&reqwest::Method::POST, url, None, Body::Form(&pairs), now)
            .await
            .map_err(super::http::NoReply::of_reading)?;
        let (token, life) = read(&reply)?;
        let usable = (life - MARGIN_SECONDS).max(life / 2);
        *held = Some((token.clone(), now.plus_seconds(usable)));
        Ok(token)
    }

    /// The other side no longer takes the token.
    pub async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

fn read(reply: &Reply) -> Result<(SecretString, i64), Answer> {
    let said = reply.body["error"].as_str().unwrap_or_default();
    let told = format!("token: {} {said}", reply.status.as_u16());
    if reply.status.is_server_error() {
        return Err(Answer::refused(Reason::Unreachable, told));
    }
    let bearer = reply.body["token_type"]
        .as_str()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = reply.body["access_token"]
        .as_str()
        .filter(|token| !token.is_empty());
    match token {
        Some(token) if reply.status.is_success() && bearer => {
            let life = reply.body["expires_in"].as_i64().unwrap_or(600);
            Ok((token.into(), life.clamp(0, 86_400)))
        }
        _ => {
            tracing::error!(
                http.status = reply.status.as_u16(),
                error = said,
                "a connector gets no token"
            );
            Err(Answer::refused(Reason::NotPermitted, told))
        }
    }
}
