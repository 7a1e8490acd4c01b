//! What the database itself tells about how an instance is doing.

use std::path::Path;

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// Something that the service looks after from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// Retention ran.
    Retention,
    /// Retention ran and erased something.
    Erasure,
    /// The chain of evidence was walked.
    Evidence,
}

impl Upkeep {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::Erasure => "erasure",
            Self::Evidence => "evidence",
        }
    }
}

/// When something was last looked after, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// When.
    pub at: UnixMillis,
    /// What was found, as JSON.
    pub found: String,
}

/// Sizes of the files, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The database.
    pub database: u64,
    /// Its write-ahead log; 0 if there is none.
    pub log: u64,
    /// What is free on their disk for this service; `None` where it cannot be told.
    pub free: Option<u64>,
}

/// Notes that something was looked after.
pub fn note(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    what: Upkeep,
    at: UnixMillis,
    found: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO upkeep (instance, what, at, found) VALUES (?1, ?2, ?3, ?4)";
    let values = params![instance.as_str(), what.as_str(), at.0, found];
    exactly_one("note the upkeep", tx.prepare_cached(sql)?.execute(values)?)
}

/// When something was last looked after.
pub fn find(tx: &Transaction<'_>, instance: &InstanceId, what: Upkeep) -> Result<Option<Kept>, StoreError> {
    let sql = "SELECT at, found FROM upkeep WHERE instance = ?1 AND what = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), what.as_str()], |row| {
            Ok(Kept {
                at: UnixMillis(row.get(0)?),
                found: row.get(1)?,
            })
        })
        .optional()?)
}

/// When a result last reached ServiceNow. Of what retention has left.
pub fn last_event_delivered(
    tx: &Transaction<'_>,
    instance: &InstanceId,
) -> Result<Option<UnixMillis>, StoreError> {
    let sql = "SELECT ended_at FROM outbox WHERE instance = ?1 AND kind = 'event' AND state = 'done'
        AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1";
    let found: Option<i64> = tx
        .prepare_cached(sql)?
        .query_row([instance.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found.map(UnixMillis))
}

/// Sizes of the files of the database at `path`, 0 for one that cannot be seen, and of the room beside them.
pub fn sizes(path: &Path) -> Sizes {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Sizes {
        database: size(path),
        log: size(Path::new(&log)),
        free: rustix::fs::statvfs(path)
            .ok()
            .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
    }
}
