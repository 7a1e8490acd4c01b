//! Recovery code: a one-time code that the requester was given with a passkey or an authenticator app, for the day on which the
//! phone is lost (NIST SP 800-63B-4, 4.2.1.1).

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult};

use super::{Proof, Said};
use crate::verification::policy::Weights;

/// Five tries per verification; a code has 80 bits, so they are for typing errors only.
pub const MAX_WRONG_ANSWERS: u8 = 5;
/// Codes that a requester is given at a time.
pub const CODES: usize = 10;
/// Wrong codes in a row, over all verifications, after which the set is of no use (NIST SP 800-63B-4, 3.2.2: 100).
pub const MAX_FAILURES_IN_A_ROW: u32 = 100;

/// State of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCode {
    /// Codes that were not used yet when the session began.
    pub left: u32,
}

impl Proof for RecoveryCode {
    fn kind(&self) -> CheckKind {
        CheckKind::RecoveryCode
    }

    fn max_wrong_answers(&self) -> u8 {
        MAX_WRONG_ANSWERS
    }

    fn can_be_asked(&self) -> bool {
        self.left > 0
    }

    /// A saved code can be copied without being missed: it counts, but never alone as far as Verified.
    fn is_strong(&self) -> bool {
        false
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        match result {
            CheckResult::Passed => Said::new(
                "recovery_code_passed",
                weights.recovery_code_proven,
                "The requester entered a recovery code; it works only once.",
            ),
            CheckResult::Failed => Said::new(
                "recovery_code_failed",
                weights.check_failed,
                "The requester could not enter a recovery code.",
            ),
            CheckResult::Unavailable => Said::new(
                "recovery_code_unavailable",
                0,
                "The requester has no recovery codes.",
            ),
        }
    }
}
