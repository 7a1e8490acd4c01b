//! The requester passed on this device before. Reads `history.passes_on_device`. The device is known by a cookie of 256
//! random bits, of which the database holds only a digest: it cannot be guessed, only stolen, so it weighs little.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "device_known",
    weight: -10,
    may_lower: true,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let passes = facts.history.passes_on_device;
    (passes > 0).then(|| Seen::once("The requester has passed on this device before."))
}
