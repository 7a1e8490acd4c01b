//! What waits for the browser's answer. Kept here and nowhere else: a challenge that travelled with the page could be
//! answered twice.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::Verification;

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey signs, to prove the person.
    AnswerPasskey,
    /// A passkey is made.
    AddPasskey,
    /// An app is to be confirmed by its first code; the state is its sealed secret.
    AddApp,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AnswerPasskey => "answer_passkey",
            Self::AddPasskey => "add_passkey",
            Self::AddApp => "add_app",
        }
    }
}

/// Puts a challenge; an earlier one of the same purpose is void. Those of other verifications that have run out go, too.
pub fn put(
    tx: &Transaction<'_>,
    of: &Verification,
    purpose: Purpose,
    state: &str,
    now: UnixMillis,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM factor_challenge WHERE expires_at <= ?1")?
        .execute([now.0])?;
    let sql =
        "INSERT OR REPLACE INTO factor_challenge (verification_id, purpose, instance, state, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        of.id.as_str(),
        purpose.as_str(),
        of.instance.as_str(),
        state,
        expires_at.0
    ])?;
    exactly_one("keep a challenge", affected)
}

/// The challenge, if it is still good.
pub fn find(
    tx: &Transaction<'_>,
    of: &Verification,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT state FROM factor_challenge
        WHERE verification_id = ?1 AND purpose = ?2 AND instance = ?3 AND expires_at > ?4";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(
            params![of.id.as_str(), purpose.as_str(), of.instance.as_str(), now.0],
            |row| row.get(0),
        )
        .optional()?)
}

/// Takes the challenge away, if it is still good: nobody can answer it again.
pub fn take(
    tx: &Transaction<'_>,
    of: &Verification,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<Option<String>, StoreError> {
    let sql = "DELETE FROM factor_challenge
        WHERE verification_id = ?1 AND purpose = ?2 AND instance = ?3 AND expires_at > ?4 RETURNING state";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(
            params![of.id.as_str(), purpose.as_str(), of.instance.as_str(), now.0],
            |row| row.get(0),
        )
        .optional()?)
}

/// Counts a wrong answer to a challenge that may be answered again; the one after which `most` were wrong removes it.
pub fn fail(tx: &Transaction<'_>, of: &Verification, purpose: Purpose, most: u32) -> Result<(), StoreError> {
    let key = params![of.id.as_str(), purpose.as_str()];
    tx.prepare_cached(
        "UPDATE factor_challenge SET failures = failures + 1 WHERE verification_id = ?1 AND purpose = ?2",
    )?
    .execute(key)?;
    tx.prepare_cached(
        "DELETE FROM factor_challenge WHERE verification_id = ?1 AND purpose = ?2 AND failures >= ?3",
    )?
    .execute(params![of.id.as_str(), purpose.as_str(), most])?;
    Ok(())
}
