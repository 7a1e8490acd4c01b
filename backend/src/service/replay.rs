//! Decides stored verifications anew under another policy, and says what would have come out otherwise. Nothing is
//! changed.

use serde::{Deserialize, Serialize};
use shared::words::{Outcome, RiskLevel};

use super::ServiceError;
use crate::store::{Store, verifications};
use crate::verification::{Decision, InstanceId, Policy, Verification, VerificationId, decide};

/// Verifications read at once.
const PAGE: u32 = 500;

/// What a decision came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Passed or Failed.
    pub outcome: Outcome,
    /// The level.
    pub level: RiskLevel,
    /// 0–100.
    pub score: u8,
}

/// A verification that would have come out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Its tenant.
    pub instance: InstanceId,
    /// Its id.
    pub id: VerificationId,
    /// Number of its ticket.
    pub ticket_number: String,
    /// Which policy decided.
    pub policy_version: String,
    /// What was decided.
    pub before: Verdict,
    /// What the other policy decides.
    pub after: Verdict,
    /// Codes of the findings that only one of the two decisions has, or that weigh otherwise.
    pub because: Vec<String>,
}

/// What a replay found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Decisions that were looked at.
    pub decisions: u64,
    /// Decisions whose outcome and level stay, although the score moves.
    pub moved: u64,
    /// Those with another outcome or level, the oldest first.
    pub flips: Vec<Flip>,
    /// Decisions whose facts were erased by retention: they cannot be replayed.
    pub erased: u64,
}

/// Replays every decision of `instance`, or of all.
pub async fn replay(
    store: &Store,
    policy: Policy,
    instance: Option<InstanceId>,
) -> Result<Replayed, ServiceError> {
    store
        .read(move |tx| {
            let mut replayed = Replayed {
                erased: verifications::count_erased_decisions(tx, instance.as_ref())?,
                ..Replayed::default()
            };
            let mut after = None;
            loop {
                let page = verifications::list_decided(tx, instance.as_ref(), after, PAGE)?;
                let Some((last, _)) = page.last() else {
                    return Ok::<_, ServiceError>(replayed);
                };
                after = Some(*last);
                for (_, verification) in page {
                    look_at(&verification, &policy, &mut replayed);
                }
            }
        })
        .await
}

fn look_at(verification: &Verification, policy: &Policy, replayed: &mut Replayed) {
    let Some(stored) = verification.decision() else {
        return;
    };
    replayed.decisions += 1;
    let anew = decide(stored.facts.clone(), policy, stored.decided_at);
    let (before, after) = (verdict(stored), verdict(&anew));
    if (before.outcome, before.level) != (after.outcome, after.level) {
        replayed.flips.push(Flip {
            instance: verification.instance.clone(),
            id: verification.id.clone(),
            ticket_number: verification.ticket.number.clone(),
            policy_version: stored.policy_version.clone(),
            before,
            after,
            because: differences(stored, &anew),
        });
    } else if before.score != after.score {
        replayed.moved += 1;
    }
}

pub(super) fn verdict(decision: &Decision) -> Verdict {
    Verdict {
        outcome: decision.outcome,
        level: decision.level,
        score: decision.score,
    }
}

/// Codes of the findings that only one of two decisions has, or that weigh otherwise.
pub(super) fn differences(before: &Decision, after: &Decision) -> Vec<String> {
    let only = |here: &Decision, there: &Decision| -> Vec<String> {
        let findings = here.report.findings.iter();
        findings
            .filter(|finding| {
                let same = |other: &&crate::verification::Finding| {
                    other.code == finding.code && other.weight == finding.weight
                };
                !there.report.findings.iter().any(|other| same(&other))
            })
            .map(|finding| finding.code.clone())
            .collect()
    };
    let mut codes = only(before, after);
    codes.extend(only(after, before));
    codes.sort();
    codes.dedup();
    codes
}
