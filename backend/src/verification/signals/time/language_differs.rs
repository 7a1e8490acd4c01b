//! The browser's first language differs from the one on file. Reads `client.accept_language`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "language_differs",
    weight: 5,
    may_lower: false,
    for_agent: false,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let client = facts.client.as_ref()?;
    client
        .language_differs(&facts.language_on_file)
        .then(|| Seen::once("The browser's language differs from the one on file."))
}
