//! The link went to a destination that the agent typed and that is not on file. Reads `destination_on_file`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_not_on_file",
    weight: 15,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    (!facts.destination_on_file).then(|| Seen::once("The link went to a destination that is not on file."))
}
