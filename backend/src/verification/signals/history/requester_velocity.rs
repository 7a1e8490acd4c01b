//! Unusually many verifications of one requester within a day. Reads `history.starts_for_requester`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "requester_velocity",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

/// So many are usual.
const USUAL: u32 = 4;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let count = facts.history.starts_for_requester;
    (count > USUAL).then(|| {
        Seen::once(format!(
            "{count} verifications of this requester were started within a day."
        ))
    })
}
