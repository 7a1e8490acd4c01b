//! The table of all verifications. Its whole state is in the URL.

use askama::Template;
use shared::words::{RiskLevel, Status, UnixMillis};
use warp::http::StatusCode;
use warp::reply::Response;

use super::badge::{self, Badge};
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::words::{When, when};
use crate::service::Service;
use crate::service::console::{self, Cursor, Filter, Listed, Position, Session};
use crate::verification::VerificationId;

const PATH: &str = "/console/verifications";
/// Longest text that is searched for, in characters.
const MAX_SEARCH: usize = 100;

#[derive(Template)]
#[template(path = "console/verifications.html")]
struct Page {
    frame: Frame,
    search: String,
    statuses: Vec<Choice>,
    risks: Vec<Choice>,
    chips: Vec<Chip>,
    rows: Vec<Line>,
    newer: Option<String>,
    older: Option<String>,
    /// Rows are missing because of the filter, not because there are none.
    is_filtered: bool,
}

/// One choice of a filter.
struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

/// A filter in force, with the address of the table without it.
struct Chip {
    what: &'static str,
    value: String,
    without: String,
}

/// One row.
struct Line {
    href: String,
    id: String,
    ticket_number: String,
    requester_name: String,
    requester_email: String,
    risk: Option<Badge>,
    status: Badge,
    category: String,
    agent_name: String,
    when: When,
}

impl Line {
    fn new(row: Listed, now: UnixMillis) -> Self {
        Self {
            href: format!("{PATH}/{}", row.id),
            id: row.id.to_string(),
            ticket_number: row.ticket_number,
            requester_name: row.requester_name,
            requester_email: row.requester_email,
            risk: row.risk.map(badge::risk),
            status: badge::status(row.status),
            category: row.category,
            agent_name: row.agent_name,
            when: when(row.created_at, now),
        }
    }
}

/// Shows the table.
pub async fn show(service: &Service, request: &Request, session: &Session) -> Result<Response, Failure> {
    let filter = filter(request);
    let position = position(request);
    let canonical = address(&filter, &position);
    let asked = if request.query.is_empty() {
        PATH.to_owned()
    } else {
        format!("{PATH}?{}", request.query)
    };
    if asked != canonical {
        // Forms send empty fields along, and people edit addresses: one view has one address.
        return Ok(pages::see_other(&canonical));
    }
    let page = console::list(service, session, filter.clone(), position).await?;
    let now = service.now();
    let go = |position: Position| address(&filter, &position);
    let view = Page {
        frame: Frame::new(service, session)?,
        search: filter.text.clone().unwrap_or_default(),
        statuses: choices(Status::ALL, filter.status, Status::as_str, Status::label),
        risks: choices(RiskLevel::ALL, filter.risk, RiskLevel::as_str, RiskLevel::label),
        chips: chips(&filter),
        rows: page.rows.into_iter().map(|row| Line::new(row, now)).collect(),
        newer: page.newer.map(|cursor| go(Position::NewerThan(cursor))),
        older: page.older.map(|cursor| go(Position::OlderThan(cursor))),
        is_filtered: filter != Filter::default(),
    };
    pages::render(StatusCode::OK, &view)
}

fn choices<T: Copy + PartialEq>(
    all: &[T],
    chosen: Option<T>,
    value: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
) -> Vec<Choice> {
    all.iter()
        .map(|&one| Choice {
            value: value(one),
            label: label(one),
            chosen: chosen == Some(one),
        })
        .collect()
}

/// What the query asks for. A value that is not understood narrows nothing.
fn filter(request: &Request) -> Filter {
    let text = request.field("q").map(|text| {
        let shown: String = text
            .chars()
            .filter(|character| !character.is_control())
            .take(MAX_SEARCH)
            .collect();
        shown.trim().to_owned()
    });
    Filter {
        status: request.field("status").as_deref().and_then(Status::parse),
        risk: request.field("risk").as_deref().and_then(RiskLevel::parse),
        text: text.filter(|text| !text.is_empty()),
    }
}

fn position(request: &Request) -> Position {
    let cursor = |name| request.field(name).as_deref().and_then(parse_cursor);
    match (cursor("older"), cursor("newer")) {
        (Some(cursor), _) => Position::OlderThan(cursor),
        (None, Some(cursor)) => Position::NewerThan(cursor),
        (None, None) => Position::Newest,
    }
}

fn parse_cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('.')?;
    Some(Cursor {
        created_at: UnixMillis(at.parse().ok()?),
        id: VerificationId::parse(id)?,
    })
}

/// The one address of a view.
fn address(filter: &Filter, position: &Position) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(text) = &filter.text {
        query.append_pair("q", text);
    }
    if let Some(status) = filter.status {
        query.append_pair("status", status.as_str());
    }
    if let Some(risk) = filter.risk {
        query.append_pair("risk", risk.as_str());
    }
    let place = |cursor: &Cursor| format!("{}.{}", cursor.created_at.0, cursor.id);
    match position {
        Position::Newest => {}
        Position::OlderThan(cursor) => {
            query.append_pair("older", &place(cursor));
        }
        Position::NewerThan(cursor) => {
            query.append_pair("newer", &place(cursor));
        }
    }
    let query = query.finish();
    if query.is_empty() {
        PATH.to_owned()
    } else {
        format!("{PATH}?{query}")
    }
}

fn chips(filter: &Filter) -> Vec<Chip> {
    let without = |change: fn(&mut Filter)| {
        let mut rest = filter.clone();
        change(&mut rest);
        address(&rest, &Position::Newest)
    };
    let text = filter.text.clone().map(|value| Chip {
        what: "Search",
        value,
        without: without(|rest| rest.text = None),
    });
    let status = filter.status.map(|status| Chip {
        what: "Verification Status",
        value: status.label().into(),
        without: without(|rest| rest.status = None),
    });
    let risk = filter.risk.map(|risk| Chip {
        what: "Risk level",
        value: risk.label().into(),
        without: without(|rest| rest.risk = None),
    });
    [text, status, risk].into_iter().flatten().collect()
}
