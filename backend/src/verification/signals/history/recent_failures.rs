//! Verifications of this requester failed within a day. Reads `history.recent_failures`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};
use crate::words::counted;

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "recent_failures",
    weight: 15,
    may_lower: false,
    for_agent: true,
    look,
};

/// Failures beyond this many add nothing.
const MOST: i16 = 2;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let failures = facts.history.recent_failures;
    (failures > 0).then(|| {
        let sentence = format!(
            "{} of this requester failed within a day.",
            counted(failures, "verification", "verifications")
        );
        Seen::repeated(failures, MOST, sentence)
    })
}
