//! Requests: to the instance for agent tokens and for nothing else, to the verification service for the rest.

use std::cell::RefCell;

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::Serialize;
use shared::agent_api::{SendLink, TicketVerifications, VerificationView};
use shared::words::{Action, UnixMillis};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestRedirect};

use crate::browser::{json, time};
use crate::logic::claims::{self, ShownClaims, ShownRequester, ShownTicket};
use crate::logic::host::HostContext;
use crate::logic::trouble::Trouble;
use crate::wire;

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
    /// `Bearer` and the token.
    bearer: String,
    backend_url: String,
    good_until: UnixMillis,
    /// For display only.
    pub shown: Option<ShownClaims>,
}

/// A complete answer. The body is undefined when it was not JSON.
struct Answer {
    status: u16,
    body: JsValue,
}

/// Names the ticket that a token is asked for.
#[derive(Serialize)]
struct TokenFor<'a> {
    table: &'a str,
    sys_id: &'a str,
}

impl Answer {
    fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
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
        let request = post(&self.host.token_path)
            .header("X-UserToken", &self.host.user_token)
            // A redirect leads to a login page; it arrives here as an answer with status 0.
            .redirect(RequestRedirect::Manual);
        let answer = exchange(request, body)
            .await
            .ok_or(Trouble::InstanceUnreachable)?;
        if !answer.is_ok() {
            let error = json::part(&answer.body, "error");
            let said = json::text(&error, "detail").or_else(|| json::text(&error, "message"));
            return Err(Trouble::from_instance(answer.status, said));
        }
        // A login page instead of JSON, with status 200, is how an ended session can look as well; the words for
        // an unreadable answer ask for a reload, which is right for both.
        let token = read_token(&answer.body).ok_or(Trouble::InstanceUnreadable)?;
        self.held.replace(Some(token.clone()));
        Ok(token)
    }

    /// The present token while it lives, or else a new one. For reading only.
    async fn token(&self) -> Result<Token, Trouble> {
        let held = self.held.borrow().clone();
        match held.filter(|token| token.good_until > time::now()) {
            Some(token) => Ok(token),
            None => self.fresh_token().await,
        }
    }

    /// What the present token says about the ticket.
    pub fn shown(&self) -> Option<ShownClaims> {
        self.held.borrow().as_ref()?.shown.clone()
    }

    /// All verifications of the ticket.
    pub async fn list(&self) -> Result<TicketVerifications, Trouble> {
        wire::ticket_verifications(&self.get("").await?).ok_or(Trouble::ServiceUnreadable(200))
    }

    /// One verification.
    pub async fn read(&self, id: &str) -> Result<VerificationView, Trouble> {
        read_view(self.get(id).await)
    }

    async fn get(&self, path: &str) -> Result<JsValue, Trouble> {
        for last in [false, true] {
            let token = self.token().await?;
            match service(token.request(get, path), String::new()).await {
                // Refused although it should live: its clock and ours differ, so once more with a new one.
                Err(trouble) if trouble.is_refused_token() && !last => self.drop_token(),
                answer => return answer,
            }
        }
        Err(Trouble::ServiceUnreachable)
    }

    fn drop_token(&self) {
        self.held.replace(None);
    }

    /// Opens the live stream of one verification.
    pub async fn events(&self, id: &str, signal: &AbortSignal) -> Result<Response, Trouble> {
        let token = self.token().await?;
        let request = token
            .request(get, &format!("{id}/events"))
            .abort_signal(Some(signal));
        let response = request.send().await.map_err(|_| Trouble::ServiceUnreachable)?;
        if response.ok() {
            return Ok(response);
        }
        let trouble = refusal(&finish(response).await.ok_or(Trouble::ServiceUnreachable)?);
        if trouble.is_refused_token() {
            self.drop_token();
        }
        Err(trouble)
    }
}

impl Token {
    /// Sends the first link. Spends the token.
    pub async fn send(&self, link: &SendLink) -> Result<VerificationView, Trouble> {
        let body = json::write(link);
        read_view(service(self.request(post, ""), body).await)
    }

    /// Sends another link (`resend`) or stops the verification (`cancel`). Spends the token.
    pub async fn act(&self, id: &str, what: &str) -> Result<VerificationView, Trouble> {
        read_view(service(self.request(post, &format!("{id}/{what}")), String::new()).await)
    }

    fn request(&self, method: fn(&str) -> RequestBuilder, path: &str) -> RequestBuilder {
        let slash = if path.is_empty() { "" } else { "/" };
        method(&format!("{}/api/v1/verifications{slash}{path}", self.backend_url))
            .header("Authorization", &self.bearer)
            .credentials(RequestCredentials::Omit)
    }
}

fn get(url: &str) -> RequestBuilder {
    RequestBuilder::new(url).cache(RequestCache::NoStore)
}

fn post(url: &str) -> RequestBuilder {
    get(url).method(Method::POST)
}

/// Asks the verification service.
async fn service(request: RequestBuilder, body: String) -> Result<JsValue, Trouble> {
    let answer = exchange(request, body).await.ok_or(Trouble::ServiceUnreachable)?;
    if answer.is_ok() {
        Ok(answer.body)
    } else {
        Err(refusal(&answer))
    }
}

/// Sends a request, with a JSON body or none, and reads the whole answer; `None` when there was none in time.
async fn exchange(request: RequestBuilder, body: String) -> Option<Answer> {
    let request = request.abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    let request = if body.is_empty() {
        request.build()
    } else {
        request.header("Content-Type", "application/json").body(body)
    };
    finish(request.ok()?.send().await.ok()?).await
}

async fn finish(response: Response) -> Option<Answer> {
    let text = response.text().await.ok()?;
    Some(Answer {
        status: response.status(),
        body: json::parse(&text),
    })
}

fn refusal(answer: &Answer) -> Trouble {
    wire::problem(&answer.body, answer.status)
        .map_or(Trouble::ServiceUnreadable(answer.status), Trouble::Refused)
}

fn read_view(answer: Result<JsValue, Trouble>) -> Result<VerificationView, Trouble> {
    wire::verification(&answer?).ok_or(Trouble::ServiceUnreadable(200))
}

/// Reads ServiceNow's `{"result": AgentTokenReply}`.
fn read_token(body: &JsValue) -> Option<Token> {
    let reply = json::part(body, "result");
    let jwt = json::text(&reply, "token")?;
    let life = json::number(&reply, "expires_in")? - MARGIN_SECONDS;
    Some(Token {
        shown: read_claims(&jwt),
        good_until: time::now().plus_seconds(life),
        backend_url: json::text(&reply, "backend_url")?
            .trim_end_matches('/')
            .to_owned(),
        bearer: format!("Bearer {jwt}"),
    })
}

fn read_claims(jwt: &str) -> Option<ShownClaims> {
    let claims = json::parse(&claims::payload(jwt)?);
    let requester = json::part(&claims, "requester");
    let ticket = json::part(&claims, "ticket");
    Some(ShownClaims {
        requester: ShownRequester {
            sys_id: json::text(&requester, "sys_id")?,
            name: json::text(&requester, "name")?,
        },
        ticket: ShownTicket {
            number: json::text(&ticket, "number").unwrap_or_default(),
            short_description: json::text(&ticket, "short_description").unwrap_or_default(),
        },
        action: json::text(&claims, "action").and_then(|action| Action::parse(&action)),
    })
}
