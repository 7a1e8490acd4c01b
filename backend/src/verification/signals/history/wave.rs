//! A wave: verifications of many requesters of the instance failed within an hour. Reads `history.requesters_failed`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "wave",
    weight: 25,
    may_lower: false,
    for_agent: true,
    look,
};

/// So many are usual.
const USUAL: u32 = 4;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let count = facts.history.requesters_failed;
    (count > USUAL).then(|| Seen::once(format!("Verifications of {count} requesters failed within the last hour, which looks like an attack on the company.")))
}
