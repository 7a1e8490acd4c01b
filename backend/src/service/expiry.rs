//! Ends what nobody ended in time.

use shared::words::UnixMillis;

use super::{Service, ServiceError, expire_if_overdue};
use crate::store::verifications;

/// Verifications ended in one transaction.
const BATCH: u32 = 100;

/// Ends overdue verifications, at most a batch. Returns how many there were.
pub async fn sweep(service: &Service) -> Result<usize, ServiceError> {
    let now = service.now();
    let overdue = service
        .store
        .read(move |tx| verifications::list_overdue(tx, now, BATCH).map_err(ServiceError::from))
        .await?;
    let mut ended = 0;
    for (instance, id) in overdue {
        let (context, verification) = (service.clone(), id.clone());
        // Each in its own transaction: one that cannot be read must not keep the others alive.
        let done = service
            .store
            .write(
                move |tx| match verifications::lookup(tx, &instance, &verification)? {
                    Some(found) => expire_if_overdue(&context, tx, found).map(|_| ()),
                    None => Ok(()),
                },
            )
            .await;
        match done {
            Ok(()) => {
                service.announce(&id);
                ended += 1;
            }
            Err(error) => tracing::error!(%error, verification.id = %id, "a verification could not be ended"),
        }
    }
    Ok(ended)
}

/// When the next verification runs out, if any runs.
pub async fn next(service: &Service) -> Result<Option<UnixMillis>, ServiceError> {
    service
        .store
        .read(|tx| verifications::next_expiry(tx).map_err(ServiceError::from))
        .await
}
