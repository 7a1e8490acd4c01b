//! Circuit breakers, one for each neighbour that takes messages or events. After some failures in a row that are about
//! the neighbour and not about one message, nothing is sent to it for a while; then one message tries whether it is
//! back. This keeps a neighbour that struggles from being pressed, and rows from using up their attempts.
//!
//! State is in memory: after a restart every circuit is closed, and the first failures tell again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::words::{Channel, UnixMillis};

use crate::verification::InstanceId;

/// Failures in a row that open a circuit.
const FAILURES: u32 = 5;
/// A circuit opens for so long at first, in milliseconds, and twice as long each further time in a row …
const BASE_MILLIS: i64 = 4_000;
/// … but no longer than this, because somebody may be waiting for a link.
const CAP_MILLIS: i64 = 60_000;
/// A trial that is not heard of for so long no longer stands in the way of the next one.
const TRIAL_MILLIS: i64 = 120_000;

/// With whom a row of the outbox deals. Each has its own limits and its own circuit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Neighbour {
    /// The mail server, or the text message gateway.
    Channel(Channel),
    /// A ServiceNow instance.
    Instance(InstanceId),
}

impl fmt::Display for Neighbour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(channel) => f.write_str(channel.as_str()),
            Self::Instance(id) => write!(f, "instance:{id}"),
        }
    }
}

/// Whether something may be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Go,
    /// No: wait until then.
    Wait {
        /// When to ask again.
        until: UnixMillis,
        /// Why, in words without address and secret.
        why: String,
    },
}

/// How a circuit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Messages pass.
    Closed,
    /// None passes until then.
    Open {
        /// When one may try.
        until: UnixMillis,
    },
    /// One is trying since then.
    Trying {
        /// When it began.
        since: UnixMillis,
    },
}

#[derive(Clone, Debug)]
struct Circuit {
    state: State,
    /// Failures in a row.
    failures: u32,
    /// How often it opened in a row.
    openings: u32,
    why: String,
}

/// One line for metrics and readiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whose circuit.
    pub neighbour: Neighbour,
    /// How it stands.
    pub state: State,
    /// The last failure, empty when closed.
    pub why: String,
}

/// All circuits.
#[derive(Debug, Default)]
pub struct Circuits(Mutex<BTreeMap<Neighbour, Circuit>>);

impl Circuits {
    fn held(&self) -> MutexGuard<'_, BTreeMap<Neighbour, Circuit>> {
        // The map is never left half-changed, so a poisoned lock is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// May something be sent to `neighbour` at `now`? A yes after an open circuit is a trial: report how it ended.
    pub fn admit(&self, neighbour: &Neighbour, now: UnixMillis) -> Admission {
        let mut circuits = self.held();
        let Some(circuit) = circuits.get_mut(neighbour) else {
            return Admission::Go;
        };
        let next = match circuit.state {
            State::Closed => return Admission::Go,
            State::Open { until } => until,
            State::Trying { since } => UnixMillis(since.0.saturating_add(TRIAL_MILLIS)),
        };
        if now >= next {
            circuit.state = State::Trying { since: now };
            return Admission::Go;
        }
        let until = match circuit.state {
            // Whoever tries will know soon.
            State::Trying { .. } => next.min(UnixMillis(now.0.saturating_add(1_000))),
            _ => next,
        };
        Admission::Wait {
            until,
            why: circuit.why.clone(),
        }
    }

    /// The neighbour answered as it should, whatever it said about the message.
    pub fn answered(&self, neighbour: &Neighbour) {
        if let Some(circuit) = self.held().remove(neighbour)
            && circuit.state != State::Closed
        {
            tracing::info!(%neighbour, "the neighbour works again");
        }
    }

    /// What was admitted was not sent after all: the next one may try.
    pub fn unused(&self, neighbour: &Neighbour, now: UnixMillis) {
        if let Some(circuit) = self.held().get_mut(neighbour)
            && matches!(circuit.state, State::Trying { .. })
        {
            circuit.state = State::Open { until: now };
        }
    }

    /// The neighbour failed. `after` is how long it asks to wait, which is kept; `jitter` spreads what failed together.
    pub fn failed(
        &self,
        neighbour: &Neighbour,
        now: UnixMillis,
        after: Option<Duration>,
        why: &str,
        jitter: u32,
    ) {
        let mut circuits = self.held();
        let circuit = circuits.entry(neighbour.clone()).or_insert(Circuit {
            state: State::Closed,
            failures: 0,
            openings: 0,
            why: String::new(),
        });
        circuit.failures = circuit.failures.saturating_add(1);
        why.clone_into(&mut circuit.why);
        let asked = after.and_then(|after| i64::try_from(after.as_millis()).ok());
        let was_trying = matches!(circuit.state, State::Trying { .. });
        let opens =
            was_trying || asked.is_some() || circuit.failures >= FAILURES && circuit.state == State::Closed;
        if !opens {
            return;
        }
        let ceiling = backoff(BASE_MILLIS, CAP_MILLIS, circuit.openings);
        // Half of it is always waited, or the trial would often come at once.
        let wait = ceiling / 2 + spread(ceiling / 2, jitter);
        let until = UnixMillis(now.0.saturating_add(asked.map_or(wait, |asked| asked.max(wait))));
        let until = match circuit.state {
            State::Open { until: earlier } => until.max(earlier),
            _ => until,
        };
        if !matches!(circuit.state, State::Open { .. }) {
            circuit.openings = circuit.openings.saturating_add(1);
            metrics::counter!("circuit_opened_total", "neighbour" => neighbour.to_string()).increment(1);
            tracing::warn!(%neighbour, wait_seconds = now.seconds_until(until), why, "nothing is sent to this neighbour for a while");
        }
        circuit.state = State::Open { until };
    }

    /// Every circuit that is not closed, and closed ones with recent failures.
    pub fn list(&self) -> Vec<Status> {
        let circuits = self.held();
        circuits
            .iter()
            .map(|(neighbour, circuit)| Status {
                neighbour: neighbour.clone(),
                state: circuit.state.clone(),
                why: circuit.why.clone(),
            })
            .collect()
    }
}

/// `base` doubled `times` times, at most `cap`.
pub(crate) fn backoff(base: i64, cap: i64, times: u32) -> i64 {
    base.checked_mul(1_i64.checked_shl(times.min(40)).unwrap_or(i64::MAX))
        .unwrap_or(cap)
        .min(cap)
}

/// The part `jitter` / 2³² of `millis`.
pub(crate) fn spread(millis: i64, jitter: u32) -> i64 {
    let part = i128::from(millis) * i128::from(jitter) / i128::from(u32::MAX);
    i64::try_from(part).unwrap_or(millis)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMAIL: Neighbour = Neighbour::Channel(Channel::Email);

    fn fail(circuits: &Circuits, now: i64) {
        circuits.failed(&EMAIL, UnixMillis(now), None, "It is down.", u32::MAX);
    }

    fn waits_until(circuits: &Circuits, now: i64) -> Option<i64> {
        match circuits.admit(&EMAIL, UnixMillis(now)) {
            Admission::Go => None,
            Admission::Wait { until, .. } => Some(until.0),
        }
    }

    #[test]
    fn it_opens_after_five_failures_in_a_row_and_lets_one_try() {
        let circuits = Circuits::default();
        for _ in 0..4 {
            fail(&circuits, 0);
            assert_eq!(waits_until(&circuits, 0), None);
        }
        fail(&circuits, 0);
        assert_eq!(waits_until(&circuits, 0), Some(4_000));
        assert_eq!(waits_until(&circuits, 3_999), Some(4_000));
        assert_eq!(waits_until(&circuits, 4_000), None, "one may try");
        assert_eq!(waits_until(&circuits, 4_001), Some(5_001), "only one");
        circuits.answered(&EMAIL);
        assert_eq!(waits_until(&circuits, 4_002), None);
        assert_eq!(circuits.list(), []);
    }

    #[test]
    fn each_failed_trial_doubles_the_wait_up_to_a_minute() {
        let circuits = Circuits::default();
        (0..5).for_each(|_| fail(&circuits, 0));
        let (mut now, mut waits) = (0, Vec::new());
        while let Some(until) = waits_until(&circuits, now) {
            waits.push((until - now) / 1_000);
            now = until;
            assert_eq!(waits_until(&circuits, now), None);
            fail(&circuits, now);
            if waits.len() == 7 {
                break;
            }
        }
        assert_eq!(waits, [4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn success_in_between_begins_the_count_anew() {
        let circuits = Circuits::default();
        (0..4).for_each(|_| fail(&circuits, 0));
        circuits.answered(&EMAIL);
        (0..4).for_each(|_| fail(&circuits, 0));
        assert_eq!(waits_until(&circuits, 0), None);
    }

    #[test]
    fn a_wish_to_wait_is_kept_at_once_and_for_the_others_too() {
        let circuits = Circuits::default();
        let asked = Some(Duration::from_mins(15));
        circuits.failed(&EMAIL, UnixMillis(0), asked, "Too many.", 0);
        assert_eq!(waits_until(&circuits, 1), Some(900_000));
        // One that was on its way fails too: the earlier wish still holds.
        fail(&circuits, 10);
        assert_eq!(waits_until(&circuits, 20), Some(900_000));
        assert_eq!(
            circuits.admit(&Neighbour::Channel(Channel::Sms), UnixMillis(1)),
            Admission::Go
        );
    }

    #[test]
    fn a_trial_that_was_not_used_or_never_ended_does_not_block_the_next() {
        let circuits = Circuits::default();
        (0..5).for_each(|_| fail(&circuits, 0));
        assert_eq!(waits_until(&circuits, 4_000), None);
        circuits.unused(&EMAIL, UnixMillis(4_000));
        assert_eq!(waits_until(&circuits, 4_000), None);
        assert_eq!(
            waits_until(&circuits, 4_000 + TRIAL_MILLIS - 1),
            Some(4_000 + TRIAL_MILLIS)
        );
        assert_eq!(waits_until(&circuits, 4_000 + TRIAL_MILLIS), None);
    }

    proptest! {
        #[test]
        fn waits_stay_between_half_and_all_of_the_ceiling(failures in 5_u32..200, jitter: u32) {
            let circuits = Circuits::default();
            let mut now = 0;
            for _ in 0..failures {
                circuits.failed(&EMAIL, UnixMillis(now), None, "", jitter);
                if let Some(until) = waits_until(&circuits, now) {
                    prop_assert!((BASE_MILLIS / 2..=CAP_MILLIS).contains(&(until - now)));
                    now = until;
                    prop_assert_eq!(waits_until(&circuits, now), None);
                }
            }
        }
    }
}
