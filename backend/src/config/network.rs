//! `[network]`: databases and lists that say something about addresses. All of them are optional, and none is fetched.

use std::path::Path;

use super::check::Checker;
use super::raw::RawNetwork;
use crate::network::{DatabaseError, Networks, Ranges};

type Add = fn(Networks, &Path) -> Result<Networks, DatabaseError>;

/// Reads the files; what cannot be read is a mistake of the configuration.
pub(super) fn read(checker: &mut Checker<'_>, raw: &RawNetwork) -> Networks {
    let mut networks = Networks::default();
    let databases: [(&str, &Option<String>, Add); 2] = [
        (
            "network.location_database",
            &raw.location_database,
            Networks::with_locations,
        ),
        (
            "network.owner_database",
            &raw.owner_database,
            Networks::with_owners,
        ),
    ];
    for (setting, path, add) in databases {
        let Some(path) = path else { continue };
        match add(std::mem::take(&mut networks), Path::new(path)) {
            Ok(with) => networks = with,
            Err(error) => checker.note(setting, format!("“{path}”: {error}")),
        }
    }
    let hosting = list(checker, "network.hosting_list", raw.hosting_list.as_deref());
    let vpn = list(checker, "network.vpn_list", raw.vpn_list.as_deref());
    let tor = list(checker, "network.tor_list", raw.tor_list.as_deref());
    networks.with_hosting(hosting).with_vpn(vpn).with_tor(tor)
}

fn list(checker: &mut Checker<'_>, setting: &str, path: Option<&str>) -> Ranges {
    let Some(path) = path else {
        return Ranges::default();
    };
    let read = std::fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| Ranges::parse(&text).map_err(|error| error.to_string()));
    read.unwrap_or_else(|error| {
        checker.note(setting, format!("“{path}”: {error}"));
        Ranges::default()
    })
}
