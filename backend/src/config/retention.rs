//! How long things are kept.

use shared::words::UnixMillis;

const DAY_SECONDS: i64 = 86_400;

/// `[instance.retention]`: days after which something is erased. Counted from the end of a verification, or from the
/// moment in which a row was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Full addresses in verifications: the destination that the agent typed, the contacts on file.
    pub addresses_days: u32,
    /// Everything else about a person in verifications: names, ticket texts, browser, network.
    pub personal_days: u32,
    /// The content of evidence; its hashes stay.
    pub evidence_days: u32,
    /// Devices and networks of beginnings and openings, which signals look back at.
    pub origins_days: u32,
    /// Messages that were sent or given up, and what limits count.
    pub messages_days: u32,
    /// The console's audit log.
    pub audit_days: u32,
}

impl Default for Retention {
    /// Addresses a month, because only the hours of a verification need them; personal data a year, which is as far as
    /// signals look back; evidence three years.
    fn default() -> Self {
        Self {
            addresses_days: 30,
            personal_days: 365,
            evidence_days: 1095,
            origins_days: 365,
            messages_days: 90,
            audit_days: 365,
        }
    }
}

/// The moment `days` before `now`.
pub fn before(days: u32, now: UnixMillis) -> UnixMillis {
    now.plus_seconds(-DAY_SECONDS * i64::from(days))
}
