//! The details of one verification.

use askama::Template;
use shared::words::{Action, Status, UnixMillis};
use warp::http::StatusCode;
use warp::reply::Response;

use super::about::{Fact, about, contact_on_file};
use super::action::{self, ActionCard};
use super::badge::{self, Badge};
use super::filters::same_label;
use super::findings::{self, CheckLine, FindingLine, ScorePicture};
use super::pages::{self, Failure, Frame};
use super::timeline::{self, Event, Sent};
use super::view;
use super::words::{When, duration, when};
use crate::config::Instance;
use crate::service::Service;
use crate::service::console::{self, Details, Filter, Relation, Session};
use crate::verification::{Verification, VerificationId};

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
    /// Findings that changed nothing, for whoever wants to see all of them.
    weightless: Vec<FindingLine>,
    checks: Vec<CheckLine>,
    action_card: Option<ActionCard>,
    no_report: &'static str,
    about: Vec<Fact>,
    contacts: Vec<Fact>,
    events: Vec<Event>,
    sent: Vec<Sent>,
    related: Vec<Related>,
    /// Something was left out because of the reader's role.
    is_partial: bool,
    /// Who resolved the ticket without verification since, and when.
    bypassed: Option<(String, When)>,
}

/// Others that share something with this verification.
struct Related {
    what: &'static str,
    rows: Vec<RelatedRow>,
    all: Option<String>,
}

/// One of them.
struct RelatedRow {
    href: String,
    ticket_number: String,
    requester_name: String,
    status: Badge,
    when: When,
}

/// Shows the details of `id`, if it belongs to the session's instance.
pub async fn show(service: &Service, session: &Session, frame: Frame, id: &str) -> Result<Response, Failure> {
    let id = VerificationId::parse(id).ok_or(Failure::NotFound)?;
    let details = console::details(service, session, id).await?;
    let instance = service.instance(&session.user.instance)?;
    let (ticket, since) = (
        details.verification.ticket.sys_id.clone(),
        details.verification.created_at,
    );
    let bypass = console::bypass_of_ticket(service, session, ticket, since).await?;
    let mut page = page(service, frame, instance, details);
    page.bypassed = bypass.map(|bypass| (bypass.agent_name, when(bypass.resolved_at, service.now())));
    pages::render(StatusCode::OK, &page)
}

fn page(service: &Service, frame: Frame, instance: &Instance, details: Details) -> Page {
    let Details {
        verification: of,
        evidence,
        deliveries,
        grant,
        network,
        related,
        policy,
        is_whole,
    } = details;
    let now = service.now();
    let decision = of.decision();
    let status = of.status();
    let (findings, weightless) = decision.map(findings::lines).unwrap_or_default();
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
        score: decision.map(|decision| findings::score(decision, policy.as_deref())),
        policy_version: decision
            .map(|decision| decision.policy_version.clone())
            .unwrap_or_default(),
        findings,
        weightless,
        checks: of
            .session()
            .map(|session| findings::checks(&session.steps))
            .unwrap_or_default(),
        action_card: grant.map(|grant| action::card(&grant, now)),
        no_report: no_report(status),
        about: about(&of, network.as_ref(), is_whole, now),
        contacts: of
            .requester
            .contacts
            .iter()
            .map(|contact| contact_on_file(contact, instance))
            .collect(),
        events: timeline::events(&evidence, now),
        sent: timeline::sent(&deliveries, now),
        related: related
            .into_iter()
            .map(|relation| related_rows(relation, &of.id, now))
            .collect(),
        is_partial: !is_whole,
        bypassed: None,
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

fn related_rows(relation: Relation, of: &VerificationId, now: UnixMillis) -> Related {
    let all = relation.has_more.then(|| {
        view::address_of(Filter {
            same: Some((relation.same, of.clone())),
            ..Filter::default()
        })
    });
    let row = |row: console::Listed| RelatedRow {
        href: format!("{}/{}", view::PATH, row.id),
        status: badge::status(row.status),
        when: when(row.created_at(), now),
        ticket_number: row.ticket_number,
        requester_name: row.requester_name,
    };
    Related {
        what: same_label(relation.same),
        rows: relation.rows.into_iter().map(row).collect(),
        all,
    }
}
