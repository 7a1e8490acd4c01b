//! Links of the messages about enrolments, and verifications after which nothing may be enrolled any more.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use crate::store::StoreError;
use crate::store::grants::Alarm;
use crate::verification::{InstanceId, Verification, VerificationId};

/// Registers the link of a message.
pub fn add_alarm(
    tx: &Transaction<'_>,
    of: &Verification,
    token_digest: &str,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO factor_alarm (token_digest, instance, verification_id, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?.execute(params![
        token_digest,
        of.instance.as_str(),
        of.id.as_str(),
        expires_at.0
    ])?;
    Ok(())
}

/// The link with this digest.
pub fn find_alarm(tx: &Transaction<'_>, token_digest: &str) -> Result<Option<Alarm>, StoreError> {
    let sql =
        "SELECT instance, verification_id, expires_at, used_at FROM factor_alarm WHERE token_digest = ?1";
    let found: Option<(String, String, i64, Option<i64>)> = tx
        .prepare_cached(sql)?
        .query_row([token_digest], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(found.and_then(|(instance, id, expires_at, used_at)| {
        Some(Alarm {
            instance: InstanceId::parse(&instance)?,
            verification: VerificationId::parse(&id)?,
            expires_at: UnixMillis(expires_at),
            used_at: used_at.map(UnixMillis),
        })
    }))
}

/// Spends every link about enrolments of this verification.
pub fn spend_alarms(
    tx: &Transaction<'_>,
    verification: &VerificationId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "UPDATE factor_alarm SET used_at = ?2 WHERE verification_id = ?1 AND used_at IS NULL";
    tx.prepare_cached(sql)?
        .execute(params![verification.as_str(), at.0])?;
    Ok(())
}

/// Nothing may be enrolled after this verification any more.
pub fn close(tx: &Transaction<'_>, of: &Verification, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "INSERT INTO enrolment_closed (verification_id, instance, at) VALUES (?1, ?2, ?3)
        ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?
        .execute(params![of.id.as_str(), of.instance.as_str(), at.0])?;
    Ok(())
}

/// True when nothing may be enrolled after this verification.
pub fn is_closed(tx: &Transaction<'_>, of: &Verification) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM enrolment_closed WHERE verification_id = ?1 AND instance = ?2)";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![of.id.as_str(), of.instance.as_str()], |row| row.get(0))?)
}
