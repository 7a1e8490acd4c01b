//! Spent agent tokens and idempotency keys.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::verification::{InstanceId, VerificationId};

/// Spends a token. Returns `false` if it was spent before. Tokens that have expired are forgotten on the way.
pub fn spend(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    jti: &str,
    expires_at: UnixMillis,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    tx.prepare_cached("DELETE FROM spent_token WHERE instance = ?1 AND expires_at < ?2")?
        .execute(params![instance.as_str(), now.plus_seconds(-60).0])?;
    let sql =
        "INSERT INTO spent_token (instance, jti, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![instance.as_str(), jti, expires_at.0])?
        == 1)
}

/// A call that was answered before.
pub struct Answered {
    /// Digest of the request that was answered.
    pub request_digest: String,
    /// What it led to.
    pub verification_id: String,
}

/// The earlier call of this agent with this key, if it is less than a day old.
pub fn find_answered(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    agent: &str,
    key: &str,
    now: UnixMillis,
) -> Result<Option<Answered>, StoreError> {
    tx.prepare_cached("DELETE FROM idempotency WHERE instance = ?1 AND created_at < ?2")?
        .execute(params![instance.as_str(), now.plus_seconds(-86_400).0])?;
    let sql = "SELECT request_digest, verification_id FROM idempotency WHERE instance = ?1 AND agent_sys_id = ?2 AND key = ?3";
    let found = tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), agent, key], |row| {
            Ok(Answered {
                request_digest: row.get(0)?,
                verification_id: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// Remembers what a call with a key led to.
pub fn add_answered(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    agent: &str,
    key: &str,
    request_digest: &str,
    verification: &VerificationId,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO idempotency (instance, agent_sys_id, key, request_digest, verification_id, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        instance.as_str(),
        agent,
        key,
        request_digest,
        verification.as_str(),
        now.0
    ])?;
    exactly_one("remember an idempotency key", affected)
}
