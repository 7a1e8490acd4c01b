//! What the facts about the service mean: no reading, no clock, only rules and words.

use shared::words::UnixMillis;

use super::super::delivery::{Waiting, Way};
use crate::delivery::circuit::State;
use crate::service::vitals::Tokens;
use crate::store::bypasses::Pull;
use crate::store::console::health::{Kept, Sizes};

/// A write that takes longer holds people up.
const SLOW_WRITE_MILLIS: i64 = 1_000;
/// A log that grows beyond this is not emptied any more: somebody reads for very long, or the disk is full.
const LARGE_LOG_BYTES: u64 = 256 * 1024 * 1024;
/// With less room than this on the disk somebody should make some …
const LITTLE_ROOM_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// … and with less than this writing is about to fail: a backup alone takes as much as the database.
const NO_ROOM_BYTES: u64 = 256 * 1024 * 1024;
/// Whoever waits for a message has lost patience by then …
const LATE_SECONDS: i64 = 5 * 60;
/// … and after this something is broken.
const VERY_LATE_SECONDS: i64 = 3600;
/// Tokens are refused when the clocks differ by a minute.
const SKEW_SECONDS: i64 = 30;
/// Chains are to be walked once a week.
const WALK_SECONDS: i64 = 7 * 86_400;
/// Retention runs once an hour.
const RETENTION_SECONDS: i64 = 3 * 3600;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// As it should be.
    Good,
    /// Worth a look.
    Attention,
    /// Broken.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub name: &'static str,
    /// How it stands.
    pub light: Light,
    /// What was found, in a sentence or two.
    pub words: String,
    /// When it last happened, if it is something that happens.
    pub at: Option<UnixMillis>,
}

/// Everything that is judged.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The present moment.
    pub now: UnixMillis,
    /// When the service started.
    pub started_at: UnixMillis,
    /// How long a write took; `None` if it failed.
    pub write_millis: Option<i64>,
    /// The files of the database.
    pub sizes: Sizes,
    /// What waits in the outbox.
    pub waiting: Vec<Waiting>,
    /// How many messages were given up.
    pub given_up: u32,
    /// The ways out.
    pub ways: Vec<Way>,
    /// When a result last reached ServiceNow.
    pub last_event: Option<UnixMillis>,
    /// Tokens of this instance.
    pub tokens: Tokens,
    /// The last walk along the chain of evidence.
    pub walk: Option<Kept>,
    /// The chain is walked now.
    pub is_walking: bool,
    /// The last run of retention.
    pub retention: Option<Kept>,
    /// How the reading of tickets resolved without verification stands.
    pub pull: Option<Pull>,
}

/// What the facts mean.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    vec![
        database(facts),
        outbox_finding(facts),
        ways(facts),
        results(facts),
        bypasses_finding(facts),
        tokens(facts),
        clocks(facts),
        chain(facts),
        retention(facts),
        running(facts),
    ]
}

fn finding(name: &'static str, light: Light, words: impl Into<String>) -> Finding {
    Finding {
        name,
        light,
        words: words.into(),
        at: None,
    }
}

fn database(facts: &Facts) -> Finding {
    let Sizes { database, log, free } = facts.sizes;
    let room = free.map_or_else(String::new, |free| {
        format!(" {} are free on its disk.", bytes(free))
    });
    let sizes = format!(
        "It has {}, its write-ahead log {}.{room}",
        bytes(database),
        bytes(log)
    );
    let (light, words) = match facts.write_millis {
        None => (Light::Bad, "It cannot be written. Is the disk full?".to_owned()),
        Some(_) if free.is_some_and(|free| free < NO_ROOM_BYTES) => (
            Light::Bad,
            format!("The disk is nearly full: soon nothing can be written. {sizes}"),
        ),
        Some(_) if free.is_some_and(|free| free < LITTLE_ROOM_BYTES) => {
            (Light::Attention, format!("The disk has little room. {sizes}"))
        }
        Some(took) if took > SLOW_WRITE_MILLIS => (
            Light::Attention,
            format!("A write took {took} ms, which is slow. {sizes}"),
        ),
        Some(took) if log > LARGE_LOG_BYTES => (
            Light::Attention,
            format!("The write-ahead log is not emptied. {sizes} A write took {took} ms."),
        ),
        Some(took) => (Light::Good, format!("A write took {took} ms. {sizes}")),
    };
    finding("Database", light, words)
}

fn outbox_finding(facts: &Facts) -> Finding {
    let count: u32 = facts.waiting.iter().map(|row| row.count).sum();
    let oldest = facts.waiting.iter().map(|row| row.oldest).min();
    let age = oldest.map_or(0, |oldest| facts.now.millis_since(oldest) / 1000);
    let waits = match count {
        0 => "Nothing waits.".to_owned(),
        1 => format!("One message waits, for {}.", time(age)),
        more => format!("{more} messages wait, the oldest for {}.", time(age)),
    };
    let (light, given_up) = match facts.given_up {
        0 => (Light::Good, String::new()),
        1 => (Light::Attention, " One was given up.".to_owned()),
        more => (Light::Attention, format!(" {more} were given up.")),
    };
    let late = match age {
        age if age > VERY_LATE_SECONDS => Light::Bad,
        age if age > LATE_SECONDS => Light::Attention,
        _ => Light::Good,
    };
    finding("Messages", light.max(late), format!("{waits}{given_up}"))
}

fn ways(facts: &Facts) -> Finding {
    let paused = facts
        .ways
        .iter()
        .filter(|way| matches!(way.state, State::Open { .. }))
        .count();
    let failing = facts.ways.iter().filter(|way| !way.why.is_empty()).count();
    match (paused, failing) {
        (0, 0) => finding("Ways out", Light::Good, "All are open."),
        (0, _) => finding(
            "Ways out",
            Light::Attention,
            "The last attempt on one of them failed.",
        ),
        (1, _) => finding("Ways out", Light::Bad, "One is paused, because it failed."),
        (more, _) => finding(
            "Ways out",
            Light::Bad,
            format!("{more} are paused, because they failed."),
        ),
    }
}

fn results(facts: &Facts) -> Finding {
    let late = facts
        .waiting
        .iter()
        .any(|row| row.kind == "event" && facts.now.millis_since(row.oldest) / 1000 > LATE_SECONDS);
    let (light, words) = match (facts.last_event, late) {
        (_, true) => (Light::Bad, "Results wait and do not get through."),
        (Some(_), false) => (Light::Good, "The last result has arrived."),
        (None, false) => (Light::Good, "No result was sent yet."),
    };
    Finding {
        at: facts.last_event,
        ..finding("Results to ServiceNow", light, words)
    }
}

fn bypasses_finding(facts: &Facts) -> Finding {
    const NAME: &str = "Resolved without verification";
    let Some(pull) = &facts.pull else {
        return finding(NAME, Light::Good, "ServiceNow was not asked yet.");
    };
    let (light, words) = match (&pull.error, pull.skipped) {
        (_, _) if pull.is_too_old => (
            Light::Attention,
            "The app in ServiceNow is too old to tell which tickets were, or is not installed. Update it."
                .to_owned(),
        ),
        (Some(why), _) => (Light::Attention, format!("ServiceNow could not be asked. {why}")),
        (None, 0) => (Light::Good, "ServiceNow tells which tickets were.".to_owned()),
        (None, rows) => (
            Light::Attention,
            format!("ServiceNow tells which tickets were; {rows} rows could not be read and are left out."),
        ),
    };
    Finding {
        at: pull.fine_at,
        ..finding(NAME, light, words)
    }
}

fn tokens(facts: &Facts) -> Finding {
    let Tokens {
        accepted_at,
        refused,
        refusals,
        ..
    } = &facts.tokens;
    let (light, words) = match (accepted_at, refused) {
        (None, None) => (Light::Good, "None came since the service started.".to_owned()),
        (Some(_), None) => (Light::Good, "All were accepted.".to_owned()),
        (accepted, Some((at, why))) => {
            let is_worse = accepted.is_none_or(|accepted| accepted < *at);
            let light = if is_worse { Light::Bad } else { Light::Attention };
            let last = if is_worse {
                "The last one was"
            } else {
                "Earlier ones were"
            };
            (
                light,
                format!("{last} refused: {why}. Refused since the service started: {refusals}."),
            )
        }
    };
    Finding {
        at: *accepted_at,
        ..finding("Requests from ServiceNow", light, words)
    }
}

fn clocks(facts: &Facts) -> Finding {
    let (light, words) = match facts.tokens.skew_seconds() {
        None => (
            Light::Good,
            "Not known: no request came since the service started.".to_owned(),
        ),
        Some(skew) if skew < -SKEW_SECONDS => (
            Light::Bad,
            format!(
                "The instance's clock is ahead by {} s. Requests are refused from 60 s on.",
                -skew
            ),
        ),
        Some(skew) if skew < -5 => (
            Light::Attention,
            format!("The instance's clock is ahead by {} s.", -skew),
        ),
        Some(skew) if skew > SKEW_SECONDS => (
            Light::Attention,
            format!(
                "The freshest of the last requests was {skew} s old: the instance's clock may be behind."
            ),
        ),
        Some(_) => (Light::Good, "They agree.".to_owned()),
    };
    finding("Clocks", light, words)
}

fn chain(facts: &Facts) -> Finding {
    const NAME: &str = "Chain of evidence";
    let Some(Kept { at, found }) = &facts.walk else {
        let words = if facts.is_walking {
            "It is being verified."
        } else {
            "It was not verified from here yet."
        };
        return finding(NAME, Light::Attention, words);
    };
    let found: serde_json::Value = serde_json::from_str(found).unwrap_or_default();
    let (light, words) = match found["broken"].as_str() {
        Some(what) => (
            Light::Bad,
            format!(
                "It does not hold. Entry {}: {what}. Stop using this database and compare it with a backup.",
                found["number"]
            ),
        ),
        None if facts.now.millis_since(*at) / 1000 > WALK_SECONDS => (
            Light::Attention,
            "It held, but was not verified for a week.".to_owned(),
        ),
        None => (Light::Good, format!("It holds: {} entries.", found["entries"])),
    };
    let again = if facts.is_walking {
        " It is being verified again."
    } else {
        ""
    };
    Finding {
        at: Some(*at),
        ..finding(NAME, light, format!("{words}{again}"))
    }
}

fn retention(facts: &Facts) -> Finding {
    let since = |at: UnixMillis| facts.now.millis_since(at) / 1000;
    let (light, words) = match &facts.retention {
        Some(kept) if since(kept.at) > RETENTION_SECONDS => {
            (Light::Attention, "It should run once an hour, and does not.")
        }
        Some(_) => (Light::Good, "It runs once an hour."),
        None if since(facts.started_at) > RETENTION_SECONDS => {
            (Light::Attention, "It has not run since the service started.")
        }
        None => (Light::Good, "It has not run yet."),
    };
    Finding {
        at: facts.retention.as_ref().map(|kept| kept.at),
        ..finding("Retention", light, words)
    }
}

fn running(facts: &Facts) -> Finding {
    let seconds = facts.now.millis_since(facts.started_at) / 1000;
    let version = env!("CARGO_PKG_VERSION");
    Finding {
        at: Some(facts.started_at),
        ..finding(
            "Service",
            Light::Good,
            format!("Version {version}, running for {}.", time(seconds)),
        )
    }
}

fn time(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds @ 7200..=172_799 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn bytes(number: u64) -> String {
    match number {
        0..=999 => format!("{number} bytes"),
        1_000..=999_999 => format!("{} kB", number / 1_000),
        1_000_000..=999_999_999 => format!("{}.{} MB", number / 1_000_000, number % 1_000_000 / 100_000),
        _ => format!(
            "{}.{} GB",
            number / 1_000_000_000,
            number % 1_000_000_000 / 100_000_000
        ),
    }
}

#[cfg(test)]
mod tests;
