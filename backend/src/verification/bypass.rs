//! A ticket that was resolved although a policy of the app asked for a verification and none had passed.

use std::fmt;

use jiff::Timestamp;
use shared::words::{Action, UnixMillis};

use super::VerificationId;

/// Rows that are recorded at the same time may become visible in another order than that of their positions; so each
/// reading begins so many seconds before the last position.
const OVERLAP_SECONDS: i64 = 120;

/// Why the ticket should not have been resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No verification of the ticket was decided.
    None,
    /// The last one has failed.
    Failed,
    /// It was passed by another person than the one the ticket was for then.
    OtherPerson,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Failed, Self::OtherPerson];

    /// The form on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Failed => "failed",
            Self::OtherPerson => "other_person",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "None was decided",
            Self::Failed => "The last one failed",
            Self::OtherPerson => "Somebody else passed it",
        }
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bypass {
    /// `sys_id` of the row in which the app has recorded it.
    pub event_sys_id: String,
    /// When it was recorded.
    pub recorded_at: UnixMillis,
    /// When the ticket was resolved.
    pub resolved_at: UnixMillis,
    /// Table of the ticket.
    pub ticket_table: String,
    /// `sys_id` of the ticket.
    pub ticket_sys_id: String,
    /// Its number.
    pub ticket_number: String,
    /// `sys_id` of who resolved it; empty if nobody knows.
    pub agent_sys_id: String,
    /// Their user name.
    pub agent_user_name: String,
    /// Their display name.
    pub agent_name: String,
    /// The policy that asked for a verification; empty if an older app did not record it.
    pub policy: String,
    /// The action that it asks for.
    pub action: Option<Action>,
    /// Why; `None` if an older app did not record it.
    pub reason: Option<Reason>,
    /// The last decided verification of the ticket.
    pub verification: Option<VerificationId>,
}

/// Where a recorded row stands among the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Whole seconds since 1970.
    seconds: i64,
    sys_id: String,
}

impl Position {
    /// Reads `2026-11-22T10:23:20Z_` and a `sys_id`.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, sys_id) = text.split_once('_')?;
        Some(Self {
            seconds: moment(time)?.unix_seconds(),
            sys_id: is_sys_id(sys_id).then(|| sys_id.to_owned())?,
        })
    }

    /// The position from which to read on, so that nothing is missed that became visible late.
    #[must_use]
    pub fn with_overlap(&self) -> Self {
        Self {
            seconds: self.seconds.saturating_sub(OVERLAP_SECONDS),
            sys_id: "0".repeat(32),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_second(self.seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        write!(f, "{}_{}", time.strftime("%Y-%m-%dT%H:%M:%SZ"), self.sys_id)
    }
}

/// The moment of `2026-11-22T10:23:20Z`.
pub fn moment(text: &str) -> Option<UnixMillis> {
    let time: Timestamp = (text.len() == 20 && text.ends_with('Z'))
        .then(|| text.parse().ok())
        .flatten()?;
    // Before 1970 there was no such record.
    (time.as_second() >= 0).then(|| UnixMillis(time.as_millisecond()))
}

/// True for 32 small hex digits.
pub fn is_sys_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_position_is_written_as_it_is_read() {
        let text = format!("2026-11-22T10:23:20Z_{}", "ab".repeat(16));
        let position = Position::parse(&text).unwrap();
        assert_eq!(position.to_string(), text);
        let from = position.with_overlap().to_string();
        assert_eq!(from, format!("2026-11-22T10:21:20Z_{}", "0".repeat(32)));
        for bad in ["", "2026-11-22T10:23:20Z", "2026-11-22T10:23:20Z_xyz", "soon_0"] {
            assert_eq!(Position::parse(bad), None, "{bad}");
        }
        assert_eq!(Position::parse(&text.replace("ab", "AB")), None);
        assert_eq!(Position::parse(&text.replace("11-22", "13-22")), None);
    }

    proptest! {
        #[test]
        fn positions_are_ordered_as_their_texts(a in 0_i64..4_000_000_000, b in 0_i64..4_000_000_000, x in "[0-9a-f]{32}", y in "[0-9a-f]{32}") {
            let (one, other) = (Position { seconds: a, sys_id: x }, Position { seconds: b, sys_id: y });
            prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
            prop_assert_eq!(Position::parse(&one.to_string()), Some(one.clone()));
            prop_assert!(one.with_overlap() < one);
        }
    }
}
