//! Upkeep, once an hour: retention, and a line in the log with the head of every chain of evidence. Logs go where the
//! database does not, so each such line is an anchor: nobody can cut the chain off behind it unnoticed.

use std::future::Future;
use std::time::Duration;

use crate::service::{Service, ServiceError, retention};
use crate::store::evidence;

/// Rules are in days, so an hour is soon enough.
const EVERY: Duration = Duration::from_hours(1);

/// Works until `shutdown` resolves.
pub async fn watch(service: Service, shutdown: impl Future<Output = ()> + Send) {
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        if let Err(error) = retention::run(&service).await {
            tracing::error!(%error, "retention could not erase what is due");
        }
        if let Err(error) = log_heads(&service).await {
            tracing::error!(%error, "the heads of the evidence could not be read");
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    // What happened since the last line is covered by this one.
    if let Err(error) = log_heads(&service).await {
        tracing::error!(%error, "the heads of the evidence could not be read");
    }
}

async fn log_heads(service: &Service) -> Result<(), ServiceError> {
    for instance in service.config.instances.keys() {
        let of = instance.clone();
        let head = service
            .store
            .read(move |tx| evidence::head(tx, &of).map_err(ServiceError::from))
            .await?;
        tracing::info!(
            instance = %instance,
            evidence.number = head.number,
            evidence.hash = head.hash,
            "head of the evidence"
        );
    }
    Ok(())
}
