//! What every decision leaves in the evidence, and the one way to change one: a pass that somebody disowns.

use rusqlite::Transaction;
use serde_json::json;

use super::{Service, ServiceError};
use crate::store::verifications;
use crate::verification::facts::Disowned;
use crate::verification::{State, Verification, decide};

/// Records the decision that `of` has now, and counts it.
pub(super) fn record(service: &Service, tx: &Transaction<'_>, of: &Verification) -> Result<(), ServiceError> {
    let Some(decision) = of.decision() else {
        return Ok(());
    };
    let findings = decision.report.findings.iter();
    let body = json!({
        "outcome": decision.outcome.as_str(),
        "level": decision.level.as_str(),
        "score": decision.score,
        "policy": decision.policy_version,
        "findings": findings.map(|f| json!({ "code": f.code, "weight": f.weight })).collect::<Vec<_>>(),
    });
    metrics::counter!("verifications_decided_total", "outcome" => decision.outcome.as_str(), "risk" => decision.level.as_str())
        .increment(1);
    super::record(service, tx, of, "verification.decided", &body)
}

/// Takes a pass back: the same facts with the word of `by`, decided anew by the policy that it began with. Returns the
/// verification as it is stored now; one that is no pass stays as it is. The caller queues the event that tells of it.
pub(super) fn overturn(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    by: Disowned,
) -> Result<Verification, ServiceError> {
    let of = verifications::lookup(tx, &of.instance, &of.id)?.ok_or(ServiceError::NotFound)?;
    let State::Decided(decided) = &of.state else {
        return Ok(of);
    };
    if decided.decision.outcome != shared::words::Outcome::Passed {
        return Ok(of);
    }
    let number = decided.session.as_ref().map_or(0, |session| session.policy);
    let policy = service.policies.numbered(tx, &of.instance, number)?;
    let facts = decided.decision.facts.clone().disowned(by);
    let overturned = of.overturned(decide(facts, &policy, service.now()))?;
    record(service, tx, &overturned)?;
    verifications::update(tx, &overturned)?;
    Ok(overturned)
}
