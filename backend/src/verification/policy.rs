//! The risk policy: weights, thresholds and the steps that are required, under a version that every decision records.

mod file;
mod lines;
mod reader;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shared::words::{Action, Assurance, CheckKind, RiskLevel};

pub use file::PolicyError;
pub use reader::Mistake;

use super::signals;

/// What a decision weighs, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Changes whenever anything below changes.
    pub version: String,
    /// From this score on the level is Medium.
    pub medium_from: u8,
    /// From this score on the level is High.
    pub high_from: u8,
    /// The highest level that may still pass.
    pub highest_passing_level: RiskLevel,
    /// What must be proven. The first plan that applies to a verification is the one.
    pub plans: Vec<Plan>,
    /// See [`Weights`].
    pub weights: Weights,
    /// Weights of the signals, by name; a signal that is not here is switched off.
    pub signals: BTreeMap<String, i16>,
    /// When people usually work.
    pub working_hours: WorkingHours,
}

/// When people usually work, by the time zone on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingHours {
    /// First minute of the day.
    pub from: u16,
    /// First minute after it; at most 1440.
    pub to: u16,
    /// The days, Monday first.
    pub days: [bool; 7],
}

impl WorkingHours {
    /// True for a minute (0–1439) of a weekday (1 is Monday) within them.
    pub fn contain(&self, weekday: u8, minute: u16) -> bool {
        let day = usize::from(weekday).wrapping_sub(1);
        self.days.get(day).copied().unwrap_or(false) && (self.from..self.to).contains(&minute)
    }
}

/// What must be proven for some verifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// It applies to tickets that ask for one of these actions; empty: to all, also to those that ask for none.
    pub actions: Vec<Action>,
    /// It applies to this assurance; `None`: to every one.
    pub assurance: Option<Assurance>,
    /// The highest level that may still pass here; `None`: as the policy says.
    #[serde(default)]
    pub highest_passing: Option<RiskLevel>,
    /// Every step must be passed, in this order.
    pub steps: Vec<Step>,
}

impl Plan {
    fn applies(&self, action: Option<Action>, assurance: Assurance) -> bool {
        let to_action = self.actions.is_empty() || action.is_some_and(|asked| self.actions.contains(&asked));
        to_action && self.assurance.is_none_or(|wanted| wanted == assurance)
    }
}

/// One step: any one of the kinds passes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// In order of preference: the first that the requester can be asked is asked, and they may choose another.
    pub any_of: Vec<CheckKind>,
}

impl Step {
    /// A step of these kinds.
    pub fn any_of(kinds: &[CheckKind]) -> Self {
        Self { any_of: kinds.into() }
    }
}

/// Points that a finding adds to the score (0–100).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// A code reached an independent contact on file and came back (negative: it speaks for the requester).
    pub independent_contact_proven: i16,
    /// A passkey enrolled earlier signed (negative, like all that follow with `proven` or `approved`).
    pub passkey_proven: i16,
    /// A code of the authenticator app enrolled earlier was entered.
    pub authenticator_app_proven: i16,
    /// A recovery code was entered.
    pub recovery_code_proven: i16,
    /// The requester signed in at the company's identity provider.
    pub company_sign_in_proven: i16,
    /// The manager on file confirmed the request.
    pub manager_approved: i16,
    /// The contact on file is the same as the destination.
    pub contact_not_independent: i16,
    /// No contact on file could be used.
    pub no_contact_on_file: i16,
    /// A check was failed.
    pub check_failed: i16,
    /// A wrong answer that was corrected.
    pub wrong_answer: i16,
    /// The requester said that they did not ask for this.
    pub refused_by_requester: i16,
}

/// The policy that is shipped, and in force when none is configured.
const STANDARD: &str = include_str!("../../policy/standard.toml");

impl Policy {
    /// The text of the policy that is shipped.
    pub const STANDARD_TEXT: &'static str = STANDARD;

    /// The policy in force when none is configured.
    pub fn standard() -> Self {
        static POLICY: LazyLock<Policy> = LazyLock::new(|| {
            #[expect(
                clippy::expect_used,
                reason = "the file is part of the program, and a test reads it"
            )]
            Policy::over(STANDARD, Policy::empty()).expect("the standard policy is right")
        });
        POLICY.clone()
    }

    /// Reads a policy file. What it leaves out is as in the standard policy.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::over(text, Self::standard())
    }

    /// Reads a policy file over another policy. The version is made to stand for the whole content: two policies of
    /// one name cannot be taken for each other in a report.
    fn over(text: &str, base: Self) -> Result<Self, PolicyError> {
        let mut policy = file::read(text, base)?;
        let content = format!("{policy:?}");
        let digest = crate::keys::sha256_hex(content.as_bytes());
        policy.version = format!("{}+{}", policy.version, &digest[..8]);
        Ok(policy)
    }

    /// What the standard policy is read over: signals weigh what they say, nothing else is set.
    fn empty() -> Self {
        let signals = signals::ALL.iter();
        Self {
            version: String::new(),
            medium_from: 30,
            high_from: 60,
            highest_passing_level: RiskLevel::Verified,
            plans: Vec::new(),
            weights: Weights::default(),
            signals: signals
                .map(|signal| (signal.name.to_owned(), signal.weight))
                .collect(),
            working_hours: WorkingHours {
                from: 0,
                to: 24 * 60,
                days: [true; 7],
            },
        }
    }

    fn plan(&self, action: Option<Action>, assurance: Assurance) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.applies(action, assurance))
    }

    /// The highest level that may still pass.
    pub fn highest_passing(&self, action: Option<Action>, assurance: Assurance) -> RiskLevel {
        let own = self.plan(action, assurance).and_then(|plan| plan.highest_passing);
        own.unwrap_or(self.highest_passing_level)
    }

    /// The steps that a verification must pass. Empty when no plan applies: then nothing can pass.
    pub fn steps(&self, action: Option<Action>, assurance: Assurance) -> &[Step] {
        self.plan(action, assurance).map_or(&[], |plan| &plan.steps)
    }

    /// The level of a score.
    pub const fn level(&self, score: u8) -> RiskLevel {
        if score >= self.high_from {
            RiskLevel::High
        } else if score >= self.medium_from {
            RiskLevel::Medium
        } else {
            RiskLevel::Verified
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_plan_that_applies_is_the_one() {
        use CheckKind::{CallNumber, ManagerApproval, Passkey};

        let policy = Policy::standard();
        let kinds = |action, assurance| -> Vec<CheckKind> {
            let steps = policy.steps(action, assurance);
            steps.iter().map(|step| step.any_of[0]).collect()
        };
        let reset = Some(Action::PasswordReset);
        assert_eq!(
            kinds(reset, Assurance::High),
            [CallNumber, Passkey, ManagerApproval]
        );
        assert_eq!(kinds(reset, Assurance::Standard), [CallNumber, Passkey]);
        assert_eq!(kinds(None, Assurance::Standard), [CallNumber, Passkey]);
        let nothing = Policy {
            plans: Vec::new(),
            ..policy.clone()
        };
        assert!(nothing.steps(None, Assurance::Standard).is_empty());
    }

    #[test]
    fn the_standard_policy_names_every_signal_with_the_weight_that_the_signal_has() {
        let policy = Policy::standard();
        assert!(policy.version.starts_with("standard-4+"), "{}", policy.version);
        for signal in signals::ALL {
            assert_eq!(
                policy.signals.get(signal.name),
                Some(&signal.weight),
                "{}",
                signal.name
            );
            assert!(
                STANDARD.contains(&format!("\n{} = ", signal.name)),
                "{}",
                signal.name
            );
        }
    }

    #[test]
    fn a_privileged_request_never_falls_back_to_a_mailbox_or_a_saved_code() {
        let policy = Policy::standard();
        for action in Action::ALL.iter().copied().map(Some).chain([None]) {
            for step in policy.steps(action, Assurance::High) {
                assert!(!step.any_of.contains(&CheckKind::OnFileCode));
                assert!(!step.any_of.contains(&CheckKind::RecoveryCode));
            }
        }
    }
}
