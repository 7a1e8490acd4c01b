//! Signing in with a password, and with the second factor after it.

use rusqlite::Transaction;
use secrecy::SecretString;

use super::backoff::Watched;
use super::factors::{recovery_digest, unseal};
use super::password::{self, HashError};
use super::sessions::{Begun, Client, Comes, Entry, Partial, SessionCookie, Stage, begin, log, may_sign_in};
use crate::identity::recovery;
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::accounts::{self, User};
use crate::store::console::audit::{self, Action};
use crate::store::console::{factors, sessions};
use crate::verification::InstanceId;
use crate::verification::checks::call_number::normalize_answer;

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
    pub client: Client,
    /// Digest of a session that this browser holds already; it ends when the new one begins.
    pub replaces: Option<String>,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The instance, the name, the password or the code is wrong: which one is never said.
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

impl From<HashError> for SignInError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            HashError::Failed => ServiceError::Store(StoreError::Corrupt {
                what: "password",
                error: error.to_string(),
            })
            .into(),
        }
    }
}

/// The instance, if only one is configured: then nobody needs to name it.
pub fn only_instance(service: &Service) -> Option<&InstanceId> {
    let mut ids = service.config.instances.keys();
    ids.next().filter(|_| ids.next().is_none())
}

/// Checks credentials and begins a session. Answer, cost and back-off are the same whether or not the name exists, and
/// for users who have no (usable) password here.
pub async fn sign_in(service: &Service, credentials: Credentials) -> Result<Entry, SignInError> {
    let typed = credentials.instance.trim().to_lowercase();
    let instance = match only_instance(service) {
        Some(only) => Some(only.clone()),
        None => InstanceId::parse(&typed).filter(|id| service.config.instances.contains_key(id)),
    };
    let name = credentials.name.trim().to_lowercase();
    let place = instance.as_ref().map_or(typed.as_str(), InstanceId::as_str);
    let watched = Watched::new(&service.config.keys, place, &name, &credentials.client.address);

    let (admission, found, now) = {
        let (watched, instance, now) = (watched.clone(), instance.clone(), service.now());
        let work = move |tx: &Transaction<'_>| {
            let wait = watched.admit(tx, now)?;
            let Some(id) = instance else {
                return Ok::<_, ServiceError>((wait, None, now));
            };
            let Some((user, hash)) = accounts::find_user(tx, &id, &name)? else {
                return Ok((wait, None, now));
            };
            let initial = accounts::find_password(tx, user.id)?.and_then(|(_, until)| until);
            let hash = hash.filter(|_| initial.is_none_or(|until| now < until));
            Ok((wait, Some((user, hash)), now))
        };
        service.store.write(work).await?
    };
    if let Some(seconds) = admission {
        return Err(SignInError::TooEarly(seconds));
    }
    let (user, hash) = found.unzip();
    let may = user.as_ref().is_some_and(|user| may_sign_in(service, user));
    let hash = hash.flatten().filter(|_| may);
    let right = password::verify(credentials.password, hash.clone()).await?;

    let cookie = SessionCookie::new(service)?;
    let digest = cookie.digest();
    let (client, replaces) = (credentials.client, credentials.replaces);
    let signed_in = service
        .store
        .write(move |tx| {
            // Looked at again: an admin may have switched the user off, or given them another password, meanwhile.
            let still = match &user {
                Some(user) if right => accounts::find_password(tx, user.id)?.map(|(hash, _)| hash) == hash,
                _ => false,
            };
            let Some(user) = user.as_ref().filter(|_| still) else {
                // Logged for an instance that does not exist, too: leaving that out would show in the time.
                let refused = audit::Entry {
                    instance: instance.as_ref(),
                    user: user.as_ref().map(|user| (user.id, user.name.as_str())),
                    action: Action::SignInRefused,
                    subject: "",
                    client_address: &client.address,
                };
                audit::append(tx, refused, now)?;
                return Ok::<_, ServiceError>(None);
            };
            watched.succeed(tx, now)?;
            let begun = Begun {
                cookie_digest: &digest,
                replaces: replaces.as_deref(),
                awaits_factor: has_factor(tx, user.id)?,
                comes: Comes::ByPassword,
                client: &client,
            };
            Ok(Some(begin(tx, user, &begun, now)?))
        })
        .await?;
    match signed_in {
        Some(stage) => Ok(Entry { cookie, stage }),
        None => Err(SignInError::Refused),
    }
}

fn has_factor(tx: &Transaction<'_>, user: i64) -> Result<bool, StoreError> {
    Ok(factors::find_app(tx, user)?.is_some() || !factors::passkeys(tx, user)?.is_empty())
}

/// Counts an attempt at the second factor; the seconds to wait are an error.
pub(super) async fn admit(service: &Service, watched: &Watched) -> Result<(), SignInError> {
    let (watched, now) = (watched.clone(), service.now());
    let wait = service
        .store
        .write(move |tx| watched.admit(tx, now).map_err(ServiceError::from))
        .await?;
    wait.map_or(Ok(()), |seconds| Err(SignInError::TooEarly(seconds)))
}

/// What was given as second factor.
enum Given {
    Code(String),
    /// Its hash, under the salt of the user's set.
    Recovery([u8; 32]),
}

/// Answers with a code of the authenticator app, or with a recovery code, and begins the session anew.
pub async fn answer_code(
    service: &Service,
    partial: &Partial,
    typed: &str,
    client: Client,
) -> Result<Entry, SignInError> {
    if partial.stage != Stage::Factor {
        return Err(ServiceError::NotFound.into());
    }
    let watched = Watched::factor(&service.config.keys, partial.user.id, &client.address);
    admit(service, &watched).await?;
    let given = match recovery::read(typed) {
        Some(code) => Given::Recovery(recovery_hash(service, partial.user.id, code).await?),
        None => Given::Code(normalize_answer(typed)),
    };
    let (context, now) = (service.clone(), service.now());
    let prove = move |tx: &Transaction<'_>, user: &User| match &given {
        Given::Code(code) => {
            let Some(app) = factors::find_app(tx, user.id)? else {
                return Ok(None);
            };
            let step = unseal(&context, user, &app.secret)?.step_of(code, now, Some(app.last_step));
            let spent = match step {
                Some(step) => factors::spend_step(tx, user.id, step)?,
                None => false,
            };
            Ok::<_, ServiceError>(spent.then_some(Action::SignedIn))
        }
        Given::Recovery(hash) => {
            let spent = factors::spend_code(tx, user.id, &recovery_digest(&context, user, hash))?;
            Ok(spent.then_some(Action::RecoveryCodeUsed))
        }
    };
    step_up(service, partial, watched, client, prove).await
}

/// Proves the second factor in one transaction with the new session. `prove` returns what is logged besides.
pub(super) async fn step_up(
    service: &Service,
    partial: &Partial,
    watched: Watched,
    client: Client,
    prove: impl FnOnce(&Transaction<'_>, &User) -> Result<Option<Action>, ServiceError> + Send + 'static,
) -> Result<Entry, SignInError> {
    let cookie = SessionCookie::new(service)?;
    let (digest, partial, now) = (cookie.digest(), partial.clone(), service.now());
    let stepped = service
        .store
        .write(move |tx| {
            // A session that was ended meanwhile proves nothing any more, and its code is not spent.
            let runs = sessions::find(tx, &partial.cookie_digest)?
                .is_some_and(|row| row.user == partial.user && row.missing.factor && now < row.expires_at);
            if !runs {
                return Err(ServiceError::NotFound);
            }
            let user = &partial.user;
            let Some(action) = prove(tx, user)? else {
                log(tx, user, Action::FactorRefused, "", &client.address, now)?;
                return Ok(None);
            };
            watched.succeed(tx, now)?;
            if action != Action::SignedIn {
                let left = factors::codes_left(tx, user.id)?;
                log(tx, user, action, &format!("{left} left"), &client.address, now)?;
            }
            let begun = Begun {
                cookie_digest: &digest,
                replaces: Some(&partial.cookie_digest),
                awaits_factor: false,
                comes: Comes::Further,
                client: &client,
            };
            Ok(Some(begin(tx, user, &begun, now)?))
        })
        .await?;
    match stepped {
        Some(stage) => Ok(Entry { cookie, stage }),
        None => Err(SignInError::Refused),
    }
}

/// Hashes a recovery code. Without a set the same work is done for nothing.
async fn recovery_hash(service: &Service, user: i64, code: String) -> Result<[u8; 32], ServiceError> {
    let salt = service
        .store
        .read(move |tx| factors::find_salt(tx, user).map_err(ServiceError::from))
        .await?;
    let salt = salt
        .as_deref()
        .and_then(crate::service::factors::codes::salt_from)
        .unwrap_or([0; recovery::SALT_BYTES]);
    let hashes = recovery::hash(vec![code], salt)
        .await
        .map_err(crate::service::factors::FactorError::from)?;
    Ok(hashes.first().copied().unwrap_or([0; 32]))
}
