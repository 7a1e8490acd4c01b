//! Call number: the requester types the number that only the agent's screen shows, while they are on the phone.
//!
//! It binds the person on the phone to the browser on the page: a link that was forwarded or stolen is useless
//! without the call. It does not stop a live relay on a parallel call; the threat model says so.
//!
//! The number is typed, not picked from a list with decoys. A list of five is guessed with 20 % by one press, and a
//! second press must then be forbidden, which punishes the slip of an honest finger; typed, three tries among 90
//! numbers are guessed with 3.3 %. NIST SP 800-63B-4, 3.1.3.2 asks for a secret to be transferred rather than compared.
//! The number is derived from the verification and the browser session (`keys.rs`), not stored: another browser, or
//! another verification of the same requester, has another one.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult};

use super::{Proof, Said};
use crate::verification::policy::Weights;

/// Three tries: a guess among 90 numbers then succeeds with 3.3 %, and never on a required second check.
pub const MAX_WRONG_ANSWERS: u8 = 3;

/// State of the check: none, the number is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallNumber {}

impl Proof for CallNumber {
    fn kind(&self) -> CheckKind {
        CheckKind::CallNumber
    }

    fn max_wrong_answers(&self) -> u8 {
        MAX_WRONG_ANSWERS
    }

    fn can_be_asked(&self) -> bool {
        true
    }

    /// It shows that the caller has the link, not who the caller is.
    fn is_strong(&self) -> bool {
        false
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        match result {
            CheckResult::Passed => Said::new(
                "call_number_passed",
                0,
                "The requester entered the number that the agent read out.",
            ),
            CheckResult::Failed => Said::new(
                "call_number_failed",
                weights.check_failed,
                "The requester could not enter the number that the agent read out.",
            ),
            CheckResult::Unavailable => Said::new(
                "call_number_unavailable",
                0,
                "The call number could not be asked.",
            ),
        }
    }
}

/// Turns eight derived bytes into a number of two digits, 10–99. The bias of the remainder is below 2⁻⁵⁷.
pub fn from_derived(bytes: [u8; 8]) -> String {
    let number = u64::from_be_bytes(bytes) % 90 + 10;
    number.to_string()
}

/// The digits of what a person typed; spaces and punctuation do not matter.
pub fn normalize_answer(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(16).collect()
}

#[cfg(test)]
mod tests {
    use shared::words::{CheckResult, UnixMillis};

    use super::*;
    use crate::verification::checks::{Means, open};

    #[test]
    fn the_third_wrong_answer_fails_the_check() {
        let at = UnixMillis(5);
        let fresh = open(CheckKind::CallNumber, &Means::default(), at);
        let check = fresh.answered(false, at).answered(false, at);
        assert!(check.is_open());
        assert_eq!(check.tries_left(), 1);
        let check = check.answered(false, at);
        assert_eq!(check.result, Some(CheckResult::Failed));
        assert_eq!(check.ended_at, Some(at));
        let late = check.clone().answered(true, UnixMillis(9));
        assert_eq!(late, check, "what has ended stays as it is");
    }

    #[test]
    fn numbers_have_two_digits_and_answers_may_have_spaces() {
        assert_eq!(from_derived([0; 8]), "10");
        assert_eq!(from_derived(89_u64.to_be_bytes()), "99");
        assert_eq!(normalize_answer(" 4 7."), "47");
    }
}
