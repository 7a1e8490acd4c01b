//! The link went to the company mailbox. Where access to it is being recovered it is refused at the start; for other
//! tickets it is a finding, because whoever holds the account reads the mail. Reads `destination.is_company_mailbox`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_is_company_mailbox",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    facts
        .destination
        .is_company_mailbox
        .then(|| Seen::once("The link went to the company mailbox, which the account itself opens."))
}
