//! Call number: the requester enters the number that the agent reads out on the phone.
//!
//! It binds the person on the phone to the browser on the page: a link that was forwarded or stolen is useless
//! without the call. It does not stop a live relay on a parallel call; the threat model says so.

use super::{Check, CheckDetail};

/// Three tries: a guess among 90 numbers then succeeds with 3.3 %, and never on a required second check.
pub const MAX_WRONG_ANSWERS: u8 = 3;

/// A fresh, unanswered check.
pub const fn open() -> Check {
    Check {
        wrong_answers: 0,
        max_wrong_answers: MAX_WRONG_ANSWERS,
        result: None,
        ended_at: None,
        detail: CheckDetail::CallNumber,
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

    #[test]
    fn the_third_wrong_answer_fails_the_check() {
        let at = UnixMillis(5);
        let check = open().answered(false, at).answered(false, at);
        assert!(check.is_open());
        assert_eq!(check.tries_left(), 1);
        let check = check.answered(false, at);
        assert_eq!(check.result, Some(CheckResult::Failed));
        assert_eq!(check.ended_at, Some(at));
    }

    #[test]
    fn numbers_have_two_digits_and_answers_may_have_spaces() {
        assert_eq!(from_derived([0; 8]), "10");
        assert_eq!(from_derived(89_u64.to_be_bytes()), "99");
        assert_eq!(normalize_answer(" 4 7."), "47");
    }
}
