//! Ring 4: messages going out. One loop empties the outbox and ends what nobody ended in time.
//!
//! A row stays open until the other side has taken it, so a stop at any moment loses nothing; what was taken while the
//! process died is sent again, under the same Message-ID, key or event id.

mod attempt;
pub mod bypasses;
mod dispatcher;
mod expiry;
pub mod grants;
mod pace;
pub mod push;
mod schedule;
pub mod upkeep;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::delivery::Delivery;
use crate::service::{Service, ServiceError, outgoing};
use crate::servicenow::client::Client;
use dispatcher::Dispatcher;

/// The loop looks at least so often, because the clock may have been set.
const LONGEST_NAP: Duration = Duration::from_secs(1);
/// Deliveries that run when the service stops have this long to finish.
const GRACE: Duration = Duration::from_secs(8);

/// What a delivery needs.
struct Parts {
    service: Service,
    delivery: Delivery,
    client: Client,
}

/// The worker.
pub struct Worker {
    parts: Arc<Parts>,
}

impl Worker {
    /// Puts it together.
    pub fn new(service: Service, delivery: Delivery, client: Client) -> Self {
        Self {
            parts: Arc::new(Parts {
                service,
                delivery,
                client,
            }),
        }
    }

    /// Does everything that is due now, once, and what becomes due by it. Returns how many rows of the outbox it
    /// handled, whatever became of them.
    pub async fn step(&self) -> Result<usize, ServiceError> {
        expiry::sweep(&self.parts.service).await?;
        let mut dispatcher = Dispatcher::new(Arc::clone(&self.parts));
        let mut handled = 0;
        loop {
            dispatcher.fill().await?;
            let Some(finished) = dispatcher.next().await else {
                return Ok(handled);
            };
            dispatcher.settle(finished).await;
            handled += 1;
        }
    }

    /// Works until `shutdown` resolves; running deliveries then finish, if they do so soon.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let service = &self.parts.service;
        let mut shutdown = std::pin::pin!(shutdown);
        let mut dispatcher = Dispatcher::new(Arc::clone(&self.parts));
        loop {
            if let Err(error) = expiry::sweep(service).await {
                tracing::error!(%error, "overdue verifications could not be ended");
            }
            if let Err(error) = dispatcher.fill().await {
                tracing::error!(%error, "the outbox could not be read");
            }
            let nap = nap(service).await;
            tokio::select! {
                () = &mut shutdown => break,
                () = service.wake.notified() => {}
                Some(finished) = dispatcher.next() => dispatcher.settle(finished).await,
                () = tokio::time::sleep(nap) => {}
            }
        }
        let rest = async {
            while let Some(finished) = dispatcher.next().await {
                dispatcher.settle(finished).await;
            }
        };
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            tracing::warn!("some deliveries did not finish in time; they will be repeated");
        }
    }
}

/// How long nothing is due. Rows that are running, or that wait for one before them, look due: they end the nap by
/// other ways.
async fn nap(service: &Service) -> Duration {
    let now = service.now();
    let times = [
        outgoing::next_due(service).await,
        crate::service::expiry::next(service).await,
    ];
    let next = times
        .into_iter()
        .filter_map(|time| time.ok().flatten())
        .filter(|time| *time > now)
        .min();
    let until = next
        .and_then(|time| u64::try_from(time.millis_since(now)).ok())
        .map(Duration::from_millis);
    until.unwrap_or(LONGEST_NAP).min(LONGEST_NAP)
}

#[cfg(test)]
mod tests;
