//! Console users, their sessions, and counted sign-in attempts.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// What a console user may do. Every role reads; what changes something asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Investigates.
    Analyst,
    /// Administers.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: &'static [Self] = &[Self::Viewer, Self::Analyst, Self::Admin];

    /// The form in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }

    /// The form that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Analyst => "Analyst",
            Self::Admin => "Admin",
        }
    }

    /// Reads the form of [`Role::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text)
    }
}

/// One user of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Row id.
    pub id: i64,
    /// The tenant whose verifications they read, and no other's.
    pub instance: InstanceId,
    /// Their name, as it was first written.
    pub name: String,
    /// What they may do.
    pub role: Role,
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
}

/// How often signing in failed under one digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Failures since the last success.
    pub failures: u32,
    /// When the last attempt was.
    pub last_at: UnixMillis,
    /// No attempt is looked at before this moment.
    pub next_at: UnixMillis,
    /// When signing in last succeeded.
    pub succeeded_at: Option<UnixMillis>,
}

/// Adds a user. Returns `None` if the name is taken in this instance, in whatever case.
pub fn add_user(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &str,
    role: Role,
    password_hash: &str,
    at: UnixMillis,
) -> Result<Option<User>, StoreError> {
    let sql = "INSERT INTO console_user (instance, name, password_hash, role, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (instance, name) DO NOTHING RETURNING id";
    let id = tx
        .prepare_cached(sql)?
        .query_row(
            params![instance.as_str(), name, password_hash, role.as_str(), at.0],
            |row| row.get(0),
        )
        .optional()?;
    Ok(id.map(|id| User {
        id,
        instance: instance.clone(),
        name: name.to_owned(),
        role,
    }))
}

fn user(row: &Row<'_>) -> rusqlite::Result<(i64, String, String, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn read_user((id, instance, name, role): (i64, String, String, String)) -> Result<User, StoreError> {
    let corrupt = |error: &str| StoreError::Corrupt {
        what: "console user",
        error: error.to_owned(),
    };
    Ok(User {
        id,
        instance: InstanceId::parse(&instance).ok_or_else(|| corrupt("instance"))?,
        name,
        role: Role::parse(&role).ok_or_else(|| corrupt("role"))?,
    })
}

/// The user with this name, and the hash of their password.
pub fn find_user(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &str,
) -> Result<Option<(User, String)>, StoreError> {
    let sql =
        "SELECT id, instance, name, role, password_hash FROM console_user WHERE instance = ?1 AND name = ?2";
    let found = tx
        .prepare_cached(sql)?
        .query_row(params![instance.as_str(), name], |row| {
            Ok((user(row)?, row.get(4)?))
        })
        .optional()?;
    found.map(|(user, hash)| Ok((read_user(user)?, hash))).transpose()
}

/// Registers a session by the digest of its cookie.
pub fn add_session(
    tx: &Transaction<'_>,
    cookie_digest: &str,
    user: &User,
    now: UnixMillis,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_session (cookie_digest, user_id, created_at, last_seen_at, expires_at)
        VALUES (?1, ?2, ?3, ?3, ?4)";
    let affected = tx
        .prepare_cached(sql)?
        .execute(params![cookie_digest, user.id, now.0, expires_at.0])?;
    exactly_one("add a console session", affected)
}

/// The session with this cookie, ended or not.
pub fn find_session(tx: &Transaction<'_>, cookie_digest: &str) -> Result<Option<SessionRow>, StoreError> {
    let sql = "SELECT u.id, u.instance, u.name, u.role, s.last_seen_at, s.expires_at
        FROM console_session s JOIN console_user u ON u.id = s.user_id WHERE s.cookie_digest = ?1";
    let found = tx
        .prepare_cached(sql)?
        .query_row([cookie_digest], |row| Ok((user(row)?, row.get(4)?, row.get(5)?)))
        .optional()?;
    let Some((user, last_seen, expires)) = found else {
        return Ok(None);
    };
    let session = SessionRow {
        user: read_user(user)?,
        last_seen_at: UnixMillis(last_seen),
        expires_at: UnixMillis(expires),
    };
    Ok(Some(session))
}

/// Notes that a session is in use. One that has been ended in the meantime stays ended.
pub fn touch_session(tx: &Transaction<'_>, cookie_digest: &str, now: UnixMillis) -> Result<(), StoreError> {
    let sql = "UPDATE console_session SET last_seen_at = MAX(last_seen_at, ?2) WHERE cookie_digest = ?1";
    tx.prepare_cached(sql)?.execute(params![cookie_digest, now.0])?;
    Ok(())
}

/// Ends a session. Returns `false` if there was none.
pub fn end_session(tx: &Transaction<'_>, cookie_digest: &str) -> Result<bool, StoreError> {
    let ended = tx
        .prepare_cached("DELETE FROM console_session WHERE cookie_digest = ?1")?
        .execute([cookie_digest])?;
    Ok(ended == 1)
}

/// What was counted under `digest`; nothing at all counts as zero.
pub fn attempts(tx: &Transaction<'_>, digest: &str) -> Result<Attempts, StoreError> {
    let sql = "SELECT failures, last_at, next_at, succeeded_at FROM console_attempt WHERE digest = ?1";
    let found = tx
        .prepare_cached(sql)?
        .query_row([digest], |row| {
            Ok(Attempts {
                failures: row.get(0)?,
                last_at: UnixMillis(row.get(1)?),
                next_at: UnixMillis(row.get(2)?),
                succeeded_at: row.get::<_, Option<i64>>(3)?.map(UnixMillis),
            })
        })
        .optional()?;
    let none = Attempts {
        failures: 0,
        last_at: UnixMillis(0),
        next_at: UnixMillis(0),
        succeeded_at: None,
    };
    Ok(found.unwrap_or(none))
}

/// Writes what is counted under `digest`.
pub fn put_attempts(tx: &Transaction<'_>, digest: &str, attempts: Attempts) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_attempt (digest, failures, last_at, next_at, succeeded_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (digest) DO UPDATE SET failures = ?2, last_at = ?3, next_at = ?4, succeeded_at = ?5";
    let succeeded = attempts.succeeded_at.map(|at| at.0);
    let values = params![
        digest,
        attempts.failures,
        attempts.last_at.0,
        attempts.next_at.0,
        succeeded
    ];
    exactly_one(
        "count a sign-in attempt",
        tx.prepare_cached(sql)?.execute(values)?,
    )
}

/// Forgets sessions that ended before `now` and attempts older than `attempts_before`.
pub fn clean_up(
    tx: &Transaction<'_>,
    now: UnixMillis,
    attempts_before: UnixMillis,
) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM console_session WHERE expires_at <= ?1")?
        .execute([now.0])?;
    tx.prepare_cached("DELETE FROM console_attempt WHERE last_at < ?1")?
        .execute([attempts_before.0])?;
    Ok(())
}
