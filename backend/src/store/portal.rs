//! Portal sessions.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one, from_json};
use crate::verification::Verification;

/// Registers the session of a verification that has just begun.
pub fn add_session(
    tx: &Transaction<'_>,
    of: &Verification,
    cookie_digest: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO portal_session (cookie_digest, instance, verification_id, created_at) VALUES (?1, ?2, ?3, ?4)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        cookie_digest,
        of.instance.as_str(),
        of.id.as_str(),
        at.0
    ])?;
    exactly_one("add a portal session", affected)
}

/// The verification of a session, whatever its state.
pub fn find_by_session(
    tx: &Transaction<'_>,
    cookie_digest: &str,
) -> Result<Option<Verification>, StoreError> {
    let sql = "SELECT v.body FROM portal_session s JOIN verification v ON v.id = s.verification_id WHERE s.cookie_digest = ?1";
    let body: Option<String> = tx
        .prepare_cached(sql)?
        .query_row([cookie_digest], |row| row.get(0))
        .optional()?;
    body.map(|body| from_json("verification", &body)).transpose()
}
