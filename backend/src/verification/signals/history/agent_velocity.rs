//! Unusually many verifications by one agent within an hour: a stolen session, or a dishonest agent. Reads `history.starts_by_agent`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "agent_velocity",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

/// So many are usual.
const USUAL: u32 = 20;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let count = facts.history.starts_by_agent;
    (count > USUAL).then(|| Seen::once(format!("The agent started {count} verifications within an hour.")))
}
