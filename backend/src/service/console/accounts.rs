//! Users of the console and their sessions (ASVS 5.0, chapter 7).

use rusqlite::Transaction;
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::UnixMillis;

use super::backoff::Watched;
use super::password::{self, HashError, PasswordProblem};
use crate::keys::{hex, sha256_hex};
use crate::ports::{NoEntropy, random};
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::accounts::{self, Role, User};
use crate::store::console::audit::{self, Action, Entry};
use crate::verification::InstanceId;

/// A session ends eight hours after signing in, whatever happens.
const SESSION_SECONDS: i64 = 8 * 3600;
/// A session ends half an hour after it was last used.
const IDLE_SECONDS: i64 = 30 * 60;
/// Use is noted once a minute, so that reading pages does not write every time. A session may thus end up to a minute
/// early, never late.
const TOUCH_SECONDS: i64 = 60;
/// Longest user name, in characters.
const MAX_NAME: usize = 64;

/// Why a user was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddUserError {
    /// Not configured.
    #[error("there is no instance “{0}” in the configuration")]
    UnknownInstance(InstanceId),
    /// Not a name.
    #[error("a user name has 1 to {MAX_NAME} letters, digits or characters of . _ - + @")]
    Name,
    /// Taken, in whatever case.
    #[error("there is a user with this name already")]
    NameTaken,
    /// Cannot be chosen.
    #[error("{0}")]
    Password(#[from] PasswordProblem),
    /// Hashing failed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// What somebody signs in with.
#[derive(Debug)]
pub struct Credentials {
    /// Id of the instance as it was typed; not looked at while only one is configured.
    pub instance: String,
    /// User name.
    pub name: String,
    /// Password.
    pub password: SecretString,
    /// Where the request comes from.
    pub client_address: String,
    /// Digest of a session that this browser holds already; it ends when the new one begins.
    pub replaces: Option<String>,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The instance, the name or the password is wrong: which one is never said.
    #[error("the credentials are not right")]
    Refused,
    /// Too many failures before.
    #[error("wait {0} seconds")]
    TooEarly(u32),
    /// Too many others sign in at the moment.
    #[error("too many sign-ins at the moment")]
    Busy,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// The secret of a new session: 32 random bytes in hex.
pub struct SessionCookie(pub String);

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

/// Adds a local user.
pub async fn add_user(
    service: &Service,
    instance: &InstanceId,
    name: &str,
    role: Role,
    password: SecretString,
) -> Result<User, AddUserError> {
    if !service.config.instances.contains_key(instance) {
        return Err(AddUserError::UnknownInstance(instance.clone()));
    }
    let name = parse_name(name).ok_or(AddUserError::Name)?;
    password::check(password.expose_secret(), &name)?;
    let hash = password::hash(password, random(service.entropy.as_ref())?).await?;
    let (instance, now) = (instance.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let user =
                accounts::add_user(tx, &instance, &name, role, &hash, now)?.ok_or(AddUserError::NameTaken)?;
            let entry = Entry {
                instance: Some(&instance),
                user: None,
                action: Action::UserAdded,
                subject: &user.name,
                client_address: "",
            };
            audit::append(tx, entry, now)?;
            Ok(user)
        })
        .await
}

fn parse_name(text: &str) -> Option<String> {
    let name = text.trim();
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte));
    (plain && (1..=MAX_NAME).contains(&name.len())).then(|| name.to_owned())
}

/// The instance, if only one is configured: then nobody needs to name it.
pub fn only_instance(service: &Service) -> Option<&InstanceId> {
    let mut ids = service.config.instances.keys();
    ids.next().filter(|_| ids.next().is_none())
}

/// Checks credentials and begins a session. Answer, cost and back-off are the same whether or not the name exists.
pub async fn sign_in(service: &Service, credentials: Credentials) -> Result<SessionCookie, SignInError> {
    let typed = credentials.instance.trim().to_lowercase();
    let instance = match only_instance(service) {
        Some(only) => Some(only.clone()),
        None => InstanceId::parse(&typed).filter(|id| service.config.instances.contains_key(id)),
    };
    let name = credentials.name.trim().to_lowercase();
    let place = instance.as_ref().map_or(typed.as_str(), InstanceId::as_str);
    let watched = Watched::new(&service.config.keys, place, &name, &credentials.client_address);

    let (admission, found, now) = {
        let (watched, instance, now) = (watched.clone(), instance.clone(), service.now());
        let work = move |tx: &Transaction<'_>| {
            let wait = watched.admit(tx, now)?;
            let found = instance
                .map(|id| accounts::find_user(tx, &id, &name))
                .transpose()?
                .flatten();
            Ok::<_, ServiceError>((wait, found, now))
        };
        service.store.write(work).await?
    };
    if let Some(seconds) = admission {
        return Err(SignInError::TooEarly(seconds));
    }
    let (user, hash) = found.unzip();
    let right = password::verify(credentials.password, hash)
        .await
        .map_err(|error| match error {
            HashError::Busy => SignInError::Busy,
            HashError::Failed => ServiceError::Store(StoreError::Corrupt {
                what: "password",
                error: error.to_string(),
            })
            .into(),
        })?;

    let cookie = hex(&random::<32>(service.entropy.as_ref()).map_err(ServiceError::from)?);
    let digest = sha256_hex(cookie.as_bytes());
    let (client_address, replaces) = (credentials.client_address, credentials.replaces);
    let signed_in = service
        .store
        .write(move |tx| {
            let Some(user) = user.as_ref().filter(|_| right) else {
                // Logged for an instance that does not exist, too: leaving that out would show in the time.
                let refused = Entry {
                    instance: instance.as_ref(),
                    user: user.as_ref().map(|user| (user.id, user.name.as_str())),
                    action: Action::SignInRefused,
                    subject: "",
                    client_address: &client_address,
                };
                audit::append(tx, refused, now)?;
                return Ok::<_, ServiceError>(false);
            };
            watched.succeed(tx, now)?;
            if let Some(earlier) = replaces {
                accounts::end_session(tx, &earlier)?;
            }
            accounts::add_session(tx, &digest, user, now, now.plus_seconds(SESSION_SECONDS))?;
            log(tx, user, Action::SignedIn, &client_address, now)?;
            Ok(true)
        })
        .await?;
    if signed_in {
        Ok(SessionCookie(cookie))
    } else {
        Err(SignInError::Refused)
    }
}

fn log(
    tx: &Transaction<'_>,
    user: &User,
    action: Action,
    client_address: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let by = Some((user.id, user.name.as_str()));
    audit::append(
        tx,
        Entry {
            instance: Some(&user.instance),
            user: by,
            action,
            subject: "",
            client_address,
        },
        now,
    )
}

/// The session of a cookie, if it runs. Using it keeps it from ending idle.
pub async fn session(service: &Service, cookie: &str) -> Result<Option<Session>, ServiceError> {
    let cookie_digest = sha256_hex(cookie.as_bytes());
    let (digest, now) = (cookie_digest.clone(), service.now());
    let found = service
        .store
        .read(move |tx| accounts::find_session(tx, &digest).map_err(ServiceError::from))
        .await?;
    let Some(row) = found.filter(|row| is_running(service, row, now)) else {
        return Ok(None);
    };
    if now.millis_since(row.last_seen_at) >= TOUCH_SECONDS * 1000 {
        let digest = cookie_digest.clone();
        service
            .store
            .write(move |tx| accounts::touch_session(tx, &digest, now).map_err(ServiceError::from))
            .await?;
    }
    Ok(Some(Session {
        user: row.user,
        cookie_digest,
        expires_at: row.expires_at,
    }))
}

fn is_running(service: &Service, session: &accounts::SessionRow, now: UnixMillis) -> bool {
    let idle = now.millis_since(session.last_seen_at) >= IDLE_SECONDS * 1000;
    // An instance that has left the configuration takes its sessions along.
    now < session.expires_at && !idle && service.config.instances.contains_key(&session.user.instance)
}

/// True while a session runs, with the same role. Asking does not keep it from ending idle: a page that is open but not
/// looked at is no use of it.
pub async fn still_runs(service: &Service, session: &Session) -> Result<bool, ServiceError> {
    let (digest, now) = (session.cookie_digest.clone(), service.now());
    let found = service
        .store
        .read(move |tx| accounts::find_session(tx, &digest).map_err(ServiceError::from))
        .await?;
    Ok(found.is_some_and(|row| row.user == session.user && is_running(service, &row, now)))
}

/// Ends a session.
pub async fn sign_out(
    service: &Service,
    session: Session,
    client_address: String,
) -> Result<(), ServiceError> {
    let now = service.now();
    service
        .store
        .write(move |tx| {
            if accounts::end_session(tx, &session.cookie_digest)? {
                log(tx, &session.user, Action::SignedOut, &client_address, now)?;
            }
            Ok(())
        })
        .await
}
