//! The decision: a deterministic function of recorded facts and a versioned policy.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, Outcome, Recommendation, RiskLevel, UnixMillis};

use super::facts::Facts;
use super::policy::{Policy, Step};
use super::report::{Finding, FindingKind, Report};
use super::signals::{self, destination::contact_changed};

/// What was decided, and from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub decided_at: UnixMillis,
    /// Passed or Failed.
    pub outcome: Outcome,
    /// 0–100.
    pub score: u8,
    /// The level of the score, raised by rules where they apply.
    pub level: RiskLevel,
    /// What the agent should do.
    pub recommendation: Recommendation,
    /// Why.
    pub report: Report,
    /// Version of the policy that decided.
    pub policy_version: String,
    /// The input, so that the decision can be replayed.
    pub facts: Facts,
}

/// Decides. Equal facts and an equal policy give an equal decision, byte for byte.
pub fn decide(facts: Facts, policy: &Policy, at: UnixMillis) -> Decision {
    let mut findings = Vec::new();
    check_findings(&facts, policy, &mut findings);
    signal_findings(&facts, policy, &mut findings);

    let sum: i32 = findings.iter().map(|finding| i32::from(finding.weight)).sum();
    let score = u8::try_from(sum.clamp(0, 100)).unwrap_or(100);
    let mut level = policy.level(score);
    let all_required_passed = apply_rules(&facts, policy, &mut level, &mut findings);

    let highest_passing = policy.highest_passing(facts.action, facts.assurance);
    let outcome = if all_required_passed && level <= highest_passing && !facts.is_disowned() {
        Outcome::Passed
    } else {
        Outcome::Failed
    };
    // A failed verification is never shown with a level that would read as harmless.
    if outcome == Outcome::Failed {
        level = RiskLevel::High;
    }
    let score = score.max(match level {
        RiskLevel::Verified => 0,
        RiskLevel::Medium => policy.medium_from,
        RiskLevel::High => policy.high_from,
    });
    let recommendation = match (outcome, level) {
        (Outcome::Passed, RiskLevel::Verified) => Recommendation::Proceed,
        (Outcome::Passed, _) => Recommendation::ProceedWithCare,
        (Outcome::Failed, _) => Recommendation::Reject,
    };
    Decision {
        decided_at: at,
        outcome,
        score,
        level,
        recommendation,
        report: Report { findings },
        policy_version: policy.version.clone(),
        facts,
    }
}

fn finding(
    code: &str,
    kind: FindingKind,
    weight: i16,
    sentence: impl Into<String>,
    for_agent: bool,
) -> Finding {
    Finding {
        code: code.into(),
        kind,
        weight,
        sentence: sentence.into(),
        for_agent,
    }
}

/// What the checks say. An alternative that could not be asked is worth a word only where no other one did.
fn check_findings(facts: &Facts, policy: &Policy, findings: &mut Vec<Finding>) {
    let passed_elsewhere = |kind: CheckKind| {
        let steps = policy.steps(facts.action, facts.assurance);
        let mut with_it = steps.iter().filter(|step| step.any_of.contains(&kind));
        with_it.any(|step| passed_kind(step, facts, &[]).is_some())
    };
    for check in &facts.checks {
        let not_needed = check.result == Some(CheckResult::Unavailable) && passed_elsewhere(check.kind());
        if !not_needed {
            findings.extend(check.finding(&policy.weights));
        }
    }
}

/// The kind by which a step was passed, other than `used`.
fn passed_kind(step: &Step, facts: &Facts, used: &[CheckKind]) -> Option<CheckKind> {
    let passed = |kind: &CheckKind| facts.checks.iter().any(|c| c.kind() == *kind && c.is_passed());
    step.any_of
        .iter()
        .copied()
        .find(|kind| !used.contains(kind) && passed(kind))
}

/// True when every step is passed, each by a proof of its own. No steps: nothing was asked, so nothing is proven.
fn all_steps_passed(facts: &Facts, policy: &Policy) -> bool {
    let steps = policy.steps(facts.action, facts.assurance);
    !steps.is_empty() && missing_steps(steps, facts).is_empty()
}

/// The steps that were not passed, in their order.
fn missing_steps<'a>(steps: &'a [Step], facts: &Facts) -> Vec<&'a Step> {
    let mut used = Vec::with_capacity(steps.len());
    let is_missing = |step: &&Step| match passed_kind(step, facts, &used) {
        Some(kind) => {
            used.push(kind);
            false
        }
        None => true,
    };
    steps.iter().filter(is_missing).collect()
}

/// Which step is missing, in words: one that this requester cannot take at all before one that they did not pass.
fn missing(facts: &Facts, policy: &Policy) -> String {
    let missing = missing_steps(policy.steps(facts.action, facts.assurance), facts);
    let is_out_of_reach = |step: &&&Step| {
        step.any_of.iter().all(|kind| {
            let mut asked = facts.checks.iter().filter(|check| check.kind() == *kind);
            asked.any(|check| check.result == Some(CheckResult::Unavailable))
        })
    };
    let labels = |step: &Step| {
        let labels: Vec<String> = step
            .any_of
            .iter()
            .map(|kind| kind.label().to_lowercase())
            .collect();
        labels.join(" or ")
    };
    match (missing.iter().find(is_out_of_reach), missing.first()) {
        (Some(step), _) => format!(
            "The policy requires {}, which this requester cannot give: nothing for it is on file or set up.",
            labels(step)
        ),
        (None, Some(step)) => format!(
            "A step that the policy requires was not passed: {}.",
            labels(step)
        ),
        (None, None) => "A step that the policy requires was not passed.".into(),
    }
}

fn signal_findings(facts: &Facts, policy: &Policy, findings: &mut Vec<Finding>) {
    // A rule rather than a signal: no policy can switch it off, and the level is High whatever its weight is.
    let words = [
        (
            facts.refused_by_requester,
            "refused_by_requester",
            "The person who received the link said that they did not ask for this.",
        ),
        (
            facts.disowned_by_contact,
            "disowned_by_contact",
            "After the pass, somebody at a contact on file said: this was not me.",
        ),
    ];
    for (_, code, sentence) in words.into_iter().filter(|(said, ..)| *said) {
        let weight = policy.weights.refused_by_requester;
        findings.push(finding(code, FindingKind::Rule, weight, sentence, true));
    }
    for signal in signals::ALL {
        let seen = policy
            .signals
            .get(signal.name)
            .and_then(|weight| Some((weight, (signal.look)(facts, policy)?)));
        if let Some((weight, seen)) = seen {
            let weight = weight.saturating_mul(seen.times);
            findings.push(finding(
                signal.name,
                FindingKind::Signal,
                weight,
                seen.sentence,
                signal.for_agent,
            ));
        }
    }
}

/// Applies the rules that no sum of weights can outweigh. Returns whether every required check was passed.
fn apply_rules(facts: &Facts, policy: &Policy, level: &mut RiskLevel, findings: &mut Vec<Finding>) -> bool {
    let mut rule =
        |code: &str, sentence: &str| findings.push(finding(code, FindingKind::Rule, 0, sentence, true));
    let refuted = facts
        .checks
        .iter()
        .any(|check| check.result == Some(CheckResult::Failed));
    let all_passed = all_steps_passed(facts, policy) && !refuted;
    if facts.is_disowned() {
        *level = RiskLevel::High;
    } else if !all_passed {
        rule("required_check_missing", &missing(facts, policy));
        *level = RiskLevel::High;
    }
    // Somebody may have had a young contact put on file to prepare this.
    let too_young = facts
        .destination
        .contact_age_days
        .is_some_and(contact_changed::is_recent);
    let independent = facts.checks.iter().any(|check| {
        let rests_on_contact = check.kind() == CheckKind::OnFileCode;
        check.is_strong_proof() && !(rests_on_contact && too_young)
    });
    if all_passed && !independent && *level == RiskLevel::Verified {
        let sentence = "Nothing strong and independent of the link's destination was proven, so the level is at least Medium.";
        rule("nothing_independent_proven", sentence);
        *level = RiskLevel::Medium;
    }
    all_passed
}

#[cfg(test)]
mod tests;
