//! Ring 2: what is known about a network address, from files that the operator provides. Nothing is fetched, and
//! nothing about an address leaves the process.

mod ranges;

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{Reader, geoip2};

pub use ranges::{RangeError, Ranges};

use crate::verification::facts::Place;

/// A database in the `MaxMind` format, whole in memory.
type Database = Reader<Vec<u8>>;

/// The configured files, read. The default knows nothing.
#[derive(Default)]
pub struct Networks {
    locations: Option<Database>,
    owners: Option<Database>,
    hosting: Ranges,
    vpn: Ranges,
    tor: Ranges,
}

/// What is known about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// ISO 3166 code.
    pub country: Option<String>,
    /// Where it is, in whole degrees.
    pub place: Option<Place>,
    /// Number of the autonomous system.
    pub asn: Option<u32>,
    /// Who runs it.
    pub organization: Option<String>,
    /// On the list of hosting companies.
    pub hosting: bool,
    /// On the list of VPN services.
    pub vpn: bool,
    /// On the list of Tor exits.
    pub tor: bool,
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It is not in the `MaxMind` format, or damaged.
    #[error("it is no database in the MaxMind format: {0}")]
    Format(#[from] maxminddb::MaxMindDbError),
}

fn open(path: &Path) -> Result<Database, DatabaseError> {
    Ok(Reader::from_source(std::fs::read(path)?)?)
}

impl Networks {
    /// Reads the database of places: GeoLite2-City, GeoLite2-Country or one of the same form.
    pub fn with_locations(mut self, path: &Path) -> Result<Self, DatabaseError> {
        self.locations = Some(open(path)?);
        Ok(self)
    }

    /// Reads the database of autonomous systems: GeoLite2-ASN or one of the same form.
    pub fn with_owners(mut self, path: &Path) -> Result<Self, DatabaseError> {
        self.owners = Some(open(path)?);
        Ok(self)
    }

    /// Takes the list of hosting companies.
    #[must_use]
    pub fn with_hosting(mut self, ranges: Ranges) -> Self {
        self.hosting = ranges;
        self
    }

    /// Takes the list of VPN services.
    #[must_use]
    pub fn with_vpn(mut self, ranges: Ranges) -> Self {
        self.vpn = ranges;
        self
    }

    /// Takes the list of Tor exits.
    #[must_use]
    pub fn with_tor(mut self, ranges: Ranges) -> Self {
        self.tor = ranges;
        self
    }

    /// What the files say about `address`. A damaged part of a database is as good as none; it is logged.
    pub fn look_up(&self, address: IpAddr) -> Found {
        let address = address.to_canonical();
        let city: Option<geoip2::City<'_>> = record(self.locations.as_ref(), address);
        let owner: Option<geoip2::Asn<'_>> = record(self.owners.as_ref(), address);
        let location = city.as_ref().map(|city| &city.location);
        let place = location.and_then(|at| at.latitude.zip(at.longitude));
        Found {
            country: city
                .as_ref()
                .and_then(|city| city.country.iso_code)
                .map(str::to_uppercase),
            place: place.map(|(latitude, longitude)| Place {
                latitude: whole_degrees(latitude, 90.0),
                longitude: whole_degrees(longitude, 180.0),
            }),
            asn: owner.as_ref().and_then(|owner| owner.autonomous_system_number),
            organization: owner
                .and_then(|owner| owner.autonomous_system_organization)
                .map(|name| name.chars().take(MAX_NAME).collect()),
            hosting: self.hosting.contain(address),
            vpn: self.vpn.contain(address),
            tor: self.tor.contain(address),
        }
    }
}

/// Names of organisations are cut to so many characters.
const MAX_NAME: usize = 80;

fn record<'a, T: serde::Deserialize<'a>>(database: Option<&'a Database>, address: IpAddr) -> Option<T> {
    let found = database?.lookup(address).and_then(|found| found.decode::<T>());
    found
        .inspect_err(|error| tracing::warn!(%error, "a network database cannot be read at one place"))
        .ok()
        .flatten()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to at most 180 and rounded before"
)]
fn whole_degrees(degrees: f64, most: f64) -> i16 {
    degrees.clamp(-most, most).round() as i16
}

/// The network that stands for an address: 24 bits of IPv4, 48 of IPv6, which is what one site usually has.
pub fn prefix(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests;
