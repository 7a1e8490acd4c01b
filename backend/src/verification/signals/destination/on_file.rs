//! The link went to a contact on file. Reads `destination_on_file`; says so and weighs nothing by itself.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_on_file",
    weight: 0,
    may_lower: true,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    facts
        .destination_on_file
        .then(|| Seen::once("The link went to a contact on file."))
}
