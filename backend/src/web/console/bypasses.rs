//! Tickets that were resolved without verification.

use askama::Template;
use shared::words::{Action, UnixMillis};
use url::form_urlencoded::Serializer;
use warp::http::StatusCode;
use warp::reply::Response;

use super::filters::Choice;
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::view::{MAX_TEXT, day, day_word, with_query};
use super::words::{When, when};
use crate::config::Instance;
use crate::service::Service;
use crate::service::console::{self, BypassPage, PAGE_ROWS, Session};
use crate::store::bypasses::Narrowing;
use crate::verification::bypass::{Bypass, Reason, is_sys_id};

/// Where the page is.
pub const PATH: &str = "/console/bypasses";
const DAY_SECONDS: i64 = 86_400;

#[derive(Template)]
#[template(path = "console/bypasses.html")]
struct Page {
    frame: Frame,
    from: String,
    to: String,
    agents: Vec<Choice>,
    rows: Vec<Line>,
    older: Option<String>,
    newest: Option<String>,
    is_filtered: bool,
    /// How the reading stands, where it is not simply fine.
    notice: Option<&'static str>,
    last: Option<When>,
}

/// One ticket.
struct Line {
    ticket: String,
    ticket_href: String,
    agent: String,
    agent_user: String,
    when: When,
    action: &'static str,
    policy: String,
    reason: &'static str,
    verification: Option<String>,
}

impl Line {
    fn new(of: Bypass, instance: &Instance, now: UnixMillis) -> Self {
        Self {
            ticket_href: format!(
                "{}/{}.do?sys_id={}",
                instance.url, of.ticket_table, of.ticket_sys_id
            ),
            ticket: of.ticket_number,
            agent: of.agent_name,
            agent_user: of.agent_user_name,
            when: when(of.resolved_at, now),
            action: of.action.map_or("–", Action::label),
            policy: of.policy,
            reason: of.reason.map_or("Not recorded", Reason::label),
            verification: of.verification.map(|id| id.to_string()),
        }
    }
}

/// The address of the list between two moments, and of one agent.
pub fn address(from: UnixMillis, before: UnixMillis, agent: Option<&str>) -> String {
    let narrowing = Narrowing {
        from: Some(from),
        before: Some(before),
        agent: agent.map(str::to_owned),
        after: None,
    };
    address_of(&narrowing)
}

fn address_of(of: &Narrowing) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(from) = of.from {
        query.append_pair("from", &day_word(from));
    }
    if let Some(before) = of.before {
        query.append_pair("to", &day_word(before.plus_seconds(-1)));
    }
    if let Some(agent) = &of.agent {
        query.append_pair("agent", agent);
    }
    if let Some((at, id)) = &of.after {
        query.append_pair("after", &format!("{}~{id}", at.0));
    }
    with_query(PATH, &query.finish())
}

/// Where a page begins: behind which row.
pub fn cursor(text: &str) -> Option<(UnixMillis, String)> {
    let (at, id) = text.split_once('~')?;
    Some((
        UnixMillis(at.parse().ok()?),
        is_sys_id(id).then(|| id.to_owned())?,
    ))
}

/// Reads the filters of an address. What is not understood narrows nothing.
fn narrowing(request: &Request) -> Narrowing {
    Narrowing {
        from: request.field("from").as_deref().and_then(day),
        before: request
            .field("to")
            .as_deref()
            .and_then(day)
            .map(|day| day.plus_seconds(DAY_SECONDS)),
        agent: request
            .field("agent")
            .filter(|agent| !agent.is_empty() && agent.len() <= MAX_TEXT),
        after: request.field("after").as_deref().and_then(cursor),
    }
}

/// Shows the list.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
) -> Result<Response, Failure> {
    let of = narrowing(request);
    let found = console::bypass_rows(service, session, of.clone(), PAGE_ROWS).await?;
    let instance = service.instance(&session.user.instance)?;
    let now = service.now();
    let last_row = found
        .rows
        .last()
        .map(|row| (row.resolved_at, row.event_sys_id.clone()));
    let page = Page {
        frame,
        from: of.from.map(day_word).unwrap_or_default(),
        to: of
            .before
            .map(|before| day_word(before.plus_seconds(-1)))
            .unwrap_or_default(),
        notice: notice(&found),
        last: found
            .pull
            .as_ref()
            .and_then(|pull| pull.fine_at)
            .map(|at| when(at, now)),
        agents: found
            .agents
            .into_iter()
            .map(|(value, name)| Choice {
                chosen: of.agent.as_deref() == Some(&*value),
                label: if name.is_empty() { value.clone() } else { name },
                value,
            })
            .collect(),
        older: last_row.filter(|_| found.has_more).map(|row| {
            address_of(&Narrowing {
                after: Some(row),
                ..of.clone()
            })
        }),
        newest: of.after.as_ref().map(|_| {
            address_of(&Narrowing {
                after: None,
                ..of.clone()
            })
        }),
        is_filtered: of.from.is_some() || of.before.is_some() || of.agent.is_some(),
        rows: found
            .rows
            .into_iter()
            .map(|row| Line::new(row, instance, now))
            .collect(),
    };
    pages::render(StatusCode::OK, &page)
}

/// What to know of the reading before one trusts the list.
fn notice(of: &BypassPage) -> Option<&'static str> {
    match &of.pull {
        None => Some("ServiceNow was not asked yet. The first answer comes within minutes of the start."),
        Some(pull) if pull.is_too_old => Some(
            "The imper.ai Verification app in ServiceNow is too old to tell, or is not installed. Update it; it has kept what it recorded.",
        ),
        Some(pull) if pull.error.is_some() => Some(
            "ServiceNow could not be asked the last time, so the newest may be missing. It is tried again; nothing is lost.",
        ),
        Some(pull) if pull.skipped > 0 => Some(
            "Some of what ServiceNow told could not be read and is left out. The ticket list in ServiceNow has it.",
        ),
        Some(_) => None,
    }
}
