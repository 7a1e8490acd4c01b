//! How a session goes on: its checks are opened, the code is sent when its check comes up, and the last answer decides.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{CheckKind, UnixMillis};

use super::super::{Service, ServiceError, destination_digest, events, record};
use crate::store::outbox::{self, Message};
use crate::store::verifications;
use crate::verification::checks::{call_number, on_file_code};
use crate::verification::{Check, CheckDetail, Facts, Session, Verification, decide, limits};

/// Opens the checks that the policy requires, in its order.
pub(super) fn open_checks(
    service: &Service,
    of: &Verification,
    now: UnixMillis,
) -> Result<Vec<Check>, ServiceError> {
    let region = service.instance(&of.instance)?.default_region.as_deref();
    let channels = service.config.channels();
    let open = |kind: &CheckKind| match kind {
        CheckKind::CallNumber => call_number::open(),
        CheckKind::OnFileCode => {
            let contacts = &of.requester.contacts;
            let contact =
                on_file_code::choose_contact(contacts, &of.destination, &channels, of.action, region);
            on_file_code::open(contact, now)
        }
    };
    Ok(service.config.policy.required_checks.iter().map(open).collect())
}

/// Goes on after an answer: sends the code when its check comes up, decides when nothing is left to ask.
pub(in crate::service) fn proceed(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
) -> Result<Verification, ServiceError> {
    let Some(session) = verification.session() else {
        return Ok(verification);
    };
    if session.is_answered() {
        return finish(service, tx, verification, false);
    }
    let code_is_due = session
        .current_check()
        .is_some_and(|check| matches!(&check.detail, CheckDetail::OnFileCode(code) if code.code_number == 0));
    if code_is_due {
        send_code(service, tx, verification)
    } else {
        Ok(verification)
    }
}

/// Makes the next code and queues it.
pub(super) fn send_code(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let contact = verification
        .session()
        .and_then(Session::current_check)
        .and_then(|check| match &check.detail {
            CheckDetail::OnFileCode(code) => code.contact.clone().map(|contact| (contact, code.code_number)),
            CheckDetail::CallNumber => None,
        });
    let Some((contact, earlier_codes)) = contact else {
        return Ok(verification);
    };
    let digest = service
        .config
        .keys
        .address_digest(&contact.destination.normalized());
    if earlier_codes > 0 {
        let agent = verification.agent.sys_id.clone();
        let counts = verifications::counts(
            tx,
            &verification.instance,
            &agent,
            &verification.requester.sys_id,
            &digest,
            now,
        )?;
        limits::may_send(counts)?;
    }
    verifications::log_message(tx, &verification.instance, &digest, now)?;
    let sent = verification.with_session(now, |mut session| {
        for check in &mut session.checks {
            if let CheckDetail::OnFileCode(code) = &mut check.detail {
                *code = code.clone().issued(now);
            }
        }
        session
    })?;
    let number = earlier_codes + 1;
    let lane = format!("code:{}", sent.id);
    outbox::add(
        tx,
        &sent.instance,
        &sent.id,
        &lane,
        &Message::Code { number },
        now,
    )?;
    let body = json!({ "number": number, "contact": contact.destination.masked(), "source": contact.source, "independent": contact.independent });
    record(service, tx, &sent, "code.queued", &body)?;
    Ok(sent)
}

/// Decides, with everything that is known now.
pub(super) fn finish(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    refused: bool,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let digest = destination_digest(service, &verification);
    let history = verifications::history(tx, &verification, &digest, now)?;
    let session = verification.session();
    let client = session.map(|session| session.client.clone());
    let mut devices = verification.opens.devices.clone();
    devices.extend(client.iter().map(|client| client.device_digest.clone()));
    devices.sort();
    devices.dedup();
    let facts = Facts {
        checks: session.map_or_else(Vec::new, |session| session.checks.clone()),
        destination_on_file: verification.destination_on_file,
        opens: verification.opens.count,
        devices: u32::try_from(devices.len()).unwrap_or(u32::MAX),
        client,
        time_zone_on_file: verification.requester.time_zone.clone(),
        language_on_file: verification.requester.language.clone(),
        history,
        refused_by_requester: refused,
    };
    let decision = decide(facts, &service.config.policy, now);
    let body = json!({
        "outcome": decision.outcome.as_str(),
        "level": decision.level.as_str(),
        "score": decision.score,
        "policy": decision.policy_version,
        "findings": decision.report.findings.iter().map(|f| json!({ "code": f.code, "weight": f.weight })).collect::<Vec<_>>(),
    });
    metrics::counter!("verifications_decided_total", "outcome" => decision.outcome.as_str(), "risk" => decision.level.as_str())
        .increment(1);
    let mut decided = verification.decided(decision)?;
    record(service, tx, &decided, "verification.decided", &body)?;
    events::queue(service, tx, &mut decided)?;
    Ok(decided)
}
