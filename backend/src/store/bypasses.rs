//! Tickets resolved without verification, and how far each instance was read.

use rusqlite::{OptionalExtension as _, Row, Transaction, named_params, params};
use shared::words::{Action, UnixMillis};

use super::{StoreError, exactly_one};
use crate::verification::bypass::{Bypass, Position, Reason};
use crate::verification::{InstanceId, VerificationId};

/// How far an instance was read, and how the last attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Where the last row that was read stands.
    pub position: Option<Position>,
    /// When it was last tried.
    pub tried_at: UnixMillis,
    /// When it last succeeded.
    pub fine_at: Option<UnixMillis>,
    /// The app in the instance does not know the question.
    pub is_too_old: bool,
    /// Why the last attempt failed; `None` after a success.
    pub error: Option<String>,
    /// Rows that were left out since the beginning, because they could not be read.
    pub skipped: u32,
}

/// How the reading of an instance stands; `None` before the first attempt.
pub fn find_pull(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Option<Pull>, StoreError> {
    let sql =
        "SELECT position, tried_at, fine_at, is_too_old, error, skipped FROM bypass_pull WHERE instance = ?1";
    let found = tx.prepare_cached(sql)?.query_row([instance.as_str()], |row| {
        Ok(Pull {
            position: Position::parse(&row.get::<_, String>(0)?),
            tried_at: UnixMillis(row.get(1)?),
            fine_at: row.get::<_, Option<i64>>(2)?.map(UnixMillis),
            is_too_old: row.get(3)?,
            error: row.get(4)?,
            skipped: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

/// Writes how the reading stands.
pub fn put_pull(tx: &Transaction<'_>, instance: &InstanceId, pull: &Pull) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO bypass_pull (instance, position, tried_at, fine_at, is_too_old, error, skipped)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        instance.as_str(),
        pull.position
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        pull.tried_at.0,
        pull.fine_at.map(|at| at.0),
        pull.is_too_old,
        pull.error,
        pull.skipped
    ])?;
    exactly_one("note a pull", affected)
}

/// Adds a row, unless it is there. True if it was added.
pub fn add(tx: &Transaction<'_>, instance: &InstanceId, row: &Bypass) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO bypass (instance, event_sys_id, recorded_at, resolved_at, ticket_table, ticket_sys_id,
            ticket_number, agent_sys_id, agent_user_name, agent_name, policy, action, reason, verification_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        ON CONFLICT (instance, event_sys_id) DO NOTHING";
    let affected = tx.prepare_cached(sql)?.execute(params![
        instance.as_str(),
        row.event_sys_id,
        row.recorded_at.0,
        row.resolved_at.0,
        row.ticket_table,
        row.ticket_sys_id,
        row.ticket_number,
        row.agent_sys_id,
        row.agent_user_name,
        row.agent_name,
        row.policy,
        row.action.map(Action::as_str),
        row.reason.map(Reason::as_str),
        row.verification.as_ref().map(VerificationId::as_str)
    ])?;
    Ok(affected == 1)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Resolved from this moment …
    pub from: Option<UnixMillis>,
    /// … until before this one.
    pub before: Option<UnixMillis>,
    /// `sys_id` of who resolved them.
    pub agent: Option<String>,
    /// Only those behind this row: when it was resolved, and its `event_sys_id`.
    pub after: Option<(UnixMillis, String)>,
}

const COLUMNS: &str =
    "event_sys_id, recorded_at, resolved_at, ticket_table, ticket_sys_id, ticket_number, agent_sys_id,
    agent_user_name, agent_name, policy, action, reason, verification_id";

fn row(row: &Row<'_>) -> rusqlite::Result<Bypass> {
    let text = |index: usize| row.get::<_, Option<String>>(index).map(Option::unwrap_or_default);
    Ok(Bypass {
        event_sys_id: row.get(0)?,
        recorded_at: UnixMillis(row.get(1)?),
        resolved_at: UnixMillis(row.get(2)?),
        ticket_table: row.get(3)?,
        ticket_sys_id: row.get(4)?,
        ticket_number: row.get(5)?,
        agent_sys_id: row.get(6)?,
        agent_user_name: row.get(7)?,
        agent_name: row.get(8)?,
        policy: row.get(9)?,
        action: Action::parse(&text(10)?),
        reason: Reason::parse(&text(11)?),
        verification: VerificationId::parse(&text(12)?),
    })
}

/// Rows of an instance, the last resolved first, at most `limit`.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    of: &Narrowing,
    limit: u32,
) -> Result<Vec<Bypass>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM bypass WHERE instance = :instance AND resolved_at >= :from AND resolved_at < :before
            AND (:agent IS NULL OR agent_sys_id = :agent)
            AND (resolved_at, event_sys_id) < (:at, :id)
        ORDER BY resolved_at DESC, event_sys_id DESC LIMIT :limit"
    );
    let (at, id) = of.after.clone().unwrap_or((UnixMillis(i64::MAX), String::new()));
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":instance": instance.as_str(),
            ":from": of.from.map_or(0, |from| from.0),
            ":before": of.before.map_or(i64::MAX, |before| before.0),
            ":agent": of.agent,
            ":at": at.0,
            ":id": id,
            ":limit": limit,
        },
        row,
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Hands `see` when each was resolved and by whom, from `from` until before `before`, the oldest first.
pub fn each(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    (from, before): (UnixMillis, UnixMillis),
    mut see: impl FnMut(UnixMillis, String),
) -> Result<(), StoreError> {
    let sql = "SELECT resolved_at, agent_sys_id FROM bypass
        WHERE instance = ?1 AND resolved_at >= ?2 AND resolved_at < ?3 ORDER BY resolved_at, event_sys_id";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![instance.as_str(), from.0, before.0])?;
    while let Some(row) = rows.next()? {
        see(UnixMillis(row.get(0)?), row.get(1)?);
    }
    Ok(())
}

/// Who has resolved such tickets: `sys_id` and last known name, by name.
pub fn agents(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Vec<(String, String)>, StoreError> {
    // Of several rows SQLite takes the other columns from the one with the maximum.
    let sql = "SELECT agent_sys_id, agent_name, MAX(resolved_at) FROM bypass WHERE instance = ?1 AND agent_sys_id <> ''
        GROUP BY agent_sys_id ORDER BY agent_name COLLATE NOCASE, agent_sys_id LIMIT 500";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([instance.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The first time that a ticket was resolved without verification since a moment.
pub fn find_of_ticket(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    ticket_sys_id: &str,
    since: UnixMillis,
) -> Result<Option<Bypass>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM bypass WHERE instance = ?1 AND ticket_sys_id = ?2 AND resolved_at >= ?3
        ORDER BY resolved_at, event_sys_id LIMIT 1"
    );
    let values = params![instance.as_str(), ticket_sys_id, since.0];
    Ok(tx.prepare_cached(&sql)?.query_row(values, row).optional()?)
}
