//! Signals: observed facts that move the risk. Each has a file of its own with the fact that it reads, a weight, and a
//! plain sentence for the report. A signal is a pure function of recorded facts, so a decision can be replayed.
//!
//! What a browser says of itself can be forged. Signals that read it may therefore only add to the risk; the policy
//! refuses a negative weight for them. [`Signal::may_lower`] names the two that rest on our own records instead.

pub mod destination;
pub mod device;
pub mod history;
pub mod network;
pub mod time;

use super::facts::Facts;
use super::policy::Policy;

/// One signal.
pub struct Signal {
    /// Stable name: the code of its finding and the key of its weight in the policy.
    pub name: &'static str,
    /// Points that it adds where the policy names no weight of its own.
    pub weight: i16,
    /// True when it rests on our own records, so that a policy may let it lower the risk.
    pub may_lower: bool,
    /// True when the agent may read its sentence; analysts read all.
    pub for_agent: bool,
    /// Looks at the facts.
    pub look: fn(&Facts, &Policy) -> Option<Seen>,
}

/// What a signal saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How often the weight counts.
    pub times: i16,
    /// A plain sentence, without addresses.
    pub sentence: String,
}

impl Seen {
    /// Seen once.
    pub fn once(sentence: impl Into<String>) -> Self {
        Self {
            times: 1,
            sentence: sentence.into(),
        }
    }

    /// Seen `count` times, of which at most `most` count.
    pub fn repeated(count: u32, most: i16, sentence: String) -> Self {
        Self {
            times: i16::try_from(count).unwrap_or(most).min(most),
            sentence,
        }
    }
}

/// Every signal, in the order of the report.
pub const ALL: &[&Signal] = &[
    &destination::on_file::SIGNAL,
    &destination::not_on_file::SIGNAL,
    &destination::never_seen::SIGNAL,
    &destination::shared::SIGNAL,
    &destination::company_mailbox::SIGNAL,
    &destination::disposable::SIGNAL,
    &destination::contact_changed::SIGNAL,
    &device::automation::SIGNAL,
    &device::headless::SIGNAL,
    &device::software_renderer::SIGNAL,
    &device::virtual_machine::SIGNAL,
    &device::inconsistent_platform::SIGNAL,
    &device::no_script::SIGNAL,
    &device::known::SIGNAL,
    &device::shared::SIGNAL,
    &device::many_devices::SIGNAL,
    &device::many_opens::SIGNAL,
    &network::country_unusual::SIGNAL,
    &network::network_unusual::SIGNAL,
    &network::hosting::SIGNAL,
    &network::vpn::SIGNAL,
    &network::tor::SIGNAL,
    &network::impossible_travel::SIGNAL,
    &network::several_networks::SIGNAL,
    &time::time_zone_differs::SIGNAL,
    &time::clock_inconsistent::SIGNAL,
    &time::zone_outside_country::SIGNAL,
    &time::language_differs::SIGNAL,
    &time::too_fast::SIGNAL,
    &time::outside_working_hours::SIGNAL,
    &history::recent_failures::SIGNAL,
    &history::requester_velocity::SIGNAL,
    &history::agent_velocity::SIGNAL,
    &history::destination_velocity::SIGNAL,
    &history::device_velocity::SIGNAL,
    &history::network_velocity::SIGNAL,
    &history::wave::SIGNAL,
    &history::stronger_way_unused::SIGNAL,
];

/// The signal of this name.
pub fn find(name: &str) -> Option<&'static Signal> {
    ALL.iter().copied().find(|signal| signal.name == name)
}

#[cfg(test)]
mod tests;
