//! Asks each instance, every few minutes, which tickets were resolved without verification.

use std::future::Future;
use std::time::Duration;

use crate::config::Instance;
use crate::delivery::circuit::{backoff, spread};
use crate::ports::random;
use crate::service::Service;
use crate::service::bypasses::{self, Pulled};
use crate::servicenow::client::Client;

/// After the first failure it is tried again within so many milliseconds, and within twice as many after each further
/// one, or within the usual time if that is longer …
const BASE_MILLIS: i64 = 30_000;
/// … but at least once an hour. An app that does not know the question is asked as often: it may be updated.
const CAP_MILLIS: i64 = 3_600_000;

/// Works until `shutdown` resolves. What was not read then is read at the next start.
pub async fn watch(service: Service, client: Client, shutdown: impl Future<Output = ()> + Send) {
    let mut loops = Vec::new();
    for instance in service.config.instances.values() {
        loops.push(follow(&service, &client, instance));
    }
    tokio::select! {
        () = shutdown => {}
        _ = futures_util::future::join_all(loops) => {}
    }
}

async fn follow(service: &Service, client: &Client, instance: &Instance) {
    let mut failures = 0;
    loop {
        let pulled = match bypasses::pull(service, client, instance).await {
            Ok(pulled) => pulled,
            Err(error) => {
                tracing::error!(%error, instance = %instance.id, "tickets resolved without verification cannot be kept");
                Pulled::Failed { after: None }
            }
        };
        failures = match pulled {
            Pulled::Failed { .. } => u32::saturating_add(failures, 1),
            Pulled::Fine { .. } | Pulled::TooOld => 0,
        };
        // Without randomness the pauses are merely even.
        let jitter = random::<4>(service.entropy.as_ref()).map_or(u32::MAX, u32::from_be_bytes);
        tokio::time::sleep(pause(pulled, instance.bypass_seconds, failures, jitter)).await;
    }
}

/// How long to wait after a pull: between nine and eleven tenths of the usual time, so that many instances are not asked
/// at the same moment; longer after failures.
fn pause(pulled: Pulled, every_seconds: u32, failures: u32, jitter: u32) -> Duration {
    let usual = i64::from(every_seconds) * 1000;
    let (millis, least) = match pulled {
        Pulled::Fine { .. } => (usual, None),
        Pulled::TooOld => (CAP_MILLIS.max(usual), None),
        Pulled::Failed { after } => (
            backoff(BASE_MILLIS, CAP_MILLIS, failures.saturating_sub(1)).max(usual),
            after,
        ),
    };
    let spread = millis * 9 / 10 + spread(millis / 5, jitter);
    let pause = Duration::from_millis(u64::try_from(spread).unwrap_or(0));
    pause.max(least.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_and_grow_with_failures() {
        let seconds = |pulled, failures, jitter| pause(pulled, 300, failures, jitter).as_secs();
        let fine = Pulled::Fine { added: 0 };
        assert_eq!((seconds(fine, 0, 0), seconds(fine, 0, u32::MAX)), (270, 330));
        let failed = Pulled::Failed { after: None };
        let grown: Vec<u64> = [1, 4, 5, 6, 7, 8, 40]
            .map(|failures| seconds(failed, failures, 0))
            .into();
        assert_eq!(grown, [270, 270, 432, 864, 1728, 3240, 3240]);
        assert_eq!(seconds(Pulled::TooOld, 0, 0), 3240);
        let asked = Pulled::Failed {
            after: Some(Duration::from_mins(150)),
        };
        assert_eq!(seconds(asked, 1, u32::MAX), 9000, "a wish to wait is kept");
    }
}
