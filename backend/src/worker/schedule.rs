//! When a failed delivery is tried again, and when no more: exponential back-off with full jitter, so that what failed
//! together does not come back together.

use std::time::Duration;

use shared::words::UnixMillis;

use crate::delivery::circuit::{backoff, spread};

/// After the first failure, a link or a code waits for up to so many milliseconds, and up to twice as long after each
/// further one. The requester is waiting, often with the agent on the phone …
const MESSAGE_BASE: i64 = 4_000;
/// … so never much longer than a minute; greylisting servers let pass what comes again after one to five.
const MESSAGE_CAP: i64 = 90_000;
/// The same for an event …
const EVENT_BASE: i64 = 5_000;
/// … whose instance may be under maintenance for hours.
const EVENT_CAP: i64 = 2 * 60 * 60 * 1_000;
/// No wait is shorter: whatever failed has hardly changed.
const FLOOR: i64 = 1_000;
/// A link or code that arrives with less time left is of no use.
const USEFUL_SECONDS: i64 = 30;
/// An event is tried for a day, as Standard Webhooks suggest; then people have to look.
const EVENT_SECONDS: i64 = 24 * 60 * 60;
/// One that had to wait for those before it is tried at least so often.
const LEAST_EVENT_ATTEMPTS: u32 = 12;

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A link or a code, with the moment when it ends.
    Message {
        /// When it ends.
        ends_at: UnixMillis,
    },
    /// An event for an instance, with the moment when it was queued.
    Event {
        /// When it was queued.
        since: UnixMillis,
    },
}

impl Kind {
    /// The last moment at which an attempt after `failed` ones is of use.
    fn last(self, failed: u32) -> UnixMillis {
        match self {
            Self::Message { ends_at } => ends_at.plus_seconds(-USEFUL_SECONDS),
            Self::Event { .. } if failed < LEAST_EVENT_ATTEMPTS => UnixMillis(i64::MAX),
            Self::Event { since } => since.plus_seconds(EVENT_SECONDS),
        }
    }
}

/// The moment of the next attempt after `failed` attempts, the last one at `now`; `None` to give up.
///
/// `jitter` chooses the moment between now and what the back-off allows. `after` is what the other side asked for, and
/// is always kept. A last attempt is made at the last moment at which it is of use.
pub(super) fn next(
    kind: Kind,
    failed: u32,
    now: UnixMillis,
    after: Option<Duration>,
    jitter: u32,
) -> Option<UnixMillis> {
    let (base, cap) = match kind {
        Kind::Message { .. } => (MESSAGE_BASE, MESSAGE_CAP),
        Kind::Event { .. } => (EVENT_BASE, EVENT_CAP),
    };
    let ceiling = backoff(base, cap, failed.saturating_sub(1));
    let wait = FLOOR + spread(ceiling - FLOOR, jitter);
    let asked = after
        .and_then(|after| i64::try_from(after.as_millis()).ok())
        .unwrap_or(0);
    let last = kind.last(failed);
    let earliest = UnixMillis(now.0.saturating_add(asked.max(FLOOR)));
    let at = UnixMillis(now.0.saturating_add(wait.max(asked))).min(last);
    (at >= earliest).then_some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Seconds between the attempts until it is given up.
    fn gaps(kind: Kind, mut now: UnixMillis, jitter: u32) -> Vec<i64> {
        let mut gaps = Vec::new();
        while let Some(at) = next(kind, u32::try_from(gaps.len()).unwrap() + 1, now, None, jitter) {
            gaps.push(at.millis_since(now) / 1_000);
            now = at;
        }
        gaps
    }

    const EVENT: Kind = Kind::Event { since: UnixMillis(0) };

    const fn link(seconds: i64) -> Kind {
        Kind::Message {
            ends_at: UnixMillis(seconds * 1_000),
        }
    }

    #[test]
    fn an_event_is_tried_for_a_day() {
        let gaps = gaps(EVENT, UnixMillis(0), u32::MAX);
        assert_eq!(gaps[..6], [5, 10, 20, 40, 80, 160]);
        assert_eq!(
            gaps.iter().sum::<i64>(),
            86_400,
            "the last attempt is made after a whole day"
        );
        assert!((20..40).contains(&gaps.len()), "{gaps:?}");
    }

    #[test]
    fn an_event_that_had_to_wait_for_others_still_has_its_chances() {
        let gaps = gaps(EVENT, UnixMillis(90_000_000), u32::MAX);
        assert_eq!(gaps.len(), 11, "twelve attempts: {gaps:?}");
    }

    #[test]
    fn a_link_is_tried_while_it_is_of_use() {
        let gaps = |seconds| gaps(link(seconds), UnixMillis(0), u32::MAX);
        assert_eq!(gaps(600), [4, 8, 16, 32, 64, 90, 90, 90, 90, 86]);
        assert_eq!(gaps(60), [4, 8, 16, 2]);
        assert_eq!(gaps(30), [] as [i64; 0]);
    }

    #[test]
    fn a_wish_to_wait_is_kept_or_ends_it() {
        let at =
            |kind, seconds, jitter| next(kind, 2, UnixMillis(0), Some(Duration::from_secs(seconds)), jitter);
        assert_eq!(at(EVENT, 1, u32::MAX), Some(UnixMillis(10_000)));
        assert_eq!(at(EVENT, 900, u32::MAX), Some(UnixMillis(900_000)));
        assert_eq!(at(link(600), 570, 0), Some(UnixMillis(570_000)));
        assert_eq!(at(link(600), 571, 0), None);
    }

    proptest! {
        #[test]
        fn every_wait_is_within_its_bounds(failed in 1_u32..100, jitter: u32, now in 0_i64..80_000_000) {
            let now = UnixMillis(now);
            let wait = next(EVENT, failed, now, None, jitter).map(|at| at.millis_since(now));
            let ceiling = backoff(EVENT_BASE, EVENT_CAP, failed - 1);
            prop_assert!(wait.is_some_and(|wait| (FLOOR..=ceiling).contains(&wait)), "{wait:?} of {ceiling}");
        }

        #[test]
        fn jitter_reaches_the_whole_range(failed in 1_u32..20) {
            let at = |jitter| next(EVENT, failed, UnixMillis(0), None, jitter).unwrap().0;
            prop_assert_eq!(at(0), FLOOR);
            prop_assert_eq!(at(u32::MAX), backoff(EVENT_BASE, EVENT_CAP, failed - 1));
            prop_assert!(at(1 << 30) < at(1 << 31));
        }

        #[test]
        fn it_ends(jitter: u32, seconds in 0_i64..90_000) {
            let all = gaps(link(seconds), UnixMillis(0), jitter);
            prop_assert!(all.iter().sum::<i64>() <= seconds.max(0));
            prop_assert!(all.len() < 100_000);
        }
    }
}
