//! The analysis report as it is shown: every finding with its weight as a bar, and the score as a picture.

use shared::words::{CheckResult, RiskLevel};

use super::badge::{self, CROSS, DASH, RULE, TICK, WARNING};
use crate::verification::{Check, Decision, Finding, FindingKind, Policy, SessionStep};

/// One line of the report.
pub struct FindingLine {
    /// Class of the meaning.
    pub tone: &'static str,
    /// Path of its icon.
    pub icon: &'static str,
    /// What the icon says.
    pub meaning: &'static str,
    /// The finding in a sentence.
    pub sentence: String,
    /// Check, signal or rule.
    pub kind: &'static str,
    /// Stable name.
    pub code: String,
    /// `+25`, `−20`, `0`.
    pub weight: String,
    /// What the weight does, for those who do not see the bar.
    pub effect: &'static str,
    /// Class of the bar: what raises the risk must not look like what lowers it.
    pub bar_tone: &'static str,
    /// Where the bar begins, in percent of its field; zero stands at a quarter.
    pub bar_from: String,
    /// How long the bar is, in percent of its field.
    pub bar_length: String,
    /// A rule without a weight sets the level by itself.
    pub is_rule: bool,
}

/// The score as a picture.
pub struct ScorePicture {
    /// 0–100.
    pub score: u8,
    /// Class of the level's meaning.
    pub tone: &'static str,
    /// Where Medium and High begin, if the policy that decided is known.
    pub thresholds: Option<Thresholds>,
    /// How the score came about.
    pub sum: String,
}

/// Where the levels begin.
pub struct Thresholds {
    /// First score that is Medium.
    pub medium: u8,
    /// Width of Medium.
    pub medium_width: u8,
    /// First score that is High.
    pub high: u8,
    /// Width of High.
    pub high_width: u8,
}

/// The findings of a decision, in the order of the report: those that say something, and those that changed nothing.
pub fn lines(decision: &Decision) -> (Vec<FindingLine>, Vec<FindingLine>) {
    let lines = decision.report.findings.iter().map(line);
    lines.partition(|line| line.tone != "pending" || line.weight != "0")
}

fn line(finding: &Finding) -> FindingLine {
    let (tone, icon, meaning) = meaning(finding);
    // Three quarters of the field are for what raises the risk; bars are comparable between reports.
    let length = f64::from(finding.weight.clamp(-33, 100)).abs() * 0.75;
    let from = if finding.weight < 0 { ZERO - length } else { ZERO };
    FindingLine {
        tone,
        icon,
        meaning,
        sentence: finding.sentence.clone(),
        kind: match finding.kind {
            FindingKind::Check => "Check",
            FindingKind::Signal => "Signal",
            FindingKind::Rule => "Rule",
        },
        code: finding.code.clone(),
        weight: signed(i32::from(finding.weight)),
        effect: match finding.weight.signum() {
            1 => "raises the risk",
            -1 => "lowers the risk",
            _ => "does not change the score",
        },
        bar_tone: match finding.weight {
            ..0 => "passed",
            GRAVE.. => "failed",
            _ => "attention",
        },
        bar_from: format!("{from}%"),
        bar_length: format!("{length}%"),
        is_rule: finding.kind == FindingKind::Rule && finding.weight == 0,
    }
}

/// Where zero stands in the field of a bar, in percent.
const ZERO: f64 = 25.0;
/// From this weight on one finding alone makes a verification High.
const GRAVE: i16 = 60;

/// A weight that alone makes a verification High is shown as failed, any other that raises the risk as a warning.
fn meaning(finding: &Finding) -> (&'static str, &'static str, &'static str) {
    let grave = finding.weight >= GRAVE;
    match finding.kind {
        FindingKind::Rule => ("attention", RULE, "Rule"),
        FindingKind::Check if grave => ("failed", CROSS, "Failed"),
        FindingKind::Check if finding.code.ends_with("_passed") => ("passed", TICK, "Passed"),
        FindingKind::Signal if grave => ("failed", CROSS, "Severe"),
        FindingKind::Check | FindingKind::Signal if finding.weight > 0 => {
            ("attention", WARNING, "Noteworthy")
        }
        FindingKind::Check | FindingKind::Signal => ("pending", DASH, "Nothing unusual"),
    }
}

/// The picture of a decision's score, under the policy that decided if it is known.
pub fn score(decision: &Decision, policy: Option<&Policy>) -> ScorePicture {
    let sum: i32 = decision
        .report
        .findings
        .iter()
        .map(|finding| i32::from(finding.weight))
        .sum();
    let score = i32::from(decision.score);
    let added = format!("The weights add up to {}", signed(sum));
    let sum = if sum == score {
        format!("{added}.")
    } else if sum < 0 && score == 0 {
        format!("{added}; a score is never below 0.")
    } else if sum > 100 && score == 100 {
        format!("{added}; a score is never above 100.")
    } else {
        format!(
            "{added}; a rule set the level to {}, which begins at {score}.",
            decision.level.label()
        )
    };
    let thresholds = policy.map(|policy| Thresholds {
        medium: policy.medium_from,
        medium_width: policy.high_from.saturating_sub(policy.medium_from),
        high: policy.high_from,
        high_width: 100_u8.saturating_sub(policy.high_from),
    });
    ScorePicture {
        score: decision.score,
        tone: badge::risk(decision.level).tone,
        thresholds,
        sum,
    }
}

fn signed(number: i32) -> String {
    match number {
        0 => "0".into(),
        1.. => format!("+{number}"),
        // A minus sign, not a hyphen: it is as wide as the plus.
        _ => format!("−{}", number.unsigned_abs()),
    }
}

/// One check, with how it stands.
pub struct CheckLine {
    /// Class of the meaning.
    pub tone: &'static str,
    /// Path of its icon.
    pub icon: &'static str,
    /// What is checked, and how it stands.
    pub text: String,
}

/// The checks of a running verification: of each step what is asked, was answered, or could not be asked though nothing
/// else is left. Alternatives that nobody needed are left out.
pub fn checks(steps: &[SessionStep]) -> Vec<CheckLine> {
    let line = |check: &Check| {
        let (tone, icon, state) = match check.result {
            Some(CheckResult::Passed) => ("passed", TICK, "passed".to_owned()),
            Some(CheckResult::Failed) => ("failed", CROSS, "failed".to_owned()),
            Some(CheckResult::Unavailable) => ("attention", WARNING, "not available".to_owned()),
            None => (
                "pending",
                badge::DOTS,
                format!("not answered yet, {} wrong so far", check.wrong_answers),
            ),
        };
        CheckLine {
            tone,
            icon,
            text: format!("{}: {state}", check.kind().label()),
        }
    };
    let shown = |step: &SessionStep, check: &Check| {
        let asked = step.current().map(Check::kind) == Some(check.kind());
        let answered = check.wrong_answers > 0
            || matches!(check.result, Some(CheckResult::Passed | CheckResult::Failed));
        asked || answered || step.is_unavailable()
    };
    let lines = steps.iter().flat_map(|step| {
        let checks = step.alternatives.iter();
        checks.filter(move |check| shown(step, check)).map(line)
    });
    lines.collect()
}

/// What to do, for a verification without a decision. The fixed texts belong to decisions alone.
pub const fn without_decision(is_final: bool) -> &'static str {
    if is_final {
        "Not verified - Nothing was proven, so do not proceed on the strength of this verification"
    } else {
        "No recommendation yet - Wait until the requester has answered"
    }
}

/// The tone of a recommendation.
pub const fn recommendation_tone(level: RiskLevel) -> &'static str {
    badge::risk(level).tone
}
