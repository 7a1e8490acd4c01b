//! The browser names one time zone but its clock goes by another: somebody has set only one of them. Reads
//! `client.utc_offset_minutes` and `time.offset_of_browser_zone`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "clock_inconsistent",
    weight: 15,
    may_lower: false,
    for_agent: false,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let told = facts.client.as_ref()?.utc_offset_minutes?;
    let real = facts.time.offset_of_browser_zone?;
    (told != real).then(|| Seen::once("The browser's clock does not go by the time zone that it names."))
}
