//! One clock for service and instance, which a test can move: nothing waits for time to pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use backend::ports::{Clock, SystemClock};
use shared::words::UnixMillis;

/// The machine's clock plus an offset. Clones share the offset.
#[derive(Clone, Debug, Default)]
pub struct AdjustableClock {
    offset_millis: Arc<AtomicI64>,
}

impl AdjustableClock {
    /// Lets that much time pass at once.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// How far it is ahead of the machine's clock, in milliseconds.
    pub fn ahead_millis(&self) -> i64 {
        self.offset_millis.load(Ordering::SeqCst)
    }

    /// The same clock in the form that the emulated instance takes, set ahead by so many seconds: an instance's own
    /// clock may be off.
    pub fn for_instance(&self, ahead_seconds: i64) -> crate::instance::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now().plus_seconds(ahead_seconds).0)
    }
}

impl Clock for AdjustableClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(
            SystemClock
                .now()
                .0
                .saturating_add(self.offset_millis.load(Ordering::SeqCst)),
        )
    }
}
