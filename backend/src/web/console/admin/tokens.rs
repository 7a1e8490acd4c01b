//! API tokens: made, shown once, looked at and revoked.

use askama::Template;
use shared::words::UnixMillis;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Section;
use crate::service::Service;
use crate::service::console::tokens::{self, By, MAX_DAYS, NewToken, Scope, Standing, Token, TokenProblem};
use crate::service::console::{Admin, Session};
use crate::web::console::badge::{self, Badge};
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::request::{Form, Request};
use crate::web::console::routes::Page;
use crate::web::console::saved::check_form;
use crate::web::console::words::{When, when};

/// Where the tokens are.
const PATH: &str = "/console/admin/tokens";
/// What the form offers first: long enough for a quarter's rotation.
const DEFAULT_DAYS: &str = "90";

/// The row of the administration.
pub const SECTION: Section = Section {
    pages: &[
        Page::Tokens,
        Page::NewToken,
        Page::AddToken,
        Page::AskRevokeToken,
        Page::RevokeToken,
    ],
    href: PATH,
    label: "API tokens",
    about: "Let a SIEM or a script read what the console shows, and take it back.",
};

#[derive(Template)]
#[template(path = "console/admin/tokens.html")]
struct List {
    frame: Frame,
    rows: Vec<Line>,
}

/// One token.
struct Line {
    name: String,
    standing: Badge,
    scopes: Vec<&'static str>,
    networks: Vec<String>,
    made: When,
    made_by: String,
    expires: When,
    used: Option<(When, String)>,
    revoke: Option<String>,
}

impl Line {
    fn new(of: Token, now: UnixMillis) -> Self {
        Self {
            standing: match of.standing {
                Standing::Valid => Badge {
                    tone: "passed",
                    icon: badge::TICK,
                    word: "Valid",
                },
                Standing::Expired => Badge {
                    tone: "pending",
                    icon: badge::CLOCK,
                    word: "Expired",
                },
                Standing::Revoked => Badge {
                    tone: "failed",
                    icon: badge::CROSS,
                    word: "Revoked",
                },
            },
            revoke: (of.standing == Standing::Valid).then(|| format!("{PATH}/{}/revoke", of.id)),
            scopes: of.scopes.iter().map(|scope| scope.as_str()).collect(),
            networks: of.networks,
            made: when(of.created_at, now),
            made_by: of.created_by,
            expires: when(of.expires_at, now),
            used: of.last_use.map(|(at, from)| (when(at, now), from)),
            name: of.name,
        }
    }
}

/// Shows the tokens.
pub async fn list(service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    let now = service.now();
    let found = tokens::tokens(service, Admin::of(session)?).await?;
    let rows = found.into_iter().map(|token| Line::new(token, now)).collect();
    pages::render(StatusCode::OK, &List { frame, rows })
}

#[derive(Template)]
#[template(path = "console/admin/token_new.html")]
struct New {
    frame: Frame,
    name: String,
    scopes: Vec<ScopeChoice>,
    days: String,
    networks: String,
    /// The field that is wrong, and why; the field is empty where none is to blame.
    wrong: Option<(&'static str, String)>,
}

/// One scope to choose.
struct ScopeChoice {
    scope: Scope,
    chosen: bool,
}

impl New {
    /// The reason beside a field, if that field is wrong.
    fn reason(&self, field: &str) -> Option<&String> {
        let wrong = self.wrong.as_ref();
        wrong.filter(|(name, _)| *name == field).map(|(_, reason)| reason)
    }
}

/// Shows the form for a new token.
pub fn form(_service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    Admin::of(session)?;
    let choice = |scope: &Scope| ScopeChoice {
        scope: *scope,
        chosen: *scope == Scope::VerificationsRead,
    };
    let page = New {
        frame,
        name: String::new(),
        scopes: Scope::ALL.iter().map(choice).collect(),
        days: DEFAULT_DAYS.into(),
        networks: String::new(),
        wrong: None,
    };
    pages::render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "console/admin/token_made.html")]
struct Made {
    frame: Frame,
    name: String,
    secret: String,
    address: String,
}

/// Makes a token and shows it, this once: there is no address under which it could be seen again.
pub async fn add(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Failure> {
    let admin = Admin::of(session)?;
    check_form(service, session, &form)?;
    let is_chosen = |scope: &&Scope| !form.get(scope.as_str()).is_empty();
    let new = NewToken {
        name: form.get("name").to_owned(),
        scopes: Scope::ALL.iter().filter(is_chosen).copied().collect(),
        days: form.get("days").trim().parse().unwrap_or(0),
        networks: form.get("networks").to_owned(),
    };
    let by = By::admin(admin, request.client.clone());
    match tokens::add_token(service, by, new.clone()).await {
        Ok(secret) => {
            let page = Made {
                frame,
                name: new.name.trim().to_owned(),
                secret: secret.expose().to_owned(),
                address: format!("{}/api/v1/console/", service.config.server.public_url),
            };
            pages::render(StatusCode::OK, &page)
        }
        Err(problem) => {
            let field = field(&problem).ok_or_else(|| Failure::Internal(problem.to_string()))?;
            let choice = |scope: &Scope| ScopeChoice {
                scope: *scope,
                chosen: new.scopes.contains(scope),
            };
            let page = New {
                frame,
                scopes: Scope::ALL.iter().map(choice).collect(),
                days: form.get("days").to_owned(),
                wrong: Some((field, problem.to_string())),
                name: new.name,
                networks: new.networks,
            };
            pages::render(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The field that is to blame; `None` for what is nobody's mistake.
fn field(problem: &TokenProblem) -> Option<&'static str> {
    match problem {
        TokenProblem::Name | TokenProblem::NameTaken => Some("name"),
        TokenProblem::Scopes => Some("scopes"),
        TokenProblem::Days => Some("days"),
        TokenProblem::Network(_) | TokenProblem::Networks => Some("networks"),
        TokenProblem::TooMany => Some(""),
        TokenProblem::UnknownInstance(_)
        | TokenProblem::Service(_)
        | TokenProblem::Store(_)
        | TokenProblem::Entropy(_) => None,
    }
}

#[derive(Template)]
#[template(path = "console/admin/token_revoke.html")]
struct Revoke {
    frame: Frame,
    id: i64,
    token: Line,
}

fn read_id(part: &str) -> Result<i64, Failure> {
    part.parse().map_err(|_| Failure::NotFound)
}

/// Asks whether to revoke a token.
pub async fn ask_revoke(
    service: &Service,
    session: &Session,
    frame: Frame,
    part: &str,
) -> Result<Response, Failure> {
    let id = read_id(part)?;
    let token = tokens::token(service, Admin::of(session)?, id).await?;
    let token = Line::new(token, service.now());
    pages::render(StatusCode::OK, &Revoke { frame, id, token })
}

/// Revokes a token.
pub async fn revoke(
    service: &Service,
    request: &Request,
    session: &Session,
    part: &str,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let by = By::admin(Admin::of(session)?, request.client.clone());
    tokens::revoke_token(service, by, read_id(part)?).await?;
    Ok(pages::see_other(PATH))
}
