//! Checks: what is proven or refuted while the requester is on the page.
//!
//! Each kind has its own file: its state, its limits, and what its result says in the report, behind the trait
//! [`Proof`]. The policy asks for *steps*, and a step names the kinds of which any one will do; [`open`] says which of
//! them this requester can be asked.

pub mod authenticator_app;
pub mod call_number;
pub mod company_sign_in;
pub mod manager_approval;
pub mod on_file_code;
pub mod passkey;
pub mod recovery_code;
pub mod step;

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, UnixMillis};

pub use on_file_code::OnFileContact;
pub use step::SessionStep;

use super::policy::Weights;
use super::report::{Finding, FindingKind};
use crate::words::counted;

/// What every kind of check says of itself.
pub trait Proof {
    /// Which kind it is.
    fn kind(&self) -> CheckKind;

    /// Wrong answers after which the check has failed.
    fn max_wrong_answers(&self) -> u8;

    /// True when it can be asked at all: a contact is on file, a passkey was enrolled, a provider is configured.
    fn can_be_asked(&self) -> bool;

    /// True when passing it proves the person, on a way that does not depend on the destination that the agent typed.
    /// Nothing else may lead to the level Verified.
    fn is_strong(&self) -> bool;

    /// What a result says in the report.
    fn said(&self, result: CheckResult, weights: &Weights) -> Said;
}

/// What one result says in the report.
pub struct Said {
    /// Stable name of the finding.
    pub code: &'static str,
    /// Points that it adds to the score.
    pub weight: i16,
    /// A plain sentence, without addresses.
    pub sentence: String,
}

impl Said {
    fn new(code: &'static str, weight: i16, sentence: impl Into<String>) -> Self {
        Self {
            code,
            weight,
            sentence: sentence.into(),
        }
    }
}

/// One check of one running verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Wrong answers so far. It survives a resend, and a change to another way and back (NIST SP 800-63B-4, 3.1.3.2).
    pub wrong_answers: u8,
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
    /// See [`call_number`].
    CallNumber(call_number::CallNumber),
    /// See [`on_file_code`].
    OnFileCode(on_file_code::OnFileCode),
    /// See [`passkey`].
    Passkey(passkey::Passkey),
    /// See [`authenticator_app`].
    AuthenticatorApp(authenticator_app::AuthenticatorApp),
    /// See [`recovery_code`].
    RecoveryCode(recovery_code::RecoveryCode),
    /// See [`company_sign_in`].
    CompanySignIn(company_sign_in::CompanySignIn),
    /// See [`manager_approval`].
    ManagerApproval(manager_approval::ManagerApproval),
}

/// What is known when a session begins of the ways in which this requester can prove who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// Where a code can go.
    pub contact: Option<OnFileContact>,
    /// Passkeys enrolled.
    pub passkeys: u32,
    /// An authenticator app is enrolled and not locked.
    pub authenticator_app: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes: u32,
    /// Name of the identity provider, if the instance has one.
    pub company_sign_in: Option<String>,
    /// The manager on file, if they may be asked.
    pub manager: Option<manager_approval::Manager>,
}

/// Opens a check of a kind; one that this requester cannot be asked is closed as not available at once.
pub fn open(kind: CheckKind, means: &Means, at: UnixMillis) -> Check {
    let detail = match kind {
        CheckKind::CallNumber => CheckDetail::CallNumber(call_number::CallNumber {}),
        CheckKind::OnFileCode => {
            CheckDetail::OnFileCode(on_file_code::OnFileCode::new(means.contact.clone(), at))
        }
        CheckKind::Passkey => CheckDetail::Passkey(passkey::Passkey {
            enrolled: means.passkeys,
            used: None,
        }),
        CheckKind::AuthenticatorApp => CheckDetail::AuthenticatorApp(authenticator_app::AuthenticatorApp {
            enrolled: means.authenticator_app,
        }),
        CheckKind::RecoveryCode => CheckDetail::RecoveryCode(recovery_code::RecoveryCode {
            left: means.recovery_codes,
        }),
        CheckKind::CompanySignIn => CheckDetail::CompanySignIn(company_sign_in::CompanySignIn {
            provider: means.company_sign_in.clone(),
            mismatch: None,
        }),
        CheckKind::ManagerApproval => CheckDetail::ManagerApproval(manager_approval::ManagerApproval {
            manager: means.manager.clone(),
            request: None,
        }),
    };
    Check::new(detail, at)
}

impl CheckDetail {
    /// What this kind says of itself.
    pub fn proof(&self) -> &dyn Proof {
        match self {
            Self::CallNumber(detail) => detail,
            Self::OnFileCode(detail) => detail,
            Self::Passkey(detail) => detail,
            Self::AuthenticatorApp(detail) => detail,
            Self::RecoveryCode(detail) => detail,
            Self::CompanySignIn(detail) => detail,
            Self::ManagerApproval(detail) => detail,
        }
    }

    /// The manager approval, if it is one.
    pub const fn manager_approval(&self) -> Option<&manager_approval::ManagerApproval> {
        match self {
            Self::ManagerApproval(approval) => Some(approval),
            _ => None,
        }
    }

    /// The company sign-in, if it is one.
    pub const fn company_sign_in(&self) -> Option<&company_sign_in::CompanySignIn> {
        match self {
            Self::CompanySignIn(sign_in) => Some(sign_in),
            _ => None,
        }
    }

    /// The on-file code, if it is one.
    pub const fn on_file_code(&self) -> Option<&on_file_code::OnFileCode> {
        match self {
            Self::OnFileCode(code) => Some(code),
            _ => None,
        }
    }
}

impl Check {
    /// A fresh check; closed as not available if it cannot be asked.
    pub fn new(detail: CheckDetail, at: UnixMillis) -> Self {
        let result = (!detail.proof().can_be_asked()).then_some(CheckResult::Unavailable);
        Self {
            wrong_answers: 0,
            result,
            ended_at: result.map(|_| at),
            detail,
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> CheckKind {
        self.detail.proof().kind()
    }

    /// True while it waits for an answer.
    pub const fn is_open(&self) -> bool {
        self.result.is_none()
    }

    /// True when it was passed.
    pub fn is_passed(&self) -> bool {
        self.result == Some(CheckResult::Passed)
    }

    /// True when it was passed and proves the person: see [`Proof::is_strong`].
    pub fn is_strong_proof(&self) -> bool {
        self.is_passed() && self.detail.proof().is_strong()
    }

    /// How many wrong answers are still allowed.
    pub fn tries_left(&self) -> u8 {
        self.detail
            .proof()
            .max_wrong_answers()
            .saturating_sub(self.wrong_answers)
    }

    /// Counts one answer. The counter and the result belong to one transaction with the comparison that led here. A
    /// check that has ended stays as it is.
    #[must_use]
    pub fn answered(mut self, correct: bool, at: UnixMillis) -> Self {
        if !self.is_open() {
            return self;
        }
        if correct {
            return self.ended(CheckResult::Passed, at);
        }
        self.wrong_answers = self.wrong_answers.saturating_add(1);
        if self.tries_left() == 0 {
            return self.ended(CheckResult::Failed, at);
        }
        self
    }

    /// Ends it, if it has not ended before.
    #[must_use]
    pub fn ended(mut self, result: CheckResult, at: UnixMillis) -> Self {
        if self.is_open() {
            self.result = Some(result);
            self.ended_at = Some(at);
        }
        self
    }

    /// What it says in the report: its result, or the wrong answers after which the requester chose another way.
    pub fn finding(&self, weights: &Weights) -> Option<Finding> {
        let wrong = i16::from(self.wrong_answers).saturating_mul(weights.wrong_answer);
        let (code, weight, sentence) = match self.result {
            Some(result) => {
                let mut said = self.detail.proof().said(result, weights);
                if result == CheckResult::Passed && self.wrong_answers > 0 {
                    said.weight = said.weight.saturating_add(wrong);
                    said.sentence =
                        format!("{} Wrong answers before: {}.", said.sentence, self.wrong_answers);
                }
                (said.code, said.weight, said.sentence)
            }
            None if self.wrong_answers > 0 => (
                "wrong_answers_before_another_way",
                wrong,
                format!(
                    "{}: {}, then the requester chose another way.",
                    self.kind().label(),
                    counted(self.wrong_answers, "wrong answer", "wrong answers")
                ),
            ),
            None => return None,
        };
        Some(Finding {
            code: code.into(),
            kind: FindingKind::Check,
            weight,
            sentence,
            for_agent: true,
        })
    }
}
