//! About the network.

pub mod country_unusual;
pub mod hosting;
pub mod impossible_travel;
pub mod network_unusual;
pub mod several_networks;
pub mod tor;
pub mod vpn;
