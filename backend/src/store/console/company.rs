//! Users who come from the company's own sign-in, and the sign-ins that were begun there.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::accounts::{Kind, Role, USER, USER_COLUMNS, User, read_user, user};
use crate::store::{StoreError, exactly_one};
use crate::verification::{InstanceId, SignInId};

/// A sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Public half; its secrets are derived from it.
    pub attempt: SignInId,
    /// Its tenant.
    pub instance: InstanceId,
    /// Digest of the cookie of the browser that began it: no other may end it.
    pub browser_digest: String,
    /// Where to go afterwards.
    pub next: String,
    /// From when on its answer is void.
    pub expires_at: UnixMillis,
}

/// Registers a sign-in. Those that have ended are forgotten on the way.
pub fn add(
    tx: &Transaction<'_>,
    state_digest: &str,
    begun: &Begun,
    now: UnixMillis,
) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM console_sign_in WHERE expires_at <= ?1")?
        .execute([now.0])?;
    let sql =
        "INSERT INTO console_sign_in (state_digest, instance, browser_digest, attempt, next, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        state_digest,
        begun.instance.as_str(),
        begun.browser_digest,
        crate::keys::hex(&begun.attempt.0),
        begun.next,
        begun.expires_at.0,
    ])?;
    exactly_one("begin a sign-in", affected)
}

/// Takes a sign-in away: its answer counts once. That of another browser or instance stays where it is.
pub fn take(
    tx: &Transaction<'_>,
    state_digest: &str,
    browser_digest: &str,
    instance: &InstanceId,
    now: UnixMillis,
) -> Result<Option<Begun>, StoreError> {
    let sql = "DELETE FROM console_sign_in
        WHERE state_digest = ?1 AND browser_digest = ?2 AND instance = ?3 RETURNING attempt, next, expires_at";
    let found: Option<(String, String, i64)> = tx
        .prepare_cached(sql)?
        .query_row(params![state_digest, browser_digest, instance.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((attempt, next, expires_at)) = found.filter(|(_, _, expires_at)| now.0 < *expires_at) else {
        return Ok(None);
    };
    let attempt = SignInId::parse(&attempt).ok_or_else(|| StoreError::Corrupt {
        what: "console sign-in",
        error: "attempt".into(),
    })?;
    Ok(Some(Begun {
        attempt,
        instance: instance.clone(),
        browser_digest: browser_digest.to_owned(),
        next,
        expires_at: UnixMillis(expires_at),
    }))
}

/// The user whom the provider knows under `subject`, and whether they are active.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    subject: &str,
) -> Result<Option<(User, bool)>, StoreError> {
    let sql = format!(
        "SELECT {USER}, u.state = 'active' FROM console_user u WHERE u.instance = ?1 AND u.subject = ?2"
    );
    let found = tx
        .prepare_cached(&sql)?
        .query_row(params![instance.as_str(), subject], |row| {
            Ok((user(row)?, row.get(USER_COLUMNS)?))
        })
        .optional()?;
    found
        .map(|(user, is_active)| Ok((read_user(user)?, is_active)))
        .transpose()
}

/// Adds a user who signs in at the provider. `None` if the name is taken.
pub fn add_user(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    subject: &str,
    name: &str,
    role: Role,
    at: UnixMillis,
) -> Result<Option<User>, StoreError> {
    let sql = "INSERT INTO console_user (instance, name, password_hash, role, created_at, subject)
        VALUES (?1, ?2, '', ?3, ?4, ?5) ON CONFLICT (instance, name) DO NOTHING RETURNING id";
    let id = tx
        .prepare_cached(sql)?
        .query_row(
            params![instance.as_str(), name, role.as_str(), at.0, subject],
            |row| row.get(0),
        )
        .optional()?;
    Ok(id.map(|id| User {
        id,
        instance: instance.clone(),
        name: name.to_owned(),
        role,
        kind: Kind::Company,
    }))
}

/// Gives a user the name that the provider has for them by now. `false` if somebody else has it.
pub fn rename(tx: &Transaction<'_>, user: i64, name: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE OR IGNORE console_user SET name = ?2 WHERE id = ?1 AND subject IS NOT NULL";
    Ok(tx.prepare_cached(sql)?.execute(params![user, name])? == 1)
}
