//! Unusually many verifications begun on one device within a day. Reads `history.begins_on_device`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "device_velocity",
    weight: 20,
    may_lower: false,
    for_agent: true,
    look,
};

/// So many are usual.
const USUAL: u32 = 3;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let count = facts.history.begins_on_device;
    (count > USUAL).then(|| {
        Seen::once(format!(
            "{count} verifications were begun on this device within a day."
        ))
    })
}
