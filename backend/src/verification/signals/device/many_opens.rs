//! The link was opened very often: mail scanners open one a few times, not more. Reads `opens`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "many_opens",
    weight: 5,
    may_lower: false,
    for_agent: false,
    look,
};

/// So many are usual.
const USUAL: u32 = 10;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    (facts.opens > USUAL).then(|| Seen::once(format!("The link was opened {} times.", facts.opens)))
}
