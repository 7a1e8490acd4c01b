//! The risk policy: weights, thresholds and required checks, under a version that every decision records.

use serde::{Deserialize, Serialize};
use shared::words::{CheckKind, RiskLevel};

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
    /// Every one of these must be passed, in the order in which they are asked.
    pub required_checks: Vec<CheckKind>,
    /// See [`Weights`].
    pub weights: Weights,
}

/// Points that a finding adds to the score (0–100).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// The destination is not on file.
    pub destination_not_on_file: i16,
    /// The destination received links for other requesters: each of them, up to two.
    pub destination_shared: i16,
    /// A code reached an independent contact on file and came back (negative: it speaks for the requester).
    pub independent_contact_proven: i16,
    /// The contact on file is the same as the destination.
    pub contact_not_independent: i16,
    /// No contact on file could be used.
    pub no_contact_on_file: i16,
    /// A check was failed.
    pub check_failed: i16,
    /// A wrong answer that was corrected.
    pub wrong_answer: i16,
    /// A program drives the browser.
    pub automation: i16,
    /// The page's script did not report.
    pub no_script: i16,
    /// The browser's time zone differs from the one on file.
    pub time_zone_differs: i16,
    /// The browser's language differs from the one on file.
    pub language_differs: i16,
    /// The link was opened from more than two browsers.
    pub many_devices: i16,
    /// The link was opened more than ten times.
    pub many_opens: i16,
    /// Each failed verification of the requester within a day, up to two.
    pub recent_failure: i16,
    /// The requester said that they did not ask for this.
    pub refused_by_requester: i16,
}

impl Policy {
    /// The policy in force when none is configured.
    pub fn standard() -> Self {
        Self {
            version: "standard-1".into(),
            medium_from: 30,
            high_from: 60,
            highest_passing_level: RiskLevel::Medium,
            required_checks: vec![CheckKind::CallNumber, CheckKind::OnFileCode],
            weights: Weights {
                destination_not_on_file: 25,
                destination_shared: 30,
                independent_contact_proven: -20,
                contact_not_independent: 20,
                no_contact_on_file: 40,
                check_failed: 70,
                wrong_answer: 5,
                automation: 40,
                no_script: 10,
                time_zone_differs: 10,
                language_differs: 5,
                many_devices: 10,
                many_opens: 5,
                recent_failure: 15,
                refused_by_requester: 100,
            },
        }
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
