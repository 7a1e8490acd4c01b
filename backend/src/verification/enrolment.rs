//! Enrolment: what a requester may add right after a pass, to prove who they are the next time.
//!
//! A new factor is worth no more than the proof that it rests on. So only a pass of the level Verified allows it, in the
//! session that earned it and within its time (NIST SP 800-63B-4, 4.1.2; ASVS 6.4.4). Medium means that something speaks
//! against the requester: an attacker who got that far must not be able to stay.

use serde::{Deserialize, Serialize};
use shared::words::{Outcome, RiskLevel, UnixMillis};

use super::state::{State, Verification};

/// Enrolments that one pass allows: enough for a phone, a notebook, an app and new codes, too few to flood anybody.
pub const MAX_ENROLMENTS: u32 = 5;
/// What “this was not me” removes: everything that was enrolled within so many seconds. As long as its link lives.
pub const FRESH_SECONDS: i64 = 86_400;

/// What can be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A passkey.
    Passkey,
    /// An authenticator app.
    AuthenticatorApp,
    /// A set of recovery codes.
    RecoveryCodes,
}

impl Factor {
    /// The stable form in the database and in the evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::AuthenticatorApp => "authenticator_app",
            Self::RecoveryCodes => "recovery_codes",
        }
    }
}

/// Why nothing may be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentClosed {
    /// Not decided, not passed, or passed with another level than Verified.
    #[error("only a pass of the level Verified allows an enrolment")]
    NotVerified,
    /// The session's time is over.
    #[error("the session that was verified has ended")]
    TimeOver,
    /// The browser is not the one that began.
    #[error("this is not the browser that began the verification")]
    OtherBrowser,
    /// Somebody said that it was not them.
    #[error("somebody said that this was not them")]
    Disputed,
    /// Enough was enrolled.
    #[error("nothing more can be enrolled after this verification")]
    Enough,
}

/// Until when the pass allows an enrolment at `now`.
pub fn open_until(of: &Verification, now: UnixMillis) -> Result<UnixMillis, EnrolmentClosed> {
    let State::Decided(decided) = &of.state else {
        return Err(EnrolmentClosed::NotVerified);
    };
    let decision = &decided.decision;
    let is_verified = decision.outcome == Outcome::Passed && decision.level == RiskLevel::Verified;
    let session = decided.session.as_ref().filter(|_| is_verified);
    let until = session.ok_or(EnrolmentClosed::NotVerified)?.expires_at;
    if now >= until {
        return Err(EnrolmentClosed::TimeOver);
    }
    Ok(until)
}
