//! How many messages per second a neighbour takes, where its owner says so: a leaky bucket that holds one second.

use std::collections::HashMap;

use shared::words::UnixMillis;

use crate::delivery::circuit::Neighbour;

/// The paces of all neighbours.
#[derive(Debug, Default)]
pub(super) struct Paces(HashMap<Neighbour, UnixMillis>);

impl Paces {
    /// May one more go to `neighbour`, which takes `per_second`? A yes counts.
    pub(super) fn admit(&mut self, neighbour: &Neighbour, per_second: u32, now: UnixMillis) -> bool {
        let interval = (1_000 / i64::from(per_second.max(1))).max(1);
        // The moment at which everything that was admitted so far would be through at an even pace.
        let through = self.0.get(neighbour).map_or(now, |through| (*through).max(now));
        if through.millis_since(now) > 1_000 - interval {
            return false;
        }
        self.0
            .insert(neighbour.clone(), UnixMillis(through.0.saturating_add(interval)));
        true
    }
}

#[cfg(test)]
mod tests {
    use shared::words::Channel;

    use super::*;

    const SMS: Neighbour = Neighbour::Channel(Channel::Sms);

    #[test]
    fn no_second_holds_more_than_was_asked_for() {
        for per_second in [1, 3, 10, 1_000] {
            let mut paces = Paces::default();
            let mut admitted: Vec<i64> = Vec::new();
            for now in 0..5_000 {
                if paces.admit(&SMS, per_second, UnixMillis(now)) {
                    admitted.push(now);
                }
            }
            let first = admitted.iter().filter(|at| **at == 0).count();
            assert_eq!(first, 1, "one ask, one answer");
            let most = admitted
                .iter()
                .map(|from| {
                    admitted
                        .iter()
                        .filter(|at| (*from..from + 1_000).contains(*at))
                        .count()
                })
                .max();
            // The bucket may be full at the beginning of a second and be filled again within it.
            assert!(
                most <= Some(2 * usize::try_from(per_second).unwrap()),
                "{per_second}: {most:?}"
            );
            let all = i64::try_from(admitted.len()).unwrap();
            assert!(
                (all - 5 * i64::from(per_second)).abs() <= 5 + i64::from(per_second),
                "{per_second}: {all}"
            );
        }
    }

    #[test]
    fn a_burst_of_one_second_passes_at_once_and_the_rest_waits() {
        let mut paces = Paces::default();
        let burst = (0..100).filter(|_| paces.admit(&SMS, 10, UnixMillis(0))).count();
        assert_eq!(burst, 10);
        assert!(!paces.admit(&SMS, 10, UnixMillis(99)));
        assert!(paces.admit(&SMS, 10, UnixMillis(100)));
        assert!(paces.admit(&Neighbour::Channel(Channel::Email), 10, UnixMillis(0)));
    }
}
