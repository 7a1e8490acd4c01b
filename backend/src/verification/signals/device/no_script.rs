//! The page's script did not report, so less is known. Reads `client.script_ran`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "no_script",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let client = facts.client.as_ref()?;
    (!client.script_ran).then(|| Seen::once("The browser ran no script, so it told less about itself."))
}
