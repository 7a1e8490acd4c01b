//! The contact that the code went to came on file only lately: somebody may have had it changed to prepare this. Reads
//! `destination.contact_age_days`, which is known only where an earlier contact was on file before. The rules do not
//! take such a contact as proof either.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "contact_changed_recently",
    weight: 30,
    may_lower: false,
    for_agent: true,
    look,
};

/// Contacts younger than this many days are recent.
pub const RECENT_DAYS: u32 = 14;

/// True for a contact that is too young to prove anything.
pub const fn is_recent(days: u32) -> bool {
    days < RECENT_DAYS
}

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let days = facts.destination.contact_age_days?;
    is_recent(days).then(|| {
        let sentence = match days {
            0 => "The contact that the code went to came on file today.".to_owned(),
            1 => "The contact that the code went to came on file yesterday.".to_owned(),
            days => format!("The contact that the code went to came on file {days} days ago."),
        };
        Seen::once(sentence)
    })
}
