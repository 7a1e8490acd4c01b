//! The requester enrolled a passkey earlier and proved themselves by something else. Whoever stole a mailbox or a
//! number takes the way that it opens; a passkey cannot be taken along. Reads `checks`.

use shared::words::{CheckKind, CheckResult};

use crate::verification::checks::{Check, CheckDetail};
use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "stronger_way_unused",
    weight: 15,
    may_lower: false,
    for_agent: true,
    look,
};

/// A passkey that could have been used: it is enrolled, and was neither used nor refuted.
fn is_unused(check: &Check) -> bool {
    let could_be = matches!(&check.detail, CheckDetail::Passkey(passkey) if passkey.enrolled > 0);
    let was_tried = matches!(check.result, Some(CheckResult::Passed | CheckResult::Failed));
    could_be && !was_tried
}

fn look(facts: &Facts, policy: &Policy) -> Option<Seen> {
    if !facts.checks.iter().any(is_unused) {
        return None;
    }
    let passed = |kind: &CheckKind| {
        let mut of_kind = facts.checks.iter().filter(|check| check.kind() == *kind);
        of_kind.any(Check::is_passed)
    };
    // Only where the plan left the choice, and something else was chosen.
    let steps = policy.steps(facts.action, facts.assurance);
    let chosen = steps
        .iter()
        .any(|step| step.any_of.contains(&CheckKind::Passkey) && step.any_of.iter().any(passed));
    chosen.then(|| Seen::once("The requester has a passkey, but proved who they are in another way."))
}
