//! Recovery codes: hashes under the salt of their set, each used once.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{Enrolment, Owner};
use crate::store::{StoreError, exactly_one};

/// Puts a set of codes; an earlier one is replaced.
pub fn put(
    tx: &Transaction<'_>,
    owner: Owner<'_>,
    enrolment: &Enrolment,
    salt: &str,
    digests: &[String],
) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM recovery_set WHERE instance = ?1 AND requester_sys_id = ?2")?
        .execute(params![owner.instance.as_str(), owner.requester])?;
    let sql = "INSERT INTO recovery_set (instance, requester_sys_id, enrolment, issued_at, salt)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        owner.instance.as_str(),
        owner.requester,
        enrolment.id,
        enrolment.at.0,
        salt,
    ])?;
    exactly_one("add a set of recovery codes", affected)?;
    let mut add = tx.prepare_cached(
        "INSERT INTO recovery_code (instance, requester_sys_id, digest) VALUES (?1, ?2, ?3)",
    )?;
    for digest in digests {
        let affected = add.execute(params![owner.instance.as_str(), owner.requester, digest])?;
        exactly_one("add a recovery code", affected)?;
    }
    Ok(())
}

/// The salt of the set in force.
pub fn find_salt(tx: &Transaction<'_>, owner: Owner<'_>) -> Result<Option<String>, StoreError> {
    let sql = "SELECT salt FROM recovery_set WHERE instance = ?1 AND requester_sys_id = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![owner.instance.as_str(), owner.requester], |row| {
            row.get(0)
        })
        .optional()?)
}

/// How many codes are left; none after `most` wrong ones in a row.
pub fn count_left(tx: &Transaction<'_>, owner: Owner<'_>, most: u32) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM recovery_code c
        JOIN recovery_set s ON s.instance = c.instance AND s.requester_sys_id = c.requester_sys_id
        WHERE c.instance = ?1 AND c.requester_sys_id = ?2 AND c.used_at IS NULL AND s.failures < ?3";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![owner.instance.as_str(), owner.requester, most], |row| {
            row.get(0)
        })?)
}

/// Spends a code, in one statement. `false` if there is no such code that is unused: then nothing has changed.
pub fn spend(
    tx: &Transaction<'_>,
    owner: Owner<'_>,
    digest: &str,
    at: UnixMillis,
) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery_code SET used_at = ?4
        WHERE instance = ?1 AND requester_sys_id = ?2 AND digest = ?3 AND used_at IS NULL";
    let affected =
        tx.prepare_cached(sql)?
            .execute(params![owner.instance.as_str(), owner.requester, digest, at.0])?;
    if affected == 1 {
        note(tx, owner, "failures = 0")?;
    }
    Ok(affected == 1)
}

/// Counts a wrong code.
pub fn fail(tx: &Transaction<'_>, owner: Owner<'_>) -> Result<(), StoreError> {
    note(tx, owner, "failures = failures + 1")
}

fn note(tx: &Transaction<'_>, owner: Owner<'_>, change: &'static str) -> Result<(), StoreError> {
    let sql = format!("UPDATE recovery_set SET {change} WHERE instance = ?1 AND requester_sys_id = ?2");
    tx.prepare_cached(&sql)?
        .execute(params![owner.instance.as_str(), owner.requester])?;
    Ok(())
}
