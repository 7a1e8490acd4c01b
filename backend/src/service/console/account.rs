//! “Your account”: one's own password, second factors and sessions. What changes how somebody signs in asks for their
//! password once more (ASVS 5.0, 7.5.1), gives their session a new id, and ends all their other ones (7.4.3).

use rusqlite::Transaction;
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::UnixMillis;

use super::backoff::Watched;
use super::factors::keep_codes;
use super::password::{self, PasswordProblem};
use super::sessions::{
    Begun, Client, Comes, Entry, IDLE_SECONDS, Partial, Session, SessionCookie, Stage, begin, log,
};
use super::sign_in::{SignInError, admit};
use crate::ports::random;
use crate::service::factors::codes;
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::accounts::{self, Role, User};
use crate::store::console::audit::Action;
use crate::store::console::factors::{self, Passkey};
use crate::store::console::sessions::{self, OwnSession};

/// Characters of a digest that name a session on a page.
const MARK_CHARS: usize = 16;

/// Why an account is not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The present password is wrong, or there were too many attempts.
    #[error(transparent)]
    Confirm(#[from] SignInError),
    /// The new password cannot be chosen.
    #[error("{0}")]
    Password(#[from] PasswordProblem),
    /// The new password is the present one.
    #[error("the new password is the one that you have now")]
    SamePassword,
    /// The new password was typed in two ways.
    #[error("the two new passwords are not the same")]
    NotTheSame,
    /// What the browser gave is none.
    #[error("no passkey was added; try again")]
    NoPasskey,
    /// Admins keep one.
    #[error("an admin keeps at least one second factor")]
    LastFactor,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        ServiceError::from(error).into()
    }
}

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// When an authenticator app was added, if one was.
    pub app_added_at: Option<UnixMillis>,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// Running sessions, the latest use first.
    pub sessions: Vec<OwnSession>,
}

impl Own {
    /// What names a session on a page.
    pub fn mark(session: &OwnSession) -> &str {
        session.cookie_digest.get(..MARK_CHARS).unwrap_or_default()
    }
}

/// Reads one's own account.
pub async fn own(service: &Service, session: &Session) -> Result<Own, ServiceError> {
    let (user, now) = (session.user.id, service.now());
    service
        .store
        .read(move |tx| {
            Ok(Own {
                app_added_at: factors::find_app(tx, user)?.map(|app| app.added_at),
                passkeys: factors::passkeys(tx, user)?,
                codes_left: factors::codes_left(tx, user)?,
                sessions: sessions::list(tx, user, now, now.plus_seconds(-IDLE_SECONDS))?,
            })
        })
        .await
}

/// Checks the password of somebody who is signed in, with the same back-off as signing in.
pub(super) async fn confirm_password(
    service: &Service,
    user: &User,
    password: SecretString,
    client: &Client,
) -> Result<(), AccountError> {
    let name = user.name.to_lowercase();
    let watched = Watched::new(
        &service.config.keys,
        user.instance.as_str(),
        &name,
        &client.address,
    );
    admit(service, &watched).await?;
    let id = user.id;
    let hash = service
        .store
        .read(move |tx| accounts::find_password(tx, id).map_err(ServiceError::from))
        .await?
        .map(|(hash, _)| hash);
    let right = password::verify(password, hash)
        .await
        .map_err(SignInError::from)?;
    let (user, address, now) = (user.clone(), client.address.clone(), service.now());
    service
        .store
        .write(move |tx| {
            if right {
                watched.succeed(tx, now)
            } else {
                log(tx, &user, Action::SignInRefused, "own account", &address, now)
            }
            .map_err(ServiceError::from)
        })
        .await?;
    if right {
        Ok(())
    } else {
        Err(SignInError::Refused.into())
    }
}

/// Ends all sessions of a user and begins the one in hand anew. `digests` are those of the earlier and of the new cookie.
pub(super) fn renew(
    tx: &Transaction<'_>,
    user: &User,
    digests: (&str, &str),
    was_partial: bool,
    client: &Client,
    now: UnixMillis,
) -> Result<Option<Stage>, ServiceError> {
    let (earlier, cookie_digest) = digests;
    // A session that was ended meanwhile earns no new one.
    if sessions::find(tx, earlier)?.is_none_or(|row| row.user != *user) {
        return Err(ServiceError::NotFound);
    }
    sessions::end_all(tx, user.id, None)?;
    let begun = Begun {
        cookie_digest,
        replaces: None,
        awaits_factor: false,
        comes: if was_partial {
            Comes::Further
        } else {
            Comes::Inside
        },
        client,
    };
    Ok(begin(tx, user, &begun, now)?)
}

/// Changes one's own password.
pub async fn change_password(
    service: &Service,
    session: &Session,
    present: SecretString,
    new: SecretString,
    client: &Client,
) -> Result<Entry, AccountError> {
    password::check(new.expose_secret(), &session.user.name)?;
    confirm_password(service, &session.user, present, client).await?;
    put_password(service, &session.user, &session.cookie_digest, false, new, client).await
}

/// Chooses a password of one's own instead of the initial one.
pub async fn choose_password(
    service: &Service,
    partial: &Partial,
    new: SecretString,
    client: &Client,
) -> Result<Entry, AccountError> {
    if partial.stage != Stage::Password {
        return Err(ServiceError::NotFound.into());
    }
    password::check(new.expose_secret(), &partial.user.name)?;
    put_password(service, &partial.user, &partial.cookie_digest, true, new, client).await
}

async fn put_password(
    service: &Service,
    user: &User,
    earlier: &str,
    was_partial: bool,
    new: SecretString,
    client: &Client,
) -> Result<Entry, AccountError> {
    let id = user.id;
    let present = service
        .store
        .read(move |tx| accounts::find_password(tx, id).map_err(ServiceError::from))
        .await?
        .map(|(hash, _)| hash);
    if password::verify(new.clone(), present)
        .await
        .map_err(SignInError::from)?
    {
        return Err(AccountError::SamePassword);
    }
    let salt = random(service.entropy.as_ref()).map_err(ServiceError::from)?;
    let hash = password::hash(new, salt).await.map_err(SignInError::from)?;
    let cookie = SessionCookie::new(service)?;
    let (digest, earlier, user) = (cookie.digest(), earlier.to_owned(), user.clone());
    let (client, now) = (client.clone(), service.now());
    let stage = service
        .store
        .write(move |tx| {
            accounts::put_password(tx, user.id, &hash, None)?;
            log(tx, &user, Action::PasswordChanged, "", &client.address, now)?;
            renew(tx, &user, (&earlier, &digest), was_partial, &client, now)
        })
        .await?;
    Ok(Entry { cookie, stage })
}

/// Removes one's own authenticator app.
pub async fn remove_app(
    service: &Service,
    session: &Session,
    password: SecretString,
    client: &Client,
) -> Result<Entry, AccountError> {
    remove(
        service,
        session,
        password,
        client,
        "authenticator app",
        factors::remove_app,
    )
    .await
}

/// Removes a factor, unless an admin would be left without one. Recovery codes go with the last.
pub(super) async fn remove(
    service: &Service,
    session: &Session,
    password: SecretString,
    client: &Client,
    what: &'static str,
    take: impl FnOnce(&Transaction<'_>, i64) -> Result<bool, StoreError> + Send + 'static,
) -> Result<Entry, AccountError> {
    confirm_password(service, &session.user, password, client).await?;
    let cookie = SessionCookie::new(service)?;
    let (digest, earlier) = (cookie.digest(), session.cookie_digest.clone());
    let (user, client, now) = (session.user.clone(), client.clone(), service.now());
    let stage = service
        .store
        .write(move |tx| {
            if !take(tx, user.id)? {
                return Err(AccountError::from(ServiceError::NotFound));
            }
            let is_last =
                factors::find_app(tx, user.id)?.is_none() && factors::passkeys(tx, user.id)?.is_empty();
            if is_last && user.role == Role::Admin {
                return Err(AccountError::LastFactor);
            }
            if is_last {
                factors::remove_codes(tx, user.id)?;
            }
            log(tx, &user, Action::FactorRemoved, what, &client.address, now)?;
            Ok(renew(tx, &user, (&earlier, &digest), false, &client, now)?)
        })
        .await?;
    Ok(Entry { cookie, stage })
}

/// Makes new recovery codes; the earlier ones are void. They are shown this once.
pub async fn make_codes(
    service: &Service,
    session: &Session,
    password: SecretString,
    client: &Client,
) -> Result<Vec<String>, AccountError> {
    confirm_password(service, &session.user, password, client).await?;
    let set = codes::make(service).await?;
    let (context, user) = (service.clone(), session.user.clone());
    let (address, now) = (client.address.clone(), service.now());
    let codes = service
        .store
        .write(move |tx| {
            let has_factor =
                factors::find_app(tx, user.id)?.is_some() || !factors::passkeys(tx, user.id)?.is_empty();
            if !has_factor {
                return Err(ServiceError::NotFound);
            }
            keep_codes(&context, tx, &user, &set, now)?;
            log(tx, &user, Action::FactorAdded, "recovery codes", &address, now)?;
            Ok(set.codes)
        })
        .await?;
    Ok(codes)
}

/// Ends one of one's other sessions, or all of them.
pub async fn end_session(
    service: &Service,
    session: &Session,
    mark: Option<&str>,
    client: &Client,
) -> Result<(), ServiceError> {
    let mark = mark.map(str::to_owned);
    if mark.as_ref().is_some_and(|mark| mark.len() != MARK_CHARS) {
        return Err(ServiceError::NotFound);
    }
    let (session, address, now) = (session.clone(), client.address.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let user = &session.user;
            match mark {
                Some(mark) if session.cookie_digest.starts_with(&mark) => return Err(ServiceError::NotFound),
                // One that has ended by itself is as good as ended.
                Some(mark) if !sessions::end_marked(tx, user.id, &mark)? => return Ok(()),
                Some(_) => {}
                None => _ = sessions::end_all(tx, user.id, Some(&session.cookie_digest))?,
            }
            Ok(log(tx, user, Action::SessionsEnded, &user.name, &address, now)?)
        })
        .await
}
