//! The browser's clock does not go by the time zone on file. Reads `client.time_zone` and both offsets: two names for the
//! same time are no difference.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "time_zone_differs",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let client = facts.client.as_ref()?;
    let on_file = &facts.time_zone_on_file;
    let by_name = !client.time_zone.is_empty()
        && !on_file.is_empty()
        && !client.time_zone.eq_ignore_ascii_case(on_file);
    let differs = match (facts.time.offset_on_file, facts.time.offset_of_browser_zone) {
        (Some(on_file), Some(browser)) => on_file != browser,
        _ => by_name,
    };
    (by_name && differs).then(|| {
        Seen::once(format!(
            "The browser's time zone is {}; on file is {on_file}.",
            client.time_zone
        ))
    })
}
