//! Sessions of the console (ASVS 5.0, chapter 7). A session from which something is missing (the second factor, a
//! password of one's own) is a [`Partial`], which no use case but the next step takes.

use rusqlite::Transaction;
use shared::words::UnixMillis;

use crate::keys::{hex, sha256_hex};
use crate::ports::random;
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::accounts::{Kind, Role, User};
use crate::store::console::audit::{self, Action};
use crate::store::console::sessions::{self, Missing, NewSession, SessionRow};
use crate::store::console::users;

/// A session ends eight hours after signing in, whatever happens.
const SESSION_SECONDS: i64 = 8 * 3600;
/// A session from which something is missing ends after ten minutes.
const PARTIAL_SECONDS: i64 = 10 * 60;
/// A session ends half an hour after it was last used.
pub(super) const IDLE_SECONDS: i64 = 30 * 60;
/// Use is noted once a minute, so that reading pages does not write every time. A session may thus end up to a minute
/// early, never late.
const TOUCH_SECONDS: i64 = 60;

/// The secret of a new session: 32 random bytes in hex.
pub struct SessionCookie(pub String);

impl SessionCookie {
    pub(super) fn new(service: &Service) -> Result<Self, ServiceError> {
        Ok(Self(hex(&random::<32>(service.entropy.as_ref())?)))
    }

    pub(super) fn digest(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }
}

/// A session that began, or began anew.
pub struct Entry {
    /// Its cookie.
    pub cookie: SessionCookie,
    /// What is still missing; `None` when the console is open.
    pub stage: Option<Stage>,
}

/// What stands between somebody and the console, in the order in which it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The second factor.
    Factor,
    /// A password of their own, instead of the initial one.
    Password,
    /// Any second factor at all: admins with a password must have one.
    Enrolment,
}

/// Where somebody comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Address, IPv6 by its network.
    pub address: String,
    /// Browser, in words, possibly empty.
    pub browser: String,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: User,
    /// SHA-256 of the cookie, in hex.
    pub cookie_digest: String,
    /// When the session ends, used or not.
    pub expires_at: UnixMillis,
}

/// Somebody who has given their password, and must do something more before they are signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// Who.
    pub user: User,
    /// SHA-256 of the cookie, in hex.
    pub cookie_digest: String,
    /// What comes next.
    pub stage: Stage,
}

/// What a cookie stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// The console is open.
    Complete(Session),
    /// Something is missing.
    Partial(Partial),
}

fn stage(user: &User, missing: Missing) -> Option<Stage> {
    if missing.factor {
        Some(Stage::Factor)
    } else if missing.own_password && user.kind.has_password() {
        Some(Stage::Password)
    } else if missing.any_factor && user.kind.has_password() && user.role == Role::Admin {
        Some(Stage::Enrolment)
    } else {
        None
    }
}

/// Begins a session after whatever was proven, and ends the one that it replaces. Logs what follows from it.
pub(super) fn begin(
    tx: &Transaction<'_>,
    user: &User,
    begun: &Begun<'_>,
    now: UnixMillis,
) -> Result<Option<Stage>, StoreError> {
    if let Some(earlier) = begun.replaces {
        sessions::end(tx, earlier)?;
    }
    let mut session = NewSession {
        cookie_digest: begun.cookie_digest,
        user: user.id,
        awaits_factor: begun.awaits_factor,
        expires_at: now.plus_seconds(PARTIAL_SECONDS),
        client_address: &begun.client.address,
        browser: &begun.client.browser,
    };
    sessions::add(tx, session, now)?;
    let missing = sessions::find(tx, begun.cookie_digest)?
        .map(|row| row.missing)
        .ok_or(StoreError::RowCount {
            what: "begin a session of an active user",
            affected: 0,
        })?;
    let stage = stage(user, missing);
    if stage.is_none() {
        // Written anew rather than changed: how long it runs is decided by what is known only now.
        sessions::end(tx, begun.cookie_digest)?;
        session.expires_at = now.plus_seconds(SESSION_SECONDS);
        sessions::add(tx, session, now)?;
    }
    let action = match (begun.comes, stage) {
        (Comes::ByPassword, Some(_)) => Some(Action::PasswordAccepted),
        (Comes::Further, Some(_)) | (Comes::Inside, _) => None,
        (Comes::ByPassword | Comes::Further | Comes::ByCompany, _) => Some(Action::SignedIn),
    };
    if let Some(action) = action {
        let subject = match begun.comes {
            Comes::ByCompany => "company sign-in",
            _ if user.kind == Kind::Emergency => "emergency user",
            _ => "",
        };
        log(tx, user, action, subject, &begun.client.address, now)?;
        if action == Action::SignedIn {
            users::note_sign_in(tx, user.id, now)?;
        }
    }
    Ok(stage)
}

/// How a session begins.
pub(super) struct Begun<'a> {
    /// SHA-256 of its cookie.
    pub cookie_digest: &'a str,
    /// The session that ends with it.
    pub replaces: Option<&'a str>,
    /// The second factor is still to come.
    pub awaits_factor: bool,
    /// By what it was earned.
    pub comes: Comes,
    /// Where.
    pub client: &'a Client,
}

/// By what a session was earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comes {
    /// The password was right.
    ByPassword,
    /// One more thing that was missing is there.
    Further,
    /// The company's provider vouches.
    ByCompany,
    /// Somebody who was signed in already changed how they sign in.
    Inside,
}

pub(super) fn log(
    tx: &Transaction<'_>,
    user: &User,
    action: Action,
    subject: &str,
    client_address: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let by = Some((user.id, user.name.as_str()));
    audit::append(
        tx,
        audit::Entry {
            instance: Some(&user.instance),
            user: by,
            action,
            subject,
            client_address,
        },
        now,
    )
}

/// What a cookie stands for, if its session runs. Using a session keeps it from ending idle.
pub async fn session(service: &Service, cookie: &str) -> Result<Option<Held>, ServiceError> {
    let cookie_digest = sha256_hex(cookie.as_bytes());
    let (digest, now) = (cookie_digest.clone(), service.now());
    let found = service
        .store
        .read(move |tx| sessions::find(tx, &digest).map_err(ServiceError::from))
        .await?;
    let Some(row) = found.filter(|row| is_running(service, row, now)) else {
        return Ok(None);
    };
    if let Some(stage) = stage(&row.user, row.missing) {
        return Ok(Some(Held::Partial(Partial {
            user: row.user,
            cookie_digest,
            stage,
        })));
    }
    if now.millis_since(row.last_seen_at) >= TOUCH_SECONDS * 1000 {
        let digest = cookie_digest.clone();
        service
            .store
            .write(move |tx| sessions::touch(tx, &digest, now).map_err(ServiceError::from))
            .await?;
    }
    Ok(Some(Held::Complete(Session {
        user: row.user,
        cookie_digest,
        expires_at: row.expires_at,
    })))
}

fn is_running(service: &Service, session: &SessionRow, now: UnixMillis) -> bool {
    let idle = now.millis_since(session.last_seen_at) >= IDLE_SECONDS * 1000;
    now < session.expires_at && !idle && may_sign_in(service, &session.user)
}

/// True while the configuration lets in users of this kind. An instance that has left it takes its sessions along.
pub(super) fn may_sign_in(service: &Service, user: &User) -> bool {
    let Some(instance) = service.config.instances.get(&user.instance) else {
        return false;
    };
    let company = instance.console_sign_in.as_ref();
    match user.kind {
        Kind::Emergency => true,
        Kind::Local => company.is_none_or(|company| company.local_sign_in),
        Kind::Company => company.is_some(),
    }
}

/// True while a session runs, with the same role. Asking does not keep it from ending idle: a page that is open but not
/// looked at is no use of it.
pub async fn still_runs(service: &Service, session: &Session) -> Result<bool, ServiceError> {
    let (digest, now) = (session.cookie_digest.clone(), service.now());
    let found = service
        .store
        .read(move |tx| sessions::find(tx, &digest).map_err(ServiceError::from))
        .await?;
    Ok(found.is_some_and(|row| row.user == session.user && is_running(service, &row, now)))
}

/// Ends a session, whatever is missing from it.
pub async fn sign_out(service: &Service, held: Held, client_address: String) -> Result<(), ServiceError> {
    let now = service.now();
    let (user, digest) = match held {
        Held::Complete(session) => (session.user, session.cookie_digest),
        Held::Partial(partial) => (partial.user, partial.cookie_digest),
    };
    service
        .store
        .write(move |tx| {
            if sessions::end(tx, &digest)? {
                log(tx, &user, Action::SignedOut, "", &client_address, now)?;
            }
            Ok(())
        })
        .await
}
