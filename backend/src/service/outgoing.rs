//! Use cases of the outbox worker: what a due row means now, and what became of it.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{Action, ActionState, CheckKind, CheckResult, UnixMillis};

use super::{Service, ServiceError, actions, events, factors, portal, record};
use crate::locale::Locale;
use crate::store::outbox::{self, Due, Message};
use crate::store::{grants, verifications};
use crate::verification::checks::on_file_code;
use crate::verification::enrolment::Factor;
use crate::verification::grant::ReceiptId;
use crate::verification::{Delivery, Destination, InstanceId, LinkId, State, Verification};

/// A message ready to leave. Secrets are derived here, at the last moment.
#[derive(Debug)]
pub enum Prepared {
    /// The link, to the destination.
    Link(LinkMessage),
    /// A code, to the contact on file.
    Code(CodeMessage),
    /// An action was performed: to a contact on file.
    Notice(NoticeMessage),
    /// A factor was enrolled: to a contact on file.
    Enrolled(EnrolledMessage),
    /// A signed event, to the instance.
    Event {
        /// The tenant.
        instance: InstanceId,
        /// `webhook-id`.
        id: String,
        /// The JSON body, exactly as it is signed and posted.
        body: String,
    },
}

/// What both messages say, so that the requester can recognise the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where it goes.
    pub to: Destination,
    /// The requester's language on file, else the company's.
    pub language: Locale,
    /// The company, as requesters know it.
    pub company: String,
    /// How to reach the service desk on a known way.
    pub support_contact: String,
    /// The agent who asks.
    pub agent_name: String,
    /// The ticket's number.
    pub ticket_number: String,
    /// What the ticket asks for.
    pub action: Option<Action>,
    /// Equal for each repetition of this one message, so that receivers can tell a duplicate.
    pub message_key: String,
    /// Minutes until the link or code ends, counted from when it was made.
    pub minutes: i64,
    /// When the link or code ends.
    pub ends_at: UnixMillis,
}

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

/// The link.
pub struct LinkMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The whole link. Secret: never log it.
    pub url: String,
    /// True when it replaces an earlier link.
    pub replaces_earlier: bool,
}

/// The code.
pub struct CodeMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// Six digits. Secret: never log it.
    pub code: String,
}

/// The notice that an action was performed.
pub struct NoticeMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The link of “this was not me”. Secret: never log it.
    pub url: String,
    /// False when it is not known whether the action was carried out.
    pub is_certain: bool,
}

/// The notice that a factor was enrolled.
pub struct EnrolledMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The link of “this was not me”. Secret: never log it.
    pub url: String,
    /// What was enrolled.
    pub factor: Factor,
}

impl std::fmt::Debug for EnrolledMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolledMessage")
            .field("envelope", &self.envelope)
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for NoticeMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NoticeMessage")
            .field("envelope", &self.envelope)
            .field("is_certain", &self.is_certain)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LinkMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkMessage")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for CodeMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeMessage")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
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

/// Makes the message of a row from the state as it is now. `None` when it no longer needs to be sent.
pub async fn prepare(service: &Service, due: &Due) -> Result<Option<Prepared>, ServiceError> {
    if let Message::Event { id, body } = &due.message {
        return Ok(Some(Prepared::Event {
            instance: due.instance.clone(),
            id: id.clone(),
            body: body.clone(),
        }));
    }
    let (instance, id) = (due.instance.clone(), due.verification.clone());
    let found = service
        .store
        .read(move |tx| {
            let grant = grants::find(tx, &instance, &id)?;
            Ok::<_, ServiceError>(verifications::lookup(tx, &instance, &id)?.zip(Some(grant)))
        })
        .await?;
    let Some((verification, grant)) = found else {
        return Ok(None);
    };
    match &due.message {
        Message::Link { link, .. } => {
            let wanted = matches!(verification.state, State::Waiting)
                && verification.link.id == *link
                && verification.delivery.is_pending()
                && !verification.is_overdue(service.now());
            if !wanted {
                return Ok(None);
            }
            let token = service.config.keys.link_token(*link);
            let minutes = verification
                .link
                .expires_at
                .millis_since(verification.link.issued_at)
                / 60_000;
            let key = format!("link-{}-{}", verification.id, verification.link.resends);
            Ok(Some(Prepared::Link(LinkMessage {
                envelope: envelope(
                    service,
                    &verification,
                    verification.destination.clone(),
                    key,
                    minutes,
                    verification.link.expires_at,
                )?,
                url: format!("{}/v/{token}", service.config.server.public_url),
                replaces_earlier: verification.link.resends > 0,
            })))
        }
        Message::Code { number, .. } => prepare_code(service, &verification, *number),
        Message::Notice { receipt, contact, .. } => {
            let is_certain = grant.is_some_and(|grant| grant.word() == ActionState::Performed);
            prepare_notice(service, due, &verification, (receipt, *contact), is_certain)
        }
        Message::Enrolled {
            enrolment,
            factor,
            contact,
            ..
        } => prepare_enrolled(service, due, &verification, (enrolment, *factor), *contact),
        Message::Event { .. } => Ok(None),
    }
}

fn prepare_notice(
    service: &Service,
    due: &Due,
    of: &Verification,
    (receipt, contact): (&ReceiptId, u8),
    is_certain: bool,
) -> Result<Option<Prepared>, ServiceError> {
    let Some((to, url)) = actions::notice_link(service, of, receipt, contact)? else {
        return Ok(None);
    };
    let key = format!("notice-{}-{contact}", receipt.as_str());
    let ends_at = due.since.plus_seconds(actions::ALARM_MINUTES * 60);
    let envelope = envelope(service, of, to, key, actions::ALARM_MINUTES, ends_at)?;
    Ok(Some(Prepared::Notice(NoticeMessage {
        envelope,
        url,
        is_certain,
    })))
}

fn prepare_enrolled(
    service: &Service,
    due: &Due,
    of: &Verification,
    (enrolment, factor): (&str, Factor),
    contact: u8,
) -> Result<Option<Prepared>, ServiceError> {
    let Some((to, url)) = factors::notice_link(service, of, enrolment, contact)? else {
        return Ok(None);
    };
    let key = format!("enrolled-{enrolment}-{contact}");
    let ends_at = due.since.plus_seconds(actions::LINK_SECONDS);
    let envelope = envelope(service, of, to, key, actions::ALARM_MINUTES, ends_at)?;
    Ok(Some(Prepared::Enrolled(EnrolledMessage {
        envelope,
        url,
        factor,
    })))
}

fn prepare_code(
    service: &Service,
    verification: &Verification,
    number: u8,
) -> Result<Option<Prepared>, ServiceError> {
    let Some(session) = verification.session() else {
        return Ok(None);
    };
    let asked = session
        .current_check()
        .and_then(|check| check.detail.on_file_code())
        .filter(|code| code.code_number == number && code.is_valid_at(service.now()))
        .and_then(|code| code.contact.clone().zip(Some(code.issued_at)));
    let Some((contact, issued_at)) = asked else {
        return Ok(None);
    };
    let ends_at = issued_at.plus_seconds(on_file_code::CODE_LIFE_SECONDS);
    let minutes = on_file_code::CODE_LIFE_SECONDS / 60;
    let key = format!("code-{}-{number}", verification.id);
    Ok(Some(Prepared::Code(CodeMessage {
        envelope: envelope(service, verification, contact.destination, key, minutes, ends_at)?,
        code: service
            .config
            .keys
            .on_file_code(&verification.id, &session.cookie_digest, number),
    })))
}

fn envelope(
    service: &Service,
    of: &Verification,
    to: Destination,
    message_key: String,
    minutes: i64,
    ends_at: UnixMillis,
) -> Result<Envelope, ServiceError> {
    let instance = service.instance(&of.instance)?;
    Ok(Envelope {
        to,
        language: Locale::from_tag(&of.requester.language).unwrap_or(instance.default_language),
        company: instance.company.clone(),
        support_contact: instance.support_contact.clone(),
        agent_name: of.agent.name.clone(),
        ticket_number: of.ticket.number.clone(),
        action: of.action,
        message_key,
        minutes,
        ends_at,
    })
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
                Message::Enrolled { enrolment, .. } => {
                    if let Some(of) = verifications::lookup(tx, &due.instance, &due.verification)? {
                        let body = json!({ "enrolment": enrolment, "attempts": due.attempts + 1 });
                        record(&context, tx, &of, "notice.accepted", &body)?;
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
                Message::Code { number, .. } => code_failed(&context, tx, verification, *number, &body)?,
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

/// The code cannot arrive: its check ends as not available.
pub(super) fn code_failed(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    number: u8,
    body: &serde_json::Value,
) -> Result<(), ServiceError> {
    record(service, tx, &verification, "code.refused", body)?;
    let updated = code_undeliverable(service, verification, number)?;
    let updated = portal::proceed(service, tx, updated)?;
    verifications::update(tx, &updated)?;
    Ok(())
}

/// A code that cannot be delivered makes its check unavailable: waiting for it would be a dead end.
fn code_undeliverable(
    service: &Service,
    verification: Verification,
    number: u8,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    if verification.session().is_none() || verification.is_overdue(now) {
        return Ok(verification);
    }
    Ok(verification.with_session(now, |session| {
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
