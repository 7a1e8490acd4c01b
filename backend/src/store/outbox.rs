//! The outbox: everything that leaves the process is a row first, written with the state change that caused it.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::{Channel, UnixMillis};

use super::{StoreError, exactly_one, to_json};
use crate::verification::{InstanceId, VerificationId};

/// What is to be sent. Secrets are derived at the moment of sending, never written here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Message {
    /// The link number `resend` of a verification (0 = the first).
    Link {
        /// Which link; skipped when a newer one replaced it.
        link: crate::verification::LinkId,
        /// By which channel, so that a slow channel does not hold up the other one.
        #[serde(default = "email")]
        channel: Channel,
    },
    /// A code to the contact on file.
    Code {
        /// Which code; skipped when a newer one replaced it.
        number: u8,
        /// By which channel.
        #[serde(default = "email")]
        channel: Channel,
    },
    /// To a contact on file: an action was performed.
    Notice {
        /// The execution it is about.
        receipt: crate::verification::grant::ReceiptId,
        /// Which of the contacts on file, from 0.
        contact: u8,
        /// By which channel.
        channel: Channel,
    },
    /// To a contact on file: somebody said that the verification was not theirs.
    Warning {
        /// Which of the contacts on file, from 0.
        contact: u8,
        /// By which channel.
        channel: Channel,
    },
    /// To a contact on file: a factor was enrolled.
    Enrolled {
        /// Which enrolment.
        enrolment: String,
        /// What was enrolled.
        factor: crate::verification::enrolment::Factor,
        /// Which of the contacts on file, from 0.
        contact: u8,
        /// By which channel.
        channel: Channel,
    },
    /// To the manager on file: is this request genuine?
    Approval {
        /// Which request; skipped when a newer one replaced it.
        link: crate::verification::LinkId,
        /// By which channel.
        channel: Channel,
    },
    /// A template with sample data, to an address that an administrator named. Belongs to no verification: the id of
    /// its row was made for it alone.
    Test {
        /// Name of the template.
        template: String,
        /// Tag of the language.
        language: String,
        /// By which channel.
        channel: Channel,
        /// Where it goes, sealed.
        to: String,
    },
    /// A result event for the instance, exactly as it will be posted.
    Event {
        /// `webhook-id`.
        id: String,
        /// The JSON body.
        body: String,
    },
}

/// Rows of the first version did not name a channel.
const fn email() -> Channel {
    Channel::Email
}

impl Message {
    /// Stable name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Link { .. } => "link",
            Self::Code { .. } => "code",
            Self::Notice { .. } => "notice",
            Self::Warning { .. } => "warning",
            Self::Enrolled { .. } => "enrolled",
            Self::Approval { .. } => "approval",
            Self::Test { .. } => "test",
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
    /// When it was queued, or brought back.
    pub since: UnixMillis,
    /// Why the last attempt failed, or why none was made.
    pub last_error: Option<String>,
}

/// A row that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Row id.
    pub id: i64,
    /// Its tenant.
    pub instance: String,
    /// Its verification.
    pub verification: String,
    /// `link`, `code` or `event`.
    pub kind: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: UnixMillis,
    /// When it was given up.
    pub ended_at: UnixMillis,
    /// Why.
    pub error: String,
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
    let sql = "SELECT id, instance, verification_id, payload, attempts, COALESCE(revived_at, created_at), last_error FROM outbox AS o
        WHERE state = 'open' AND next_at <= ?1
          AND NOT EXISTS (SELECT 1 FROM outbox AS older WHERE older.lane = o.lane AND older.state = 'open' AND older.id < o.id)
        ORDER BY next_at, id LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.0, limit], read_due)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Reads the columns that [`list_due`] and [`find_dead`] select.
fn read_due(row: &Row<'_>) -> rusqlite::Result<Result<Due, Unreadable>> {
    let id: i64 = row.get(0)?;
    let (instance, verification, payload): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let (attempts, since, last_error) = (row.get(4)?, UnixMillis(row.get(5)?), row.get(6)?);
    let read = || -> Result<Due, &'static str> {
        Ok(Due {
            id,
            instance: InstanceId::parse(&instance).ok_or("its instance has an impossible name")?,
            verification: VerificationId::parse(&verification)
                .ok_or("its verification has an impossible id")?,
            message: serde_json::from_str(&payload).map_err(|_| "its message cannot be read")?,
            attempts,
            since,
            last_error,
        })
    };
    Ok(read().map_err(|why| Unreadable { id, why }))
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

/// The row waits until `next_at` without an attempt, because its neighbour cannot be reached.
pub fn hold(tx: &Transaction<'_>, id: i64, next_at: UnixMillis, error: &str) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET next_at = ?2, last_error = ?3 WHERE id = ?1 AND state = 'open'";
    exactly_one(
        "hold a message",
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

/// Rows that were given up, the newest first; of one instance, or of all.
pub fn list_dead(
    tx: &Transaction<'_>,
    instance: Option<&InstanceId>,
    limit: u32,
) -> Result<Vec<Dead>, StoreError> {
    let sql =
        "SELECT id, instance, verification_id, kind, attempts, created_at, ended_at, last_error FROM outbox
        WHERE state = 'dead' AND (?1 IS NULL OR instance = ?1) ORDER BY ended_at DESC, id DESC LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.map(InstanceId::as_str), limit], |row| {
        Ok(Dead {
            id: row.get(0)?,
            instance: row.get(1)?,
            verification: row.get(2)?,
            kind: row.get(3)?,
            attempts: row.get(4)?,
            created_at: UnixMillis(row.get(5)?),
            ended_at: UnixMillis(row.get::<_, Option<i64>>(6)?.unwrap_or_default()),
            error: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The message of a row that was given up; `None` if no such row was given up.
pub fn find_dead(
    tx: &Transaction<'_>,
    instance: Option<&InstanceId>,
    id: i64,
) -> Result<Option<Result<Due, Unreadable>>, StoreError> {
    let sql = "SELECT id, instance, verification_id, payload, attempts, COALESCE(revived_at, created_at), last_error FROM outbox
        WHERE id = ?1 AND state = 'dead' AND (?2 IS NULL OR instance = ?2)";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![id, instance.map(InstanceId::as_str)], read_due)
        .optional()?)
}

/// Brings a row back that was given up: due now, and its time begins anew.
pub fn revive(tx: &Transaction<'_>, id: i64, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET state = 'open', attempts = 0, next_at = ?2, revived_at = ?2, ended_at = NULL WHERE id = ?1 AND state = 'dead'";
    exactly_one(
        "bring a message back",
        tx.prepare_cached(sql)?.execute(params![id, at.0])?,
    )
}

/// How many rows are open and dead, for metrics.
pub fn sizes(tx: &Transaction<'_>) -> Result<(u64, u64), StoreError> {
    // The states stand in the statements, so that their own small indexes are counted and not the table.
    let count = |sql: &str| -> Result<u64, StoreError> {
        let found: i64 = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(found.unsigned_abs())
    };
    Ok((
        count("SELECT COUNT(*) FROM outbox INDEXED BY outbox_open WHERE state = 'open'")?,
        count("SELECT COUNT(*) FROM outbox INDEXED BY outbox_dead WHERE state = 'dead'")?,
    ))
}
