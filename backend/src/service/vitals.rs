//! What the running service has noticed of its neighbours since it started, kept in memory for whoever looks after it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::words::UnixMillis;

use crate::verification::InstanceId;

/// Tokens whose age is remembered: enough that one of them is fresh.
const AGES: usize = 20;

/// The tokens of one instance, since the service started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// When the last one was accepted.
    pub accepted_at: Option<UnixMillis>,
    /// When the last one was refused, and why.
    pub refused: Option<(UnixMillis, String)>,
    /// How many were refused.
    pub refusals: u32,
    /// Ages in seconds of the last ones when they came; below zero when the instance's clock is ahead of ours.
    ages: VecDeque<i64>,
}

impl Tokens {
    /// How far the instance's clock is behind ours at most, in seconds: the age of the freshest of the last tokens. Below
    /// zero, it is ahead by so much.
    pub fn skew_seconds(&self) -> Option<i64> {
        self.ages.iter().copied().min()
    }
}

#[derive(Debug, Default)]
struct Noticed {
    tokens: BTreeMap<InstanceId, Tokens>,
    /// Chains that are being walked.
    walked: BTreeSet<InstanceId>,
}

/// See the module.
#[derive(Debug)]
pub struct Vitals {
    /// When the service started.
    pub started_at: UnixMillis,
    noticed: Mutex<Noticed>,
}

impl Vitals {
    /// Begins to notice.
    pub fn new(started_at: UnixMillis) -> Self {
        Self {
            started_at,
            noticed: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Noticed> {
        // Nothing is left half-changed, so a poisoned lock is as good as any.
        self.noticed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token that was issued at `issued_seconds` was accepted.
    pub fn accepted(&self, of: &InstanceId, issued_seconds: i64, now: UnixMillis) {
        let mut noticed = self.held();
        let tokens = noticed.tokens.entry(of.clone()).or_default();
        tokens.accepted_at = Some(now);
        tokens.ages.truncate(AGES - 1);
        tokens.ages.push_front(now.unix_seconds() - issued_seconds);
    }

    /// A token that named the instance as its issuer was refused. Whether it really came from there is not known.
    pub fn refused(&self, of: &InstanceId, why: String, now: UnixMillis) {
        let mut noticed = self.held();
        let tokens = noticed.tokens.entry(of.clone()).or_default();
        tokens.refusals = tokens.refusals.saturating_add(1);
        tokens.refused = Some((now, why));
    }

    /// The tokens of an instance.
    pub fn tokens(&self, of: &InstanceId) -> Tokens {
        self.held().tokens.get(of).cloned().unwrap_or_default()
    }

    /// Begins to walk a chain; false if it is walked already.
    pub fn begin_walk(&self, of: &InstanceId) -> bool {
        self.held().walked.insert(of.clone())
    }

    /// The walk has ended.
    pub fn end_walk(&self, of: &InstanceId) {
        self.held().walked.remove(of);
    }

    /// True while a chain is walked.
    pub fn is_walking(&self, of: &InstanceId) -> bool {
        self.held().walked.contains(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::START;

    #[test]
    fn the_freshest_of_the_last_tokens_tells_how_the_clocks_differ() {
        let (vitals, acme) = (Vitals::new(START), InstanceId::parse("acme").unwrap());
        assert_eq!(vitals.tokens(&acme).skew_seconds(), None);
        for age in [200, 3, 90] {
            vitals.accepted(&acme, START.unix_seconds() - age, START);
        }
        assert_eq!(vitals.tokens(&acme).skew_seconds(), Some(3));
        vitals.accepted(&acme, START.unix_seconds() + 12, START);
        assert_eq!(vitals.tokens(&acme).skew_seconds(), Some(-12));
        for _ in 0..AGES {
            vitals.accepted(&acme, START.unix_seconds() - 40, START);
        }
        assert_eq!(
            vitals.tokens(&acme).skew_seconds(),
            Some(40),
            "earlier ones are forgotten"
        );
    }

    #[test]
    fn a_chain_is_walked_once_at_a_time() {
        let (vitals, acme) = (Vitals::new(START), InstanceId::parse("acme").unwrap());
        assert!(vitals.begin_walk(&acme) && !vitals.begin_walk(&acme));
        vitals.end_walk(&acme);
        assert!(!vitals.is_walking(&acme) && vitals.begin_walk(&acme));
    }
}
