//! What charts are made of: one narrow line for each verification of a time, read from an index alone.

use rusqlite::types::ValueRef;
use rusqlite::{Transaction, params};
use shared::words::{RiskLevel, Status, UnixMillis};

use super::listing::place_of;
use crate::store::StoreError;
use crate::verification::InstanceId;

/// One verification.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// When the agent pressed Send.
    pub at: UnixMillis,
    /// Where it stands.
    pub status: Status,
    /// Set when decided.
    pub risk: Option<RiskLevel>,
    /// From Send to the end, in milliseconds.
    pub took_ms: Option<i64>,
    /// `sys_id` of the agent.
    pub agent: &'a str,
}

/// Hands every verification of an instance from `from` until before `before` to `see`, the oldest first.
pub fn each(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    from: UnixMillis,
    before: UnixMillis,
    mut see: impl FnMut(Line<'_>),
) -> Result<(), StoreError> {
    let sql =
        "SELECT place, status, risk_level, took_ms, agent_sys_id FROM listing INDEXED BY listing_by_time
        WHERE instance = ?1 AND place >= ?2 AND place < ?3 ORDER BY place";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![instance.as_str(), place_of(from), place_of(before)])?;
    while let Some(row) = rows.next()? {
        let status = Status::parse(text(row.get_ref(1)?)).ok_or_else(|| StoreError::Corrupt {
            what: "verification row",
            error: "status".into(),
        })?;
        see(Line {
            at: super::listing::moment(row.get(0)?),
            status,
            risk: RiskLevel::parse(text(row.get_ref(2)?)),
            took_ms: row.get(3)?,
            agent: text(row.get_ref(4)?),
        });
    }
    Ok(())
}

fn text(value: ValueRef<'_>) -> &str {
    value.as_str().unwrap_or_default()
}
