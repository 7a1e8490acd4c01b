//! Earlier passes of the requester came from other networks. Reads `network.known`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "network_unusual",
    weight: 5,
    may_lower: false,
    for_agent: false,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let known = facts.network.as_ref()?.known?;
    (!known).then(|| Seen::once("The requester never passed from this network."))
}
