//! It is outside the working hours of the policy, by the time zone on file. Reads `time.local_minute` and
//! `time.local_weekday`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "outside_working_hours",
    weight: 5,
    may_lower: false,
    for_agent: false,
    look,
};

fn look(facts: &Facts, policy: &Policy) -> Option<Seen> {
    let (minute, weekday) = (facts.time.local_minute?, facts.time.local_weekday?);
    let hours = &policy.working_hours;
    (!hours.contain(weekday, minute)).then(|| {
        Seen::once(format!(
            "It was {:02}:{:02} where the requester usually is, outside working hours.",
            minute / 60,
            minute % 60
        ))
    })
}
