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

/// The link of a notice after an action lives for a day and names a contact by its place on file, and messages are
/// tried for a day.
pub const LEAST_DAYS: u32 = 2;
/// A hundred years: as good as forever.
pub const MOST_DAYS: u32 = 36_500;

/// One of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// [`Retention::addresses_days`].
    Addresses,
    /// [`Retention::personal_days`].
    Personal,
    /// [`Retention::evidence_days`].
    Evidence,
    /// [`Retention::origins_days`].
    Origins,
    /// [`Retention::messages_days`].
    Messages,
    /// [`Retention::audit_days`].
    Audit,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Addresses,
        Self::Personal,
        Self::Evidence,
        Self::Origins,
        Self::Messages,
        Self::Audit,
    ];

    /// Its name in the configuration.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Addresses => "addresses_days",
            Self::Personal => "personal_days",
            Self::Evidence => "evidence_days",
            Self::Origins => "origins_days",
            Self::Messages => "messages_days",
            Self::Audit => "audit_days",
        }
    }

    /// What the rules say of it.
    pub const fn days(self, of: &Retention) -> u32 {
        match self {
            Self::Addresses => of.addresses_days,
            Self::Personal => of.personal_days,
            Self::Evidence => of.evidence_days,
            Self::Origins => of.origins_days,
            Self::Messages => of.messages_days,
            Self::Audit => of.audit_days,
        }
    }

    /// Changes it.
    pub const fn set(self, of: &mut Retention, days: u32) {
        match self {
            Self::Addresses => of.addresses_days = days,
            Self::Personal => of.personal_days = days,
            Self::Evidence => of.evidence_days = days,
            Self::Origins => of.origins_days = days,
            Self::Messages => of.messages_days = days,
            Self::Audit => of.audit_days = days,
        }
    }
}

/// The moment `days` before `now`.
pub fn before(days: u32, now: UnixMillis) -> UnixMillis {
    now.plus_seconds(-DAY_SECONDS * i64::from(days))
}
