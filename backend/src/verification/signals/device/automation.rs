//! The browser says of itself that a program drives it. Reads `client.webdriver` and the user agent.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "automation",
    weight: 40,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let client = facts.client.as_ref()?;
    client
        .is_automated()
        .then(|| Seen::once("The browser is driven by a program."))
}
