//! Evidence: append-only, hash-chained per instance.
//!
//! `hash = SHA-256(previous ‖ instance ‖ number ‖ verification ‖ at ‖ kind ‖ commitment)`, every part with its length
//! before it; `commitment = SHA-256(salt ‖ body)`. Erasing salt and body leaves the chain verifiable.

mod compare;
mod verify;

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::keys::{hex, sha256_hex};
use crate::verification::{InstanceId, VerificationId};

pub use compare::{Disagreement, first_disagreement};
pub use verify::{Anchor, Verdict, verify, verify_one};

/// One entry as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position in the chain of its instance, from 1.
    pub number: i64,
    /// Which verification it is about.
    pub verification_id: String,
    /// When it happened.
    pub at: UnixMillis,
    /// What happened, for example `verification.created`.
    pub kind: String,
    /// Details as JSON; `None` once erased by retention.
    pub body: Option<String>,
    /// See the module.
    pub hash: String,
}

/// What the chain starts from.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Appends one entry. `salt` is random.
pub fn append(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
    kind: &str,
    body: &str,
    salt: [u8; 16],
    at: UnixMillis,
) -> Result<(), StoreError> {
    let last = head(tx, instance)?;
    let (number, previous) = (last.number + 1, last.hash);
    let salt = hex(&salt);
    let commitment = commit(&salt, body);
    let hash = chain(
        &previous,
        instance.as_str(),
        number,
        verification.as_str(),
        at.0,
        kind,
        &commitment,
    );
    let sql = "INSERT INTO evidence (instance, number, verification_id, at, kind, salt, body, commitment, previous, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        instance.as_str(),
        number,
        verification.as_str(),
        at.0,
        kind,
        salt,
        body,
        commitment,
        previous,
        hash
    ])?;
    exactly_one("append evidence", affected)
}

/// How many entries of a kind a verification has: what one person can cause again and again is kept a few times only.
pub fn count(tx: &Transaction<'_>, verification: &VerificationId, kind: &str) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM evidence WHERE verification_id = ?1 AND kind = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([verification.as_str(), kind], |row| row.get(0))?)
}

/// The entries of one verification, oldest first.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
) -> Result<Vec<Entry>, StoreError> {
    // Named, because the planner would rather read the whole chain of the instance in order.
    let sql = "SELECT number, verification_id, at, kind, body, hash FROM evidence INDEXED BY evidence_by_verification
        WHERE verification_id = ?2 AND instance = ?1 ORDER BY number";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), verification.as_str()], |row| {
        Ok(Entry {
            number: row.get(0)?,
            verification_id: row.get(1)?,
            at: UnixMillis(row.get(2)?),
            kind: row.get(3)?,
            body: row.get(4)?,
            hash: row.get(5)?,
        })
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// The last entry of a chain. Kept outside the database it is an anchor: see [`verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 when there is no entry yet.
    pub number: i64,
    /// Its hash.
    pub hash: String,
}

/// The last entry of an instance's chain.
pub fn head(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Head, StoreError> {
    let sql = "SELECT number, hash FROM evidence WHERE instance = ?1 ORDER BY number DESC LIMIT 1";
    let found = tx
        .prepare_cached(sql)?
        .query_row([instance.as_str()], |row| {
            Ok(Head {
                number: row.get(0)?,
                hash: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_else(|| Head {
        number: 0,
        hash: GENESIS.to_owned(),
    }))
}

/// The kind of the entry that retention leaves behind. Its own content is never erased.
pub const ERASED: &str = "retention.erased";

/// Erases the content of every entry about a verification, except the words of retention itself. Returns how many
/// there were. The caller appends an entry of the kind [`ERASED`] in the same transaction, without which the chain
/// would not verify any more.
pub fn erase(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
) -> Result<usize, StoreError> {
    let sql = "UPDATE evidence INDEXED BY evidence_by_verification SET salt = NULL, body = NULL
        WHERE instance = ?1 AND verification_id = ?2 AND kind <> ?3 AND body IS NOT NULL";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![instance.as_str(), verification.as_str(), ERASED])?)
}

fn commit(salt: &str, body: &str) -> String {
    sha256_hex(format!("{salt}{body}").as_bytes())
}

fn chain(
    previous: &str,
    instance: &str,
    number: i64,
    verification: &str,
    at: i64,
    kind: &str,
    commitment: &str,
) -> String {
    let mut bytes = Vec::new();
    let (number, at) = (number.to_string(), at.to_string());
    for part in [previous, instance, &number, verification, &at, kind, commitment] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256_hex(&bytes)
}

#[cfg(test)]
mod tests;
