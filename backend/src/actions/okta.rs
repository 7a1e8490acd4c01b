//! Okta's management API.
//!
//! | step | call | scope |
//! |---|---|---|
//! | find | `GET /api/v1/users?filter=…&limit=2` | `okta.users.read` |
//! | four eyes | `GET /api/v1/users/{id}/groups`, page by page | `okta.groups.read`, `okta.users.read` |
//! | reset | `POST /api/v1/users/{id}` with `credentials` | `okta.users.manage` |
//! | end sessions | `DELETE /api/v1/users/{id}/sessions?oauthTokens=true` | `okta.users.manage` |
//! | unlock | `POST /api/v1/users/{id}/lifecycle/unlock` | `okta.users.manage` |
//! | MFA | `POST /api/v1/users/{id}/lifecycle/reset_factors` | `okta.users.manage` |
//!
//! The token is asked for with a signed assertion (RFC 7523): Okta gives management scopes to no client secret.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::http::{Api, Body, NoReply, Reply};
use super::oauth::Tokens;
use super::settings::{OktaSettings, fill, is_filled};
use super::{Answer, Connector, Order, Subject, Task};
use crate::ports::{Clock, Entropy as _, SystemEntropy};
use crate::verification::grant::Reason;

/// Okta takes assertions of at most one hour; a minute is enough.
const ASSERTION_SECONDS: i64 = 60;
/// Groups of one page.
const GROUPS_PER_PAGE: usize = 200;
/// Pages of groups that are read at most.
const MAX_PAGES: usize = 50;

/// See the module.
pub struct Okta {
    settings: OktaSettings,
    api: Api,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
}

/// “400 E0000001”, for the evidence.
fn told(reply: &Reply) -> String {
    let code = reply.body["errorCode"].as_str().unwrap_or_default();
    format!("{} {code}", reply.status.as_u16()).trim().to_owned()
}

/// Why Okta refused a call.
fn reason(reply: &Reply) -> Reason {
    let causes = reply.body["errorCauses"].as_array().into_iter().flatten();
    let words: Vec<&str> = causes
        .filter_map(|cause| cause["errorSummary"].as_str())
        .collect();
    let words = words.join(" ").to_ascii_lowercase();
    match (reply.status, reply.body["errorCode"].as_str()) {
        (StatusCode::UNAUTHORIZED, _) | (_, Some("E0000006" | "E0000011")) => Reason::NotPermitted,
        // Unlock is not allowed for this user: it is not locked, or locked by its source.
        (_, Some("E0000032")) => Reason::LockedOnPurpose,
        (_, Some("E0000007")) | (StatusCode::NOT_FOUND, _) => Reason::NotOneAccount,
        (_, Some("E0000001" | "E0000014")) => password_reason(&words),
        (status, _) if status.is_server_error() => Reason::Unreachable,
        (StatusCode::FORBIDDEN, _) => Reason::NotPermitted,
        _ => Reason::SetUp,
    }
}

/// Okta names the broken rule in the words of a cause.
fn password_reason(words: &str) -> Reason {
    if words.contains("recently") && words.contains("changed") {
        Reason::TooYoung
    } else if words.contains("recently") || words.contains("history") {
        Reason::InHistory
    } else if words.contains("common") || words.contains("parts of your username") {
        Reason::TooSimple
    } else {
        // Its summary lists all requirements, not the one that was broken.
        Reason::Policy
    }
}

impl Okta {
    /// Prepares it; connects to nothing yet.
    pub fn new(settings: OktaSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            api: Api::default(),
            tokens: Tokens::default(),
            clock,
        }
    }

    /// What proves that we are the app: signed with its private key.
    fn assertion(&self, audience: &str) -> Result<String, String> {
        crate::crypto::install();
        let mut id = [0; 16];
        SystemEntropy.fill(&mut id).map_err(|error| error.to_string())?;
        let now = self.clock.now().unix_seconds();
        let claims = json!({
            "iss": self.settings.client_id,
            "sub": self.settings.client_id,
            "aud": audience,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": crate::keys::hex(&id),
        });
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.settings.key_id.clone());
        let key = EncodingKey::from_rsa_pem(self.settings.private_key_pem.expose_secret().as_bytes())
            .map_err(|error| error.to_string())?;
        jsonwebtoken::encode(&header, &claims, &key).map_err(|error| error.to_string())
    }

    async fn token(&self) -> Result<SecretString, Answer> {
        let url = format!("{}/oauth2/v1/token", self.settings.url);
        let mut scope = "okta.users.read okta.users.manage".to_owned();
        if !self.settings.privileged_groups.is_empty() {
            scope.push_str(" okta.groups.read");
        }
        let form = || {
            Ok(vec![
                ("grant_type", "client_credentials".to_owned()),
                ("scope", scope),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
                ),
                ("client_assertion", self.assertion(&url)?),
            ])
        };
        self.tokens.get(&self.api, &url, form, self.clock.now()).await
    }

    async fn okta(
        &self,
        method: &Method,
        path: &str,
        token: &SecretString,
        body: Body<'_>,
    ) -> Result<Reply, NoReply> {
        let url = format!("{}/api/v1{path}", self.settings.url);
        self.api
            .call(method, &url, Some(token), body, self.clock.now())
            .await
    }

    async fn find(&self, token: &SecretString, subject: &Subject) -> Result<String, Answer> {
        if !is_filled(&self.settings.user_filter, subject) {
            return Err(Answer::refused(
                Reason::NotOneAccount,
                "The ticket names no account.",
            ));
        }
        let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
        let filter = fill(&self.settings.user_filter, subject, escape);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", &filter)
            .append_pair("limit", "2")
            .finish();
        let reply = self
            .okta(&Method::GET, &format!("/users?{query}"), token, Body::Empty)
            .await
            .map_err(NoReply::of_reading)?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.tokens.forget().await;
        }
        if reply.status != StatusCode::OK {
            return Err(Answer::refused(reason(&reply), told(&reply)));
        }
        let users = reply.body.as_array().map_or(&[][..], Vec::as_slice);
        let [user] = users else {
            let words = if users.is_empty() {
                "No user matches."
            } else {
                "More than one user matches."
            };
            return Err(Answer::refused(Reason::NotOneAccount, words));
        };
        if matches!(user["status"].as_str(), Some("SUSPENDED" | "DEPROVISIONED")) {
            return Err(Answer::refused(Reason::Disabled, "status"));
        }
        let id = user["id"].as_str().filter(|id| is_plain(id));
        id.map(str::to_owned)
            .ok_or_else(|| Answer::refused(Reason::SetUp, "The answer names no user id."))
    }

    async fn is_privileged(&self, token: &SecretString, user: &str) -> Result<bool, Answer> {
        if self.settings.privileged_groups.is_empty() {
            return Ok(false);
        }
        let mut after = String::new();
        for _ in 0..MAX_PAGES {
            let cursor = if after.is_empty() {
                String::new()
            } else {
                format!("&after={after}")
            };
            let path = format!("/users/{user}/groups?limit={GROUPS_PER_PAGE}{cursor}");
            let reply = self
                .okta(&Method::GET, &path, token, Body::Empty)
                .await
                .map_err(NoReply::of_reading)?;
            let (StatusCode::OK, Some(groups)) = (reply.status, reply.body.as_array()) else {
                return Err(Answer::refused(reason(&reply), told(&reply)));
            };
            let ids: Vec<&str> = groups.iter().filter_map(|group| group["id"].as_str()).collect();
            if ids
                .iter()
                .any(|id| self.settings.privileged_groups.iter().any(|group| group == id))
            {
                return Ok(true);
            }
            match ids.last().filter(|id| is_plain(id)) {
                Some(last) if groups.len() >= GROUPS_PER_PAGE => (*last).clone_into(&mut after),
                _ => return Ok(false),
            }
        }
        // More groups than are read: better a second person than a missed one.
        Ok(true)
    }

    async fn order(&self, order: &Order) -> Result<Answer, Answer> {
        let token = self.token().await?;
        let user = self.find(&token, &order.subject).await?;
        if !order.is_released && self.is_privileged(&token, &user).await? {
            return Err(Answer::NeedsRelease);
        }
        let (path, body, words) = match &order.task {
            Task::ResetPassword(password) => (
                format!("/users/{user}"),
                Some(json!({ "credentials": { "password": { "value": password.expose_secret() } } })),
                "The requester set a new password",
            ),
            Task::Unlock => (
                format!("/users/{user}/lifecycle/unlock"),
                None,
                "The account was unlocked",
            ),
            Task::ResetMfa => (
                format!("/users/{user}/lifecycle/reset_factors"),
                None,
                "The registered second sign-in steps were removed",
            ),
        };
        let content = body.as_ref().map_or(Body::Empty, Body::Json);
        let reply = self
            .okta(&Method::POST, &path, &token, content)
            .await
            .map_err(NoReply::into_answer)?;
        if reply.status.is_server_error() {
            return Err(Answer::Unknown { answer: told(&reply) });
        }
        if !reply.status.is_success() {
            return Err(Answer::refused(reason(&reply), told(&reply)));
        }
        if matches!(order.task, Task::Unlock) {
            return Ok(Answer::done(&format!("{words}."), told(&reply)));
        }
        Ok(match self.end_sessions(&token, &user).await {
            Ok(()) => Answer::done(&format!("{words}, and all sessions were ended."), told(&reply)),
            Err(why) => Answer::done(
                &format!("{words}. Old sessions could not be ended."),
                format!("{}; sessions: {why}", told(&reply)),
            ),
        })
    }

    async fn end_sessions(&self, token: &SecretString, user: &str) -> Result<(), String> {
        let path = format!("/users/{user}/sessions?oauthTokens=true");
        match self.okta(&Method::DELETE, &path, token, Body::Empty).await {
            Ok(reply) if reply.status.is_success() => Ok(()),
            Ok(reply) => Err(told(&reply)),
            Err(NoReply::NotMade(_, why) | NoReply::Lost(why)) => Err(why),
        }
    }
}

/// An id that can stand in a path as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 128
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl Connector for Okta {
    fn perform<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Answer> {
        Box::pin(async { self.order(order).await.unwrap_or_else(|answer| answer) })
    }
}

#[cfg(test)]
mod tests;
