//! Ends what nobody ended in time.

use crate::service::{Service, ServiceError, expiry};

/// Ends everything that is overdue. Asks with a read first, because this runs every second and a write that changes
/// nothing would still take its turn at the writer.
pub(super) async fn sweep(service: &Service) -> Result<(), ServiceError> {
    while expiry::next(service)
        .await?
        .is_some_and(|time| time <= service.now())
    {
        if expiry::sweep(service).await? == 0 {
            break;
        }
    }
    Ok(())
}
