//! Looks after grants: ends those that have run out, and finds out what became of interrupted executions. A loop of its
//! own, because asking a directory may take seconds.

use std::future::Future;
use std::time::Duration;

use crate::service::{Service, ServiceError, actions};

/// The loop looks so often.
const EVERY: Duration = Duration::from_secs(1);

/// Works until `shutdown` resolves.
pub async fn watch(service: Service, shutdown: impl Future<Output = ()> + Send) {
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        if let Err(error) = look(&service).await {
            tracing::error!(%error, "grants could not be looked after");
        }
        tokio::select! {
            () = &mut shutdown => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Asks with a read first: most of the time nothing is due.
async fn look(service: &Service) -> Result<(), ServiceError> {
    let now = service.now();
    if actions::next(service).await?.is_some_and(|time| time <= now) {
        actions::sweep(service).await?;
    }
    Ok(())
}
