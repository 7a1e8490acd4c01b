//! The browser's time zone is not used in the country of its network: a proxy, a VPN, or a traveller. Reads
//! `time.countries_of_browser_zone` and `network.country`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "zone_outside_country",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let country = facts.network.as_ref()?.country.as_ref()?;
    let used_in = &facts.time.countries_of_browser_zone;
    let outside = !used_in.is_empty() && !used_in.contains(country);
    outside.then(|| {
        Seen::once(format!(
            "The browser's time zone is not used in the country of its network, {country}."
        ))
    })
}
