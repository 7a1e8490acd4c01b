//! Who sends a request: a browser session, HTTP Basic, an OAuth token, or nobody.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::http::{Request, Response};
use crate::instance::core::{Core, Exec, Session, lock};
use crate::instance::users::authenticate;

/// Name of the session cookie.
pub const COOKIE: &str = "glide_session_store";

/// The sender of a request.
pub enum Caller {
    /// A signed-in browser: cookie value and session.
    Browser(String, Session),
    /// A program with credentials: `sys_id` of the user.
    Program(String),
    /// Nobody.
    Guest,
    /// Credentials that are wrong.
    Wrong,
}

impl Caller {
    /// Finds out who sends the request.
    pub fn of(core: &Core, request: &Request) -> Self {
        if let Some(header) = request.header("authorization") {
            return program(core, header);
        }
        let Some(cookie) = request.cookie(COOKIE) else {
            return Self::Guest;
        };
        match lock(&core.logins).sessions.get(cookie) {
            Some(session) => Self::Browser(cookie.to_owned(), session.clone()),
            None => Self::Guest,
        }
    }

    /// `sys_id` of the user, empty for a guest.
    pub fn user(&self) -> &str {
        match self {
            Self::Browser(_, session) => &session.user,
            Self::Program(user) => user,
            Self::Guest | Self::Wrong => "",
        }
    }

    /// Whether there is a user.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Browser(..) | Self::Program(_))
    }

    /// An execution as this caller.
    pub fn exec(&self, core: &Arc<Core>, scope: &str) -> Exec {
        let mut exec = Exec::new(core, self.user(), scope);
        if let Self::Browser(_, session) = self {
            exec.token = Some(session.token.clone());
        }
        exec
    }

    /// A call of a service that changes something needs the token of the page beside the cookie.
    pub fn check_token(&self, request: &Request) -> Result<(), Response> {
        match self {
            Self::Browser(_, session)
                if !request.is_read() && request.header("x-usertoken") != Some(session.token.as_str()) =>
            {
                Err(not_authenticated())
            }
            Self::Wrong => Err(not_authenticated()),
            _ => Ok(()),
        }
    }
}

fn program(core: &Core, header: &str) -> Caller {
    let user = match header.split_once(' ') {
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("basic") => basic(core, value.trim()),
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("bearer") => bearer(core, value.trim()),
        _ => None,
    };
    user.map_or(Caller::Wrong, Caller::Program)
}

fn basic(core: &Core, value: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    authenticate(core, user, password)
}

fn bearer(core: &Core, token: &str) -> Option<String> {
    let now = core.now_millis();
    let logins = lock(&core.logins);
    let (user, end) = logins.tokens.get(token)?;
    (*end > now).then(|| user.clone())
}

/// 401 as the REST services answer it.
pub fn not_authenticated() -> Response {
    Response::api_error(
        401,
        "User Not Authenticated",
        "Required to provide Auth information",
    )
    .with_header("WWW-Authenticate", "BASIC realm=\"Service-now\"")
}

/// Keeps messages for the next page of a browser.
pub fn remember_messages(core: &Core, caller: &Caller, exec: &Exec) {
    let messages = std::mem::take(&mut lock(&exec.transaction).messages);
    if let Caller::Browser(cookie, _) = caller
        && let Some(session) = lock(&core.logins).sessions.get_mut(cookie)
    {
        session.messages.extend(messages);
    }
}

/// Takes the messages that wait for a browser.
pub fn take_messages(core: &Core, caller: &Caller) -> Vec<(String, String)> {
    match caller {
        Caller::Browser(cookie, _) => lock(&core.logins)
            .sessions
            .get_mut(cookie)
            .map(|session| std::mem::take(&mut session.messages))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}
