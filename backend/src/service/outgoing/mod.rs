//! Use cases of the outbox worker: what a due row means now, and what became of it.

mod approval;
mod prepare;

use rusqlite::Transaction;
use serde_json::json;
use shared::events::ResultEvent;
use shared::words::{CheckKind, CheckResult, TicketEnd, UnixMillis};

pub use approval::ApprovalMessage;
pub(super) use prepare::envelope;
pub use prepare::{CodeMessage, EnrolledMessage, Envelope, LinkMessage, NoticeMessage, Prepared, prepare};

use super::{Service, ServiceError, events, portal, record};
use crate::store::outbox::{self, Due, Message};
use crate::store::{grants, verifications};
use crate::verification::{Delivery, Grant, LinkId, State, Verification};

/// A row that waits because its neighbour cannot be used.
#[derive(Debug)]
pub struct Held {
    /// The row.
    pub row: Due,
    /// Until when.
    pub until: UnixMillis,
    /// Why, in words without address and secret.
    pub why: String,
}

/// Rows that are due now, at most `limit`. One that cannot be read is buried, so that it holds up nothing else.
pub async fn due(service: &Service, limit: u32) -> Result<Vec<Due>, ServiceError> {
    let now = service.now();
    let rows = service
        .store
        .read(move |tx| outbox::list_due(tx, now, limit).map_err(ServiceError::from))
        .await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Ok(row) => due.push(row),
            Err(fault) => {
                tracing::error!(%fault, "an outbox row is given up");
                service
                    .store
                    .write(move |tx| outbox::bury(tx, fault.id, now, fault.why).map_err(ServiceError::from))
                    .await?;
            }
        }
    }
    Ok(due)
}

/// When the next row is due, if any is open.
pub async fn next_due(service: &Service) -> Result<Option<UnixMillis>, ServiceError> {
    service
        .store
        .read(|tx| outbox::next_due(tx).map_err(ServiceError::from))
        .await
}

/// The row needs not be sent any more.
pub async fn skipped(service: &Service, due: Due) -> Result<(), ServiceError> {
    let now = service.now();
    service
        .store
        .write(move |tx| outbox::finish(tx, due.id, now).map_err(ServiceError::from))
        .await
}

/// The other side accepted the message.
pub async fn sent(service: &Service, due: Due) -> Result<(), ServiceError> {
    let context = service.clone();
    let id = due.verification.clone();
    service
        .store
        .write(move |tx| {
            let now = context.now();
            outbox::finish(tx, due.id, now)?;
            match &due.message {
                Message::Event { id, .. } => events::record_delivery(&context, tx, &due, id)?,
                Message::Link { link, .. } => {
                    if let Some(verification) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        let mut accepted = verification.link_accepted(*link, now);
                        record(
                            &context,
                            tx,
                            &accepted,
                            "link.accepted",
                            &json!({ "attempts": due.attempts + 1 }),
                        )?;
                        // A late word about a link that a newer one replaced is no news for the ticket.
                        if matches!(accepted.state, State::Waiting) && accepted.link.id == *link {
                            events::queue(&context, tx, &mut accepted)?;
                        }
                        verifications::update(tx, &accepted)?;
                    }
                }
                Message::Notice { receipt, .. } => {
                    if let Some(of) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        let body = json!({ "receipt": receipt.as_str(), "attempts": due.attempts + 1 });
                        record(&context, tx, &of, "notice.accepted", &body)?;
                    }
                }
                Message::Warning { contact, .. } => {
                    if let Some(of) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        let body = json!({ "contact": contact, "attempts": due.attempts + 1 });
                        record(&context, tx, &of, "warning.accepted", &body)?;
                    }
                }
                Message::Enrolled { enrolment, .. } => {
                    if let Some(of) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        let body = json!({ "enrolment": enrolment, "attempts": due.attempts + 1 });
                        record(&context, tx, &of, "notice.accepted", &body)?;
                    }
                }
                Message::Test { .. } => {}
                Message::Approval { .. } => {
                    if let Some(of) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        let body = json!({ "attempts": due.attempts + 1 });
                        record(&context, tx, &of, "approval.accepted", &body)?;
                    }
                }
                Message::Code { number, .. } => {
                    if let Some(verification) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        record(
                            &context,
                            tx,
                            &verification,
                            "code.accepted",
                            &json!({ "number": number }),
                        )?;
                    }
                }
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
    service.announce(&id);
    Ok(())
}

/// The instance took an event. If it told of a performed action, the grant keeps what became of the ticket: an app that
/// does not say so has left it as it was.
pub async fn note_ticket(
    service: &Service,
    due: &Due,
    body: &str,
    ticket: Option<TicketEnd>,
) -> Result<(), ServiceError> {
    let performed = |event: &ResultEvent| event.kind == "action.performed";
    if !serde_json::from_str(body).as_ref().is_ok_and(performed) {
        return Ok(());
    }
    let (instance, id) = (due.instance.clone(), due.verification.clone());
    let note = move |tx: &Transaction<'_>| {
        if let Some(before) = grants::find(tx, &instance, &id)? {
            let after = Grant {
                ticket: Some(ticket.unwrap_or(TicketEnd::Open)),
                ..before.clone()
            };
            grants::update(tx, &before, &after)?;
        }
        Ok::<_, ServiceError>(())
    };
    service.store.write(note).await
}

/// It failed for now; it is tried again at `next_at`. `error` is for the agent too and must hold no address.
pub async fn retry(
    service: &Service,
    due: Due,
    next_at: UnixMillis,
    error: String,
) -> Result<(), ServiceError> {
    let context = service.clone();
    let id = due.verification.clone();
    let told = service
        .store
        .write(move |tx| {
            outbox::retry(tx, due.id, next_at, &error)?;
            delayed(&context, tx, &due, &error)
        })
        .await?;
    if told {
        service.announce(&id);
    }
    Ok(())
}

/// Rows wait without an attempt, because their neighbour cannot be used.
pub async fn hold(service: &Service, rows: Vec<Held>) -> Result<(), ServiceError> {
    let context = service.clone();
    let told = service
        .store
        .write(move |tx| {
            let mut told = Vec::new();
            for Held { row, until, why } in rows {
                outbox::hold(tx, row.id, until, &why)?;
                if delayed(&context, tx, &row, &why)? {
                    told.push(row.verification);
                }
            }
            Ok::<_, ServiceError>(told)
        })
        .await?;
    for id in told {
        service.announce(&id);
    }
    Ok(())
}

/// Lets the agent know why a link has not left yet; true if that is news.
fn delayed(service: &Service, tx: &Transaction<'_>, due: &Due, why: &str) -> Result<bool, ServiceError> {
    let Message::Link { link, .. } = &due.message else {
        return Ok(false);
    };
    let Some(verification) = verifications::lookup(tx, &due.instance, &due.verification)? else {
        return Ok(false);
    };
    let known = matches!(&verification.delivery, Delivery::Delayed { reason, .. } if reason == why);
    let delayed = verification.link_delayed(*link, why.to_owned(), service.now());
    if known || !matches!(delayed.delivery, Delivery::Delayed { .. }) {
        return Ok(false);
    }
    record(service, tx, &delayed, "link.delayed", &json!({ "reason": why }))?;
    verifications::update(tx, &delayed)?;
    Ok(true)
}

/// It failed for good. `reason` is for the agent and must hold no address.
pub async fn given_up(service: &Service, due: Due, reason: String) -> Result<(), ServiceError> {
    let context = service.clone();
    let id = due.verification.clone();
    service
        .store
        .write(move |tx| {
            let now = context.now();
            outbox::bury(tx, due.id, now, &reason)?;
            let Some(verification) = verifications::lookup(tx, &due.instance, &due.verification)? else {
                return Ok(());
            };
            let body = json!({ "reason": reason, "attempts": due.attempts + 1 });
            match &due.message {
                Message::Event { .. } => record(&context, tx, &verification, "event.undelivered", &body)?,
                Message::Link { link, .. } => link_failed(&context, tx, verification, *link, &reason, &body)?,
                Message::Notice { .. } | Message::Enrolled { .. } => {
                    record(&context, tx, &verification, "notice.refused", &body)?;
                }
                Message::Warning { .. } => record(&context, tx, &verification, "warning.refused", &body)?,
                Message::Code { number, .. } => code_failed(&context, tx, verification, *number, &body)?,
                // It has no verification, so that nobody comes here with one.
                Message::Test { .. } => {}
                Message::Approval { link, .. } => {
                    portal::approval::undeliverable(&context, tx, verification, *link, &body)?;
                }
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
    service.announce(&id);
    Ok(())
}

/// The link cannot arrive: a verification that nobody has begun ends with it.
pub(super) fn link_failed(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    link: LinkId,
    reason: &str,
    body: &serde_json::Value,
) -> Result<(), ServiceError> {
    let was_waiting = matches!(verification.state, State::Waiting);
    let mut refused = verification.link_refused(link, reason.to_owned(), service.now());
    record(service, tx, &refused, "link.refused", body)?;
    if was_waiting && matches!(refused.state, State::Undeliverable { .. }) {
        events::queue(service, tx, &mut refused)?;
    }
    verifications::update(tx, &refused)?;
    Ok(())
}

/// The code cannot arrive: it goes elsewhere, or its check ends as not available.
pub(super) fn code_failed(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    number: u8,
    body: &serde_json::Value,
) -> Result<(), ServiceError> {
    record(service, tx, &verification, "code.refused", body)?;
    let updated = code_undeliverable(service, tx, verification, number)?;
    let updated = portal::proceed(service, tx, updated)?;
    verifications::update(tx, &updated)?;
    Ok(())
}

/// A code that cannot be delivered goes to another contact on file, one after the other. Only a failed delivery leads
/// there, never a wish: who holds one of the contacts must not be able to choose it. Without another one, the check is
/// not available: waiting for it would be a dead end.
fn code_undeliverable(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    number: u8,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let is_asked = |of: &Verification| {
        let code = of
            .session()
            .and_then(|session| session.current_check()?.detail.on_file_code());
        code.is_some_and(|code| code.code_number == number)
    };
    if verification.is_overdue(now) {
        return Ok(verification);
    }
    let mut tried = verification;
    while is_asked(&tried) {
        let Some(elsewhere) = portal::redirected(service, &tried)? else {
            break;
        };
        tried = elsewhere.clone();
        match portal::send_code(service, tx, elsewhere) {
            Err(ServiceError::Limit(limit)) => {
                tracing::info!(%limit, "a contact on file gets no more codes for now");
            }
            sent => return sent,
        }
    }
    if tried.session().is_none() {
        return Ok(tried);
    }
    Ok(tried.with_session(now, |session| {
        session.with_check(CheckKind::OnFileCode, |check| {
            let is_it = check
                .detail
                .on_file_code()
                .is_some_and(|code| code.code_number == number);
            if is_it {
                check.ended(CheckResult::Unavailable, now)
            } else {
                check
            }
        })
    })?)
}
