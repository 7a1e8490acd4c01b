//! What a pass permits: grants are made by the decision, spent by the requester, and end with a receipt. Each step
//! commits grant, evidence and event in one transaction; a directory is only called between two of them.

mod alarm;
mod desk;
mod perform;
mod step;
mod sweep;
#[cfg(test)]
mod tests;

use rusqlite::Transaction;
use serde_json::json;

pub(super) use alarm::{ALARM_MINUTES, LINK_SECONDS, contacts, dispute, notice_link, queue_notices};
pub use alarm::{Alarmed, alarm, look_at_alarm};
pub use desk::{confirm, release};
pub use perform::{Attempt, Wish, perform, receipt};
pub use step::{ActionStep, rules};
pub use sweep::{next, sweep};

use super::{Service, ServiceError, events, record};
use crate::store::{grants, verifications};
use crate::verification::grant::{Binding, GrantState, Terms, Why};
use crate::verification::{Grant, Verification};

/// Makes the grant of a verification that has just passed, if a connector performs the action that its ticket asks
/// for. Called by the decision and by nothing else.
pub(super) fn grant(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
) -> Result<(), ServiceError> {
    let passed = verification.status() == shared::words::Status::Passed;
    let Some(binding) = Binding::of(verification).filter(|_| passed) else {
        return Ok(());
    };
    let instance = service.instance(&binding.instance)?;
    let Some(settings) = instance.actions.get(&binding.action) else {
        return Ok(());
    };
    let Some(connector) = instance.connectors.get(&settings.connector) else {
        return Ok(());
    };
    let kind = connector.kind().to_owned();
    let terms = Terms {
        connector: settings.connector.clone(),
        is_manual: matches!(connector, crate::actions::settings::ConnectorSettings::Manual),
        needs_release: settings.needs_release(&verification.requester.user_name),
        kind,
    };
    let grant = Grant::new(binding, terms, service.now());
    grants::add(tx, &grant)?;
    tell(service, tx, verification, &grant, &json!({}))
}

/// Takes back what is open for a requester or a ticket. What runs cannot be taken back.
pub(super) fn revoke(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    why: Why,
) -> Result<usize, ServiceError> {
    let ticket = (of.ticket.table.as_str(), of.ticket.sys_id.as_str());
    let open = grants::list_open(tx, &of.instance, &of.requester.sys_id, ticket)?;
    let mut revoked = 0;
    for grant in open {
        revoked += usize::from(revoke_one(service, tx, &grant, why)?);
    }
    Ok(revoked)
}

/// Takes back what this verification has granted, and nothing of another. False when nothing of it is open.
pub(super) fn take_back(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    why: Why,
) -> Result<bool, ServiceError> {
    match in_force(service, tx, of)? {
        Some(grant) => revoke_one(service, tx, &grant, why),
        None => Ok(false),
    }
}

/// The grant of this verification, while its time runs.
fn in_force(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
) -> Result<Option<Grant>, ServiceError> {
    let grant = grants::find(tx, &of.instance, &of.id)?;
    Ok(grant.filter(|grant| service.now() < grant.expires_at))
}

/// Would [`take_back`] take anything back?
pub(super) fn can_take_back(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
) -> Result<bool, ServiceError> {
    let grant = in_force(service, tx, of)?;
    Ok(grant.is_some_and(|grant| grant.revoked(Why::Manager, service.now()).is_ok()))
}

fn revoke_one(
    service: &Service,
    tx: &Transaction<'_>,
    grant: &Grant,
    why: Why,
) -> Result<bool, ServiceError> {
    let Ok(taken) = grant.clone().revoked(why, service.now()) else {
        return Ok(false);
    };
    let Binding {
        instance,
        verification: id,
        ..
    } = &grant.binding;
    let Some(mut verification) = verifications::lookup(tx, instance, id)? else {
        return Ok(false);
    };
    let more = json!({ "why": why.as_str() });
    change(service, tx, &mut verification, grant, &taken, &more)?;
    verifications::update(tx, &verification)?;
    service.announce(id);
    Ok(true)
}

/// Writes a changed grant back and tells of it. The verification's event number changes: the caller writes it back.
fn change(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
    before: &Grant,
    after: &Grant,
    more: &serde_json::Value,
) -> Result<(), ServiceError> {
    grants::update(tx, before, after)?;
    tell(service, tx, verification, after, more)
}

/// Evidence and event of the state that a grant has reached.
fn tell(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &mut Verification,
    grant: &Grant,
    more: &serde_json::Value,
) -> Result<(), ServiceError> {
    let word = grant.word().as_str();
    let mut body = json!({
        "action": grant.binding.action.as_str(),
        "connector": grant.connector,
        "kind": grant.kind,
        "attempts": grant.attempts,
    });
    if grant.is_open() {
        body["expires_at"] = events::rfc3339(grant.expires_at).into();
    }
    if let Some(ending) = grant.ending() {
        body["receipt"] = ending.receipt.as_str().into();
        body["summary"] = ending.summary.as_str().into();
        body["answer"] = ending.answer.as_str().into();
        body["reason"] = ending
            .reason
            .map(crate::verification::grant::Reason::as_str)
            .into();
        body["by"] = ending.by.as_ref().map(|person| person.sys_id.as_str()).into();
    }
    if let GrantState::Failed { may_retry, .. } = &grant.state {
        body["may_retry"] = (*may_retry).into();
    }
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    record(service, tx, verification, &format!("action.{word}"), &body)?;
    metrics::counter!("actions_total", "action" => grant.binding.action.as_str(), "kind" => grant.kind.clone(), "state" => word)
        .increment(1);
    events::queue_action(service, tx, verification, grant, word)
}
