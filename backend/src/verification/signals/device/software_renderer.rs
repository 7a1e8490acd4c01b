//! The browser draws without graphics hardware, as on servers and in some remote desktops. Reads `client.renderer`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "software_renderer",
    weight: 10,
    may_lower: false,
    for_agent: false,
    look,
};

/// Parts of renderer names, in lower case: Chromium, Mesa, Windows, macOS.
const MARKS: [&str; 6] = [
    "swiftshader",
    "llvmpipe",
    "softpipe",
    "basic render",
    "software rasterizer",
    "apple software renderer",
];

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let renderer = facts.client.as_ref()?.renderer.to_lowercase();
    MARKS
        .iter()
        .any(|mark| renderer.contains(mark))
        .then(|| Seen::once("The browser draws without graphics hardware, as servers do."))
}
