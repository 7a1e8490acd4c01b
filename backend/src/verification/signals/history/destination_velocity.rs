//! Unusually many messages to one destination within a day. Reads `history.messages_to_destination`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_velocity",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

/// So many are usual.
const USUAL: u32 = 3;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let count = facts.history.messages_to_destination;
    (count > USUAL).then(|| Seen::once(format!("{count} messages went to this destination within a day.")))
}
