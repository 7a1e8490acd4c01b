//! Sign-ins at an identity provider that portal sessions have begun.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::verification::{InstanceId, SignInId, VerificationId};

/// A sign-in that has been begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Public half; its secrets are derived from it.
    pub attempt: SignInId,
    /// Its tenant.
    pub instance: InstanceId,
    /// The verification that it is for.
    pub verification: VerificationId,
    /// Digest of the cookie of the session that began it: no other may end it.
    pub cookie_digest: String,
    /// From when on its answer is void.
    pub expires_at: UnixMillis,
    /// When its answer came.
    pub spent_at: Option<UnixMillis>,
}

/// Registers a sign-in. Those that ended long ago are forgotten on the way.
pub fn add(
    tx: &Transaction<'_>,
    state_digest: &str,
    sign_in: &SignIn,
    now: UnixMillis,
) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM sign_in WHERE expires_at < ?1")?
        .execute([now.plus_seconds(-86_400).0])?;
    let sql = "INSERT INTO sign_in (state_digest, instance, verification_id, cookie_digest, attempt, created_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        state_digest,
        sign_in.instance.as_str(),
        sign_in.verification.as_str(),
        sign_in.cookie_digest,
        crate::keys::hex(&sign_in.attempt.0),
        now.0,
        sign_in.expires_at.0,
    ])?;
    exactly_one("add a sign-in", affected)
}

/// How many sign-ins a verification has begun.
pub fn count(tx: &Transaction<'_>, verification: &VerificationId) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM sign_in WHERE verification_id = ?1";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([verification.as_str()], |row| row.get(0))?)
}

/// The sign-in with this state.
pub fn find(tx: &Transaction<'_>, state_digest: &str) -> Result<Option<SignIn>, StoreError> {
    type Row = (String, String, String, String, i64, Option<i64>);
    let sql = "SELECT attempt, instance, verification_id, cookie_digest, expires_at, spent_at FROM sign_in WHERE state_digest = ?1";
    let found: Option<Row> = tx
        .prepare_cached(sql)?
        .query_row([state_digest], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    Ok(found.and_then(
        |(attempt, instance, verification, cookie_digest, expires_at, spent_at)| {
            Some(SignIn {
                attempt: SignInId::parse(&attempt)?,
                instance: InstanceId::parse(&instance)?,
                verification: VerificationId::parse(&verification)?,
                cookie_digest,
                expires_at: UnixMillis(expires_at),
                spent_at: spent_at.map(UnixMillis),
            })
        },
    ))
}

/// Spends a sign-in. Returns `false` if it was spent before: the statement itself decides who comes first.
pub fn spend(tx: &Transaction<'_>, state_digest: &str, at: UnixMillis) -> Result<bool, StoreError> {
    let sql = "UPDATE sign_in SET spent_at = ?2 WHERE state_digest = ?1 AND spent_at IS NULL";
    Ok(tx.prepare_cached(sql)?.execute(params![state_digest, at.0])? == 1)
}
