//! What goes out: what waits, what was given up, and which ways are open.

use askama::Template;
use shared::words::{Channel, UnixMillis};
use warp::http::StatusCode;
use warp::reply::Response;

use crate::delivery::circuit::{Neighbour, State};
use crate::service::Service;
use crate::service::console::delivery::{self, Behind, GivenUp, Waiting, Way};
use crate::service::console::{Admin, Session};
use crate::verification::VerificationId;
use crate::web::console::badge::{self, Badge};
use crate::web::console::filters::Choice;
use crate::web::console::pages::{self, Failure, Frame};
use crate::web::console::request::{Form, Request};
use crate::web::console::saved::check_form;
use crate::web::console::view::with_query;
use crate::web::console::words::{When, count, when};

/// Where the page is.
pub const PATH: &str = "/console/admin/delivery";

/// What the outbox holds, in its own words and in those of people.
const KINDS: [(&str, &str); 8] = [
    ("link", "Verification link"),
    ("code", "Code"),
    ("notice", "Notice of an action"),
    ("enrolled", "Notice of an enrolment"),
    ("warning", "Warning to the person"),
    ("approval", "Question to the manager"),
    ("test", "Test message"),
    ("event", "Result for ServiceNow"),
];

#[derive(Template)]
#[template(path = "console/admin/delivery.html")]
struct Page {
    frame: Frame,
    notice: Option<String>,
    ways: Vec<WayLine>,
    waiting: Vec<WaitingLine>,
    kinds: Vec<Choice>,
    again: Vec<Again>,
    rows: Vec<Line>,
    older: Option<String>,
    newest: Option<String>,
    is_narrowed: bool,
}

/// One way out.
pub struct WayLine {
    /// What it is.
    pub name: &'static str,
    /// How it stands.
    pub badge: Badge,
    /// Until when, and why; empty if it is open.
    pub detail: String,
}

/// What waits, of one kind.
struct WaitingLine {
    kind: String,
    count: String,
    oldest: When,
    next: When,
    tried: u32,
}

/// Trying everything of a kind again.
struct Again {
    kind: String,
    label: String,
    count: u32,
}

/// One row that was given up.
struct Line {
    id: i64,
    kind: String,
    /// Ticket or id, and where it leads; nothing for a test message.
    verification: Option<(String, String)>,
    queued: When,
    ended: When,
    attempts: u32,
    error: String,
}

/// What people call a kind of row.
pub fn kind_name(kind: &str) -> String {
    let known = KINDS.iter().find(|(stored, _)| *stored == kind);
    known.map_or_else(|| kind.to_owned(), |(_, name)| (*name).to_owned())
}

/// A way in words.
pub fn way_line(way: &Way, now: UnixMillis) -> WayLine {
    let name = match &way.neighbour {
        Neighbour::Channel(Channel::Email) => "Mail server",
        Neighbour::Channel(Channel::Sms) => "Text message gateway",
        Neighbour::Instance(_) => "ServiceNow",
    };
    let (tone, icon, word, detail) = match way.state {
        State::Closed if way.why.is_empty() => ("passed", badge::TICK, "Open", String::new()),
        State::Closed => (
            "attention",
            badge::WARNING,
            "Open, with failures",
            format!("The last attempt failed. {}", way.why),
        ),
        State::Trying { .. } => (
            "attention",
            badge::WARNING,
            "Being tried",
            format!("One message tries whether it works again. {}", way.why),
        ),
        State::Open { until } => (
            "failed",
            badge::CROSS,
            "Paused",
            format!(
                "The next attempt is in {} s. {}",
                now.seconds_until(until),
                way.why
            ),
        ),
    };
    WayLine {
        name,
        badge: Badge { tone, icon, word },
        detail,
    }
}

impl WaitingLine {
    fn new(of: &Waiting, now: UnixMillis) -> Self {
        Self {
            kind: kind_name(&of.kind),
            count: count(of.count),
            oldest: when(of.oldest, now),
            next: when(of.next_at.max(now), now),
            tried: of.tried,
        }
    }
}

impl Line {
    fn new(of: GivenUp, now: UnixMillis) -> Self {
        let id = VerificationId::parse(&of.verification).filter(|_| of.ticket.is_some());
        Self {
            id: of.id,
            verification: id.map(|id| {
                let label = of.ticket.unwrap_or_else(|| id.to_string());
                (label, format!("/console/verifications/{id}"))
            }),
            kind: kind_name(&of.kind),
            queued: when(of.created_at, now),
            ended: when(of.ended_at, now),
            attempts: of.attempts,
            error: if of.error.is_empty() {
                "Not known.".to_owned()
            } else {
                of.error
            },
        }
    }
}

/// Shows the page.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let kind = request.field("kind").filter(|kind| is_kind(kind));
    let behind = request.field("before").as_deref().and_then(read_behind);
    let found = delivery::traffic(service, Admin::of(session)?, kind.clone(), behind).await?;
    let now = service.now();
    let address = |behind: Option<Behind>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = &kind {
            query.append_pair("kind", kind);
        }
        if let Some(Behind { ended_at, id }) = behind {
            query.append_pair("before", &format!("{}.{id}", ended_at.0));
        }
        with_query(PATH, &query.finish())
    };
    let last = found.given_up.last().map(|row| Behind {
        ended_at: row.ended_at,
        id: row.id,
    });
    let any = Choice {
        value: String::new(),
        label: "Everything".into(),
        chosen: kind.is_none(),
    };
    let kinds = KINDS.iter().map(|(value, label)| Choice {
        value: (*value).into(),
        label: (*label).into(),
        chosen: kind.as_deref() == Some(value),
    });
    let page = Page {
        frame,
        notice: request.field("tried").as_deref().and_then(notice),
        ways: found.ways.iter().map(|way| way_line(way, now)).collect(),
        waiting: found
            .waiting
            .iter()
            .map(|row| WaitingLine::new(row, now))
            .collect(),
        kinds: [any].into_iter().chain(kinds).collect(),
        again: found
            .kinds
            .into_iter()
            .map(|(kind, count)| Again {
                label: kind_name(&kind),
                kind,
                count,
            })
            .collect(),
        older: last.filter(|_| found.has_older).map(|last| address(Some(last))),
        newest: behind.map(|_| address(None)),
        is_narrowed: kind.is_some(),
        rows: found
            .given_up
            .into_iter()
            .map(|row| Line::new(row, now))
            .collect(),
    };
    pages::render(StatusCode::OK, &page)
}

/// Tries one row again, or all of a kind.
pub async fn retry(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let admin = Admin::of(session)?;
    let kind = form.get("kind");
    let retried = if is_kind(kind) {
        delivery::retry_kind(service, admin, kind.to_owned(), &request.client).await?
    } else {
        let id = form.get("id").parse().map_err(|_| Failure::NotFound)?;
        delivery::retry_one(service, admin, id, &request.client).await?
    };
    let tried = format!("tried={}.{}", retried.revived, retried.useless);
    Ok(pages::see_other(&with_query(PATH, &tried)))
}

fn is_kind(kind: &str) -> bool {
    KINDS.iter().any(|(known, _)| *known == kind)
}

fn read_behind(text: &str) -> Option<Behind> {
    let (ended_at, id) = text.split_once('.')?;
    Some(Behind {
        ended_at: UnixMillis(ended_at.parse().ok()?),
        id: id.parse().ok()?,
    })
}

/// What became of the last wish, from the address that it led to.
fn notice(text: &str) -> Option<String> {
    let (revived, useless) = text.split_once('.')?;
    let (revived, useless): (u32, u32) = (revived.parse().ok()?, useless.parse().ok()?);
    let done = match revived {
        0 => "Nothing is tried again.".to_owned(),
        1 => "One message is tried again.".to_owned(),
        more => format!("{more} messages are tried again."),
    };
    Some(match useless {
        0 => done,
        1 => format!("{done} One is of no use any more: its verification has gone on or ended."),
        more => format!("{done} {more} are of no use any more: their verifications have gone on or ended."),
    })
}
