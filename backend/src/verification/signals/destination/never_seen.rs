//! No earlier pass of this requester used this destination. Reads `history.passes_at_destination`: our own records.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_never_seen",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let is_new = !facts.destination_on_file && facts.history.passes_at_destination == 0;
    is_new.then(|| Seen::once("No earlier pass of this requester used this destination."))
}
