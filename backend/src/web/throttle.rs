//! How often one client may ask for something: so many requests a minute from one address, then 429 (ASVS 2.4.1,
//! 6.6.3). Counted in the memory of this process; what must hold across restarts is counted in the database.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// After so many requests, addresses that have been quiet are forgotten.
const TIDY_EVERY: u32 = 1024;

/// A quota for each client address.
pub struct Throttle<C: Clock = DefaultClock> {
    limiter: RateLimiter<Network, DashMapStateStore<Network>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    seen: AtomicU32,
}

/// What counts as one client: an IPv4 address, or the network of an IPv6 address, of which one client has
/// 2^64 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Network {
    V4(u32),
    V6(u64),
    /// No network at all, but an API token, by its row id.
    Token(i64),
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

impl Throttle {
    /// So many requests a minute, of which all may come at once.
    pub fn per_minute(requests: NonZeroU32) -> Self {
        Self::with_clock(requests, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Throttle<C> {
    fn with_clock(requests: NonZeroU32, clock: C) -> Self {
        let quota = Quota::per_minute(requests);
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
            seen: AtomicU32::new(0),
        }
    }

    /// Counts a request. An unknown address (a listener that is no socket) is not counted.
    ///
    /// # Errors
    /// The seconds to wait, at least 1, when there were too many.
    pub fn admit(&self, address: Option<IpAddr>) -> Result<(), u32> {
        address.map_or(Ok(()), |address| self.count(address.into()))
    }

    /// Counts a request with an API token, wherever it comes from.
    ///
    /// # Errors
    /// As [`Throttle::admit`].
    pub fn admit_token(&self, token: i64) -> Result<(), u32> {
        self.count(Network::Token(token))
    }

    fn count(&self, client: Network) -> Result<(), u32> {
        if self.seen.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
        }
        let refused = self.limiter.check_key(&client).err();
        refused.map_or(Ok(()), |until| {
            Err(whole_seconds(until.wait_time_from(self.clock.now())))
        })
    }
}

/// Rounded up, so that whoever waits so long is let in.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs())
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn throttle(requests: u32) -> (Throttle<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (
            Throttle::with_clock(NonZeroU32::new(requests).unwrap(), clock.clone()),
            clock,
        )
    }

    #[test]
    fn one_address_is_slowed_down_and_no_other() {
        let (throttle, clock) = throttle(3);
        let home = Some(address("203.0.113.9"));
        for _ in 0..3 {
            assert_eq!(throttle.admit(home), Ok(()));
        }
        let wait = throttle.admit(home).unwrap_err();
        assert!((20..=21).contains(&wait), "{wait}");
        assert_eq!(throttle.admit(Some(address("203.0.113.10"))), Ok(()));
        clock.advance(Duration::from_secs(u64::from(wait)));
        assert_eq!(throttle.admit(home), Ok(()));
        assert!(throttle.admit(home).is_err());
    }

    #[test]
    fn an_ipv6_network_counts_as_one_client_and_an_unknown_address_as_none() {
        let (throttle, _clock) = throttle(1);
        assert_eq!(throttle.admit(Some(address("2001:db8:1:2::1"))), Ok(()));
        assert!(throttle.admit(Some(address("2001:db8:1:2:ffff::2"))).is_err());
        assert_eq!(throttle.admit(Some(address("2001:db8:1:3::1"))), Ok(()));
        assert_eq!(throttle.admit(Some(address("::ffff:203.0.113.9"))), Ok(()));
        assert!(
            throttle.admit(Some(address("203.0.113.9"))).is_err(),
            "the same, written otherwise"
        );
        assert_eq!((throttle.admit(None), throttle.admit(None)), (Ok(()), Ok(())));
    }

    #[test]
    fn quiet_addresses_are_forgotten() {
        let (throttle, clock) = throttle(5);
        for host in 0..TIDY_EVERY - 1 {
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + host);
            assert_eq!(throttle.admit(Some(address.into())), Ok(()));
        }
        clock.advance(Duration::from_mins(2));
        assert_eq!(throttle.admit(Some(address("203.0.113.9"))), Ok(()));
        assert_eq!(throttle.limiter.len(), 1);
    }
}
