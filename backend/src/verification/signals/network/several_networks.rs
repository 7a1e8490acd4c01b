//! The link was opened from several networks: forwarded, or read by more than the requester and one scanner. Reads
//! `network.networks`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "several_networks",
    weight: 5,
    may_lower: false,
    for_agent: false,
    look,
};

/// The requester, their provider after a change of network, and a mail scanner.
const USUAL: u32 = 3;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let networks = facts.network.as_ref()?.networks;
    (networks > USUAL).then(|| Seen::once(format!("The link was opened from {networks} networks.")))
}
