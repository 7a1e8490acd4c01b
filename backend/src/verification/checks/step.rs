//! One step of a session: the alternatives that this requester has, and the one that is asked now.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, UnixMillis};

use super::{Check, Means, open};
use crate::verification::policy::Step;

/// One step of a running session. It is passed by any one of its alternatives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStep {
    /// Every way that the policy names, in its order of preference, also those that are not available.
    pub alternatives: Vec<Check>,
    /// The way that the requester chose; `None` until they choose another than the first.
    pub chosen: Option<CheckKind>,
}

/// Opens the steps that the policy asks for. A kind is asked once: the first step that names it has it, so one proof
/// never counts for two steps.
pub fn open_steps(steps: &[Step], means: &Means, at: UnixMillis) -> Vec<SessionStep> {
    let mut taken: Vec<CheckKind> = Vec::new();
    let mut opened = Vec::with_capacity(steps.len());
    for step in steps {
        let kinds: Vec<CheckKind> = step
            .any_of
            .iter()
            .copied()
            .filter(|kind| !taken.contains(kind))
            .collect();
        taken.extend(&kinds);
        opened.push(SessionStep {
            alternatives: kinds.into_iter().map(|kind| open(kind, means, at)).collect(),
            chosen: None,
        });
    }
    opened
}

impl SessionStep {
    /// True when one of its alternatives was passed.
    pub fn is_passed(&self) -> bool {
        self.alternatives.iter().any(Check::is_passed)
    }

    /// True when one of its alternatives was refuted: then nothing else may be tried.
    pub fn is_failed(&self) -> bool {
        self.alternatives
            .iter()
            .any(|check| check.result == Some(CheckResult::Failed))
    }

    /// True when no way is left by which it could be passed.
    pub fn is_unavailable(&self) -> bool {
        !self.is_passed() && !self.alternatives.iter().any(Check::is_open)
    }

    /// The check that is asked now: the chosen way, or the first that can still be asked.
    pub fn current(&self) -> Option<&Check> {
        if self.is_passed() {
            return None;
        }
        let chosen = self
            .alternatives
            .iter()
            .find(|check| check.is_open() && Some(check.kind()) == self.chosen);
        chosen.or_else(|| self.alternatives.iter().find(|check| check.is_open()))
    }

    /// The other ways that the requester may choose now, in order of preference.
    pub fn other_ways(&self) -> Vec<CheckKind> {
        let current = self.current().map(Check::kind);
        let open = self.alternatives.iter().filter(|check| check.is_open());
        open.map(Check::kind)
            .filter(|kind| Some(*kind) != current)
            .collect()
    }

    /// Chooses another way, if it can be asked. Returns whether it is the one asked now.
    pub fn choose(&mut self, kind: CheckKind) -> bool {
        let can = !self.is_passed()
            && self
                .alternatives
                .iter()
                .any(|check| check.is_open() && check.kind() == kind);
        if can {
            self.chosen = Some(kind);
        }
        can
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixMillis = UnixMillis(7);

    fn step(kinds: &[CheckKind], means: &Means) -> SessionStep {
        open_steps(&[Step { any_of: kinds.into() }], means, AT).remove(0)
    }

    fn means() -> Means {
        Means {
            passkeys: 1,
            authenticator_app: true,
            ..Means::default()
        }
    }

    const THREE: [CheckKind; 3] = [
        CheckKind::Passkey,
        CheckKind::AuthenticatorApp,
        CheckKind::CompanySignIn,
    ];

    #[test]
    fn the_first_available_way_is_asked_and_another_may_be_chosen() {
        let mut step = step(&THREE, &means());
        assert_eq!(step.current().map(Check::kind), Some(CheckKind::Passkey));
        assert_eq!(step.other_ways(), [CheckKind::AuthenticatorApp]);
        assert!(!step.choose(CheckKind::CompanySignIn), "not configured");
        assert!(step.choose(CheckKind::AuthenticatorApp));
        assert_eq!(step.current().map(Check::kind), Some(CheckKind::AuthenticatorApp));
        assert_eq!(step.other_ways(), [CheckKind::Passkey]);
    }

    #[test]
    fn a_way_that_ends_as_not_available_leads_to_the_next() {
        let mut step = step(&THREE, &means());
        step.choose(CheckKind::AuthenticatorApp);
        step.alternatives[1] = step.alternatives[1].clone().ended(CheckResult::Unavailable, AT);
        assert_eq!(step.current().map(Check::kind), Some(CheckKind::Passkey));
        step.alternatives[0] = step.alternatives[0].clone().ended(CheckResult::Unavailable, AT);
        assert!(step.is_unavailable() && !step.is_failed() && step.current().is_none());
    }

    #[test]
    fn wrong_answers_survive_a_change_of_the_way_and_back() {
        let mut step = step(&THREE, &means());
        step.choose(CheckKind::AuthenticatorApp);
        step.alternatives[1] = step.alternatives[1].clone().answered(false, AT);
        step.choose(CheckKind::Passkey);
        step.choose(CheckKind::AuthenticatorApp);
        assert_eq!(step.current().map(Check::tries_left), Some(4));
    }

    #[test]
    fn a_passed_step_asks_nothing_more() {
        let mut step = step(&THREE, &means());
        step.alternatives[0] = step.alternatives[0].clone().answered(true, AT);
        assert!(step.is_passed() && step.current().is_none() && !step.choose(CheckKind::AuthenticatorApp));
    }

    #[test]
    fn no_proof_counts_for_two_steps() {
        let twice = [
            Step {
                any_of: vec![CheckKind::Passkey],
            },
            Step { any_of: THREE.into() },
        ];
        let steps = open_steps(&twice, &means(), AT);
        let kinds: Vec<_> = steps[1].alternatives.iter().map(Check::kind).collect();
        assert_eq!(kinds, [CheckKind::AuthenticatorApp, CheckKind::CompanySignIn]);
    }
}
