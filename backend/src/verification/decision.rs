//! The decision: a deterministic function of recorded facts and a versioned policy.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, CheckResult, Outcome, Recommendation, RiskLevel, UnixMillis};

use super::checks::{Check, CheckDetail};
use super::facts::{ClientFacts, Facts};
use super::policy::Policy;
use super::report::{Finding, FindingKind, Report};

/// More openings than this is a finding: mail scanners open a link a few times, not more.
const MANY_OPENS: u32 = 10;
/// More browsers than this is a finding: a scanner and the person are two.
const MANY_DEVICES: u32 = 2;

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
    for check in &facts.checks {
        check_finding(check, policy, &mut findings);
    }
    signal_findings(&facts, policy, &mut findings);

    let sum: i32 = findings.iter().map(|finding| i32::from(finding.weight)).sum();
    let score = u8::try_from(sum.clamp(0, 100)).unwrap_or(100);
    let mut level = policy.level(score);
    let all_required_passed = apply_rules(&facts, policy, &mut level, &mut findings);

    let outcome =
        if all_required_passed && level <= policy.highest_passing_level && !facts.refused_by_requester {
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

fn check_finding(check: &Check, policy: &Policy, findings: &mut Vec<Finding>) {
    let weights = &policy.weights;
    let mut add = |code: &str, weight: i16, sentence: String| {
        findings.push(finding(code, FindingKind::Check, weight, sentence, true));
    };
    let wrong = i16::from(check.wrong_answers);
    match (&check.detail, check.result) {
        (CheckDetail::CallNumber, Some(CheckResult::Passed)) => add(
            "call_number_passed",
            wrong * weights.wrong_answer,
            match check.wrong_answers {
                0 => "The requester entered the number that the agent read out.".into(),
                n => format!("The requester entered the number that the agent read out, after {n} wrong."),
            },
        ),
        (CheckDetail::CallNumber, Some(CheckResult::Failed)) => add(
            "call_number_failed",
            weights.check_failed,
            "The requester could not enter the number that the agent read out.".into(),
        ),
        (CheckDetail::OnFileCode(code), Some(CheckResult::Passed)) => {
            let independent = code.contact.as_ref().is_some_and(|contact| contact.independent);
            let again = wrong * weights.wrong_answer;
            if independent {
                let proven = weights.independent_contact_proven + again;
                add(
                    "on_file_code_passed",
                    proven,
                    "A code sent to a contact on file came back.".into(),
                );
            } else {
                let sentence = "A code came back, but the contact on file is the same as the link's destination, so it proves nothing more.";
                add(
                    "on_file_code_not_independent",
                    weights.contact_not_independent + again,
                    sentence.into(),
                );
            }
        }
        (CheckDetail::OnFileCode(_), Some(CheckResult::Failed)) => add(
            "on_file_code_failed",
            weights.check_failed,
            "The requester could not enter the code sent to the contact on file.".into(),
        ),
        (CheckDetail::OnFileCode(_), Some(CheckResult::Unavailable)) => add(
            "on_file_code_unavailable",
            weights.no_contact_on_file,
            "No contact on file could be used to send a code to.".into(),
        ),
        (CheckDetail::CallNumber, Some(CheckResult::Unavailable)) | (_, None) => {}
    }
}

fn signal_findings(facts: &Facts, policy: &Policy, findings: &mut Vec<Finding>) {
    let weights = &policy.weights;
    let mut add = |code: &str, weight: i16, for_agent: bool, sentence: String| {
        findings.push(finding(code, FindingKind::Signal, weight, sentence, for_agent));
    };
    if facts.refused_by_requester {
        let sentence = "The person who received the link said that they did not ask for this.";
        add(
            "refused_by_requester",
            weights.refused_by_requester,
            true,
            sentence.into(),
        );
    }
    if facts.destination_on_file {
        add(
            "destination_on_file",
            0,
            true,
            "The link went to a contact on file.".into(),
        );
    } else {
        let sentence = "The link went to a destination that is not on file.";
        add(
            "destination_not_on_file",
            weights.destination_not_on_file,
            true,
            sentence.into(),
        );
    }
    let others = facts.history.other_requesters_at_destination;
    if others > 0 {
        let weight = capped(others, 2) * weights.destination_shared;
        add(
            "destination_shared",
            weight,
            true,
            format!("The same destination was used for {others} other requester(s)."),
        );
    }
    let failures = facts.history.recent_failures;
    if failures > 0 {
        let weight = capped(failures, 2) * weights.recent_failure;
        add(
            "recent_failures",
            weight,
            true,
            format!("{failures} verification(s) of this requester failed within a day."),
        );
    }
    if let Some(client) = &facts.client {
        client_findings(client, facts, policy, findings);
    }
    let mut add = |code: &str, weight: i16, sentence: String| {
        findings.push(finding(code, FindingKind::Signal, weight, sentence, false));
    };
    if facts.opens > MANY_OPENS {
        add(
            "many_opens",
            weights.many_opens,
            format!("The link was opened {} times.", facts.opens),
        );
    }
    if facts.devices > MANY_DEVICES {
        add(
            "many_devices",
            weights.many_devices,
            format!("The link was opened from {} browsers.", facts.devices),
        );
    }
}

fn client_findings(client: &ClientFacts, facts: &Facts, policy: &Policy, findings: &mut Vec<Finding>) {
    let weights = &policy.weights;
    let mut add = |code: &str, weight: i16, for_agent: bool, sentence: String| {
        findings.push(finding(code, FindingKind::Signal, weight, sentence, for_agent));
    };
    if client.is_automated() {
        add(
            "automation",
            weights.automation,
            true,
            "The browser is driven by a program.".into(),
        );
    }
    if !client.script_ran {
        add(
            "no_script",
            weights.no_script,
            false,
            "The browser ran no script, so it told less about itself.".into(),
        );
    }
    if client.time_zone_differs(&facts.time_zone_on_file) {
        let sentence = format!(
            "The browser's time zone is {}; on file is {}.",
            client.time_zone, facts.time_zone_on_file
        );
        add("time_zone_differs", weights.time_zone_differs, true, sentence);
    }
    if client.language_differs(&facts.language_on_file) {
        add(
            "language_differs",
            weights.language_differs,
            false,
            "The browser's language differs from the one on file.".into(),
        );
    }
}

fn capped(count: u32, most: u32) -> i16 {
    i16::try_from(count.min(most)).unwrap_or(i16::MAX)
}

/// Applies the rules that no sum of weights can outweigh. Returns whether every required check was passed.
fn apply_rules(facts: &Facts, policy: &Policy, level: &mut RiskLevel, findings: &mut Vec<Finding>) -> bool {
    let mut rule =
        |code: &str, sentence: &str| findings.push(finding(code, FindingKind::Rule, 0, sentence, true));
    let result_of = |kind: CheckKind| {
        facts
            .checks
            .iter()
            .find(|check| check.kind() == kind)
            .and_then(|c| c.result)
    };
    let all_passed = policy
        .required_checks
        .iter()
        .all(|kind| result_of(*kind) == Some(CheckResult::Passed));
    if facts.refused_by_requester {
        *level = RiskLevel::High;
    } else if !all_passed {
        rule(
            "required_check_missing",
            "A check that the policy requires was not passed.",
        );
        *level = RiskLevel::High;
    }
    let independent = facts.checks.iter().any(|check| match &check.detail {
        CheckDetail::OnFileCode(code) => {
            check.result == Some(CheckResult::Passed) && code.contact.as_ref().is_some_and(|c| c.independent)
        }
        CheckDetail::CallNumber => false,
    });
    if all_passed && !independent && *level == RiskLevel::Verified {
        let sentence =
            "Nothing independent of the link's destination was proven, so the level is at least Medium.";
        rule("nothing_independent_proven", sentence);
        *level = RiskLevel::Medium;
    }
    all_passed
}

#[cfg(test)]
mod tests;
