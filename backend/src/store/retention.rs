//! What retention finds and erases. Nothing here decides when: moments are handed in.
//!
//! Content that is overwritten or deleted is overwritten with zeros in the file, because the connection that writes
//! has `secure_delete` on; [`checkpoint`] then empties the write-ahead log, which may hold older pages.

use std::path::Path;

use rusqlite::{Row, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, connection, exactly_one, from_json, to_json};
use crate::verification::erasure::ERASED_NAME;
use crate::verification::{Grant, InstanceId, Verification, VerificationId};

/// A step of erasure that verifications go through, each after its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Addresses are masked.
    Addresses,
    /// Personal data goes.
    Personal,
    /// The content of the evidence goes.
    Evidence,
}

impl Step {
    /// The column that says that it was done.
    const fn mark(self) -> &'static str {
        match self {
            Self::Addresses => "masked_at",
            Self::Personal => "erased_at",
            Self::Evidence => "evidence_erased_at",
        }
    }
}

/// Things that are deleted as a whole when their time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Devices and networks that verifications were begun from.
    Origins,
    /// Networks that links were opened from.
    Openings,
    /// What limits count.
    MessageLog,
    /// Messages and events that were sent or given up.
    Outbox,
    /// The console's audit log.
    Audit,
    /// Tickets resolved without verification.
    Bypasses,
}

impl Rows {
    /// Table, key and condition; `?1` is the instance, `?2` the moment before which they go.
    const fn sql(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Origins => ("origin", "verification_id", "instance = ?1 AND at < ?2"),
            Self::Openings => (
                "opening",
                "verification_id",
                "at < ?2 AND verification_id IN (SELECT id FROM verification WHERE instance = ?1)",
            ),
            Self::MessageLog => ("message_log", "id", "instance = ?1 AND at < ?2"),
            Self::Outbox => (
                "outbox",
                "id",
                "instance = ?1 AND ended_at < ?2 AND state IN ('done', 'dead')",
            ),
            Self::Audit => ("console_audit", "id", "instance = ?1 AND at < ?2"),
            Self::Bypasses => ("bypass", "event_sys_id", "instance = ?1 AND resolved_at < ?2"),
        }
    }
}

/// Ended verifications whose time for a step has come, the oldest first, at most `limit`.
pub fn list_due(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    step: Step,
    before: UnixMillis,
    limit: u32,
) -> Result<Vec<VerificationId>, StoreError> {
    let sql = format!(
        "SELECT id FROM verification WHERE instance = ?1 AND ended_at < ?2 AND {} IS NULL ORDER BY ended_at LIMIT ?3",
        step.mark()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params![instance.as_str(), before.0, limit], |row: &Row<'_>| {
        row.get::<_, String>(0)
    })?;
    // A name that cannot be parsed was not written by this program; skipping it keeps the others going.
    rows.filter_map(|id| id.map(|id| VerificationId::parse(&id)).transpose())
        .map(|id| id.map_err(StoreError::from))
        .collect()
}

/// How many verifications are due for a step.
pub fn count_due(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    step: Step,
    before: UnixMillis,
) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) FROM verification WHERE instance = ?1 AND ended_at < ?2 AND {} IS NULL",
        step.mark()
    );
    count(tx, &sql, instance, before)
}

/// A verification and its grant, to be erased. `None` in place of a verification that cannot be read.
pub fn lookup(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
) -> Result<(Option<Verification>, Option<Grant>), StoreError> {
    let text = |table: &str, key: &str| -> Result<Option<String>, StoreError> {
        let sql = format!("SELECT body FROM {table} WHERE {key} = ?1 AND instance = ?2");
        let mut statement = tx.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.as_str(), instance.as_str()])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    };
    let verification = text("verification", "id")?.and_then(|body| from_json("verification", &body).ok());
    let grant = text("action_grant", "verification_id")?.and_then(|body| from_json("grant", &body).ok());
    Ok((verification, grant))
}

/// Writes a verification whose addresses are masked.
pub fn write_masked(tx: &Transaction<'_>, masked: &Verification, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE verification SET body = ?3, masked_at = ?4 WHERE id = ?1 AND instance = ?2";
    let affected = tx.prepare_cached(sql)?.execute(params![
        masked.id.as_str(),
        masked.instance.as_str(),
        to_json("verification", masked)?,
        at.0
    ])?;
    exactly_one("mask addresses", affected)
}

/// What is left of a verification that cannot be read.
const UNREADABLE: &str = "{}";

/// Writes what is left of a verification, and takes out of other tables what tells about its people. Returns how many
/// messages were deleted.
pub fn write_erased(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
    left: Option<&Verification>,
    grant: Option<&Grant>,
    at: UnixMillis,
) -> Result<usize, StoreError> {
    let body = match left {
        Some(left) => to_json("verification", left)?,
        None => UNREADABLE.to_owned(),
    };
    let sql = "UPDATE verification SET requester_name = ?3, requester_email = '', agent_name = ?3, destination_digest = '',
        body = ?4, masked_at = COALESCE(masked_at, ?5), erased_at = ?5 WHERE id = ?1 AND instance = ?2";
    let affected =
        tx.prepare_cached(sql)?
            .execute(params![id.as_str(), instance.as_str(), ERASED_NAME, body, at.0])?;
    exactly_one("erase a verification", affected)?;
    let grant = grant.map_or_else(|| Ok(UNREADABLE.to_owned()), |grant| to_json("grant", grant))?;
    tx.prepare_cached("UPDATE action_grant SET body = ?3 WHERE verification_id = ?1 AND instance = ?2")?
        .execute(params![id.as_str(), instance.as_str(), grant])?;
    for table in ["origin", "opening", "portal_session"] {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE verification_id = ?1"))?
            .execute([id.as_str()])?;
    }
    let messages = "DELETE FROM outbox WHERE verification_id = ?1 AND instance = ?2 AND state <> 'open'";
    Ok(tx
        .prepare_cached(messages)?
        .execute(params![id.as_str(), instance.as_str()])?)
}

/// Notes that the content of the evidence of a verification was erased.
pub fn mark_evidence_erased(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "UPDATE verification SET evidence_erased_at = ?3 WHERE id = ?1 AND instance = ?2";
    let affected = tx
        .prepare_cached(sql)?
        .execute(params![id.as_str(), instance.as_str(), at.0])?;
    exactly_one("mark erased evidence", affected)
}

/// Forgets the contacts of requesters of whom nothing else is known any more.
pub fn forget_contacts(tx: &Transaction<'_>, instance: &InstanceId) -> Result<usize, StoreError> {
    let sql = "DELETE FROM contact_on_file WHERE instance = ?1 AND NOT EXISTS (SELECT 1 FROM verification v
        WHERE v.instance = ?1 AND v.requester_sys_id = contact_on_file.requester_sys_id AND v.erased_at IS NULL)";
    Ok(tx.prepare_cached(sql)?.execute([instance.as_str()])?)
}

/// Deletes rows from before a moment, at most `limit`. Returns how many there were.
pub fn delete(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    rows: Rows,
    before: UnixMillis,
    limit: u32,
) -> Result<usize, StoreError> {
    let (table, key, condition) = rows.sql();
    if rows == Rows::Audit {
        let sql = "INSERT INTO audit_retention (instance, before) VALUES (?1, ?2)";
        tx.prepare_cached(sql)?
            .execute(params![instance.as_str(), before.0])?;
    }
    let sql = format!(
        "DELETE FROM {table} WHERE {condition} AND {key} IN (SELECT {key} FROM {table} WHERE {condition} LIMIT ?3)"
    );
    let deleted = tx
        .prepare_cached(&sql)?
        .execute(params![instance.as_str(), before.0, limit])?;
    if rows == Rows::Audit {
        tx.prepare_cached("DELETE FROM audit_retention WHERE instance = ?1")?
            .execute([instance.as_str()])?;
    }
    Ok(deleted)
}

/// How many rows [`delete`] would find.
pub fn count_rows(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    rows: Rows,
    before: UnixMillis,
) -> Result<u64, StoreError> {
    let (table, _, condition) = rows.sql();
    count(
        tx,
        &format!("SELECT COUNT(*) FROM {table} WHERE {condition}"),
        instance,
        before,
    )
}

fn count(
    tx: &Transaction<'_>,
    sql: &str,
    instance: &InstanceId,
    before: UnixMillis,
) -> Result<u64, StoreError> {
    let found: i64 = tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), before.0], |row| row.get(0))?;
    Ok(found.unsigned_abs())
}

/// Merges the full-text index of the console's lists a little further; returns `true` while there is more to do. A word
/// that was deleted stays in the index until the parts that hold it are merged.
pub fn merge_words(tx: &Transaction<'_>, is_first: bool) -> Result<bool, StoreError> {
    let changes = || tx.query_row("SELECT total_changes()", [], |row| row.get::<_, i64>(0));
    let before = changes()?;
    // A negative number of pages begins a merge of all parts into one (SQLite, FTS5, “The 'merge' Command”).
    let pages = if is_first { -MERGED_PAGES } else { MERGED_PAGES };
    tx.prepare_cached("INSERT INTO listing_text (listing_text, rank) VALUES ('merge', ?1)")?
        .execute([pages])?;
    Ok(changes()? - before >= 2)
}

/// Pages of the full-text index written in one transaction: some milliseconds.
const MERGED_PAGES: i64 = 200;

/// Empties the write-ahead log, so that erased content is not left in it. Returns `false` when somebody still reads
/// from it: then the next call will do it.
pub fn checkpoint(path: &Path) -> Result<bool, StoreError> {
    let connection = connection::open_neighbour(path)?;
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}
