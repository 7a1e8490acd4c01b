//! After an action the contacts on file are told, each with a link to say “this was not me”. The link follows the rules
//! of all links: its secret is derived and only its digest is stored, opening it changes nothing, it ends after a day.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::ActionState;

use super::super::error::LinkProblem;
use super::super::{Service, ServiceError, decisions, events, factors, record};
use super::{revoke, take_back};
use crate::keys::sha256_hex;
use crate::store::outbox::{self, Message};
use crate::store::{grants, verifications};
use crate::verification::facts::Disowned;
use crate::verification::grant::{ReceiptId, Why};
use crate::verification::{Destination, Grant, Verification};

/// A link by email is valid for a day at most (NIST SP 800-63B-4, 4.2.1.2).
pub(in crate::service) const LINK_SECONDS: i64 = 86_400;
/// The same in minutes, for the message.
pub(in crate::service) const ALARM_MINUTES: i64 = LINK_SECONDS / 60;
/// The kind of the evidence.
const DISPUTED: &str = "action.disputed";
/// The same for a pass of which nothing was performed, which is also the kind of its event.
const DISOWNED: &str = "verification.disputed";
/// Contacts that are told at most.
const MAX_CONTACTS: usize = 4;

/// Whose alarm it is, for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarmed {
    /// Who asked, and for what.
    pub request: super::super::portal::Request,
    /// True when the alarm had been raised before.
    pub is_repeated: bool,
}

/// Queues a notice for every contact on file that can be reached.
pub(in crate::service) fn queue_notices(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    grant: &Grant,
) -> Result<(), ServiceError> {
    let Some(receipt) = grant.ending().map(|ending| ending.receipt.clone()) else {
        return Ok(());
    };
    let now = service.now();
    for (number, contact) in contacts(service, of)?.into_iter().enumerate() {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let token = service.config.keys.alarm_token(receipt.as_str(), number);
        grants::add_alarm(
            tx,
            &grant.binding,
            &sha256_hex(token.as_bytes()),
            now.plus_seconds(LINK_SECONDS),
        )?;
        let lane = format!("notice:{}:{number}", of.id);
        let message = Message::Notice {
            receipt: receipt.clone(),
            contact: number,
            channel: contact.channel(),
        };
        outbox::add(tx, &of.instance, &of.id, &lane, &message, now)?;
        let body = json!({ "receipt": receipt.as_str(), "contact": contact.masked() });
        record(service, tx, of, "notice.queued", &body)?;
    }
    Ok(())
}

/// The contacts on file that can be reached, each once, in the order of the token.
pub(in crate::service) fn contacts(
    service: &Service,
    of: &Verification,
) -> Result<Vec<Destination>, ServiceError> {
    let region = service.instance(&of.instance)?.default_region.as_deref();
    let channels = service.config.channels();
    let mut reachable: Vec<Destination> = Vec::new();
    for contact in &of.requester.contacts {
        let Ok(destination) = Destination::parse(contact.channel, &contact.address, region) else {
            continue;
        };
        let known = reachable
            .iter()
            .any(|other| other.normalized() == destination.normalized());
        if channels.contains(&contact.channel) && !known && reachable.len() < MAX_CONTACTS {
            reachable.push(destination);
        }
    }
    Ok(reachable)
}

/// Where notice number `contact` goes, and its link. `None` when that contact is gone.
pub(in crate::service) fn notice_link(
    service: &Service,
    of: &Verification,
    receipt: &ReceiptId,
    contact: u8,
) -> Result<Option<(Destination, String)>, ServiceError> {
    let token = service.config.keys.alarm_token(receipt.as_str(), contact);
    let url = format!("{}/alarm/{token}", service.config.server.public_url);
    let mut contacts = contacts(service, of)?;
    let index = usize::from(contact);
    Ok((index < contacts.len()).then(|| (contacts.swap_remove(index), url)))
}

/// Whose alarm a link is. Changes nothing: mail scanners open links.
pub async fn look_at_alarm(service: &Service, token: &str) -> Result<Alarmed, ServiceError> {
    let (digest, context) = (sha256_hex(token.as_bytes()), service.clone());
    let (of, is_repeated) = service.store.read(move |tx| find(&context, tx, &digest)).await?;
    Ok(Alarmed {
        request: super::super::portal::request(service, &of)?,
        is_repeated,
    })
}

fn find(service: &Service, tx: &Transaction<'_>, digest: &str) -> Result<(Verification, bool), ServiceError> {
    let alarm = grants::find_alarm(tx, digest)?.ok_or(LinkProblem::Unknown)?;
    if service.now() >= alarm.expires_at {
        return Err(LinkProblem::Expired.into());
    }
    let of = verifications::lookup(tx, &alarm.instance, &alarm.verification)?.ok_or(LinkProblem::Unknown)?;
    Ok((of, alarm.used_at.is_some()))
}

/// “I did not ask for this” from the requester's own page after a pass: the pass is taken back, with what it has permitted
/// and nobody has used, and the contacts on file are warned; what was performed is disputed, as by the link of a notice.
pub(in crate::service) fn dispute(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
) -> Result<(), ServiceError> {
    let of = decisions::overturn(service, tx, of, Disowned::BySession)?;
    // Its own permission first: only the event of that one tells this ticket.
    let is_told = take_back(service, tx, &of, Why::NotMe)?;
    revoke(service, tx, &of, Why::NotMe)?;
    let grant = grants::find(tx, &of.instance, &of.id)?;
    let is_done = |grant: &Grant| matches!(grant.word(), ActionState::Performed | ActionState::Unknown);
    match grant.filter(is_done) {
        Some(grant) => {
            grants::spend_alarms(tx, &of.id, service.now())?;
            return say_disputed(service, tx, &of, &grant).map(drop);
        }
        None if is_told => {}
        None => say_disowned(service, tx, &of)?,
    }
    super::super::warning::queue(service, tx, &of)
}

/// Evidence and event of a pass that was taken back where nothing was permitted, or nothing could be taken back.
fn say_disowned(service: &Service, tx: &Transaction<'_>, of: &Verification) -> Result<(), ServiceError> {
    let mut of = verifications::lookup(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
    record(service, tx, &of, DISOWNED, &json!({}))?;
    events::queue_disputed(service, tx, &mut of)?;
    verifications::update(tx, &of)?;
    Ok(())
}

/// Evidence and event of a dispute. Returns the verification as it is now.
fn say_disputed(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    grant: &Grant,
) -> Result<Verification, ServiceError> {
    let mut of = verifications::lookup(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
    let performed = grant.word() == ActionState::Performed;
    record(service, tx, &of, DISPUTED, &json!({ "performed": performed }))?;
    events::queue_action(service, tx, &mut of, grant, "disputed")?;
    verifications::update(tx, &of)?;
    Ok(of)
}

/// “This was not me”: evidence, an event for the ticket, and everything that is still open is taken back.
pub async fn alarm(service: &Service, token: &str) -> Result<Alarmed, ServiceError> {
    let (digest, context) = (sha256_hex(token.as_bytes()), service.clone());
    let (of, is_repeated) = service
        .store
        .write(move |tx| {
            let (of, is_repeated) = find(&context, tx, &digest)?;
            if is_repeated {
                return Ok((of, true));
            }
            // Every contact has a link of its own; the first word counts for all.
            grants::spend_alarms(tx, &of.id, context.now())?;
            let of = decisions::overturn(&context, tx, &of, Disowned::ByContact)?;
            revoke(&context, tx, &of, Why::NotMe)?;
            factors::disown(&context, tx, &of, factors::Voice::Contact)?;
            let grant = grants::find(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
            Ok::<_, ServiceError>((say_disputed(&context, tx, &of, &grant)?, false))
        })
        .await?;
    if !is_repeated {
        tracing::warn!(verification.id = %of.id, "somebody at a contact on file says that an action was not theirs");
        service.announce(&of.id);
    }
    Ok(Alarmed {
        request: super::super::portal::request(service, &of)?,
        is_repeated,
    })
}
