//! What each destination of the push has been told, and what it has not.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::console::audit::Logged;
use super::console::listing::{self, Listed};
use super::{StoreError, exactly_one};
use crate::verification::{InstanceId, VerificationId};

/// What is told, each in its own order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Decided verifications, in the order of the chain of evidence.
    Verifications,
    /// Entries of the console's log.
    Audit,
}

impl Stream {
    /// The form in the database and in ids of batches.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verifications => "verification",
            Self::Audit => "audit",
        }
    }
}

/// How far a destination has been told one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// When it was first seen in the configuration.
    pub since: UnixMillis,
    /// The number of the last event that it took.
    pub sent_to: i64,
    /// The number of the last event of the batch that is being sent.
    pub sending_to: Option<i64>,
    /// How many events it took.
    pub sent: i64,
    /// Failed attempts since the last success.
    pub attempts: u32,
    /// No attempt before this moment.
    pub next_at: UnixMillis,
    /// When it last took a batch.
    pub last_at: Option<UnixMillis>,
    /// Why the last attempt failed; `None` after a success.
    pub last_error: Option<String>,
}

/// The state of one stream of a destination; `None` for a destination that was never seen.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    destination: &str,
    stream: Stream,
) -> Result<Option<State>, StoreError> {
    let sql =
        "SELECT since, sent_to, sending_to, sent, attempts, next_at, last_at, last_error FROM push_state
        WHERE instance = ?1 AND destination = ?2 AND stream = ?3";
    let values = params![instance.as_str(), destination, stream.as_str()];
    let found = tx.prepare_cached(sql)?.query_row(values, |row| {
        Ok(State {
            since: UnixMillis(row.get(0)?),
            sent_to: row.get(1)?,
            sending_to: row.get(2)?,
            sent: row.get(3)?,
            attempts: row.get(4)?,
            next_at: UnixMillis(row.get(5)?),
            last_at: row.get::<_, Option<i64>>(6)?.map(UnixMillis),
            last_error: row.get(7)?,
        })
    });
    Ok(found.optional()?)
}

/// Begins a stream at its present end: what happened before is for exports.
pub fn begin(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    destination: &str,
    stream: Stream,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let end = match stream {
        Stream::Verifications => "SELECT COALESCE(MAX(number), 0) FROM evidence WHERE instance = ?1",
        Stream::Audit => "SELECT COALESCE(MAX(id), 0) FROM console_audit WHERE ?1 = ?1",
    };
    let end: i64 = tx.query_row(end, [instance.as_str()], |row| row.get(0))?;
    let sql =
        "INSERT INTO push_state (instance, destination, stream, since, sent_to) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (instance, destination, stream) DO NOTHING";
    let values = params![instance.as_str(), destination, stream.as_str(), now.0, end];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Fixes the batch that is going to be sent.
pub fn sending(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    destination: &str,
    stream: Stream,
    to: i64,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE push_state SET sending_to = ?4 WHERE instance = ?1 AND destination = ?2 AND stream = ?3";
    let values = params![instance.as_str(), destination, stream.as_str(), to];
    exactly_one("begin a batch", tx.prepare_cached(sql)?.execute(values)?)
}

/// Notes that a batch was taken.
pub fn sent(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    destination: &str,
    stream: Stream,
    (to, events): (i64, usize),
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE push_state SET sent_to = ?4, sending_to = NULL, sent = sent + ?5, attempts = 0, next_at = 0,
            last_at = ?6, last_error = NULL
        WHERE instance = ?1 AND destination = ?2 AND stream = ?3 AND sending_to = ?4";
    let events = i64::try_from(events).unwrap_or(i64::MAX);
    let values = params![instance.as_str(), destination, stream.as_str(), to, events, now.0];
    exactly_one("end a batch", tx.prepare_cached(sql)?.execute(values)?)
}

/// Notes that a batch was not taken, and when it is sent again.
pub fn failed(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    destination: &str,
    stream: Stream,
    why: &str,
    next_at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "UPDATE push_state SET attempts = attempts + 1, next_at = ?5, last_error = ?4
        WHERE instance = ?1 AND destination = ?2 AND stream = ?3";
    let values = params![instance.as_str(), destination, stream.as_str(), why, next_at.0];
    exactly_one("note a failed batch", tx.prepare_cached(sql)?.execute(values)?)
}

/// Up to `limit` decided verifications after `after`, up to `to`, with their numbers, as they are listed.
pub fn decided(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    (after, to): (i64, i64),
    limit: u32,
) -> Result<Vec<(i64, Listed)>, StoreError> {
    let sql = "SELECT number, verification_id FROM evidence INDEXED BY evidence_decided
        WHERE instance = ?1 AND number > ?2 AND number <= ?3 AND kind = 'verification.decided'
        ORDER BY number LIMIT ?4";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), after, to, limit], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (number, id) = row?;
        let id = VerificationId::parse(&id).ok_or_else(|| StoreError::Corrupt {
            what: "evidence",
            error: "id of a verification".into(),
        })?;
        let listed = listing::find(tx, instance, &id)?.ok_or_else(|| StoreError::Corrupt {
            what: "listing",
            error: format!("{id} is not there"),
        })?;
        found.push((number, listed));
    }
    Ok(found)
}

/// Up to `limit` entries of the console's log after `after`, up to `to`, oldest first.
pub fn logged(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    (after, to): (i64, i64),
    limit: u32,
) -> Result<Vec<Logged>, StoreError> {
    let sql = "SELECT id, at, user_name, action, subject, client_address FROM console_audit
        WHERE instance = ?1 AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), after, to, limit], |row| {
        Ok(Logged {
            id: row.get(0)?,
            at: UnixMillis(row.get(1)?),
            user: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            client_address: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
