//! How a session goes on: its checks are opened, the code is sent when its check comes up, and the last answer decides.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{CheckKind, UnixMillis};

use super::super::{Service, ServiceError, actions, decisions, events, factors, facts, record, warning};
use crate::store::outbox::{self, Message};
use crate::store::verifications;
use crate::verification::checks::{Means, SessionStep, manager_approval, on_file_code, step};
use crate::verification::grant::Why;
use crate::verification::{CheckDetail, Session, Verification, decide, limits};

/// Opens the steps that the policy requires, with the ways that this requester has.
pub(super) fn open_steps(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    now: UnixMillis,
) -> Result<Vec<SessionStep>, ServiceError> {
    let policy = service.policies.in_force(tx, &of.instance)?;
    let steps = policy.steps(of.action, of.assurance);
    Ok(step::open_steps(steps, &means(service, tx, of)?, now))
}

/// The ways in which this requester can prove who they are.
fn means(service: &Service, tx: &Transaction<'_>, of: &Verification) -> Result<Means, ServiceError> {
    let instance = service.instance(&of.instance)?;
    let (region, sign_in) = (instance.default_region.as_deref(), instance.sign_in.as_ref());
    let channels = service.config.channels();
    let contacts = &of.requester.contacts;
    let held = factors::held(service, tx, of)?;
    Ok(Means {
        contact: on_file_code::choose_contact(contacts, &of.destination, &channels, of.action, region),
        passkeys: held.passkeys,
        authenticator_app: held.app_is_usable,
        recovery_codes: held.codes_left,
        company_sign_in: sign_in.map(|sign_in| sign_in.provider.name.clone()),
        manager: manager_approval::manager(&of.requester, &of.agent, &of.destination),
    })
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
        .and_then(|check| check.detail.on_file_code())
        .is_some_and(|code| code.code_number == 0);
    if code_is_due {
        send_code(service, tx, verification)
    } else {
        Ok(verification)
    }
}

/// The verification with its code on the way to another contact on file, because this one could not be reached; `None`
/// when there is no other, or when no more codes will be sent.
pub(in crate::service) fn redirected(
    service: &Service,
    of: &Verification,
) -> Result<Option<Verification>, ServiceError> {
    let code = of
        .session()
        .and_then(|session| session.current_check()?.detail.on_file_code());
    let Some(code) = code.filter(|code| code.code_number < on_file_code::MAX_CODES) else {
        return Ok(None);
    };
    let mut unreachable = code.unreachable.clone();
    unreachable.extend(
        code.contact
            .as_ref()
            .map(|contact| contact.destination.normalized()),
    );
    let other = on_file_code::choose_other_contact(
        &of.requester.contacts,
        &of.destination,
        &service.config.channels(),
        of.action,
        service.instance(&of.instance)?.default_region.as_deref(),
        &unreachable,
    );
    let Some(other) = other else {
        return Ok(None);
    };
    let moved = of.clone().with_session(service.now(), |session| {
        session.with_check(CheckKind::OnFileCode, |mut check| {
            if let CheckDetail::OnFileCode(code) = &mut check.detail {
                *code = code.clone().redirected(other);
            }
            check
        })
    })?;
    Ok(Some(moved))
}

/// Makes the next code and queues it.
pub(in crate::service) fn send_code(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let contact = verification
        .session()
        .and_then(Session::current_check)
        .and_then(|check| check.detail.on_file_code())
        .and_then(|code| Some((code.contact.clone()?, code.code_number)));
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
    let sent = verification.with_session(now, |session| {
        session.with_check(CheckKind::OnFileCode, |mut check| {
            if let CheckDetail::OnFileCode(code) = &mut check.detail {
                *code = code.clone().issued(now);
            }
            check
        })
    })?;
    let number = earlier_codes + 1;
    let lane = format!("code:{}", sent.id);
    outbox::add(
        tx,
        &sent.instance,
        &sent.id,
        &lane,
        &Message::Code {
            number,
            channel: contact.destination.channel(),
        },
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
    let facts = facts::gather(service, tx, &verification, refused)?;
    let policy = match verification.session() {
        Some(session) => service
            .policies
            .numbered(tx, &verification.instance, session.policy)?,
        None => service.policies.in_force(tx, &verification.instance)?,
    };
    let mut decided = verification.decided(decide(facts, &policy, now))?;
    decisions::record(service, tx, &decided)?;
    events::queue(service, tx, &mut decided)?;
    if refused {
        // Somebody may be at work on this person elsewhere too.
        actions::revoke(service, tx, &decided, Why::NotMe)?;
        warning::queue(service, tx, &decided)?;
    }
    actions::grant(service, tx, &mut decided)?;
    Ok(decided)
}
