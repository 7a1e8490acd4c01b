//! What the console shows is read from the verifications, and what happened is told by the evidence. Here the two are
//! held against each other: a chain that verifies helps nobody if the row beside it says something else.

use rusqlite::Transaction;
use serde_json::Value;

use crate::store::StoreError;
use crate::verification::{Decision, State, Verification};

/// The entry that a decision leaves. A pass that was taken back has two: the last one counts.
const DECIDED: &str = "verification.decided";

/// A verification that says something else than its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Its instance.
    pub instance: String,
    /// Its id.
    pub verification: String,
    /// What differs.
    pub what: &'static str,
}

/// The first decided verification, in the order in which they were written, that differs from what the evidence says of
/// its decision.
pub fn first_disagreement(tx: &Transaction<'_>) -> Result<Option<Disagreement>, StoreError> {
    // The index is named, because without it every verification would be looked for in the whole chain.
    let sql =
        "SELECT v.instance, v.id, v.outcome, v.risk_level, v.risk_score, v.body, e.number IS NOT NULL, e.body
        FROM verification v LEFT JOIN evidence e INDEXED BY evidence_by_verification
          ON e.verification_id = v.id AND e.instance = v.instance AND e.kind = ?1
          AND NOT EXISTS (SELECT 1 FROM evidence later INDEXED BY evidence_by_verification WHERE later.verification_id = e.verification_id
            AND later.instance = e.instance AND later.kind = e.kind AND later.number > e.number)
        WHERE v.outcome IS NOT NULL OR e.number IS NOT NULL ORDER BY v.rowid, e.number";
    let mut statement = tx.prepare(sql)?;
    let mut rows = statement.query([DECIDED])?;
    while let Some(row) = rows.next()? {
        let shown = Shown {
            outcome: row.get(2)?,
            level: row.get(3)?,
            score: row.get(4)?,
        };
        let (body, is_told): (String, bool) = (row.get(5)?, row.get(6)?);
        let told: Option<String> = row.get(7)?;
        let what = if is_told {
            difference(&shown, &body, told.as_deref())
        } else {
            Some("it is decided, but the evidence knows no decision")
        };
        if let Some(what) = what {
            return Ok(Some(Disagreement {
                instance: row.get(0)?,
                verification: row.get(1)?,
                what,
            }));
        }
    }
    Ok(None)
}

/// What lists show.
struct Shown {
    outcome: Option<String>,
    level: Option<String>,
    score: Option<i64>,
}

fn difference(shown: &Shown, body: &str, told: Option<&str>) -> Option<&'static str> {
    // Erased evidence says nothing any more, and of a verification that could not be read nothing is left.
    let told: Value = serde_json::from_str(told?).ok()?;
    let columns_differ = told["outcome"].as_str() != shown.outcome.as_deref()
        || told["level"].as_str() != shown.level.as_deref()
        || told["score"].as_i64() != shown.score;
    if columns_differ {
        return Some("its outcome or risk is not what was decided");
    }
    if body == "{}" {
        return None;
    }
    let read = serde_json::from_str::<Verification>(body).ok();
    let decision = match read.as_ref().map(|verification| &verification.state) {
        Some(State::Decided(decided)) => &decided.decision,
        _ => return Some("it cannot be read, or is not decided any more"),
    };
    (!is_told(decision, &told)).then_some("its report is not what was decided")
}

/// True when the evidence says the same of a decision, with the weight of every finding.
fn is_told(decision: &Decision, told: &Value) -> bool {
    let findings = told["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let same_findings = findings.len() == decision.report.findings.len()
        && decision.report.findings.iter().zip(findings).all(|(own, told)| {
            told["code"].as_str() == Some(&own.code) && told["weight"].as_i64() == Some(own.weight.into())
        });
    same_findings
        && told["outcome"].as_str() == Some(decision.outcome.as_str())
        && told["level"].as_str() == Some(decision.level.as_str())
        && told["score"].as_i64() == Some(decision.score.into())
        && told["policy"].as_str() == Some(&decision.policy_version)
}
