//! Second factors of console users, and what waits for the browser that adds or uses one.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};

/// An authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct App {
    /// The sealed secret.
    pub secret: String,
    /// The last time step whose code was used.
    pub last_step: i64,
    /// When it was added.
    pub added_at: UnixMillis,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// SHA-256 of the credential id, in hex.
    pub digest: String,
    /// The credential.
    pub body: String,
    /// True when its provider copies it between devices.
    pub is_synced: bool,
    /// When it was added.
    pub added_at: UnixMillis,
    /// When it last signed somebody in.
    pub last_used_at: Option<UnixMillis>,
}

/// What waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The sealed secret of an app that is not confirmed yet.
    AddApp,
    /// The challenge of a new passkey.
    AddPasskey,
    /// The challenge of a passkey that signs in.
    AnswerPasskey,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AddApp => "add_app",
            Self::AddPasskey => "add_passkey",
            Self::AnswerPasskey => "answer_passkey",
        }
    }
}

/// The app of a user.
pub fn find_app(tx: &Transaction<'_>, user: i64) -> Result<Option<App>, StoreError> {
    let sql = "SELECT secret, last_step, added_at FROM console_app WHERE user_id = ?1";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([user], |row| {
            Ok(App {
                secret: row.get(0)?,
                last_step: row.get(1)?,
                added_at: UnixMillis(row.get(2)?),
            })
        })
        .optional()?)
}

/// Puts the app of a user; an earlier one is replaced.
pub fn put_app(tx: &Transaction<'_>, user: i64, app: &App) -> Result<(), StoreError> {
    let sql =
        "INSERT OR REPLACE INTO console_app (user_id, secret, last_step, added_at) VALUES (?1, ?2, ?3, ?4)";
    let affected =
        tx.prepare_cached(sql)?
            .execute(params![user, app.secret, app.last_step, app.added_at.0])?;
    exactly_one("add an authenticator app", affected)
}

/// Spends the code of a time step. `false` if that step or a later one was used before: then nothing has changed.
pub fn spend_step(tx: &Transaction<'_>, user: i64, step: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE console_app SET last_step = ?2 WHERE user_id = ?1 AND last_step < ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![user, step])? == 1)
}

/// Removes the app of a user. `false` if there was none.
pub fn remove_app(tx: &Transaction<'_>, user: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM console_app WHERE user_id = ?1";
    Ok(tx.prepare_cached(sql)?.execute([user])? == 1)
}

/// The passkeys of a user, the oldest first.
pub fn passkeys(tx: &Transaction<'_>, user: i64) -> Result<Vec<Passkey>, StoreError> {
    let sql = "SELECT digest, body, is_synced, added_at, last_used_at FROM console_passkey
        WHERE user_id = ?1 ORDER BY added_at, digest";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([user], |row| {
        Ok(Passkey {
            digest: row.get(0)?,
            body: row.get(1)?,
            is_synced: row.get(2)?,
            added_at: UnixMillis(row.get(3)?),
            last_used_at: row.get::<_, Option<i64>>(4)?.map(UnixMillis),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a passkey. `false` if somebody has it already.
pub fn add_passkey(tx: &Transaction<'_>, user: i64, passkey: &Passkey) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO console_passkey (digest, user_id, body, is_synced, added_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (digest) DO NOTHING";
    let affected = tx.prepare_cached(sql)?.execute(params![
        passkey.digest,
        user,
        passkey.body,
        passkey.is_synced,
        passkey.added_at.0,
    ])?;
    Ok(affected == 1)
}

/// Notes that a passkey signed, with the counter that it now has. `false` if it is gone.
pub fn use_passkey(
    tx: &Transaction<'_>,
    user: i64,
    digest: &str,
    body: &str,
    at: UnixMillis,
) -> Result<bool, StoreError> {
    let sql = "UPDATE console_passkey SET body = ?3, last_used_at = ?4 WHERE user_id = ?1 AND digest = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![user, digest, body, at.0])?
        == 1)
}

/// Removes a passkey of a user. `false` if there is none.
pub fn remove_passkey(tx: &Transaction<'_>, user: i64, digest: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM console_passkey WHERE user_id = ?1 AND digest = ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![user, digest])? == 1)
}

/// Puts a set of recovery codes; an earlier one is of no use from then on.
pub fn put_codes(
    tx: &Transaction<'_>,
    user: i64,
    salt: &str,
    digests: &[String],
    at: UnixMillis,
) -> Result<(), StoreError> {
    remove_codes(tx, user)?;
    let sql = "INSERT INTO console_recovery_set (user_id, salt, issued_at) VALUES (?1, ?2, ?3)";
    let affected = tx.prepare_cached(sql)?.execute(params![user, salt, at.0])?;
    exactly_one("add a set of recovery codes", affected)?;
    let mut add = tx.prepare_cached("INSERT INTO console_recovery_code (user_id, digest) VALUES (?1, ?2)")?;
    for digest in digests {
        exactly_one("add a recovery code", add.execute(params![user, digest])?)?;
    }
    Ok(())
}

/// The salt of the codes in force.
pub fn find_salt(tx: &Transaction<'_>, user: i64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT salt FROM console_recovery_set WHERE user_id = ?1";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([user], |row| row.get(0))
        .optional()?)
}

/// How many codes were not used yet.
pub fn codes_left(tx: &Transaction<'_>, user: i64) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM console_recovery_code WHERE user_id = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([user], |row| row.get(0))?)
}

/// Spends a code. `false` if there is no such code any more.
pub fn spend_code(tx: &Transaction<'_>, user: i64, digest: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM console_recovery_code WHERE user_id = ?1 AND digest = ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![user, digest])? == 1)
}

/// Removes the recovery codes of a user.
pub fn remove_codes(tx: &Transaction<'_>, user: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM console_recovery_set WHERE user_id = ?1")?
        .execute([user])?;
    Ok(())
}

/// Removes every factor of a user.
pub fn remove_all(tx: &Transaction<'_>, user: i64) -> Result<(), StoreError> {
    remove_app(tx, user)?;
    tx.prepare_cached("DELETE FROM console_passkey WHERE user_id = ?1")?
        .execute([user])?;
    remove_codes(tx, user)
}

/// Puts what waits for the browser of a session; an earlier one of the same purpose is void.
pub fn put_challenge(
    tx: &Transaction<'_>,
    cookie_digest: &str,
    purpose: Purpose,
    state: &str,
    until: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO console_challenge (cookie_digest, purpose, state, expires_at)
        VALUES (?1, ?2, ?3, ?4)";
    let affected =
        tx.prepare_cached(sql)?
            .execute(params![cookie_digest, purpose.as_str(), state, until.0])?;
    exactly_one("put a challenge", affected)
}

/// What waits, if its time has not run out.
pub fn find_challenge(
    tx: &Transaction<'_>,
    cookie_digest: &str,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<Option<String>, StoreError> {
    let sql =
        "SELECT state FROM console_challenge WHERE cookie_digest = ?1 AND purpose = ?2 AND expires_at > ?3";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![cookie_digest, purpose.as_str(), now.0], |row| row.get(0))
        .optional()?)
}

/// Takes away what waits: it counts once.
pub fn take_challenge(
    tx: &Transaction<'_>,
    cookie_digest: &str,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<Option<String>, StoreError> {
    let found = find_challenge(tx, cookie_digest, purpose, now)?;
    tx.prepare_cached("DELETE FROM console_challenge WHERE cookie_digest = ?1 AND purpose = ?2")?
        .execute(params![cookie_digest, purpose.as_str()])?;
    Ok(found)
}
