//! “This was not me”, from the message that follows an enrolment. The link follows the rules of all links: its secret is
//! derived and only its digest is stored, opening it changes nothing, it ends after a day.

use rusqlite::Transaction;
use serde_json::json;

use super::super::actions::{self, Alarmed};
use super::super::error::LinkProblem;
use super::super::{Service, ServiceError, decisions, events, portal, record};
use super::{Voice, disown};
use crate::keys::sha256_hex;
use crate::store::factors::notices;
use crate::store::{grants, verifications};
use crate::verification::Verification;
use crate::verification::facts::Disowned;
use crate::verification::grant::Why;

/// Whose alarm a link is. Changes nothing: mail scanners open links.
pub async fn look_at_alarm(service: &Service, token: &str) -> Result<Alarmed, ServiceError> {
    let (digest, context) = (sha256_hex(token.as_bytes()), service.clone());
    let (of, is_repeated) = service.store.read(move |tx| find(&context, tx, &digest)).await?;
    Ok(Alarmed {
        request: portal::request(service, &of)?,
        is_repeated,
    })
}

fn find(service: &Service, tx: &Transaction<'_>, digest: &str) -> Result<(Verification, bool), ServiceError> {
    let alarm = notices::find_alarm(tx, digest)?.ok_or(LinkProblem::Unknown)?;
    if service.now() >= alarm.expires_at {
        return Err(LinkProblem::Expired.into());
    }
    let of = verifications::lookup(tx, &alarm.instance, &alarm.verification)?.ok_or(LinkProblem::Unknown)?;
    Ok((of, alarm.used_at.is_some()))
}

/// Takes the pass back with what it still permits, removes what was enrolled lately, and tells the ticket.
pub async fn alarm(service: &Service, token: &str) -> Result<Alarmed, ServiceError> {
    let (digest, context) = (sha256_hex(token.as_bytes()), service.clone());
    let (of, is_repeated) = service
        .store
        .write(move |tx| {
            let (of, is_repeated) = find(&context, tx, &digest)?;
            if is_repeated {
                return Ok((of, true));
            }
            record(&context, tx, &of, "factor.disputed", &json!({}))?;
            let of = decisions::overturn(&context, tx, &of, Disowned::ByContact)?;
            actions::revoke(&context, tx, &of, Why::NotMe)?;
            disown(&context, tx, &of, Voice::Contact)?;
            let mut of = verifications::lookup(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
            // Where an action was granted, its own event tells the ticket.
            match grants::find(tx, &of.instance, &of.id)? {
                Some(grant) => events::queue_action(&context, tx, &mut of, &grant, "disputed")?,
                None => events::queue_disputed(&context, tx, &mut of)?,
            }
            verifications::update(tx, &of)?;
            Ok::<_, ServiceError>((of, false))
        })
        .await?;
    if !is_repeated {
        tracing::warn!(verification.id = %of.id, "somebody at a contact on file says that an enrolment was not theirs");
        service.announce(&of.id);
    }
    Ok(Alarmed {
        request: portal::request(service, &of)?,
        is_repeated,
    })
}
