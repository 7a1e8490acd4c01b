//! Passkeys: public credentials, the library's record as JSON.

use rusqlite::{Row, Transaction, params};
use shared::words::UnixMillis;

use super::{Enrolment, Owner};
use crate::store::{StoreError, exactly_one};

/// A stored passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPasskey {
    /// SHA-256 of its credential id, in hex.
    pub digest: String,
    /// When it was enrolled.
    pub enrolled_at: UnixMillis,
    /// True when its provider copies it between devices.
    pub is_synced: bool,
    /// The library's record.
    pub body: String,
}

/// Adds a passkey. `false` if this credential is known already, of whomever.
pub fn add(
    tx: &Transaction<'_>,
    owner: Owner<'_>,
    enrolment: &Enrolment,
    passkey: &StoredPasskey,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO passkey (instance, credential_digest, requester_sys_id, enrolment, enrolled_at, is_synced,
            body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (instance, credential_digest) DO NOTHING";
    let affected = tx.prepare_cached(sql)?.execute(params![
        owner.instance.as_str(),
        passkey.digest,
        owner.requester,
        enrolment.id,
        enrolment.at.0,
        passkey.is_synced,
        passkey.body,
    ])?;
    Ok(affected == 1)
}

/// The passkeys of a person, the oldest first.
pub fn list(tx: &Transaction<'_>, owner: Owner<'_>) -> Result<Vec<StoredPasskey>, StoreError> {
    let sql = "SELECT credential_digest, enrolled_at, is_synced, body FROM passkey
        WHERE instance = ?1 AND requester_sys_id = ?2 ORDER BY enrolled_at, credential_digest";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![owner.instance.as_str(), owner.requester], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredPasskey> {
    Ok(StoredPasskey {
        digest: row.get(0)?,
        enrolled_at: UnixMillis(row.get(1)?),
        is_synced: row.get(2)?,
        body: row.get(3)?,
    })
}

/// How many passkeys a person has.
pub fn count(tx: &Transaction<'_>, owner: Owner<'_>) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM passkey WHERE instance = ?1 AND requester_sys_id = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![owner.instance.as_str(), owner.requester], |row| {
            row.get(0)
        })?)
}

/// A passkey signed: its counter and flags may have changed.
pub fn used(
    tx: &Transaction<'_>,
    owner: Owner<'_>,
    passkey: &StoredPasskey,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "UPDATE passkey SET last_used_at = ?4, is_synced = ?5, body = ?6
        WHERE instance = ?1 AND credential_digest = ?2 AND requester_sys_id = ?3";
    let affected = tx.prepare_cached(sql)?.execute(params![
        owner.instance.as_str(),
        passkey.digest,
        owner.requester,
        at.0,
        passkey.is_synced,
        passkey.body,
    ])?;
    exactly_one("note the use of a passkey", affected)
}
