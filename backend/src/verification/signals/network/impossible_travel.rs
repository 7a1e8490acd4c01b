//! The requester would have had to travel faster than an aeroplane since their last verification. Reads `network.place`
//! and `network.last`.

use crate::verification::facts::Facts;
use crate::verification::facts::Place;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "impossible_travel",
    weight: 30,
    may_lower: false,
    for_agent: true,
    look,
};

/// Databases place an address within some hundred kilometres, and places are kept in whole degrees.
const FAR_KM: f64 = 600.0;
/// An airliner with a tail wind.
const FASTEST_KM_H: f64 = 1000.0;

/// Great-circle distance in kilometres (haversine).
fn distance(a: Place, b: Place) -> f64 {
    let radians = |degrees: i16| f64::from(degrees).to_radians();
    let (north, east) = (
        radians(b.latitude) - radians(a.latitude),
        radians(b.longitude) - radians(a.longitude),
    );
    let half = (north / 2.0).sin().powi(2)
        + radians(a.latitude).cos() * radians(b.latitude).cos() * (east / 2.0).sin().powi(2);
    2.0 * 6371.0 * half.sqrt().asin()
}

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let network = facts.network.as_ref()?;
    let (here, last) = (network.place?, network.last?);
    let kilometres = distance(here, last.place);
    let hours = f64::from(u32::try_from(last.seconds_before).ok()?) / 3600.0;
    (kilometres > FAR_KM && kilometres > hours * FASTEST_KM_H).then(|| {
        Seen::once(format!(
            "The requester was {kilometres:.0} km away {} minutes before.",
            last.seconds_before / 60
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_map() {
        let place = |latitude, longitude| Place { latitude, longitude };
        let (london, new_york) = (place(51, 0), place(41, -74));
        assert!((distance(london, new_york) - 5_570.0).abs() < 100.0);
        assert!(distance(london, london) < 1.0);
    }
}
