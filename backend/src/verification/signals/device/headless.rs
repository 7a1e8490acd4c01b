//! The browser has no window that anybody could look at. Reads the user agent, the client hints and the window size.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "headless",
    weight: 30,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let client = facts.client.as_ref()?;
    client
        .is_headless()
        .then(|| Seen::once("The browser runs without a window."))
}
