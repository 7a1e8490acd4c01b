//! Requests: to the instance for agent tokens and for nothing else, to the verification service for the rest.

use std::cell::RefCell;

use gloo_net::http::{Method, Request, RequestBuilder, Response};
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
    jwt: String,
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
        let request = Request::post(&self.host.token_path)
            .credentials(RequestCredentials::SameOrigin)
            // A redirect leads to a login page; it arrives here as an answer with status 0.
            .redirect(RequestRedirect::Manual)
            .header("Accept", "application/json")
            .header("X-UserToken", &self.host.user_token);
        let body = json::write(&[("table", &self.host.table), ("sys_id", &self.host.sys_id)]);
        let answer = exchange(request, Some(&body))
            .await
            .ok_or(Trouble::InstanceUnreachable)?;
        if !(200..300).contains(&answer.status) {
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
        read_view(&self.get(&format!("/{id}")).await?)
    }

    async fn get(&self, path: &str) -> Result<JsValue, Trouble> {
        for last in [false, true] {
            let token = self.token().await?;
            match token.call(Method::GET, path, None).await {
                // Refused although it should live: its clock and ours differ, so once more with a new one.
                Err(Trouble::Refused(problem)) if problem.status == 401 && !last => self.drop_token(),
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
            .request(Method::GET, &format!("/{id}/events"))
            .abort_signal(Some(signal))
            .header("Accept", "text/event-stream");
        let response = request.send().await.map_err(|_| Trouble::ServiceUnreachable)?;
        if response.ok() {
            return Ok(response);
        }
        if response.status() == 401 {
            self.drop_token();
        }
        Err(refusal(
            &finish(response).await.ok_or(Trouble::ServiceUnreachable)?,
        ))
    }
}

impl Token {
    /// Sends the first link. Spends the token.
    pub async fn send(&self, link: &SendLink) -> Result<VerificationView, Trouble> {
        let body = json::write(&[
            ("channel", link.channel.as_str()),
            ("destination", &link.destination),
        ]);
        read_view(&self.call(Method::POST, "", Some(&body)).await?)
    }

    /// Sends another link (`resend`) or stops the verification (`cancel`). Spends the token.
    pub async fn act(&self, id: &str, what: &str) -> Result<VerificationView, Trouble> {
        read_view(&self.call(Method::POST, &format!("/{id}/{what}"), None).await?)
    }

    async fn call(&self, method: Method, path: &str, body: Option<&str>) -> Result<JsValue, Trouble> {
        let answer = exchange(self.request(method, path), body)
            .await
            .ok_or(Trouble::ServiceUnreachable)?;
        if (200..300).contains(&answer.status) {
            Ok(answer.body)
        } else {
            Err(refusal(&answer))
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        RequestBuilder::new(&format!("{}/api/v1/verifications{path}", self.backend_url))
            .method(method)
            .credentials(RequestCredentials::Omit)
            .redirect(RequestRedirect::Error)
            .header("Authorization", &format!("Bearer {}", self.jwt))
    }
}

/// Sends a request, with a JSON body or none, and reads the whole answer; `None` when there was none in time.
async fn exchange(request: RequestBuilder, body: Option<&str>) -> Option<Answer> {
    let request = request
        .cache(RequestCache::NoStore)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    let request = match body {
        Some(body) => request
            .header("Content-Type", "application/json")
            .body(body)
            .ok()?,
        None => request.build().ok()?,
    };
    finish(request.send().await.ok()?).await
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

fn read_view(body: &JsValue) -> Result<VerificationView, Trouble> {
    wire::verification(body).ok_or(Trouble::ServiceUnreadable(200))
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
        jwt,
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
