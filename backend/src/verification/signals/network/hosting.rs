//! The address belongs to a hosting company: people do not sit in data centres, but proxies do. Reads `network.hosting`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "hosting_network",
    weight: 15,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let network = facts.network.as_ref()?;
    network
        .hosting
        .then(|| Seen::once("The network belongs to a hosting company."))
}
