//! Ends what nobody ended in time.

use shared::words::UnixMillis;

use super::{Service, ServiceError, expire_if_overdue};
use crate::store::verifications;

/// Verifications ended in one transaction.
const BATCH: u32 = 100;

/// Ends overdue verifications, at most a batch. Returns how many there were.
pub async fn sweep(service: &Service) -> Result<usize, ServiceError> {
    let context = service.clone();
    let ended = service
        .store
        .write(move |tx| {
            let overdue = verifications::list_overdue(tx, context.now(), BATCH)?;
            for (instance, id) in &overdue {
                if let Some(verification) = verifications::lookup(tx, instance, id)? {
                    expire_if_overdue(&context, tx, verification)?;
                }
            }
            Ok::<_, ServiceError>(overdue)
        })
        .await?;
    for (_, id) in &ended {
        service.announce(id);
    }
    Ok(ended.len())
}

/// When the next verification runs out, if any runs.
pub async fn next(service: &Service) -> Result<Option<UnixMillis>, ServiceError> {
    service.store.read(|tx| verifications::next_expiry(tx).map_err(ServiceError::from)).await
}
