//! The outbox: everything that leaves the process is a row first, written with the state change that caused it.

use rusqlite::{Row, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one, to_json};
use crate::verification::{InstanceId, VerificationId};

/// What is to be sent. Secrets are derived at the moment of sending, never written here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Message {
    /// The link number `resend` of a verification (0 = the first).
    Link {
        /// Which link; skipped when a newer one replaced it.
        link: crate::verification::LinkId,
    },
    /// A code to the contact on file.
    Code {
        /// Which code; skipped when a newer one replaced it.
        number: u8,
    },
    /// A result event for the instance, exactly as it will be posted.
    Event {
        /// `webhook-id`.
        id: String,
        /// The JSON body.
        body: String,
    },
}

impl Message {
    /// Stable name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Link { .. } => "link",
            Self::Code { .. } => "code",
            Self::Event { .. } => "event",
        }
    }
}

/// One row that is due.
#[derive(Clone, Debug)]
pub struct Due {
    /// Row id.
    pub id: i64,
    /// Its tenant.
    pub instance: InstanceId,
    /// Its verification.
    pub verification: VerificationId,
    /// What to send.
    pub message: Message,
    /// How often it was tried before.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: UnixMillis,
}

/// A row that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("outbox row {id} cannot be read: {why}")]
pub struct Unreadable {
    /// Row id.
    pub id: i64,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Queues a message. Rows of one `lane` are sent in the order in which they were queued.
pub fn add(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
    lane: &str,
    message: &Message,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO outbox (instance, verification_id, lane, kind, payload, state, next_at, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?6)";
    let payload = to_json("outbox message", message)?;
    let affected = tx.prepare_cached(sql)?.execute(params![
        instance.as_str(),
        verification.as_str(),
        lane,
        message.kind(),
        payload,
        at.0
    ])?;
    exactly_one("queue a message", affected)
}

/// Rows that are due: open, their time has come, and no older row of their lane is open. A row that cannot be read
/// comes with its fault, so that it can be buried and does not hold up the others.
pub fn list_due(
    tx: &Transaction<'_>,
    now: UnixMillis,
    limit: u32,
) -> Result<Vec<Result<Due, Unreadable>>, StoreError> {
    let sql = "SELECT id, instance, verification_id, payload, attempts, created_at FROM outbox AS o
        WHERE state = 'open' AND next_at <= ?1
          AND NOT EXISTS (SELECT 1 FROM outbox AS older WHERE older.lane = o.lane AND older.state = 'open' AND older.id < o.id)
        ORDER BY next_at, id LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.0, limit], |row: &Row<'_>| {
        let id: i64 = row.get(0)?;
        let (instance, verification, payload): (String, String, String) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let (attempts, created_at) = (row.get(4)?, UnixMillis(row.get(5)?));
        let read = || -> Result<Due, &'static str> {
            Ok(Due {
                id,
                instance: InstanceId::parse(&instance).ok_or("its instance has an impossible name")?,
                verification: VerificationId::parse(&verification)
                    .ok_or("its verification has an impossible id")?,
                message: serde_json::from_str(&payload).map_err(|_| "its message cannot be read")?,
                attempts,
                created_at,
            })
        };
        Ok(read().map_err(|why| Unreadable { id, why }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the next row is due, if any is open.
pub fn next_due(tx: &Transaction<'_>) -> Result<Option<UnixMillis>, StoreError> {
    let next: Option<i64> = tx
        .prepare_cached("SELECT MIN(next_at) FROM outbox WHERE state = 'open'")?
        .query_row([], |row| row.get(0))?;
    Ok(next.map(UnixMillis))
}

/// The row was sent, or no longer needs to be.
pub fn finish(tx: &Transaction<'_>, id: i64, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET state = 'done', attempts = attempts + 1, ended_at = ?2, last_error = NULL WHERE id = ?1 AND state = 'open'";
    exactly_one(
        "finish a message",
        tx.prepare_cached(sql)?.execute(params![id, at.0])?,
    )
}

/// The row is tried again at `next_at`.
pub fn retry(tx: &Transaction<'_>, id: i64, next_at: UnixMillis, error: &str) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET attempts = attempts + 1, next_at = ?2, last_error = ?3 WHERE id = ?1 AND state = 'open'";
    exactly_one(
        "retry a message",
        tx.prepare_cached(sql)?.execute(params![id, next_at.0, error])?,
    )
}

/// The row is given up; the console lists it.
pub fn bury(tx: &Transaction<'_>, id: i64, at: UnixMillis, error: &str) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET state = 'dead', attempts = attempts + 1, ended_at = ?2, last_error = ?3 WHERE id = ?1 AND state = 'open'";
    exactly_one(
        "bury a message",
        tx.prepare_cached(sql)?.execute(params![id, at.0, error])?,
    )
}

/// How many rows are open and dead, for metrics.
pub fn sizes(tx: &Transaction<'_>) -> Result<(u64, u64), StoreError> {
    let count = |state: &str| -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM outbox WHERE state = ?1";
        let found: i64 = tx.prepare_cached(sql)?.query_row([state], |row| row.get(0))?;
        Ok(found.unsigned_abs())
    };
    Ok((count("open")?, count("dead")?))
}
