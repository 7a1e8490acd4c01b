//! Result events for ServiceNow: made from the state just reached, queued in the same transaction.

use rusqlite::Transaction;
use shared::events::{ActionReport, ResultEvent, TicketRef, VerificationSummary};
use shared::words::{Status, UnixMillis};

use super::{Service, ServiceError};
use crate::ports::random;
use crate::store::outbox::{self, Message};
use crate::store::{StoreError, evidence};
use crate::verification::{Grant, Verification};

/// Queues the event for the status that `verification` has now, and counts it.
pub(super) fn queue(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
) -> Result<(), ServiceError> {
    let kind = format!("verification.{}", verification.status().as_str());
    queue_with(service, tx, verification, kind, None)
}

fn queue_with(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
    kind: String,
    action: Option<ActionReport>,
) -> Result<(), ServiceError> {
    verification.event_sequence += 1;
    let id = format!(
        "evt_{}",
        crate::keys::hex(&random::<16>(service.entropy.as_ref())?)
    );
    let event = ResultEvent {
        kind,
        action,
        ..result_event(service, verification, id.clone(), service.now())
    };
    let body = serde_json::to_string(&event).map_err(|error| StoreError::Corrupt {
        what: "result event",
        error: error.to_string(),
    })?;
    let lane = format!("event:{}", verification.id);
    let message = Message::Event { id, body };
    outbox::add(
        tx,
        &verification.instance,
        &verification.id,
        &lane,
        &message,
        service.now(),
    )?;
    Ok(())
}

/// Queues the event `action.…` for a grant, and counts it.
pub(super) fn queue_action(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
    grant: &Grant,
    what: &str,
) -> Result<(), ServiceError> {
    let summary = match what {
        "disputed" => {
            "Somebody at a contact on file says: this was not me. Treat the account as taken over.".into()
        }
        _ => grant.summary(),
    };
    let report = ActionReport {
        action: grant.binding.action,
        state: grant.word(),
        connector: grant.kind.clone(),
        automated: grant.kind != "manual",
        receipt: grant.ending().map(|ending| ending.receipt.as_str().to_owned()),
        summary,
        expires_at: grant.is_open().then(|| rfc3339(grant.expires_at)),
    };
    queue_with(service, tx, verification, format!("action.{what}"), Some(report))
}

/// Queues the event `verification.disputed`, and counts it: a pass was taken back, and no event of an action says so.
pub(super) fn queue_disputed(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
) -> Result<(), ServiceError> {
    queue_with(service, tx, verification, "verification.disputed".into(), None)
}

/// The console's page of a verification.
pub(super) fn details_url(service: &Service, verification: &Verification) -> String {
    format!(
        "{}/console/verifications/{}",
        service.config.server.public_url, verification.id
    )
}

fn result_event(service: &Service, of: &Verification, id: String, at: UnixMillis) -> ResultEvent {
    let status = of.status();
    let decision = of.decision();
    ResultEvent {
        id,
        kind: String::new(),
        sequence: of.event_sequence,
        occurred_at: rfc3339(at),
        verification: VerificationSummary {
            id: of.id.to_string(),
            url: details_url(service, of),
            status,
            outcome: decision.map(|d| d.outcome),
            risk_level: decision.map(|d| d.level),
            risk_score: decision.map(|d| d.score),
            recommendation: decision.map(|d| d.recommendation),
            recommendation_text: decision.map(|d| d.recommendation.label().to_owned()),
            report_summary: decision.map_or_else(|| reason_without_decision(of), |d| d.report.summary()),
            action: of.action,
            channel: of.destination.channel(),
            destination: of.destination.masked(),
            agent_sys_id: of.agent.sys_id.clone(),
            agent_name: of.agent.name.clone(),
            requester_sys_id: of.requester.sys_id.clone(),
            created_at: rfc3339(of.created_at),
            ended_at: of.ended_at().map(rfc3339),
        },
        ticket: TicketRef {
            table: of.ticket.table.clone(),
            sys_id: of.ticket.sys_id.clone(),
            number: of.ticket.number.clone(),
        },
        action: None,
    }
}

fn reason_without_decision(of: &Verification) -> String {
    match (of.status(), &of.delivery) {
        (Status::Undeliverable, crate::verification::Delivery::Refused { reason, .. }) => reason.clone(),
        _ => String::new(),
    }
}

/// RFC 3339 in UTC with whole seconds.
pub(crate) fn rfc3339(at: UnixMillis) -> String {
    jiff::Timestamp::from_second(at.unix_seconds()).map_or_else(|_| String::new(), |time| time.to_string())
}

/// Evidence that an event reached the instance.
pub(super) fn record_delivery(
    service: &Service,
    tx: &Transaction<'_>,
    due: &outbox::Due,
    event_id: &str,
) -> Result<(), ServiceError> {
    let salt = random::<16>(service.entropy.as_ref())?;
    let body = serde_json::json!({ "event": event_id }).to_string();
    evidence::append(
        tx,
        &due.instance,
        &due.verification,
        "event.delivered",
        &body,
        salt,
        service.now(),
    )?;
    Ok(())
}
