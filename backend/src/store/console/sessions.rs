//! Sessions of the console, by the digest of their cookie.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::accounts::{USER, USER_COLUMNS, User, read_user, user};
use crate::store::{StoreError, exactly_one};

/// A new session.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of its cookie, in hex.
    pub cookie_digest: &'a str,
    /// Whose it is.
    pub user: i64,
    /// True while the second factor is missing.
    pub awaits_factor: bool,
    /// When it ends, used or not.
    pub expires_at: UnixMillis,
    /// Where it began.
    pub client_address: &'a str,
    /// What it began with, in words, possibly empty.
    pub browser: &'a str,
}

/// What stands between a session and the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// The second factor was not given yet.
    pub factor: bool,
    /// The password is an initial one.
    pub own_password: bool,
    /// The user has no second factor.
    pub any_factor: bool,
}

/// A running session, with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose it is.
    pub user: User,
    /// When it was last used, to the minute.
    pub last_seen_at: UnixMillis,
    /// When it ends, used or not.
    pub expires_at: UnixMillis,
    /// What stands between it and the console.
    pub missing: Missing,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// SHA-256 of its cookie, in hex.
    pub cookie_digest: String,
    /// When it began.
    pub created_at: UnixMillis,
    /// When it was last used, to the minute.
    pub last_seen_at: UnixMillis,
    /// Where it began.
    pub client_address: String,
    /// What it began with, in words, possibly empty.
    pub browser: String,
}

/// Registers a session.
pub fn add(tx: &Transaction<'_>, session: NewSession<'_>, now: UnixMillis) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_session
        (cookie_digest, user_id, created_at, last_seen_at, expires_at, awaits_factor, client_address, browser)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        session.cookie_digest,
        session.user,
        now.0,
        session.expires_at.0,
        session.awaits_factor,
        session.client_address,
        session.browser,
    ])?;
    exactly_one("add a console session", affected)
}

/// The session with this cookie, ended or not, if its user is active.
pub fn find(tx: &Transaction<'_>, cookie_digest: &str) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!(
        "SELECT {USER}, s.last_seen_at, s.expires_at, s.awaits_factor, u.initial_until IS NOT NULL,
            NOT EXISTS (SELECT 1 FROM console_app a WHERE a.user_id = u.id)
            AND NOT EXISTS (SELECT 1 FROM console_passkey p WHERE p.user_id = u.id)
        FROM console_session s JOIN console_user u ON u.id = s.user_id
        WHERE s.cookie_digest = ?1 AND u.state = 'active'"
    );
    let found = tx
        .prepare_cached(&sql)?
        .query_row([cookie_digest], |row| {
            let missing = Missing {
                factor: row.get(USER_COLUMNS + 2)?,
                own_password: row.get(USER_COLUMNS + 3)?,
                any_factor: row.get(USER_COLUMNS + 4)?,
            };
            Ok((
                user(row)?,
                row.get(USER_COLUMNS)?,
                row.get(USER_COLUMNS + 1)?,
                missing,
            ))
        })
        .optional()?;
    let Some((user, last_seen, expires, missing)) = found else {
        return Ok(None);
    };
    Ok(Some(SessionRow {
        user: read_user(user)?,
        last_seen_at: UnixMillis(last_seen),
        expires_at: UnixMillis(expires),
        missing,
    }))
}

/// The sessions of a user that were used after `used_after` and have not ended at `now`, the latest use first. Those
/// whose second factor is missing open nothing and are left out.
pub fn list(
    tx: &Transaction<'_>,
    user: i64,
    now: UnixMillis,
    used_after: UnixMillis,
) -> Result<Vec<OwnSession>, StoreError> {
    let sql = "SELECT cookie_digest, created_at, last_seen_at, client_address, browser FROM console_session
        WHERE user_id = ?1 AND expires_at > ?2 AND last_seen_at > ?3 AND NOT awaits_factor
        ORDER BY last_seen_at DESC, created_at DESC";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![user, now.0, used_after.0], |row| {
        Ok(OwnSession {
            cookie_digest: row.get(0)?,
            created_at: UnixMillis(row.get(1)?),
            last_seen_at: UnixMillis(row.get(2)?),
            client_address: row.get(3)?,
            browser: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes that a session is in use. One that has been ended in the meantime stays ended.
pub fn touch(tx: &Transaction<'_>, cookie_digest: &str, now: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE console_session SET last_seen_at = MAX(last_seen_at, ?2) WHERE cookie_digest = ?1";
    tx.prepare_cached(sql)?.execute(params![cookie_digest, now.0])?;
    Ok(())
}

/// Ends a session. Returns `false` if there was none.
pub fn end(tx: &Transaction<'_>, cookie_digest: &str) -> Result<bool, StoreError> {
    let ended = tx
        .prepare_cached("DELETE FROM console_session WHERE cookie_digest = ?1")?
        .execute([cookie_digest])?;
    Ok(ended == 1)
}

/// Ends the sessions of a user, all but `except`. Returns how many.
pub fn end_all(tx: &Transaction<'_>, user: i64, except: Option<&str>) -> Result<usize, StoreError> {
    let sql = "DELETE FROM console_session WHERE user_id = ?1 AND cookie_digest IS NOT ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![user, except])?)
}

/// Ends the session of a user whose digest begins with `mark`. Returns `false` if there is none.
pub fn end_marked(tx: &Transaction<'_>, user: i64, mark: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM console_session WHERE user_id = ?1 AND substr(cookie_digest, 1, length(?2)) = ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![user, mark])? > 0)
}
