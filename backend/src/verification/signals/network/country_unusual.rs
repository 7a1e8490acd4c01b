//! The country fits neither what is on file nor earlier passes. Reads `network.country`, `countries_on_file` and
//! `countries_of_passes`; says nothing where no country is known on one of the sides.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "country_unusual",
    weight: 20,
    may_lower: false,
    for_agent: true,
    look,
};

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let network = facts.network.as_ref()?;
    let country = network.country.as_ref()?;
    let expected = || {
        network
            .countries_on_file
            .iter()
            .chain(&network.countries_of_passes)
    };
    let is_unusual = expected().next().is_some() && expected().all(|known| known != country);
    is_unusual.then(|| {
        Seen::once(format!(
            "The network is in {country}, where the requester is not expected by what is on file."
        ))
    })
}
