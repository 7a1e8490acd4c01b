//! Why a directory does not do what it was asked, in the words of this product.

use serde::{Deserialize, Serialize};

/// One reason for which nothing changed. Each has its own sentence for the agent, and its own text in the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The directory's rules ask for a longer password.
    TooShort,
    /// … for a shorter one.
    TooLong,
    /// It was used before.
    InHistory,
    /// The last change is too recent for another one.
    TooYoung,
    /// … for other characters, or it is too easy to guess.
    TooSimple,
    /// It breaks a rule that the directory does not name.
    Policy,
    /// No account, or more than one, belongs to the requester.
    NotOneAccount,
    /// The account is disabled.
    Disabled,
    /// An administrator locked the account on purpose.
    LockedOnPurpose,
    /// The service account of the connector may not do this.
    NotPermitted,
    /// The directory cannot be reached.
    Unreachable,
    /// The directory asks to come back later.
    Busy,
    /// The connector is not set up for this.
    SetUp,
    /// The other side does not do it, and says that nothing changed.
    Declined,
    /// This service was interrupted before anything changed.
    Interrupted,
}

impl Reason {
    /// One sentence for the agent and the work note.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooShort => "The directory refused the new password: it is too short.",
            Self::TooLong => "The directory refused the new password: it is too long.",
            Self::InHistory => "The directory refused the new password: it was used before.",
            Self::TooYoung => "The directory refused a new password: the last change is too recent.",
            Self::TooSimple => "The directory refused the new password: it is too simple.",
            Self::Policy => {
                "The directory refused the new password: it breaks a rule of the password policy."
            }
            Self::NotOneAccount => "The directory has no account, or more than one, for this requester.",
            Self::Disabled => "The account is disabled in the directory.",
            Self::LockedOnPurpose => "An administrator has locked this account on purpose.",
            Self::NotPermitted => {
                "The directory does not allow our service account to do this. Tell your administrator."
            }
            Self::Unreachable => "The directory could not be reached.",
            Self::Busy => "The directory is busy and asks to wait.",
            Self::Declined => "What performs the action declined it, and nothing was changed.",
            Self::Interrupted => "The service was interrupted before the directory changed anything.",
            Self::SetUp => "The connection to the directory is not set up for this. Tell your administrator.",
        }
    }

    /// True when another password may do.
    pub const fn is_about_the_password(self) -> bool {
        matches!(
            self,
            Self::TooShort | Self::TooLong | Self::InHistory | Self::TooSimple | Self::Policy
        )
    }

    /// Stable name, for the evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::InHistory => "in_history",
            Self::TooYoung => "too_young",
            Self::TooSimple => "too_simple",
            Self::Policy => "policy",
            Self::NotOneAccount => "not_one_account",
            Self::Disabled => "disabled",
            Self::LockedOnPurpose => "locked_on_purpose",
            Self::NotPermitted => "not_permitted",
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::SetUp => "set_up",
            Self::Declined => "declined",
            Self::Interrupted => "interrupted",
        }
    }
}
