//! Passkey: a key pair that the requester enrolled on this site after an earlier pass. Bound to the site by the
//! browser, so it cannot be relayed from a look-alike page.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, UnixMillis};

use super::{Proof, Said};
use crate::verification::policy::Weights;

/// Signatures that do not verify. A browser never makes one by accident; five leave room for a stale page.
pub const MAX_WRONG_ANSWERS: u8 = 5;

/// State of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// How many passkeys this requester has enrolled.
    pub enrolled: u32,
    /// The one that signed.
    pub used: Option<UsedPasskey>,
}

/// The passkey that signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedPasskey {
    /// SHA-256 of its credential id, in hex: tells passkeys apart in the report.
    pub digest: String,
    /// When it was enrolled.
    pub enrolled_at: UnixMillis,
    /// True when it is copied between devices by its provider.
    pub is_synced: bool,
}

impl Proof for Passkey {
    fn kind(&self) -> CheckKind {
        CheckKind::Passkey
    }

    fn max_wrong_answers(&self) -> u8 {
        MAX_WRONG_ANSWERS
    }

    fn can_be_asked(&self) -> bool {
        self.enrolled > 0
    }

    fn is_strong(&self) -> bool {
        true
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        match result {
            CheckResult::Passed => Said::new(
                "passkey_passed",
                weights.passkey_proven,
                match &self.used {
                    Some(used) if used.is_synced => {
                        "The requester signed with a passkey enrolled earlier; it is kept in sync between devices."
                    }
                    _ => "The requester signed with a passkey enrolled earlier.",
                },
            ),
            CheckResult::Failed => Said::new(
                "passkey_failed",
                weights.check_failed,
                "The signatures that were sent were not made by a passkey of the requester.",
            ),
            CheckResult::Unavailable => Said::new(
                "passkey_unavailable",
                0,
                "The requester has enrolled no passkey that can be used.",
            ),
        }
    }
}
