//! The link was opened from many browsers: a scanner and the person are two. Reads `devices`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "many_devices",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

/// So many are usual.
const USUAL: u32 = 2;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    (facts.devices > USUAL)
        .then(|| Seen::once(format!("The link was opened from {} browsers.", facts.devices)))
}
