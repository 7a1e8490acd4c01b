//! Console users, and counted sign-in attempts.

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
    /// How they sign in.
    pub kind: Kind,
}

/// How a user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With a password of this service.
    Local,
    /// With a password of this service, even where that is switched off for others.
    Emergency,
    /// At the company's identity provider.
    Company,
}

impl Kind {
    /// The form that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Local => "Password",
            Self::Emergency => "Password, for emergencies",
            Self::Company => "Company",
        }
    }

    /// True for those who have a password of this service.
    pub const fn has_password(self) -> bool {
        !matches!(self, Self::Company)
    }
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
        kind: Kind::Local,
    }))
}

/// The columns that [`user`] reads, of `console_user u`.
pub(super) const USER: &str = "u.id, u.instance, u.name, u.role, u.is_emergency, u.subject IS NOT NULL";
/// How many they are.
pub(super) const USER_COLUMNS: usize = 6;

/// The columns of a user, as they are stored.
pub(super) type UserColumns = (i64, String, String, String, bool, bool);

/// Reads the columns [`USER`].
pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<UserColumns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
    ))
}

/// Makes a user of them.
pub(super) fn read_user(columns: UserColumns) -> Result<User, StoreError> {
    let (id, instance, name, role, is_emergency, is_company) = columns;
    let corrupt = |error: &str| StoreError::Corrupt {
        what: "console user",
        error: error.to_owned(),
    };
    Ok(User {
        id,
        instance: InstanceId::parse(&instance).ok_or_else(|| corrupt("instance"))?,
        name,
        role: Role::parse(&role).ok_or_else(|| corrupt("role"))?,
        kind: match (is_company, is_emergency) {
            (true, _) => Kind::Company,
            (false, true) => Kind::Emergency,
            (false, false) => Kind::Local,
        },
    })
}

/// The active user with this name, and the hash of their password, if they have one.
pub fn find_user(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &str,
) -> Result<Option<(User, Option<String>)>, StoreError> {
    let sql = format!(
        "SELECT {USER}, NULLIF(u.password_hash, '') FROM console_user u
        WHERE u.instance = ?1 AND u.name = ?2 AND u.state = 'active'"
    );
    let found = tx
        .prepare_cached(&sql)?
        .query_row(params![instance.as_str(), name], |row| {
            Ok((user(row)?, row.get(USER_COLUMNS)?))
        })
        .optional()?;
    found.map(|(user, hash)| Ok((read_user(user)?, hash))).transpose()
}

/// The hash of an active user's password, and until when it is an initial one, if it is.
pub fn find_password(
    tx: &Transaction<'_>,
    user: i64,
) -> Result<Option<(String, Option<UnixMillis>)>, StoreError> {
    let sql = "SELECT password_hash, initial_until FROM console_user
        WHERE id = ?1 AND state = 'active' AND password_hash <> ''";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([user], |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(UnixMillis)))
        })
        .optional()?)
}

/// Gives a user another password. `initial_until` makes it an initial one.
pub fn put_password(
    tx: &Transaction<'_>,
    user: i64,
    hash: &str,
    initial_until: Option<UnixMillis>,
) -> Result<(), StoreError> {
    let sql = "UPDATE console_user SET password_hash = ?2, initial_until = ?3
        WHERE id = ?1 AND state <> 'removed' AND subject IS NULL";
    let affected =
        tx.prepare_cached(sql)?
            .execute(params![user, hash, initial_until.map(|until| until.0)])?;
    exactly_one("change a password", affected)
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
