//! What another policy would have decided: the last decisions of an instance, made anew from their recorded facts under
//! the policy in force and under the other. Nothing is changed.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, Outcome, UnixMillis};

use crate::service::replay::{Verdict, differences, verdict};
use crate::service::{Service, ServiceError};
use crate::store::{policies, verifications};
use crate::verification::facts::Facts;
use crate::verification::{InstanceId, Policy, Verification, VerificationId, decide};

/// Decisions that are looked at: the newest.
pub const MOST_REPLAYED: u32 = 1000;
/// Time for it, in milliseconds. What is not reached is counted as that.
const MOST_MILLIS: i64 = 5000;
/// Changed decisions that are listed; all are counted.
pub const MOST_LISTED: usize = 100;

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// Version of the policy that was tried.
    pub version: String,
    /// Number of the policy that was in force.
    pub over: i64,
    /// When.
    pub at: UnixMillis,
    /// Decisions made anew.
    pub replayed: u32,
    /// Decisions whose facts retention has erased.
    pub erased: u32,
    /// Decisions that the time did not suffice for, the oldest.
    pub unreached: u32,
    /// Those with another outcome or level.
    pub changed: u32,
    /// … of which would fail instead of pass.
    pub would_fail: u32,
    /// … of which would pass instead of fail.
    pub would_pass: u32,
    /// … of which would pass with a higher level.
    pub higher: u32,
    /// … of which would pass with a lower level.
    pub lower: u32,
    /// … of which had no chance: the other policy asks for checks that these requesters were not asked.
    pub not_asked: u32,
    /// Decisions that come out otherwise than they did then under the policy in force already.
    pub drifted: u32,
    /// Those whose score alone would change.
    pub moved: u32,
    /// The first [`MOST_LISTED`] of those that would change, the newest first.
    pub changes: Vec<Change>,
}

/// A decision that would come out otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The verification.
    pub id: VerificationId,
    /// Number of its ticket.
    pub ticket_number: String,
    /// When it was decided.
    pub decided_at: UnixMillis,
    /// What was decided then.
    pub then: Verdict,
    /// What the policy in force decides.
    pub now: Verdict,
    /// What the other policy decides.
    pub would_be: Verdict,
    /// The other policy asks for a check that the requester was not asked.
    pub not_asked: bool,
    /// Codes of the findings that only one of the two has, or that weigh otherwise.
    pub because: Vec<String>,
}

/// Replays the last decisions of an instance in one snapshot, over a connection of its own.
pub(super) async fn what_if(
    service: &Service,
    instance: &InstanceId,
    policy: Policy,
) -> Result<WhatIf, ServiceError> {
    let (context, instance) = (service.clone(), instance.clone());
    service
        .store
        .read_apart(move |tx| {
            let at = context.now();
            let over = policies::newest(tx, &instance)?;
            let in_force = context.policies.numbered(tx, &instance, over)?;
            let mut found = WhatIf {
                version: policy.version.clone(),
                over,
                at,
                replayed: 0,
                erased: 0,
                unreached: 0,
                changed: 0,
                would_fail: 0,
                would_pass: 0,
                higher: 0,
                lower: 0,
                not_asked: 0,
                drifted: 0,
                moved: 0,
                changes: Vec::new(),
            };
            for (row, is_erased) in verifications::last_decided(tx, &instance, MOST_REPLAYED)? {
                if is_erased {
                    found.erased += 1;
                } else if context.now().millis_since(at) > MOST_MILLIS {
                    found.unreached += 1;
                } else if let Some(verification) = verifications::find_row(tx, &instance, row)? {
                    look_at(&verification, &in_force, &policy, &mut found);
                }
            }
            Ok::<_, ServiceError>(found)
        })
        .await
}

fn look_at(verification: &Verification, in_force: &Policy, policy: &Policy, found: &mut WhatIf) {
    let Some(stored) = verification.decision() else {
        return;
    };
    found.replayed += 1;
    let anew = |policy: &Policy| decide(stored.facts.clone(), policy, stored.decided_at);
    let (current, other) = (anew(in_force), anew(policy));
    let (now, would_be) = (verdict(&current), verdict(&other));
    let then = verdict(stored);
    found.drifted += u32::from((then.outcome, then.level) != (now.outcome, now.level));
    if (now.outcome, now.level) == (would_be.outcome, would_be.level) {
        found.moved += u32::from(now.score != would_be.score);
        return;
    }
    found.changed += 1;
    let not_asked = would_be.outcome == Outcome::Failed && !was_asked(&stored.facts, policy);
    found.not_asked += u32::from(not_asked);
    let direction = match (now.outcome, would_be.outcome) {
        (Outcome::Passed, Outcome::Failed) => &mut found.would_fail,
        (Outcome::Failed, Outcome::Passed) => &mut found.would_pass,
        _ if would_be.level > now.level => &mut found.higher,
        _ => &mut found.lower,
    };
    *direction += 1;
    if found.changes.len() < MOST_LISTED {
        found.changes.push(Change {
            id: verification.id.clone(),
            ticket_number: verification.ticket.number.clone(),
            decided_at: stored.decided_at,
            then,
            now,
            would_be,
            not_asked,
            because: differences(&current, &other),
        });
    }
}

/// True unless a step of the policy rests on checks that the requester had a way for and was not asked.
pub(super) fn was_asked(facts: &Facts, policy: &Policy) -> bool {
    let result = |kind: &CheckKind| {
        let mut checks = facts.checks.iter();
        let found = checks.find(|check| check.kind() == *kind);
        found.and_then(|check| check.result)
    };
    let steps = policy.steps(facts.action, facts.assurance);
    steps.iter().all(|step| {
        let results = || step.any_of.iter().map(result);
        let asked = |result| matches!(result, Some(CheckResult::Passed | CheckResult::Failed));
        results().any(asked) || results().all(|result| result.is_some())
    })
}
