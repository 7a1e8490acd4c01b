//! API tokens, by digest.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// One token as it is kept. Scopes and networks are as they were written: what they mean is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Row id.
    pub id: i64,
    /// The tenant whose data it reads, and no other's.
    pub instance: InstanceId,
    /// Its name.
    pub name: String,
    /// What it may read, with blanks between.
    pub scopes: String,
    /// Where it may be used from, with blanks between; empty for everywhere.
    pub networks: String,
    /// When it was made.
    pub created_at: UnixMillis,
    /// By whom: name of a user, empty for the command line.
    pub created_by: String,
    /// When it ends.
    pub expires_at: UnixMillis,
    /// When it was revoked.
    pub revoked_at: Option<UnixMillis>,
    /// When it was last used, and from where.
    pub last_use: Option<(UnixMillis, String)>,
}

/// What a new token is made of.
#[derive(Clone, Debug)]
pub struct NewRow<'a> {
    /// The tenant.
    pub instance: &'a InstanceId,
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of the token, in hex.
    pub digest: &'a str,
    /// See [`TokenRow::scopes`].
    pub scopes: &'a str,
    /// See [`TokenRow::networks`].
    pub networks: &'a str,
    /// See [`TokenRow::created_by`].
    pub created_by: &'a str,
    /// When it ends.
    pub expires_at: UnixMillis,
}

const COLUMNS: &str = "id, instance, name, scopes, networks, created_at, created_by, expires_at, revoked_at,
    last_used_at, last_used_from";

/// Adds a token. Returns `false` if the name was given before in this instance, in whatever case.
pub fn add_token(tx: &Transaction<'_>, new: &NewRow<'_>, at: UnixMillis) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO api_token (instance, name, digest, scopes, networks, created_at, created_by, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (instance, name) DO NOTHING";
    let affected = tx.prepare_cached(sql)?.execute(params![
        new.instance.as_str(),
        new.name,
        new.digest,
        new.scopes,
        new.networks,
        at.0,
        new.created_by,
        new.expires_at.0
    ])?;
    Ok(affected == 1)
}

/// Tokens of an instance that have neither ended nor been revoked.
pub fn count_valid(tx: &Transaction<'_>, instance: &InstanceId, now: UnixMillis) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM api_token WHERE instance = ?1 AND revoked_at IS NULL AND expires_at > ?2";
    let values = params![instance.as_str(), now.0];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// All tokens of an instance, the newest first.
pub fn list_tokens(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Vec<TokenRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_token WHERE instance = ?1 ORDER BY id DESC");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([instance.as_str()], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The token with this digest, in whatever state.
pub fn find_token(tx: &Transaction<'_>, digest: &str) -> Result<Option<TokenRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_token WHERE digest = ?1");
    Ok(tx.prepare_cached(&sql)?.query_row([digest], read).optional()?)
}

/// One token of an instance, in whatever state.
pub fn lookup_token(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: i64,
) -> Result<Option<TokenRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_token WHERE id = ?2 AND instance = ?1");
    let values = params![instance.as_str(), id];
    Ok(tx.prepare_cached(&sql)?.query_row(values, read).optional()?)
}

/// Revokes a token. Returns `false` if it was revoked before.
pub fn revoke_token(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: i64,
    at: UnixMillis,
) -> Result<bool, StoreError> {
    let sql = "UPDATE api_token SET revoked_at = ?3 WHERE id = ?2 AND instance = ?1 AND revoked_at IS NULL";
    let affected = tx
        .prepare_cached(sql)?
        .execute(params![instance.as_str(), id, at.0])?;
    Ok(affected == 1)
}

/// Notes that a token was used.
pub fn note_use(tx: &Transaction<'_>, id: i64, from: &str, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE api_token SET last_used_at = ?2, last_used_from = ?3 WHERE id = ?1";
    let affected = tx.prepare_cached(sql)?.execute(params![id, at.0, from])?;
    exactly_one("note the use of a token", affected)
}

fn read(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    let instance: String = row.get(1)?;
    let last_used_at: Option<i64> = row.get(9)?;
    let last_used_from: Option<String> = row.get(10)?;
    Ok(TokenRow {
        id: row.get(0)?,
        instance: InstanceId::parse(&instance).ok_or_else(|| {
            rusqlite::Error::FromSqlConversionFailure(1, Type::Text, "no id of an instance".into())
        })?,
        name: row.get(2)?,
        scopes: row.get(3)?,
        networks: row.get(4)?,
        created_at: UnixMillis(row.get(5)?),
        created_by: row.get(6)?,
        expires_at: UnixMillis(row.get(7)?),
        revoked_at: row.get::<_, Option<i64>>(8)?.map(UnixMillis),
        last_use: last_used_at.map(|at| (UnixMillis(at), last_used_from.unwrap_or_default())),
    })
}
