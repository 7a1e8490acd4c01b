//! The address is a Tor exit. Reads `network.tor`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "tor_network",
    weight: 30,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let network = facts.network.as_ref()?;
    network
        .tor
        .then(|| Seen::once("The network hides where the requester is (Tor)."))
}
