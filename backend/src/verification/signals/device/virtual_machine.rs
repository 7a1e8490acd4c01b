//! The browser runs in a virtual machine. Company desktops do too, so it weighs little. Reads `client.renderer`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "virtual_machine",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

/// Parts of renderer names, in lower case.
const MARKS: [&str; 7] = [
    "vmware",
    "virtualbox",
    "parallels",
    "virgl",
    "qemu",
    "hyper-v",
    "citrix",
];

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let renderer = facts.client.as_ref()?.renderer.to_lowercase();
    MARKS
        .iter()
        .any(|mark| renderer.contains(mark))
        .then(|| Seen::once("The browser runs in a virtual machine."))
}
