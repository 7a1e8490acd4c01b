//! What the agent may do: send a link, look, send it again, cancel.

use rusqlite::Transaction;
use serde_json::json;
use shared::agent_api::{SendLink, TicketVerifications, VerificationView};
use shared::agent_token::AgentClaims;
use shared::words::{Action, Assurance, Channel, UnixMillis};

use super::{
    Service, ServiceError, actions, destination_digest, events, expire_if_overdue, facts, record, show, view,
};
use crate::config::Instance;
use crate::keys::sha256_hex;
use crate::ports::random;
use crate::store::outbox::{self, Message};
use crate::store::{grants, tokens, verifications};
use crate::verification::grant::Why;
use crate::verification::{
    Delivery, Destination, InstanceId, Link, LinkId, Opens, State, Verification, VerificationId, limits,
};

/// Verifications of one ticket shown to the agent.
const MOST_PER_TICKET: u32 = 20;

/// The caller: a checked agent token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The instance that signed the token.
    pub instance: InstanceId,
    /// What it says.
    pub claims: AgentClaims,
}

/// Starts a verification of the token's requester and queues the link. Answers the earlier result when the same
/// agent repeats the same request under the same `Idempotency-Key` within a day.
pub async fn start(
    service: &Service,
    caller: Caller,
    request: SendLink,
    idempotency_key: Option<String>,
) -> Result<VerificationView, ServiceError> {
    let context = service.clone();
    let verification = service
        .store
        .write(move |tx| {
            spend_token(&context, tx, &caller)?;
            let key = idempotency_key.map(|key| (key, request_digest(&caller, &request)));
            if let Some((key, digest)) = &key
                && let Some(earlier) = answered_before(&context, tx, &caller, key, digest)?
            {
                return Ok::<_, ServiceError>(earlier);
            }
            let verification = create(&context, tx, &caller, &request)?;
            if let Some((key, digest)) = &key {
                let agent = &caller.claims.agent.sys_id;
                tokens::add_answered(
                    tx,
                    &caller.instance,
                    agent,
                    key,
                    digest,
                    &verification.id,
                    context.now(),
                )?;
            }
            Ok(verification)
        })
        .await?;
    service.announce(&verification.id);
    show(service, verification).await
}

/// The verifications of the token's ticket.
pub async fn list(service: &Service, caller: Caller) -> Result<TicketVerifications, ServiceError> {
    let found = service
        .store
        .read(move |tx| {
            let ticket = &caller.claims.ticket;
            let listed = verifications::list_for_ticket(
                tx,
                &caller.instance,
                &ticket.table,
                &ticket.sys_id,
                MOST_PER_TICKET,
            )?;
            let with_grant = |of: Verification| {
                let grant = grants::find(tx, &of.instance, &of.id)?;
                Ok::<_, ServiceError>((of, grant))
            };
            listed.into_iter().map(with_grant).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(TicketVerifications {
        verifications: found
            .iter()
            .map(|(verification, grant)| view(service, verification, grant.as_ref()))
            .collect(),
        channels: service.config.channels(),
    })
}

/// One verification of the token's ticket.
pub async fn get(
    service: &Service,
    caller: Caller,
    id: VerificationId,
) -> Result<VerificationView, ServiceError> {
    let found = service.store.read(move |tx| lookup(tx, &caller, &id)).await?;
    show(service, found).await
}

/// Makes a new link and queues it; the old one opens nothing from then on.
pub async fn resend(
    service: &Service,
    caller: Caller,
    id: VerificationId,
) -> Result<VerificationView, ServiceError> {
    let context = service.clone();
    let verification = service
        .store
        .write(move |tx| {
            spend_token(&context, tx, &caller)?;
            let now = context.now();
            let current = lookup(tx, &caller, &id)?;
            let digest = destination_digest(&context, &current);
            let counts = verifications::counts(
                tx,
                &current.instance,
                &caller.claims.agent.sys_id,
                &current.requester.sys_id,
                &digest,
                now,
            )?;
            limits::may_send(counts)?;
            let life = context.instance(&current.instance)?.link_seconds;
            let link = LinkId(random(context.entropy.as_ref())?);
            let resent = current.resent(link, life, now)?;
            queue_link(&context, tx, &resent, &digest)?;
            record(
                &context,
                tx,
                &resent,
                "link.queued",
                &json!({ "resend": resent.link.resends, "agent": caller.claims.agent.sys_id }),
            )?;
            verifications::update(tx, &resent)?;
            Ok::<_, ServiceError>(resent)
        })
        .await?;
    service.announce(&verification.id);
    show(service, verification).await
}

/// Ends a running verification. One whose time has run out is shown as expired instead.
pub async fn cancel(
    service: &Service,
    caller: Caller,
    id: VerificationId,
) -> Result<VerificationView, ServiceError> {
    let context = service.clone();
    let verification = service
        .store
        .write(move |tx| {
            spend_token(&context, tx, &caller)?;
            let current = expire_if_overdue(&context, tx, lookup(tx, &caller, &id)?)?;
            if current.status() == shared::words::Status::Expired {
                return Ok(current);
            }
            // After a pass it is the permission that can be taken back, not the decision.
            if current.status() == shared::words::Status::Passed
                && actions::revoke(&context, tx, &current, Why::Cancelled)? > 0
            {
                return lookup(tx, &caller, &id);
            }
            let mut cancelled = current.cancelled(context.now())?;
            record(
                &context,
                tx,
                &cancelled,
                "verification.cancelled",
                &json!({ "agent": caller.claims.agent.sys_id }),
            )?;
            events::queue(&context, tx, &mut cancelled)?;
            verifications::update(tx, &cancelled)?;
            Ok::<_, ServiceError>(cancelled)
        })
        .await?;
    service.announce(&verification.id);
    show(service, verification).await
}

/// Same instance and same ticket, or it does not exist for this caller.
pub(super) fn lookup(
    tx: &Transaction<'_>,
    caller: &Caller,
    id: &VerificationId,
) -> Result<Verification, ServiceError> {
    let found = verifications::lookup(tx, &caller.instance, id)?.ok_or(ServiceError::NotFound)?;
    let same = found.ticket.table == caller.claims.ticket.table
        && found.ticket.sys_id == caller.claims.ticket.sys_id;
    if same {
        Ok(found)
    } else {
        Err(ServiceError::NotFound)
    }
}

pub(super) fn spend_token(
    service: &Service,
    tx: &Transaction<'_>,
    caller: &Caller,
) -> Result<(), ServiceError> {
    let expires_at = UnixMillis(caller.claims.exp.saturating_mul(1000));
    let fresh = tokens::spend(
        tx,
        &caller.instance,
        &caller.claims.jti,
        expires_at,
        service.now(),
    )?;
    if fresh {
        Ok(())
    } else {
        Err(ServiceError::TokenSpent)
    }
}

fn request_digest(caller: &Caller, request: &SendLink) -> String {
    let ticket = &caller.claims.ticket;
    let parts = [
        &ticket.table,
        &ticket.sys_id,
        request.channel.as_str(),
        request.destination.trim(),
    ];
    sha256_hex(format!("{parts:?}").as_bytes())
}

fn answered_before(
    service: &Service,
    tx: &Transaction<'_>,
    caller: &Caller,
    key: &str,
    digest: &str,
) -> Result<Option<Verification>, ServiceError> {
    let Some(earlier) = tokens::find_answered(
        tx,
        &caller.instance,
        &caller.claims.agent.sys_id,
        key,
        service.now(),
    )?
    else {
        return Ok(None);
    };
    if earlier.request_digest != digest {
        return Err(ServiceError::IdempotencyConflict);
    }
    let id = VerificationId::parse(&earlier.verification_id).ok_or(ServiceError::NotFound)?;
    Ok(Some(lookup(tx, caller, &id)?))
}

fn create(
    service: &Service,
    tx: &Transaction<'_>,
    caller: &Caller,
    request: &SendLink,
) -> Result<Verification, ServiceError> {
    let instance = service.instance(&caller.instance)?;
    let now = service.now();
    let claims = &caller.claims;
    let destination = read_destination(service, instance, claims, request)?;
    if let Some(overdue) = running(tx, caller)? {
        // One that nobody ended in time must not block the next.
        let ended = expire_if_overdue(service, tx, overdue)?;
        if !ended.status().is_final() {
            return Err(ServiceError::AlreadyRunning);
        }
    }
    let normalized = destination.normalized();
    let on_file = contacts_on_file(instance, claims).any(|contact| contact.normalized() == normalized);
    let digest = service.config.keys.address_digest(&normalized);
    let counts = verifications::counts(
        tx,
        &caller.instance,
        &claims.agent.sys_id,
        &claims.requester.sys_id,
        &digest,
        now,
    )?;
    limits::may_start(counts, instance.starts_per_hour)?;

    let verification = Verification {
        id: VerificationId::from_random(random(service.entropy.as_ref())?),
        instance: caller.instance.clone(),
        ticket: claims.ticket.clone(),
        requester: claims.requester.clone(),
        agent: claims.agent.clone(),
        action: claims.action,
        assurance: claims.assurance.unwrap_or(Assurance::Standard),
        destination,
        destination_on_file: on_file,
        created_at: now,
        link: Link {
            id: LinkId(random(service.entropy.as_ref())?),
            issued_at: now,
            expires_at: now.plus_seconds(instance.link_seconds),
            resends: 0,
        },
        delivery: Delivery::Queued,
        opens: Opens::default(),
        state: State::Waiting,
        event_sequence: 0,
    };
    if !verifications::add(tx, &verification, &digest)? {
        return Err(ServiceError::AlreadyRunning);
    }
    facts::note_contacts(service, tx, &verification, contacts_on_file(instance, claims))?;
    actions::revoke(service, tx, &verification, Why::Newer)?;
    queue_link(service, tx, &verification, &digest)?;
    let body = json!({
        "ticket": verification.ticket.number,
        "requester": verification.requester.sys_id,
        "agent": verification.agent.sys_id,
        "action": verification.action.map(Action::as_str),
        "channel": verification.destination.channel().as_str(),
        "destination": verification.destination.masked(),
        "destination_on_file": on_file,
    });
    record(service, tx, &verification, "verification.created", &body)?;
    Ok(verification)
}

fn running(tx: &Transaction<'_>, caller: &Caller) -> Result<Option<Verification>, ServiceError> {
    let ticket = &caller.claims.ticket;
    let newest = verifications::list_for_ticket(
        tx,
        &caller.instance,
        &ticket.table,
        &ticket.sys_id,
        MOST_PER_TICKET,
    )?;
    Ok(newest
        .into_iter()
        .find(|verification| !verification.status().is_final()))
}

fn contacts_on_file<'a>(
    instance: &'a Instance,
    claims: &'a AgentClaims,
) -> impl Iterator<Item = Destination> + 'a {
    let region = instance.default_region.as_deref();
    claims
        .requester
        .contacts
        .iter()
        .filter_map(move |contact| Destination::parse(contact.channel, &contact.address, region).ok())
}

fn read_destination(
    service: &Service,
    instance: &Instance,
    claims: &AgentClaims,
    request: &SendLink,
) -> Result<Destination, ServiceError> {
    if !service.config.channels().contains(&request.channel) {
        return Err(ServiceError::ChannelNotConfigured);
    }
    let destination = Destination::parse(
        request.channel,
        &request.destination,
        instance.default_region.as_deref(),
    )?;
    let recovers_access = matches!(
        claims.action,
        Some(Action::PasswordReset | Action::MfaReset | Action::AccountUnlock)
    );
    let own_mailbox = Destination::parse(Channel::Email, &claims.requester.email, None);
    if recovers_access && own_mailbox.is_ok_and(|mailbox| mailbox.normalized() == destination.normalized()) {
        return Err(ServiceError::DestinationIsTheAccount);
    }
    Ok(destination)
}

fn queue_link(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    destination_digest: &str,
) -> Result<(), ServiceError> {
    let token = service.config.keys.link_token(of.link.id);
    verifications::add_link(tx, of, &sha256_hex(token.as_bytes()))?;
    verifications::log_message(tx, &of.instance, destination_digest, service.now())?;
    let lane = format!("link:{}", of.id);
    outbox::add(
        tx,
        &of.instance,
        &of.id,
        &lane,
        &Message::Link {
            link: of.link.id,
            channel: of.destination.channel(),
        },
        service.now(),
    )?;
    Ok(())
}
