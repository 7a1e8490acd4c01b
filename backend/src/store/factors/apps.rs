//! Authenticator apps: one for each person, with its sealed secret.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{Enrolment, Owner};
use crate::store::{StoreError, exactly_one};

/// A stored app.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredApp {
    /// The sealed secret.
    pub secret: String,
    /// The last time step whose code was used.
    pub last_step: i64,
    /// When it was locked, after too many wrong codes in a row.
    pub locked_at: Option<UnixMillis>,
}

/// The app of a person.
pub fn find(tx: &Transaction<'_>, owner: Owner<'_>) -> Result<Option<StoredApp>, StoreError> {
    let sql = "SELECT secret, last_step, locked_at FROM authenticator_app WHERE instance = ?1 AND requester_sys_id = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![owner.instance.as_str(), owner.requester], |row| {
            Ok(StoredApp {
                secret: row.get(0)?,
                last_step: row.get(1)?,
                locked_at: row.get::<_, Option<i64>>(2)?.map(UnixMillis),
            })
        })
        .optional()?)
}

/// Puts the app of a person; an earlier one is replaced. `step` is that of the code that confirmed it.
pub fn put(
    tx: &Transaction<'_>,
    owner: Owner<'_>,
    enrolment: &Enrolment,
    secret: &str,
    step: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO authenticator_app (instance, requester_sys_id, enrolment, enrolled_at, secret, last_step)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        owner.instance.as_str(),
        owner.requester,
        enrolment.id,
        enrolment.at.0,
        secret,
        step,
    ])?;
    exactly_one("add an authenticator app", affected)
}

/// Spends the code of a time step, in one statement that looks again whether it is still to be had. `false` if that step
/// or a later one was used before, or the app is locked: then nothing has changed.
pub fn spend(tx: &Transaction<'_>, owner: Owner<'_>, step: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE authenticator_app SET last_step = ?3, failures = 0
        WHERE instance = ?1 AND requester_sys_id = ?2 AND last_step < ?3 AND locked_at IS NULL";
    let affected =
        tx.prepare_cached(sql)?
            .execute(params![owner.instance.as_str(), owner.requester, step])?;
    Ok(affected == 1)
}

/// Counts a wrong code, and locks the app with the one after which `most` in a row were wrong. Returns whether it is
/// locked now.
pub fn fail(tx: &Transaction<'_>, owner: Owner<'_>, most: u32, at: UnixMillis) -> Result<bool, StoreError> {
    let sql = "UPDATE authenticator_app
        SET failures = failures + 1, locked_at = CASE WHEN failures + 1 >= ?3 THEN COALESCE(locked_at, ?4) ELSE locked_at END
        WHERE instance = ?1 AND requester_sys_id = ?2 RETURNING locked_at IS NOT NULL";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(
            params![owner.instance.as_str(), owner.requester, most, at.0],
            |row| row.get(0),
        )
        .optional()?
        .unwrap_or(true))
}
