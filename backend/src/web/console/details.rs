//! The details of one verification.

use askama::Template;
use shared::agent_token::Contact;
use shared::words::{Action, Status, UnixMillis};
use warp::http::StatusCode;
use warp::reply::Response;

use super::action::{self, ActionCard};
use super::badge::{self, Badge};
use super::findings::{self, CheckLine, FindingLine, ScorePicture};
use super::pages::{self, Failure, Frame};
use super::request::Request;
use super::timeline::{self, Event, Sent};
use super::words::{When, browser, duration, when};
use crate::config::Instance;
use crate::service::Service;
use crate::service::console::{self, Details, Session};
use crate::verification::{Delivery, Destination, State, Verification, VerificationId, state};

#[derive(Template)]
#[template(path = "console/details.html")]
struct Page {
    frame: Frame,
    id: String,
    ticket_number: String,
    ticket_href: Option<String>,
    subject: String,
    description: String,
    category: String,
    action: &'static str,
    requester_name: String,
    requester_user: String,
    requester_email: String,
    agent_name: String,
    agent_user: String,
    status: Badge,
    risk: Option<Badge>,
    recommendation: &'static str,
    recommendation_tone: &'static str,
    created: When,
    ended: Option<When>,
    took: String,
    expires: Option<When>,
    score: Option<ScorePicture>,
    policy_version: String,
    findings: Vec<FindingLine>,
    checks: Vec<CheckLine>,
    action_card: Option<ActionCard>,
    no_report: &'static str,
    about: Vec<Fact>,
    contacts: Vec<Fact>,
    events: Vec<Event>,
    sent: Vec<Sent>,
}

/// A name and a value, with a remark.
struct Fact {
    name: String,
    value: String,
    remark: String,
}

impl Fact {
    fn new(name: &str, value: impl Into<String>, remark: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            remark: remark.into(),
        }
    }
}

/// Shows the details of `id`, if it belongs to the session's instance.
pub async fn show(
    service: &Service,
    request: &Request,
    session: &Session,
    id: &str,
) -> Result<Response, Failure> {
    let id = VerificationId::parse(id).ok_or(Failure::NotFound)?;
    let details = console::details(service, session, id, request.client.clone()).await?;
    let frame = Frame::new(service, session)?;
    let instance = service.instance(&session.user.instance)?;
    pages::render(StatusCode::OK, &page(service, frame, instance, details))
}

fn page(service: &Service, frame: Frame, instance: &Instance, details: Details) -> Page {
    let Details {
        verification: of,
        evidence,
        deliveries,
        grant,
    } = details;
    let now = service.now();
    let decision = of.decision();
    let status = of.status();
    Page {
        frame,
        id: of.id.to_string(),
        ticket_href: ticket_href(instance, &of),
        status: badge::status(status),
        risk: decision.map(|decision| badge::risk(decision.level)),
        recommendation: decision.map_or(findings::without_decision(status.is_final()), |decision| {
            decision.recommendation.label()
        }),
        recommendation_tone: decision.map_or(
            if status.is_final() { "attention" } else { "pending" },
            |decision| findings::recommendation_tone(decision.level),
        ),
        created: when(of.created_at, now),
        ended: of.ended_at().map(|at| when(at, now)),
        took: of
            .ended_at()
            .map(|at| duration(at.millis_since(of.created_at) / 1000))
            .unwrap_or_default(),
        expires: of.expires_at().map(|at| when(at, now)),
        score: decision.map(|decision| findings::score(decision, service.policy(&of.instance))),
        policy_version: decision
            .map(|decision| decision.policy_version.clone())
            .unwrap_or_default(),
        findings: decision.map(findings::lines).unwrap_or_default(),
        checks: of
            .session()
            .map(|session| findings::checks(&session.steps))
            .unwrap_or_default(),
        action_card: grant.map(|grant| action::card(&grant, now)),
        no_report: no_report(status),
        about: about(&of, now),
        contacts: of
            .requester
            .contacts
            .iter()
            .map(|contact| contact_on_file(contact, instance))
            .collect(),
        events: timeline::events(&evidence, now),
        sent: timeline::sent(&deliveries, now),
        action: of.action.map_or("None: the agent acts by hand", Action::label),
        ticket_number: of.ticket.number,
        subject: of.ticket.short_description,
        description: of.ticket.description,
        category: of.ticket.category,
        requester_name: of.requester.name,
        requester_user: of.requester.user_name,
        requester_email: of.requester.email,
        agent_name: of.agent.name,
        agent_user: of.agent.user_name,
    }
}

/// Why there is no report.
const fn no_report(status: Status) -> &'static str {
    match status {
        Status::Sending | Status::Sent | Status::Opened => {
            "The requester has not begun yet. The report is made when the checks are answered."
        }
        Status::InProgress => {
            "The requester is answering the checks. The report is made when nothing is left to answer."
        }
        Status::Expired => "The time ran out before the checks were answered, so nothing was decided.",
        Status::Cancelled => "The agent cancelled it before a decision.",
        Status::Undeliverable => "The link could not be delivered, so nobody was asked anything.",
        Status::Passed | Status::Failed => "",
    }
}

/// The ticket in ServiceNow. Table and id come from the signed token, but an address is made only of what looks right.
fn ticket_href(instance: &Instance, of: &Verification) -> Option<String> {
    let table_fits = of
        .ticket
        .table
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let id_fits =
        of.ticket.sys_id.len() == 32 && of.ticket.sys_id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (table_fits && id_fits && !of.ticket.table.is_empty()).then(|| {
        format!(
            "{}/{}.do?sys_id={}",
            instance.url, of.ticket.table, of.ticket.sys_id
        )
    })
}

/// What is known about the person and their browser.
fn about(of: &Verification, now: UnixMillis) -> Vec<Fact> {
    let session = match &of.state {
        State::InProgress(session) => Some(session),
        State::Decided(decided) => decided.session.as_ref(),
        _ => None,
    };
    let mut facts = about_link(of, session, now);
    let on_file = |value: &str| match value {
        "" => "None on file".to_owned(),
        value => format!("On file: {value}"),
    };
    let told = |value: &str| {
        if value.is_empty() {
            "Not told".to_owned()
        } else {
            value.to_owned()
        }
    };
    let unknown = || "Not known".to_owned();
    let client = session.map(|session| &session.client);
    let (name, remark) = client.map_or((unknown(), "The requester has not pressed Begin"), |client| {
        (
            browser(&client.user_agent).unwrap_or_else(|| "Not recognised".into()),
            client.user_agent.as_str(),
        )
    });
    facts.push(Fact::new("Browser", name, remark));
    let language = client.map_or_else(unknown, |client| told(&client.accept_language));
    facts.push(Fact::new("Language", language, on_file(&of.requester.language)));
    let time_zone = client.map_or_else(unknown, |client| {
        let offset = client
            .utc_offset_minutes
            .map(|minutes| format!(" (UTC{})", offset(minutes)));
        told(&client.time_zone) + &offset.unwrap_or_default()
    });
    facts.push(Fact::new(
        "Time zone",
        time_zone,
        on_file(&of.requester.time_zone),
    ));
    if let Some(client) = client {
        let program = if client.is_automated() || client.is_headless() {
            "Yes"
        } else {
            "No sign of it"
        };
        let remark = if client.script_ran {
            ""
        } else {
            "The page's script did not run"
        };
        facts.push(Fact::new("Driven by a program", program, remark));
    }
    facts
}

/// Where the link went, and who opened it.
fn about_link(of: &Verification, session: Option<&state::Session>, now: UnixMillis) -> Vec<Fact> {
    let on_file = if of.destination_on_file {
        "On file"
    } else {
        "Not on file: the agent entered it"
    };
    let channel = of.destination.channel().label();
    let mut facts = vec![Fact::new(
        "Link sent to",
        of.destination.masked(),
        format!("{channel}. {on_file}"),
    )];
    match &of.delivery {
        Delivery::Refused { reason, .. } => facts.push(Fact::new("Delivery", "Refused", reason.clone())),
        Delivery::Delayed { reason, .. } => facts.push(Fact::new("Delivery", "Tried again", reason.clone())),
        Delivery::Queued | Delivery::Accepted { .. } | Delivery::Delivered { .. } => {}
    }
    let first = of
        .opens
        .first_at
        .map(|at| format!("First {}", when(at, now).exact));
    facts.push(Fact::new(
        "Openings of the link",
        of.opens.count.to_string(),
        first.unwrap_or_default(),
    ));
    let mut devices: Vec<&str> = of.opens.devices.iter().map(String::as_str).collect();
    devices.extend(session.map(|session| session.client.device_digest.as_str()));
    devices.sort_unstable();
    devices.dedup();
    let remark = "Browsers told apart by what they call themselves";
    facts.push(Fact::new("Devices", devices.len().to_string(), remark));
    facts
}

fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '−' } else { '+' };
    format!(
        "{sign}{:02}:{:02}",
        minutes.unsigned_abs() / 60,
        minutes.unsigned_abs() % 60
    )
}

/// A contact that ServiceNow has on file, masked.
fn contact_on_file(contact: &Contact, instance: &Instance) -> Fact {
    let read = Destination::parse(
        contact.channel,
        &contact.address,
        instance.default_region.as_deref(),
    );
    let value = read.map_or_else(|_| "Not usable".to_owned(), |destination| destination.masked());
    Fact::new(contact.channel.label(), value, format!("From {}", contact.source))
}
