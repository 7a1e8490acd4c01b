//! Looking after the users of the console.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::UnixMillis;

use super::accounts::{Role, USER, USER_COLUMNS, User, UserColumns, read_user, user};
use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// A user as those see them who look after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub user: User,
    /// False when they are switched off.
    pub is_active: bool,
    /// When they were added.
    pub created_at: UnixMillis,
    /// When they last came in.
    pub last_sign_in_at: Option<UnixMillis>,
    /// Until when their password is an initial one, if it is.
    pub initial_until: Option<UnixMillis>,
    /// They have an authenticator app.
    pub has_app: bool,
    /// How many passkeys they have.
    pub passkeys: u32,
    /// How many sessions of theirs have not ended.
    pub sessions: u32,
}

fn columns() -> String {
    format!(
        "SELECT {USER}, u.state = 'active', u.created_at, u.last_sign_in_at, u.initial_until,
            EXISTS (SELECT 1 FROM console_app a WHERE a.user_id = u.id),
            (SELECT COUNT(*) FROM console_passkey p WHERE p.user_id = u.id),
            (SELECT COUNT(*) FROM console_session s
                WHERE s.user_id = u.id AND s.expires_at > ?2 AND s.last_seen_at > ?3 AND NOT s.awaits_factor)
        FROM console_user u WHERE u.instance = ?1 AND u.state <> 'removed'"
    )
}

/// From the columns: the user's own, and the account without them.
type Stored = (UserColumns, bool, i64, Option<i64>, Option<i64>, bool, u32, u32);

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let at = USER_COLUMNS;
    Ok((
        user(row)?,
        row.get(at)?,
        row.get(at + 1)?,
        row.get(at + 2)?,
        row.get(at + 3)?,
        row.get(at + 4)?,
        row.get(at + 5)?,
        row.get(at + 6)?,
    ))
}

fn read(stored: Stored) -> Result<Account, StoreError> {
    let (user, is_active, created, last, initial, has_app, passkeys, sessions) = stored;
    Ok(Account {
        user: read_user(user)?,
        is_active,
        created_at: UnixMillis(created),
        last_sign_in_at: last.map(UnixMillis),
        initial_until: initial.map(UnixMillis),
        has_app,
        passkeys,
        sessions,
    })
}

/// The users of an instance by name. Sessions count when they were used after `used_after`.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    now: UnixMillis,
    used_after: UnixMillis,
) -> Result<Vec<Account>, StoreError> {
    let sql = format!("{} ORDER BY u.name, u.id", columns());
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params![instance.as_str(), now.0, used_after.0], stored)?;
    rows.map(|row| read(row?)).collect()
}

/// One user of an instance.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: i64,
    now: UnixMillis,
    used_after: UnixMillis,
) -> Result<Option<Account>, StoreError> {
    let sql = format!("{} AND u.id = ?4", columns());
    let found = tx
        .prepare_cached(&sql)?
        .query_row(params![instance.as_str(), now.0, used_after.0, id], stored)
        .optional()?;
    found.map(read).transpose()
}

/// The id of the user with this name, active or not.
pub fn find_id(tx: &Transaction<'_>, instance: &InstanceId, name: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT id FROM console_user WHERE instance = ?1 AND name = ?2 AND state <> 'removed'";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), name], |row| row.get(0))
        .optional()?)
}

/// How many active admins there are besides one user.
pub fn other_admins(tx: &Transaction<'_>, instance: &InstanceId, besides: i64) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM console_user
        WHERE instance = ?1 AND role = 'admin' AND state = 'active' AND id <> ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), besides], |row| row.get(0))?)
}

/// Changes what a user may do.
pub fn put_role(tx: &Transaction<'_>, user: i64, role: Role) -> Result<(), StoreError> {
    let sql = "UPDATE console_user SET role = ?2 WHERE id = ?1 AND state <> 'removed'";
    let affected = tx.prepare_cached(sql)?.execute(params![user, role.as_str()])?;
    exactly_one("change a role", affected)
}

/// Switches a user on or off.
pub fn put_active(tx: &Transaction<'_>, user: i64, is_active: bool) -> Result<(), StoreError> {
    let state = if is_active { "active" } else { "disabled" };
    let sql = "UPDATE console_user SET state = ?2 WHERE id = ?1 AND state <> 'removed'";
    let affected = tx.prepare_cached(sql)?.execute(params![user, state])?;
    exactly_one("switch a user", affected)
}

/// Lets a user sign in with a password although that is switched off for others.
pub fn put_emergency(tx: &Transaction<'_>, user: i64) -> Result<(), StoreError> {
    let sql = "UPDATE console_user SET is_emergency = 1 WHERE id = ?1 AND state <> 'removed'";
    exactly_one(
        "make a user one for emergencies",
        tx.prepare_cached(sql)?.execute([user])?,
    )
}

/// Notes that a user came in.
pub fn note_sign_in(tx: &Transaction<'_>, user: i64, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE console_user SET last_sign_in_at = ?2 WHERE id = ?1";
    exactly_one(
        "note a sign-in",
        tx.prepare_cached(sql)?.execute(params![user, at.0])?,
    )
}

/// Removes a user whose sessions and factors are gone: views, password and name go, the number stays for the log. The
/// name is free for another user, and is none that could be typed.
pub fn remove(tx: &Transaction<'_>, user: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM console_view WHERE user_id = ?1")?
        .execute([user])?;
    let sql = "UPDATE console_user
        SET state = 'removed', name = '#' || id, password_hash = '', subject = NULL, initial_until = NULL,
            is_emergency = 0
        WHERE id = ?1 AND state <> 'removed'";
    exactly_one("remove a user", tx.prepare_cached(sql)?.execute([user])?)
}
