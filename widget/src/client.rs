//! Requests: to the instance for agent tokens and for nothing else, to the verification service for the rest.

use std::cell::RefCell;

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::agent_api::{SendLink, TicketVerifications, VerificationView};
use shared::agent_token::AgentTokenReply;
use shared::problem::Problem;
use shared::words::UnixMillis;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestRedirect};

use crate::browser::{json, time};
use crate::logic::claims::{self, ShownClaims};
use crate::logic::host::HostContext;
use crate::logic::trouble::Trouble;

/// A request that takes longer has failed: the agent is on the phone.
const TIMEOUT_MS: u32 = 20_000;
/// A token is not used in the last moments of its life, so that it does not expire on the way.
const MARGIN_SECONDS: i64 = 15;

/// Talks to both sides. Holds the current agent token.
pub struct Client {
    host: HostContext,
    held: RefCell<Option<Token>>,
}

/// An agent token and what came with it.
#[derive(Clone)]
pub struct Token {
    jwt: String,
    backend_url: String,
    good_until: UnixMillis,
    /// For display only.
    pub shown: Option<ShownClaims>,
}

/// ServiceNow wraps what a scripted REST resource returns.
#[derive(Deserialize)]
struct Wrapped {
    result: AgentTokenReply,
}

/// And its errors.
#[derive(Deserialize)]
struct WrappedError {
    error: ErrorWords,
}

#[derive(Deserialize)]
struct ErrorWords {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

#[derive(Serialize)]
struct TokenFor<'a> {
    table: &'a str,
    sys_id: &'a str,
}

impl Client {
    /// A client for the ticket of this page.
    pub const fn new(host: HostContext) -> Self {
        Self {
            host,
            held: RefCell::new(None),
        }
    }

    /// A token that has not been shown to the service yet. A POST spends it.
    pub async fn fresh_token(&self) -> Result<Token, Trouble> {
        let body = json::write(&TokenFor {
            table: &self.host.table,
            sys_id: &self.host.sys_id,
        });
        let request = within_time(Request::post(&self.host.token_path))
            .credentials(RequestCredentials::SameOrigin)
            // A redirect leads to a login page; it arrives here as an answer with status 0.
            .redirect(RequestRedirect::Manual)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .header("X-UserToken", &self.host.user_token)
            .body(body.unwrap_or_default())
            .map_err(|_| Trouble::InstanceUnreadable)?;
        let response = request.send().await.map_err(|_| Trouble::InstanceUnreachable)?;
        let text = response.text().await.map_err(|_| Trouble::InstanceUnreachable)?;
        if !response.ok() {
            let words = json::parse::<WrappedError>(&text).map(|wrapped| wrapped.error);
            let said =
                words.and_then(|words| words.detail.filter(|detail| !detail.is_empty()).or(words.message));
            return Err(Trouble::from_instance(response.status(), said));
        }
        // A login page instead of JSON, with status 200, is how an ended session can look as well; the words for
        // an unreadable answer ask for a reload, which is right for both.
        let reply = json::parse::<Wrapped>(&text)
            .ok_or(Trouble::InstanceUnreadable)?
            .result;
        let token = Token {
            shown: claims::payload(&reply.token).and_then(|payload| json::parse(&payload)),
            good_until: time::now().plus_seconds(reply.expires_in - MARGIN_SECONDS),
            backend_url: reply.backend_url.trim_end_matches('/').to_owned(),
            jwt: reply.token,
        };
        self.held.replace(Some(token.clone()));
        Ok(token)
    }

    /// The present token while it lives, or else a new one. For reading only.
    pub async fn token(&self) -> Result<Token, Trouble> {
        let held = self.held.borrow().clone();
        match held.filter(|token| token.good_until > time::now()) {
            Some(token) => Ok(token),
            None => self.fresh_token().await,
        }
    }

    /// Forgets the present token, because the service did not accept it.
    pub fn drop_token(&self) {
        self.held.replace(None);
    }

    /// All verifications of the ticket.
    pub async fn list(&self) -> Result<TicketVerifications, Trouble> {
        self.get("").await
    }

    /// One verification.
    pub async fn read(&self, id: &str) -> Result<VerificationView, Trouble> {
        self.get(&format!("/{id}")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let token = self.token().await?;
        let request = within_time(Request::get(&token.url(path))).cache(RequestCache::NoStore);
        let answer = answer(token.sign(request).send().await).await;
        if matches!(&answer, Err(Trouble::Refused(problem)) if problem.status == 401) {
            self.drop_token();
        }
        answer
    }

    /// Sends the first link.
    pub async fn send(&self, token: &Token, link: &SendLink) -> Result<VerificationView, Trouble> {
        let request = within_time(Request::post(&token.url(""))).header("Content-Type", "application/json");
        let request = token
            .sign(request)
            .body(json::write(link).unwrap_or_default())
            .map_err(|_| Trouble::ServiceUnreadable(0))?;
        answer(request.send().await).await
    }

    /// Sends another link; the earlier one stops working.
    pub async fn resend(&self, token: &Token, id: &str) -> Result<VerificationView, Trouble> {
        self.act(token, id, "resend").await
    }

    /// Stops the verification.
    pub async fn cancel(&self, token: &Token, id: &str) -> Result<VerificationView, Trouble> {
        self.act(token, id, "cancel").await
    }

    async fn act(&self, token: &Token, id: &str, what: &str) -> Result<VerificationView, Trouble> {
        let request = within_time(Request::post(&token.url(&format!("/{id}/{what}"))));
        answer(token.sign(request).send().await).await
    }

    /// Opens the live stream of one verification.
    pub async fn events(&self, id: &str, signal: &AbortSignal) -> Result<Response, Trouble> {
        let token = self.token().await?;
        let request = Request::get(&token.url(&format!("/{id}/events")))
            .cache(RequestCache::NoStore)
            .abort_signal(Some(signal))
            .header("Accept", "text/event-stream");
        let response = token
            .sign(request)
            .send()
            .await
            .map_err(|_| Trouble::ServiceUnreachable)?;
        if response.ok() {
            return Ok(response);
        }
        if response.status() == 401 {
            self.drop_token();
        }
        Err(refusal(&response, &response.text().await.unwrap_or_default()))
    }
}

impl Token {
    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/verifications{path}", self.backend_url)
    }

    fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .credentials(RequestCredentials::Omit)
            .redirect(RequestRedirect::Error)
            .header("Authorization", &format!("Bearer {}", self.jwt))
    }
}

fn within_time(request: RequestBuilder) -> RequestBuilder {
    request.abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)))
}

async fn answer<T: DeserializeOwned>(sent: Result<Response, gloo_net::Error>) -> Result<T, Trouble> {
    let response = sent.map_err(|_| Trouble::ServiceUnreachable)?;
    let text = response.text().await.map_err(|_| Trouble::ServiceUnreachable)?;
    if response.ok() {
        json::parse(&text).ok_or(Trouble::ServiceUnreadable(response.status()))
    } else {
        Err(refusal(&response, &text))
    }
}

fn refusal(response: &Response, text: &str) -> Trouble {
    json::parse::<Problem>(text).map_or(Trouble::ServiceUnreadable(response.status()), Trouble::Refused)
}
