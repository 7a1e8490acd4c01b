//! Checks: what is proven or refuted while the requester is on the page.

pub mod call_number;
pub mod on_file_code;

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, UnixMillis};

pub use on_file_code::OnFileContact;

/// One check of one running verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Wrong answers so far. It survives a resend (NIST SP 800-63B-4, 3.1.3.2).
    pub wrong_answers: u8,
    /// Wrong answers after which the check has failed.
    pub max_wrong_answers: u8,
    /// `None` while it can still be answered.
    pub result: Option<CheckResult>,
    /// When `result` was set.
    pub ended_at: Option<UnixMillis>,
    /// What only this kind of check needs.
    pub detail: CheckDetail,
}

/// What only one kind of check needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckDetail {
    /// The number that the agent reads out is derived, not stored: see [`call_number`].
    CallNumber,
    /// A code sent to a contact on file.
    OnFileCode(on_file_code::OnFileCode),
}

impl Check {
    /// Which kind it is.
    pub const fn kind(&self) -> CheckKind {
        match self.detail {
            CheckDetail::CallNumber => CheckKind::CallNumber,
            CheckDetail::OnFileCode(_) => CheckKind::OnFileCode,
        }
    }

    /// True while it waits for an answer.
    pub const fn is_open(&self) -> bool {
        self.result.is_none()
    }

    /// How many wrong answers are still allowed.
    pub const fn tries_left(&self) -> u8 {
        self.max_wrong_answers.saturating_sub(self.wrong_answers)
    }

    /// Counts one answer. The counter and the result belong to one transaction with the comparison that led here.
    #[must_use]
    pub fn answered(mut self, correct: bool, at: UnixMillis) -> Self {
        if correct {
            self.result = Some(CheckResult::Passed);
        } else {
            self.wrong_answers = self.wrong_answers.saturating_add(1);
            if self.tries_left() == 0 {
                self.result = Some(CheckResult::Failed);
            }
        }
        if self.result.is_some() {
            self.ended_at = Some(at);
        }
        self
    }
}
