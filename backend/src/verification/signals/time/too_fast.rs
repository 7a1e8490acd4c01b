//! Number and code were entered faster than people hear, read and type. Reads `time.taken_ms` and the answers.

use shared::words::{CheckKind, CheckResult};

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "too_fast",
    weight: 10,
    may_lower: false,
    for_agent: true,
    look,
};

/// To hear two digits or read six, and to type them, nobody needs less.
const MILLIS_PER_ANSWER: i64 = 1_500;

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let taken = facts.time.taken_ms?;
    let typed = facts.checks.iter().filter(|check| {
        let is_typed = matches!(check.kind(), CheckKind::CallNumber | CheckKind::OnFileCode);
        is_typed && check.result == Some(CheckResult::Passed)
    });
    let least = i64::try_from(typed.count()).ok()? * MILLIS_PER_ANSWER;
    (taken < least).then(|| Seen::once("The answers came faster than a person can type them."))
}
