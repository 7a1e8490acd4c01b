//! Links for other requesters went to the same destination. Reads `history.other_requesters_at_destination`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};
use crate::words::counted;

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_shared",
    weight: 30,
    may_lower: false,
    for_agent: true,
    look,
};

/// Others beyond this many add nothing: two are enough for High together with anything else.
const MOST: i16 = 2;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let others = facts.history.other_requesters_at_destination;
    (others > 0).then(|| {
        let sentence = format!(
            "The same destination was used for {}.",
            counted(others, "other requester", "other requesters")
        );
        Seen::repeated(others, MOST, sentence)
    })
}
