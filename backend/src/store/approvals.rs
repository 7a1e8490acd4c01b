//! Links that ask managers whether a request is genuine.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::verification::{InstanceId, LinkId, Verification, VerificationId};

/// The link that asks a manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalLink {
    /// Its tenant.
    pub instance: InstanceId,
    /// What it is about.
    pub verification: VerificationId,
    /// Its public half, in hex.
    pub link: String,
    /// From when on it decides nothing.
    pub expires_at: UnixMillis,
    /// When it was answered.
    pub answered_at: Option<UnixMillis>,
}

impl ApprovalLink {
    /// True if its public half is this one.
    pub fn is(&self, link: LinkId) -> bool {
        self.link == crate::keys::hex(&link.0)
    }
}

/// Registers a link.
pub fn add(
    tx: &Transaction<'_>,
    of: &Verification,
    token_digest: &str,
    link: LinkId,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO approval_link (token_digest, instance, verification_id, link_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        token_digest,
        of.instance.as_str(),
        of.id.as_str(),
        crate::keys::hex(&link.0),
        expires_at.0
    ])?;
    exactly_one("add an approval link", affected)
}

/// The link with this digest.
pub fn find(tx: &Transaction<'_>, token_digest: &str) -> Result<Option<ApprovalLink>, StoreError> {
    type Row = (String, String, String, i64, Option<i64>);
    let sql = "SELECT instance, verification_id, link_id, expires_at, answered_at FROM approval_link WHERE token_digest = ?1";
    let found: Option<Row> = tx
        .prepare_cached(sql)?
        .query_row([token_digest], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    Ok(
        found.and_then(|(instance, verification, link, expires_at, answered_at)| {
            Some(ApprovalLink {
                instance: InstanceId::parse(&instance)?,
                verification: VerificationId::parse(&verification)?,
                link,
                expires_at: UnixMillis(expires_at),
                answered_at: answered_at.map(UnixMillis),
            })
        }),
    )
}

/// Spends a link. Returns `false` if it was answered before: the statement itself decides who comes first.
pub fn spend(tx: &Transaction<'_>, token_digest: &str, at: UnixMillis) -> Result<bool, StoreError> {
    let sql = "UPDATE approval_link SET answered_at = ?2 WHERE token_digest = ?1 AND answered_at IS NULL";
    Ok(tx.prepare_cached(sql)?.execute(params![token_digest, at.0])? == 1)
}
