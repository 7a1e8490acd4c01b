//! Back-off of sign-ins: guessing gets slow, and nobody is locked out for long.
//!
//! Failures are counted under three digests: user name with client address, user name alone (many addresses guess at
//! one name) and client address alone (one address guesses at many names). After some free failures each further one
//! delays the next attempt by 1, 2, 4 … at most 30 seconds; an hour without a failure forgets them.
//!
//! A stranger who keeps guessing at a name therefore cannot keep its owner out: from an address where the owner has
//! signed in within 30 days only the pair of both counts, and nobody else can raise that. From a fresh address the
//! owner waits 30 seconds at most. The names themselves may belong to nobody: they are counted alike.
//!
//! Second factors are counted by themselves, and wait longer: whoever guesses at one knows the password already, and six
//! digits are few. With a quarter of an hour between attempts, a guesser meets the right ones once in nine years.

use rusqlite::Transaction;
use shared::words::UnixMillis;

use crate::keys::Keys;
use crate::store::StoreError;
use crate::store::console::accounts::{self, Attempts};

/// No attempt at a password waits longer than this.
const MAX_DELAY_SECONDS: i64 = 30;
/// No attempt at a second factor waits longer than this.
const MAX_FACTOR_DELAY_SECONDS: i64 = 900;
/// Failures are forgotten after this time without one.
const FORGET_SECONDS: i64 = 3600;
/// An address where the user signed in is trusted for this long.
const TRUST_SECONDS: i64 = 30 * 86_400;

/// What one attempt counts under.
#[derive(Clone, Debug)]
pub struct Watched {
    pair: String,
    max_delay: i64,
    /// Digest, and failures that cost no delay.
    shared: [(String, u32); 2],
}

/// Failures of one name from one address that cost no delay.
const FREE_FOR_PAIR: u32 = 3;
/// Failures of one name from all addresses that cost no delay.
const FREE_FOR_NAME: u32 = 10;
/// Failures of all names from one address that cost no delay: an office may share one.
const FREE_FOR_ADDRESS: u32 = 20;

impl Watched {
    /// The digests of an attempt. `name` is normalised; nothing of it can be read back from the database.
    pub fn new(keys: &Keys, instance: &str, name: &str, client: &str) -> Self {
        let digest = |kind: &str, parts: [&str; 3]| keys.address_digest(&format!("console {kind} {parts:?}"));
        Self {
            pair: digest("pair", [instance, name, client]),
            max_delay: MAX_DELAY_SECONDS,
            shared: [
                (digest("name", [instance, name, ""]), FREE_FOR_NAME),
                (digest("address", ["", "", client]), FREE_FOR_ADDRESS),
            ],
        }
    }

    /// The digests of an attempt at the second factor of a user.
    pub fn factor(keys: &Keys, user: i64, client: &str) -> Self {
        let digest = |kind: &str, client: &str| {
            keys.address_digest(&format!("console factor {kind} {user} {client:?}"))
        };
        Self {
            pair: digest("pair", client),
            max_delay: MAX_FACTOR_DELAY_SECONDS,
            shared: [
                (digest("user", ""), FREE_FOR_NAME),
                (digest("address", client), FREE_FOR_NAME),
            ],
        }
    }

    /// Counts one attempt as failed before its password is looked at, so that attempts at the same time count too.
    /// Returns the seconds to wait instead, if it comes too early.
    pub fn admit(&self, tx: &Transaction<'_>, now: UnixMillis) -> Result<Option<u32>, StoreError> {
        let pair = accounts::attempts(tx, &self.pair)?;
        let trusted = pair
            .succeeded_at
            .is_some_and(|at| now.millis_since(at) < TRUST_SECONDS * 1000);
        let mut counted = vec![(&self.pair, FREE_FOR_PAIR, pair)];
        if !trusted {
            for (digest, free) in &self.shared {
                counted.push((digest, *free, accounts::attempts(tx, digest)?));
            }
        }
        let wait = counted
            .iter()
            .map(|(_, _, attempts)| now.seconds_until(attempts.next_at))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Ok(Some(wait));
        }
        for (digest, free, attempts) in counted {
            accounts::put_attempts(tx, digest, failed(attempts, free, self.max_delay, now))?;
        }
        Ok(None)
    }

    /// The attempt was right: what it counted is taken back.
    pub fn succeed(&self, tx: &Transaction<'_>, now: UnixMillis) -> Result<(), StoreError> {
        let known = Attempts {
            failures: 0,
            last_at: now,
            next_at: UnixMillis(0),
            succeeded_at: Some(now),
        };
        accounts::put_attempts(tx, &self.pair, known)?;
        for (digest, _) in &self.shared {
            // Not set to zero: with an account of their own, a guesser could otherwise wipe out their failures.
            let attempts = accounts::attempts(tx, digest)?;
            let failures = attempts.failures.saturating_sub(1);
            accounts::put_attempts(
                tx,
                digest,
                Attempts {
                    failures,
                    next_at: UnixMillis(0),
                    ..attempts
                },
            )?;
        }
        accounts::clean_up(tx, now, now.plus_seconds(-TRUST_SECONDS))
    }
}

fn failed(attempts: Attempts, free: u32, max_delay: i64, now: UnixMillis) -> Attempts {
    let forgotten = now.millis_since(attempts.last_at) >= FORGET_SECONDS * 1000;
    let failures = if forgotten {
        1
    } else {
        attempts.failures.saturating_add(1)
    };
    Attempts {
        failures,
        last_at: now,
        next_at: now.plus_seconds(delay_seconds(failures, free, max_delay)),
        ..attempts
    }
}

fn delay_seconds(failures: u32, free: u32, max_delay: i64) -> i64 {
    match failures.saturating_sub(free) {
        0 => 0,
        over => (1_i64 << (over - 1).min(16)).min(max_delay),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_half_a_minute_or_a_quarter_of_an_hour_and_no_further() {
        let delays = |most| -> Vec<i64> {
            (1..=14)
                .map(|failures| delay_seconds(failures, 3, most))
                .collect()
        };
        assert_eq!(
            delays(MAX_DELAY_SECONDS),
            [0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30]
        );
        assert_eq!(
            delays(MAX_FACTOR_DELAY_SECONDS),
            [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
        );
        assert_eq!(delay_seconds(u32::MAX, 3, MAX_DELAY_SECONDS), 30);
        assert_eq!(delay_seconds(u32::MAX, 3, MAX_FACTOR_DELAY_SECONDS), 900);
    }
}
