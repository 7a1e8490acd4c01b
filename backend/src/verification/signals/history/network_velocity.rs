//! Unusually many requesters began from one network within an hour. A whole office shares one, so the number is high. Reads `history.requesters_on_network`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "network_velocity",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

/// So many are usual.
const USUAL: u32 = 10;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let count = facts.history.requesters_on_network;
    (count > USUAL).then(|| {
        Seen::once(format!(
            "{count} requesters began from this network within an hour."
        ))
    })
}
