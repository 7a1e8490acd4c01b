//! The analysis report: every check and every signal, its finding and its weight, in words that hold up afterwards.

use serde::{Deserialize, Serialize};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindingKind {
    /// Something proven or refuted.
    Check,
    /// An observed fact that moves the risk.
    Signal,
    /// A rule that no sum of weights can outweigh.
    Rule,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable name, for example `destination_not_on_file`.
    pub code: String,
    /// What it is about.
    pub kind: FindingKind,
    /// What it added to the score (positive: more risk).
    pub weight: i16,
    /// A plain sentence, without addresses.
    pub sentence: String,
    /// True when the agent may read it; analysts read all.
    pub for_agent: bool,
}

/// All findings, in the order: checks, signals, rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// See [`Finding`].
    pub findings: Vec<Finding>,
}

impl Report {
    /// Up to `limit` sentences for the agent, the weightiest first; rules before all, equal weights in report order.
    pub fn top_reasons(&self, limit: usize) -> Vec<String> {
        let mut shown: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|f| f.for_agent && f.weight != 0 || f.kind == FindingKind::Rule)
            .collect();
        shown.sort_by_key(|finding| (finding.kind != FindingKind::Rule, -finding.weight.abs()));
        shown
            .into_iter()
            .take(limit)
            .map(|finding| finding.sentence.clone())
            .collect()
    }

    /// The findings for the agent as text, one per line.
    pub fn summary(&self) -> String {
        let lines: Vec<&str> = self
            .findings
            .iter()
            .filter(|f| f.for_agent)
            .map(|f| f.sentence.as_str())
            .collect();
        lines.join("\n")
    }
}
