//! Evidence: append-only, hash-chained per instance.
//!
//! `hash = SHA-256(previous ‖ instance ‖ number ‖ verification ‖ at ‖ kind ‖ commitment)`, every part with its length
//! before it; `commitment = SHA-256(salt ‖ body)`. Erasing salt and body leaves the chain verifiable.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::keys::{hex, sha256_hex};
use crate::verification::{InstanceId, VerificationId};

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
    let last = "SELECT number, hash FROM evidence WHERE instance = ?1 ORDER BY number DESC LIMIT 1";
    let (number, previous) = tx
        .prepare_cached(last)?
        .query_row([instance.as_str()], |row| {
            Ok((row.get::<_, i64>(0)? + 1, row.get::<_, String>(1)?))
        })
        .optional()?
        .unwrap_or((1, GENESIS.to_owned()));
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
    let sql = "SELECT number, verification_id, at, kind, body, hash FROM evidence
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

/// What a walk along the chains found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every chain holds.
    Intact {
        /// How many entries there are.
        entries: u64,
    },
    /// The first entry that does not fit.
    Broken {
        /// Its instance.
        instance: String,
        /// Its number.
        number: i64,
        /// What does not fit.
        what: &'static str,
    },
}

/// Walks all chains from their beginning.
pub fn verify(tx: &Transaction<'_>) -> Result<Verdict, StoreError> {
    let sql = "SELECT instance, number, verification_id, at, kind, salt, body, commitment, previous, hash
        FROM evidence ORDER BY instance, number";
    let mut statement = tx.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut entries = 0;
    let mut chain_of = String::new();
    let (mut last_number, mut last_hash) = (0_i64, GENESIS.to_owned());
    while let Some(row) = rows.next()? {
        let instance: String = row.get(0)?;
        if instance != chain_of {
            (last_number, last_hash) = (0, GENESIS.to_owned());
            chain_of.clone_from(&instance);
        }
        let number: i64 = row.get(1)?;
        let (verification, at, kind): (String, i64, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let (salt, body): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
        let (commitment, previous, hash): (String, String, String) = (row.get(7)?, row.get(8)?, row.get(9)?);
        let what = if number != last_number + 1 {
            Some("an entry before it is missing")
        } else if previous != last_hash {
            Some("it does not follow the entry before it")
        } else if chain(
            &previous,
            &instance,
            number,
            &verification,
            at,
            &kind,
            &commitment,
        ) != hash
        {
            Some("its own hash does not match")
        } else {
            match (&salt, &body) {
                (Some(salt), Some(body)) if commit(salt, body) != commitment => {
                    Some("its content was changed")
                }
                (Some(_), None) | (None, Some(_)) => Some("half of its content is missing"),
                _ => None,
            }
        };
        if let Some(what) = what {
            return Ok(Verdict::Broken {
                instance,
                number,
                what,
            });
        }
        (last_number, last_hash) = (number, hash);
        entries += 1;
    }
    Ok(Verdict::Intact { entries })
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
