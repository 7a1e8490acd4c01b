//! What was sent for one verification.

use rusqlite::{Transaction, params};
use shared::words::UnixMillis;

use crate::store::StoreError;
use crate::verification::{InstanceId, VerificationId};

/// One message to the outside, as its delivery stands. Its content is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `link`, `code`, `notice` or `event`.
    pub kind: String,
    /// `open`, `done` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: UnixMillis,
    /// When it is tried next, while it is open.
    pub next_at: UnixMillis,
    /// When it was done or given up.
    pub ended_at: Option<UnixMillis>,
    /// Why the last attempt failed, without addresses.
    pub last_error: Option<String>,
}

/// What was sent, or is to be sent, for one verification, oldest first.
pub fn deliveries(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
) -> Result<Vec<Delivery>, StoreError> {
    let sql = "SELECT kind, state, attempts, created_at, next_at, ended_at, last_error FROM outbox
        WHERE verification_id = ?2 AND instance = ?1 ORDER BY id";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), verification.as_str()], |row| {
        Ok(Delivery {
            kind: row.get(0)?,
            state: row.get(1)?,
            attempts: row.get(2)?,
            created_at: UnixMillis(row.get(3)?),
            next_at: UnixMillis(row.get(4)?),
            ended_at: row.get::<_, Option<i64>>(5)?.map(UnixMillis),
            last_error: row.get(6)?,
        })
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Messages of an instance that were given up since `from`, counted by kind.
pub fn given_up(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    from: UnixMillis,
) -> Result<Vec<(String, u32)>, StoreError> {
    let sql = "SELECT kind, COUNT(*) FROM outbox WHERE state = 'dead' AND ended_at >= ?2 AND instance = ?1
        GROUP BY kind ORDER BY kind";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), from.0], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
