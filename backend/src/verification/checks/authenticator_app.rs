//! Authenticator app: a time-based one-time code (RFC 6238) of an app that the requester enrolled after an earlier
//! pass.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, UnixMillis};

use super::{Proof, Said};
use crate::verification::policy::Weights;

/// Five tries per verification, as for any six digits (ASVS 6.6.3).
pub const MAX_WRONG_ANSWERS: u8 = 5;
/// Length of one step (RFC 6238, section 5.2; ASVS 6.5.5: at most 30 s).
pub const STEP_SECONDS: i64 = 30;
/// One step before and one after the present one are accepted, for clocks that differ (RFC 6238, section 5.2).
pub const DRIFT_STEPS: i64 = 1;
/// Wrong codes in a row, over all verifications, after which an enrolment is locked (NIST SP 800-63B-4, 3.2.2: 100).
pub const MAX_FAILURES_IN_A_ROW: u32 = 100;

/// State of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticatorApp {
    /// True when the requester has an app enrolled that is not locked.
    pub enrolled: bool,
}

impl Proof for AuthenticatorApp {
    fn kind(&self) -> CheckKind {
        CheckKind::AuthenticatorApp
    }

    fn max_wrong_answers(&self) -> u8 {
        MAX_WRONG_ANSWERS
    }

    fn can_be_asked(&self) -> bool {
        self.enrolled
    }

    fn is_strong(&self) -> bool {
        true
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        match result {
            CheckResult::Passed => Said::new(
                "authenticator_app_passed",
                weights.authenticator_app_proven,
                "The requester entered a code of the authenticator app enrolled earlier.",
            ),
            CheckResult::Failed => Said::new(
                "authenticator_app_failed",
                weights.check_failed,
                "The requester could not enter a code of the authenticator app enrolled earlier.",
            ),
            CheckResult::Unavailable => Said::new(
                "authenticator_app_unavailable",
                0,
                "The requester has enrolled no authenticator app that can be used.",
            ),
        }
    }
}

/// The steps whose codes are accepted at `now`, the present one first. Steps up to the last used one are refused:
/// whoever saw a code being typed cannot use it again (RFC 6238, section 5.2).
pub fn acceptable_steps(now: UnixMillis, last_used: Option<i64>) -> Vec<i64> {
    let present = now.unix_seconds().div_euclid(STEP_SECONDS);
    let mut steps: Vec<i64> = (present - DRIFT_STEPS..=present + DRIFT_STEPS).collect();
    steps.sort_by_key(|step| (step - present).abs());
    steps.retain(|step| last_used.is_none_or(|last| *step > last));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_before_and_after_is_accepted_and_none_twice() {
        let now = UnixMillis(59_000);
        assert_eq!(acceptable_steps(now, None), [1, 0, 2]);
        assert_eq!(acceptable_steps(now, Some(0)), [1, 2]);
        assert_eq!(acceptable_steps(now, Some(1)), [2]);
        assert!(acceptable_steps(now, Some(2)).is_empty());
        assert_eq!(acceptable_steps(UnixMillis(60_000), Some(1)), [2, 3]);
    }
}
