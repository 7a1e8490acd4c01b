//! Other requesters began on the same device. Reads `history.other_requesters_on_device`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};
use crate::words::counted;

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "device_shared",
    weight: 25,
    may_lower: false,
    for_agent: true,
    look,
};

/// Others beyond this many add nothing.
const MOST: i16 = 2;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let others = facts.history.other_requesters_on_device;
    (others > 0).then(|| {
        let sentence = format!(
            "The same device was used for {}.",
            counted(others, "other requester", "other requesters")
        );
        Seen::repeated(others, MOST, sentence)
    })
}
