//! The console's own log, for administrators.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::filters::Choice;
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::view::{MAX_TEXT, with_query};
use super::words::{When, when};
use crate::service::Service;
use crate::service::console::{self, Action, Admin, Logged, Narrowing, Session};
use crate::verification::VerificationId;

const PATH: &str = "/console/audit";

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Page {
    frame: Frame,
    user: String,
    actions: Vec<Choice>,
    rows: Vec<Line>,
    older: Option<String>,
    newest: Option<String>,
    is_filtered: bool,
}

/// One entry.
struct Line {
    when: When,
    user: String,
    action: String,
    subject: String,
    /// Leads to the verification that it is about.
    href: Option<String>,
    client: String,
}

impl Line {
    fn new(of: Logged, now: shared::words::UnixMillis) -> Self {
        Self {
            when: when(of.at, now),
            action: Action::parse(&of.action).map_or(of.action, |action| action.label().to_owned()),
            href: VerificationId::parse(&of.subject).map(|id| format!("/console/verifications/{id}")),
            user: of.user,
            subject: of.subject,
            client: of.client_address,
        }
    }
}

/// Shows the log.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let admin = Admin::of(session)?;
    let user: Option<String> = request
        .field("user")
        .map(|user| user.trim().chars().take(MAX_TEXT).collect())
        .filter(|user: &String| !user.is_empty());
    let narrowing = Narrowing {
        action: request.field("action").as_deref().and_then(Action::parse),
        user,
        before: request.field("before").and_then(|before| before.parse().ok()),
    };
    let address = |before: Option<i64>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(user) = &narrowing.user {
            query.append_pair("user", user);
        }
        if let Some(action) = narrowing.action {
            query.append_pair("action", action.as_str());
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        with_query(PATH, &query.finish())
    };
    let found = console::read_log(service, admin, narrowing.clone()).await?;
    let now = service.now();
    let last = found.entries.last().map(|entry| entry.id);
    let page = Page {
        frame,
        user: narrowing.user.clone().unwrap_or_default(),
        actions: Action::ALL
            .iter()
            .map(|action| Choice {
                value: action.as_str().into(),
                label: action.label().into(),
                chosen: narrowing.action == Some(*action),
            })
            .collect(),
        older: last.filter(|_| found.has_older).map(|id| address(Some(id))),
        newest: narrowing.before.map(|_| address(None)),
        is_filtered: narrowing.user.is_some() || narrowing.action.is_some(),
        rows: found
            .entries
            .into_iter()
            .map(|entry| Line::new(entry, now))
            .collect(),
    };
    pages::render(StatusCode::OK, &page)
}
