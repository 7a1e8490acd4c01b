//! Microsoft Entra ID, by Microsoft Graph v1.0.
//!
//! | step | call | application permission |
//! |---|---|---|
//! | find | `GET /users?$filter=…&$select=id,accountEnabled&$top=2` | User.Read.All |
//! | four eyes | `POST /users/{id}/checkMemberGroups` | GroupMember.Read.All |
//! | reset | `PATCH /users/{id}` with `passwordProfile` | User-PasswordProfile.ReadWrite.All |
//! | end sessions | `POST /users/{id}/revokeSignInSessions` | User.RevokeSessions.All |
//! | MFA | `GET`, `DELETE /users/{id}/authentication/…` | UserAuthenticationMethod.ReadWrite.All |
//!
//! For a user with an administrator role the app needs an Entra role as well; without it Graph answers 403.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::http::{Api, Body, NoReply, Reply};
use super::oauth::Tokens;
use super::settings::{EntraSettings, fill, is_filled};
use super::{Answer, Connector, Order, Subject, Task};
use crate::ports::Clock;
use crate::verification::grant::Reason;

/// Pages of authentication methods that are read at most. Nobody has so many.
const MAX_PAGES: usize = 10;

/// Graph's type of a method, and its collection. The password is a method too; it is not removed.
const METHODS: [(&str, &str); 8] = [
    ("#microsoft.graph.emailAuthenticationMethod", "emailMethods"),
    ("#microsoft.graph.fido2AuthenticationMethod", "fido2Methods"),
    (
        "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
        "microsoftAuthenticatorMethods",
    ),
    ("#microsoft.graph.phoneAuthenticationMethod", "phoneMethods"),
    (
        "#microsoft.graph.platformCredentialAuthenticationMethod",
        "platformCredentialMethods",
    ),
    (
        "#microsoft.graph.softwareOathAuthenticationMethod",
        "softwareOathMethods",
    ),
    (
        "#microsoft.graph.temporaryAccessPassAuthenticationMethod",
        "temporaryAccessPassMethods",
    ),
    (
        "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod",
        "windowsHelloForBusinessMethods",
    ),
];
const PASSWORD_METHOD: &str = "#microsoft.graph.passwordAuthenticationMethod";

/// See the module.
pub struct Entra {
    settings: EntraSettings,
    api: Api,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
}

/// “403 `Authorization_RequestDenied`”, for the evidence. Graph's messages may name the account, so they stay out.
fn told(reply: &Reply) -> String {
    let code = reply.body["error"]["code"].as_str().unwrap_or_default();
    format!("{} {code}", reply.status.as_u16()).trim().to_owned()
}

/// Why Graph refused a call.
fn reason(reply: &Reply) -> Reason {
    let message = reply.body["error"]["message"]
        .as_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match reply.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Reason::NotPermitted,
        StatusCode::NOT_FOUND => Reason::NotOneAccount,
        StatusCode::BAD_REQUEST if message.contains("password") => password_reason(&message),
        status if status.is_server_error() => Reason::Unreachable,
        _ => Reason::SetUp,
    }
}

/// Entra names its rules in words only.
fn password_reason(message: &str) -> Reason {
    if message.contains("recently") || message.contains("history") {
        Reason::InHistory
    } else if message.contains("too short") {
        Reason::TooShort
    } else if message.contains("banned") || message.contains("complexity") || message.contains("too weak") {
        Reason::TooSimple
    } else {
        Reason::Policy
    }
}

impl Entra {
    /// Prepares it; connects to nothing yet.
    pub fn new(settings: EntraSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            api: Api::default(),
            tokens: Tokens::default(),
            clock,
        }
    }

    async fn token(&self) -> Result<SecretString, Answer> {
        let url = format!(
            "{}/{}/oauth2/v2.0/token",
            self.settings.login_url, self.settings.tenant_id
        );
        let form = || {
            Ok(vec![
                ("grant_type", "client_credentials".to_owned()),
                ("client_id", self.settings.client_id.clone()),
                (
                    "client_secret",
                    self.settings.client_secret.expose_secret().to_owned(),
                ),
                ("scope", format!("{}/.default", self.settings.graph_url)),
            ])
        };
        self.tokens.get(&self.api, &url, form, self.clock.now()).await
    }

    async fn graph(
        &self,
        method: &Method,
        path: &str,
        token: &SecretString,
        body: Body<'_>,
    ) -> Result<Reply, NoReply> {
        let url = format!("{}/v1.0{path}", self.settings.graph_url);
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
        // OData: a quotation mark in a string is written twice.
        let filter = fill(&self.settings.user_filter, subject, |value| {
            value.replace('\'', "''")
        });
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("$filter", &filter)
            .append_pair("$select", "id,accountEnabled")
            .append_pair("$top", "2")
            .finish();
        let reply = self
            .graph(&Method::GET, &format!("/users?{query}"), token, Body::Empty)
            .await
            .map_err(NoReply::of_reading)?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.tokens.forget().await;
        }
        if reply.status != StatusCode::OK {
            return Err(Answer::refused(reason(&reply), told(&reply)));
        }
        let users = reply.body["value"].as_array().map_or(&[][..], Vec::as_slice);
        let [user] = users else {
            let words = if users.is_empty() {
                "No user matches."
            } else {
                "More than one user matches."
            };
            return Err(Answer::refused(Reason::NotOneAccount, words));
        };
        if user["accountEnabled"] == false {
            return Err(Answer::refused(Reason::Disabled, "accountEnabled"));
        }
        let id = user["id"].as_str().filter(|id| is_plain(id));
        id.map(str::to_owned)
            .ok_or_else(|| Answer::refused(Reason::SetUp, "The answer names no user id."))
    }

    async fn is_privileged(&self, token: &SecretString, user: &str) -> Result<bool, Answer> {
        if self.settings.privileged_groups.is_empty() {
            return Ok(false);
        }
        let wanted = json!({ "groupIds": self.settings.privileged_groups });
        let path = format!("/users/{user}/checkMemberGroups");
        let reply = self
            .graph(&Method::POST, &path, token, Body::Json(&wanted))
            .await
            .map_err(NoReply::of_reading)?;
        match (reply.status, reply.body["value"].as_array()) {
            (StatusCode::OK, Some(groups)) => Ok(!groups.is_empty()),
            _ => Err(Answer::refused(reason(&reply), told(&reply))),
        }
    }

    async fn order(&self, order: &Order) -> Result<Answer, Answer> {
        let token = self.token().await?;
        let user = self.find(&token, &order.subject).await?;
        if !order.is_released && self.is_privileged(&token, &user).await? {
            return Err(Answer::NeedsRelease);
        }
        match &order.task {
            Task::ResetPassword(password) => self.reset(&token, &user, password).await,
            Task::ResetMfa => self.reset_mfa(&token, &user).await,
            Task::Unlock => Err(Answer::refused(Reason::SetUp, "Graph cannot unlock accounts.")),
        }
    }

    async fn reset(
        &self,
        token: &SecretString,
        user: &str,
        password: &SecretString,
    ) -> Result<Answer, Answer> {
        let profile = json!({
            "passwordProfile": { "forceChangePasswordNextSignIn": false, "password": password.expose_secret() }
        });
        let path = format!("/users/{user}");
        let reply = self
            .graph(&Method::PATCH, &path, token, Body::Json(&profile))
            .await
            .map_err(NoReply::into_answer)?;
        if reply.status.is_server_error() {
            return Err(Answer::Unknown { answer: told(&reply) });
        }
        if !reply.status.is_success() {
            return Err(Answer::refused(reason(&reply), told(&reply)));
        }
        let sessions = self.end_sessions(token, user).await;
        Ok(match sessions {
            Ok(()) => Answer::done(
                "The requester set a new password, and all sessions were ended.",
                told(&reply),
            ),
            Err(why) => Answer::done(
                "The requester set a new password. Old sessions could not be ended.",
                format!("{}; sessions: {why}", told(&reply)),
            ),
        })
    }

    async fn end_sessions(&self, token: &SecretString, user: &str) -> Result<(), String> {
        let path = format!("/users/{user}/revokeSignInSessions");
        match self.graph(&Method::POST, &path, token, Body::Empty).await {
            Ok(reply) if reply.status.is_success() => Ok(()),
            Ok(reply) => Err(told(&reply)),
            Err(NoReply::NotMade(_, why) | NoReply::Lost(why)) => Err(why),
        }
    }

    async fn methods(&self, token: &SecretString, user: &str) -> Result<Vec<Value>, Answer> {
        let graph = Url::parse(&self.settings.graph_url).ok();
        let mut methods = Vec::new();
        let mut next = Some(format!(
            "{}/v1.0/users/{user}/authentication/methods",
            self.settings.graph_url
        ));
        for _ in 0..MAX_PAGES {
            let Some(url) = next.take() else { break };
            // The token goes only to Graph, whatever a page names as the next.
            let is_graph = Url::parse(&url).ok().map(|url| url.origin()) == graph.as_ref().map(Url::origin);
            if !is_graph {
                return Err(Answer::refused(Reason::SetUp, "The next page lies elsewhere."));
            }
            let reply = self
                .api
                .call(&Method::GET, &url, Some(token), Body::Empty, self.clock.now())
                .await
                .map_err(NoReply::of_reading)?;
            if reply.status != StatusCode::OK {
                return Err(Answer::refused(reason(&reply), told(&reply)));
            }
            methods.extend(reply.body["value"].as_array().into_iter().flatten().cloned());
            next = reply.body["@odata.nextLink"].as_str().map(str::to_owned);
        }
        Ok(methods)
    }

    async fn reset_mfa(&self, token: &SecretString, user: &str) -> Result<Answer, Answer> {
        let methods = self.methods(token, user).await?;
        let mut left: Vec<String> = Vec::new();
        for method in &methods {
            let kind = method["@odata.type"].as_str().unwrap_or_default();
            if kind == PASSWORD_METHOD {
                continue;
            }
            let known = METHODS.iter().find(|(name, _)| *name == kind);
            let id = method["id"].as_str().filter(|id| is_plain(id));
            let (Some((_, collection)), Some(id)) = (known, id) else {
                // Half a reset would look like a whole one.
                return Err(Answer::refused(Reason::SetUp, format!("unknown method {kind}")));
            };
            left.push(format!("/users/{user}/authentication/{collection}/{id}"));
        }
        if left.is_empty() {
            return Ok(Answer::done(
                "There was no second sign-in step to remove.",
                "no methods",
            ));
        }
        let all = left.len();
        let mut last = String::new();
        // The default method can only be removed as the last one, so what is refused is tried once more.
        for _ in 0..2 {
            let mut refused = Vec::new();
            for path in left {
                match self.graph(&Method::DELETE, &path, token, Body::Empty).await {
                    Ok(reply) if reply.status.is_success() || reply.status == StatusCode::NOT_FOUND => {}
                    Ok(reply) => {
                        last = told(&reply);
                        refused.push(path);
                    }
                    Err(NoReply::NotMade(_, why) | NoReply::Lost(why)) => {
                        last = why;
                        refused.push(path);
                    }
                }
            }
            left = refused;
        }
        if left.is_empty() {
            let sessions = match self.end_sessions(token, user).await {
                Ok(()) => "sessions ended".to_owned(),
                Err(why) => format!("sessions: {why}"),
            };
            let words = "The registered second sign-in steps were removed.";
            return Ok(Answer::done(words, format!("{all} methods removed; {sessions}")));
        }
        Ok(Answer::Partly {
            summary: format!("{} of {all} second sign-in steps were removed.", all - left.len()),
            answer: last,
        })
    }
}

/// An id that can stand in a path as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 128
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
}

impl Connector for Entra {
    fn perform<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Answer> {
        Box::pin(async { self.order(order).await.unwrap_or_else(|answer| answer) })
    }
}

#[cfg(test)]
mod tests;
