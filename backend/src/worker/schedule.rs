//! When a failed delivery is tried again, and when no more.

use std::time::Duration;

use shared::words::UnixMillis;

/// Seconds after the first, second … failed attempt of a link or a code; the last one repeats. The requester is
/// waiting, often with the agent on the phone.
const MESSAGE_DELAYS: [i64; 5] = [5, 15, 45, 120, 300];
/// Seconds after the first, second … failed attempt of an event: the schedule of Standard Webhooks, ended after 24
/// hours.
const EVENT_DELAYS: [i64; 7] = [5, 300, 1800, 7200, 18_000, 36_000, 23_095];
/// A link or code that arrives with less time left is of no use.
const USEFUL_SECONDS: i64 = 30;

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A link or a code, with the moment when it ends.
    Message {
        /// When it ends.
        ends_at: UnixMillis,
    },
    /// An event for an instance.
    Event,
}

/// The moment of the next attempt after `failed` attempts, the last one at `now`; `None` to give up.
///
/// `jitter` spreads what failed together: up to a tenth earlier than the schedule says, never later, so that a test or
/// a person can rely on the schedule. `after` is what the other side asked for, and is always kept.
pub(super) fn next(
    kind: Kind,
    failed: u32,
    now: UnixMillis,
    after: Option<Duration>,
    jitter: u16,
) -> Option<UnixMillis> {
    let index = usize::try_from(failed).unwrap_or(usize::MAX).checked_sub(1)?;
    let seconds = match kind {
        Kind::Message { .. } => MESSAGE_DELAYS[index.min(MESSAGE_DELAYS.len() - 1)],
        Kind::Event => *EVENT_DELAYS.get(index)?,
    };
    let millis = seconds * 1000;
    let earlier = millis / 10 * i64::from(jitter) / i64::from(u16::MAX);
    let asked = after
        .and_then(|after| i64::try_from(after.as_millis()).ok())
        .unwrap_or(0);
    let at = UnixMillis(now.0.saturating_add((millis - earlier).max(asked)));
    match kind {
        Kind::Message { ends_at } if at.plus_seconds(USEFUL_SECONDS) > ends_at => None,
        _ => Some(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds between the attempts until it is given up.
    fn gaps(kind: Kind, mut now: UnixMillis) -> Vec<i64> {
        let mut gaps = Vec::new();
        while let Some(at) = next(kind, u32::try_from(gaps.len()).unwrap() + 1, now, None, 0) {
            gaps.push(at.millis_since(now) / 1000);
            now = at;
        }
        gaps
    }

    #[test]
    fn an_event_is_tried_for_a_day() {
        let gaps = gaps(Kind::Event, UnixMillis(0));
        assert_eq!(gaps[..6], [5, 300, 1800, 7200, 18_000, 36_000]);
        assert_eq!(gaps.iter().sum::<i64>(), 86_400);
    }

    #[test]
    fn a_link_is_tried_while_it_is_of_use() {
        let ends_at = |seconds| Kind::Message {
            ends_at: UnixMillis(0).plus_seconds(seconds),
        };
        assert_eq!(gaps(ends_at(600), UnixMillis(0)), [5, 15, 45, 120, 300]);
        assert_eq!(gaps(ends_at(60), UnixMillis(0)), [5, 15]);
        assert_eq!(gaps(ends_at(3600), UnixMillis(0)).len(), 15);
    }

    #[test]
    fn jitter_only_brings_it_forward_and_a_wish_to_wait_is_kept() {
        let at = |after: Option<u64>, jitter| {
            next(
                Kind::Event,
                2,
                UnixMillis(0),
                after.map(Duration::from_secs),
                jitter,
            )
        };
        assert_eq!(at(None, 0), Some(UnixMillis(300_000)));
        assert_eq!(at(None, u16::MAX), Some(UnixMillis(270_000)));
        assert_eq!(at(Some(1), u16::MAX), Some(UnixMillis(270_000)));
        assert_eq!(at(Some(900), u16::MAX), Some(UnixMillis(900_000)));
        let link = Kind::Message {
            ends_at: UnixMillis(600_000),
        };
        assert_eq!(
            next(link, 1, UnixMillis(0), Some(Duration::from_mins(15)), 0),
            None
        );
    }
}
