//! The address belongs to a VPN service. Many honest people use one, so it weighs little. Reads `network.vpn`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "vpn_network",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let network = facts.network.as_ref()?;
    network
        .vpn
        .then(|| Seen::once("The network belongs to a VPN service."))
}
