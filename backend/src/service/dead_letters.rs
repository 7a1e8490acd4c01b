//! What was given up: listed for people, and tried again when they say so.

use rusqlite::Transaction;
use serde_json::json;

use super::{Service, ServiceError, outgoing, record};
use crate::store::outbox::{self, Dead, Message};
use crate::store::{StoreError, verifications};
use crate::verification::{InstanceId, VerificationId};

/// Rows that were given up, the newest first; of one instance, or of all.
pub async fn list(
    service: &Service,
    instance: Option<InstanceId>,
    limit: u32,
) -> Result<Vec<Dead>, ServiceError> {
    service
        .store
        .read(move |tx| outbox::list_dead(tx, instance.as_ref(), limit).map_err(ServiceError::from))
        .await
}

/// Brings a row back: it is due at once, and its time begins anew. With `instance`, only a row of that instance exists.
/// `by` names who wants it, for the evidence.
///
/// # Errors
/// [`ServiceError::NotFound`] if no such row was given up; [`ServiceError::Outdated`] if what it carries is of no use any
/// more: a link or a code whose verification has gone on or ended.
pub async fn retry(
    service: &Service,
    instance: Option<InstanceId>,
    id: i64,
    by: &str,
) -> Result<(), ServiceError> {
    retry_noting(service, instance, id, by, |_, _| Ok(())).await
}

/// Like [`retry`]; `note` writes down elsewhere, in the same transaction, that it was done.
pub(super) async fn retry_noting(
    service: &Service,
    instance: Option<InstanceId>,
    id: i64,
    by: &str,
    note: impl FnOnce(&Transaction<'_>, &VerificationId) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), ServiceError> {
    let of = instance.clone();
    let found = service
        .store
        .read(move |tx| outbox::find_dead(tx, of.as_ref(), id).map_err(ServiceError::from))
        .await?
        .ok_or(ServiceError::NotFound)?;
    // One that cannot be read now could not be read then.
    let due = found.map_err(|_| ServiceError::Outdated)?;
    if outgoing::prepare(service, &due).await?.is_none() {
        return Err(ServiceError::Outdated);
    }
    let (context, by, verification) = (service.clone(), by.to_owned(), due.verification.clone());
    service
        .store
        .write(move |tx| {
            // Somebody else may have been faster.
            if outbox::find_dead(tx, instance.as_ref(), id)?.is_none() {
                return Err(ServiceError::NotFound);
            }
            outbox::revive(tx, id, context.now())?;
            note(tx, &due.verification)?;
            let kind = match due.message {
                Message::Link { .. } => "link.revived",
                Message::Code { .. } => "code.revived",
                Message::Notice { .. } | Message::Enrolled { .. } => "notice.revived",
                Message::Warning { .. } => "warning.revived",
                Message::Approval { .. } => "approval.revived",
                Message::Event { .. } => "event.revived",
                Message::Test { .. } => return Ok(()),
            };
            let of =
                verifications::lookup(tx, &due.instance, &due.verification)?.ok_or(ServiceError::NotFound)?;
            record(
                &context,
                tx,
                &of,
                kind,
                &json!({ "by": by, "attempts_before": due.attempts }),
            )
        })
        .await?;
    service.announce(&verification);
    Ok(())
}
