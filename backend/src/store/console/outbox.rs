//! The outbox as administrators see it: what waits and what was given up, of one instance, without destinations.

use rusqlite::{Row, Transaction, params};
use shared::words::UnixMillis;

use crate::store::StoreError;
use crate::verification::InstanceId;

/// Rows of one kind that have not left yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// `link`, `code`, `event`, …
    pub kind: String,
    /// How many.
    pub count: u32,
    /// When the oldest was queued.
    pub oldest: UnixMillis,
    /// When the first of them is tried.
    pub next_at: UnixMillis,
    /// How many were tried before, and failed.
    pub tried: u32,
}

/// A row that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// Row id.
    pub id: i64,
    /// Its verification; a test message has none behind this id.
    pub verification: String,
    /// Number of its ticket, if there is such a verification.
    pub ticket: Option<String>,
    /// `link`, `code`, `event`, …
    pub kind: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: UnixMillis,
    /// When it was given up.
    pub ended_at: UnixMillis,
    /// Why, in words without address and secret.
    pub error: String,
}

/// A place in the list of what was given up: everything behind it is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// When the row there was given up.
    pub ended_at: UnixMillis,
    /// Its id.
    pub id: i64,
}

/// A test message, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRow {
    /// What it was bound to.
    pub bound_to: String,
    /// The message, as the outbox keeps it.
    pub payload: String,
    /// `open`, `done` or `dead`.
    pub state: String,
    /// When it was queued.
    pub created_at: UnixMillis,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// What has not left yet, by kind.
pub fn waiting(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT kind, COUNT(*), MIN(COALESCE(revived_at, created_at)), MIN(next_at), SUM(attempts > 0)
        FROM outbox WHERE state = 'open' AND instance = ?1 GROUP BY kind ORDER BY kind";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([instance.as_str()], |row| {
        Ok(Waiting {
            kind: row.get(0)?,
            count: row.get(1)?,
            oldest: UnixMillis(row.get(2)?),
            next_at: UnixMillis(row.get(3)?),
            tried: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many were given up, by kind.
pub fn count_given_up(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Vec<(String, u32)>, StoreError> {
    let sql = "SELECT kind, COUNT(*) FROM outbox WHERE state = 'dead' AND instance = ?1 GROUP BY kind ORDER BY kind";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([instance.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Up to `limit` rows that were given up, the newest first, of one kind or of all.
pub fn list_given_up(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    kind: Option<&str>,
    behind: Option<Behind>,
    limit: u32,
) -> Result<Vec<GivenUp>, StoreError> {
    let sql = "SELECT o.id, o.verification_id, v.ticket_number, o.kind, o.attempts, o.created_at, o.ended_at, o.last_error
        FROM outbox AS o LEFT JOIN verification AS v ON v.id = o.verification_id AND v.instance = o.instance
        WHERE o.state = 'dead' AND o.instance = ?1 AND (?2 IS NULL OR o.kind = ?2) AND (o.ended_at, o.id) < (?3, ?4)
        ORDER BY o.ended_at DESC, o.id DESC LIMIT ?5";
    let behind = behind.unwrap_or(Behind {
        ended_at: UnixMillis(i64::MAX),
        id: i64::MAX,
    });
    let mut statement = tx.prepare_cached(sql)?;
    let values = params![instance.as_str(), kind, behind.ended_at.0, behind.id, limit];
    let rows = statement.query_map(values, read_given_up)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read_given_up(row: &Row<'_>) -> rusqlite::Result<GivenUp> {
    Ok(GivenUp {
        id: row.get(0)?,
        verification: row.get(1)?,
        ticket: row.get(2)?,
        kind: row.get(3)?,
        attempts: row.get(4)?,
        created_at: UnixMillis(row.get(5)?),
        ended_at: UnixMillis(row.get::<_, Option<i64>>(6)?.unwrap_or_default()),
        error: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
    })
}

/// Ids of up to `limit` rows of one kind that were given up, the oldest first, so that events keep their order.
pub fn ids_of_given_up(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    kind: &str,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT id FROM outbox INDEXED BY outbox_dead WHERE state = 'dead' AND instance = ?1 AND kind = ?2 ORDER BY id LIMIT ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), kind, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The last test messages, the newest first.
pub fn list_tests(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    limit: u32,
) -> Result<Vec<TestRow>, StoreError> {
    let sql =
        "SELECT verification_id, payload, state, created_at, last_error FROM outbox INDEXED BY outbox_tests
        WHERE instance = ?1 AND kind = 'test' ORDER BY created_at DESC, id DESC LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), limit], |row| {
        Ok(TestRow {
            bound_to: row.get(0)?,
            payload: row.get(1)?,
            state: row.get(2)?,
            created_at: UnixMillis(row.get(3)?),
            error: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Test messages queued since then.
pub fn count_tests(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    since: UnixMillis,
) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM outbox INDEXED BY outbox_tests
        WHERE instance = ?1 AND kind = 'test' AND created_at > ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), since.0], |row| row.get(0))?)
}
