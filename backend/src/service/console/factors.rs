//! Adding an authenticator app to one's own account, with recovery codes.

use rusqlite::Transaction;
use secrecy::SecretString;
use shared::words::UnixMillis;

use super::account::{AccountError, confirm_password, renew};
use super::sessions::{Client, Entry, Partial, Session, SessionCookie, Stage, log};
use crate::identity::qr::{self, Picture};
use crate::identity::totp;
use crate::keys::{Place, hex};
use crate::ports::random;
use crate::service::factors::{FactorError, codes};
use crate::service::{Service, ServiceError};
use crate::store::console::accounts::User;
use crate::store::console::audit::Action;
use crate::store::console::factors::{self, App, Purpose};
use crate::verification::checks::call_number::normalize_answer;

/// A secret that was shown waits so long for its first code.
const WAIT_SECONDS: i64 = 10 * 60;

/// Who adds a factor.
pub enum Holder<'a> {
    /// Somebody who is signed in.
    Session(&'a Session),
    /// Somebody who must have a factor before they are.
    Partial(&'a Partial),
}

impl Holder<'_> {
    /// Who.
    pub fn user(&self) -> &User {
        match self {
            Self::Session(session) => &session.user,
            Self::Partial(partial) => &partial.user,
        }
    }

    /// SHA-256 of their cookie, in hex.
    pub fn cookie_digest(&self) -> &str {
        match self {
            Self::Session(session) => &session.cookie_digest,
            Self::Partial(partial) => &partial.cookie_digest,
        }
    }

    pub(super) const fn is_partial(&self) -> bool {
        matches!(self, Self::Partial(_))
    }

    /// Whoever adds a factor has just given their password: on the way in, or once more (ASVS 7.5.1).
    pub(super) async fn confirm(
        &self,
        service: &Service,
        password: SecretString,
        client: &Client,
    ) -> Result<(), AccountError> {
        match self {
            Self::Session(session) => confirm_password(service, &session.user, password, client).await,
            Self::Partial(partial) if partial.stage == Stage::Enrolment => Ok(()),
            Self::Partial(_) => Err(ServiceError::NotFound.into()),
        }
    }
}

/// An app that waits for its first code.
#[derive(Clone, PartialEq, Eq)]
pub struct AppToAdd {
    /// The key to type in. Secret: never log it.
    pub key: String,
    /// The QR code. As secret as the key.
    pub picture: Picture,
}

/// A factor was added.
pub struct Added {
    /// The session that goes on.
    pub entry: Entry,
    /// Recovery codes, shown this once; none when there were some already. Secret: never log them.
    pub codes: Vec<String>,
}

pub(super) fn subject_of(user: &User) -> String {
    // With a word before the number, no place is that of a requester.
    format!("console-user {}", user.id)
}

/// The secret of a user's app.
pub(super) fn unseal(service: &Service, user: &User, sealed: &str) -> Result<totp::Secret, ServiceError> {
    let subject = subject_of(user);
    let opened = service.config.keys.open(place(user, &subject), sealed);
    let opened = opened.map_err(FactorError::from)?;
    Ok(totp::Secret::from_kept(&opened).ok_or(FactorError::Secret)?)
}

fn place<'a>(user: &'a User, subject: &'a str) -> Place<'a> {
    Place {
        purpose: "console-totp",
        instance: user.instance.as_str(),
        subject,
    }
}

/// Seals the secret of a user's app.
pub(super) fn seal(service: &Service, user: &User, secret: &totp::Secret) -> Result<String, ServiceError> {
    let subject = subject_of(user);
    let nonce = random(service.entropy.as_ref())?;
    let sealed = service
        .config
        .keys
        .seal(place(user, &subject), nonce, secret.as_bytes());
    Ok(sealed.map_err(FactorError::from)?)
}

/// What is stored of a recovery code that was hashed.
pub(super) fn recovery_digest(service: &Service, user: &User, hash: &[u8]) -> String {
    let keys = &service.config.keys;
    keys.recovery_digest(user.instance.as_str(), &subject_of(user), hash)
}

/// Makes the secret of an app that waits for its first code; an earlier one that waits is void.
pub async fn begin_app(
    service: &Service,
    holder: &Holder<'_>,
    password: SecretString,
    client: &Client,
) -> Result<(), AccountError> {
    holder.confirm(service, password, client).await?;
    let secret = totp::Secret::from_random(random(service.entropy.as_ref()).map_err(ServiceError::from)?);
    let sealed = seal(service, holder.user(), &secret)?;
    let (digest, until) = (
        holder.cookie_digest().to_owned(),
        service.now().plus_seconds(WAIT_SECONDS),
    );
    service
        .store
        .write(move |tx| {
            factors::put_challenge(tx, &digest, Purpose::AddApp, &sealed, until).map_err(ServiceError::from)
        })
        .await?;
    Ok(())
}

/// The app that waits for its first code, if one does.
pub async fn app_to_add(service: &Service, holder: &Holder<'_>) -> Result<Option<AppToAdd>, ServiceError> {
    let (digest, now) = (holder.cookie_digest().to_owned(), service.now());
    let found = service
        .store
        .read(move |tx| {
            factors::find_challenge(tx, &digest, Purpose::AddApp, now).map_err(ServiceError::from)
        })
        .await?;
    let Some(sealed) = found else {
        return Ok(None);
    };
    let user = holder.user();
    let secret = unseal(service, user, &sealed)?;
    let company = format!("imper.ai console, {}", service.instance(&user.instance)?.company);
    let address = secret.address(&company, &user.name).ok_or(FactorError::Secret)?;
    Ok(Some(AppToAdd {
        key: secret.as_key(),
        picture: qr::draw(&address).ok_or(FactorError::Secret)?,
    }))
}

/// Keeps the app that waits, if the code is its own: with recovery codes, if there were none, and a session that begins
/// anew while all others end. `None` when the code is not, or no app waits.
pub async fn add_app(
    service: &Service,
    holder: &Holder<'_>,
    typed: &str,
    client: &Client,
) -> Result<Option<Added>, ServiceError> {
    let (context, user, now) = (service.clone(), holder.user().clone(), service.now());
    let (digest, code) = (holder.cookie_digest().to_owned(), normalize_answer(typed));
    add(service, holder, client, "authenticator app", move |tx| {
        let Some(sealed) = factors::find_challenge(tx, &digest, Purpose::AddApp, now)? else {
            return Ok(false);
        };
        let Some(last_step) = unseal(&context, &user, &sealed)?.step_of(&code, now, None) else {
            return Ok(false);
        };
        factors::take_challenge(tx, &digest, Purpose::AddApp, now)?;
        // Its step is spent: the code that was just shown proves nothing a second time.
        let app = App {
            secret: sealed,
            last_step,
            added_at: now,
        };
        factors::put_app(tx, user.id, &app)?;
        Ok(true)
    })
    .await
}

/// Adds what `keep` keeps, in one transaction with recovery codes and the new session.
pub(super) async fn add(
    service: &Service,
    holder: &Holder<'_>,
    client: &Client,
    what: &'static str,
    keep: impl FnOnce(&Transaction<'_>) -> Result<bool, ServiceError> + Send + 'static,
) -> Result<Option<Added>, ServiceError> {
    let cookie = SessionCookie::new(service)?;
    let (digest, user, client, now) = (
        cookie.digest(),
        holder.user().clone(),
        client.clone(),
        service.now(),
    );
    let (earlier, is_partial) = (holder.cookie_digest().to_owned(), holder.is_partial());
    let set = match codes_left(service, user.id).await? {
        0 => Some(codes::make(service).await?),
        _ => None,
    };
    let context = service.clone();
    let added = service
        .store
        .write(move |tx| {
            if !keep(tx)? {
                return Ok::<_, ServiceError>(None);
            }
            log(tx, &user, Action::FactorAdded, what, &client.address, now)?;
            if let Some(set) = &set {
                keep_codes(&context, tx, &user, set, now)?;
                log(
                    tx,
                    &user,
                    Action::FactorAdded,
                    "recovery codes",
                    &client.address,
                    now,
                )?;
            }
            let stage = renew(tx, &user, (&earlier, &digest), is_partial, &client, now)?;
            Ok(Some((stage, set.map(|set| set.codes).unwrap_or_default())))
        })
        .await?;
    Ok(added.map(|(stage, codes)| Added {
        entry: Entry { cookie, stage },
        codes,
    }))
}

async fn codes_left(service: &Service, user: i64) -> Result<u32, ServiceError> {
    service
        .store
        .read(move |tx| factors::codes_left(tx, user).map_err(ServiceError::from))
        .await
}

/// Keeps a set of recovery codes; the earlier one is of no use from then on.
pub(super) fn keep_codes(
    service: &Service,
    tx: &Transaction<'_>,
    user: &User,
    set: &codes::Set,
    now: UnixMillis,
) -> Result<(), ServiceError> {
    let digests: Vec<String> = set
        .hashes
        .iter()
        .map(|hash| recovery_digest(service, user, hash))
        .collect();
    Ok(factors::put_codes(tx, user.id, &hex(&set.salt), &digests, now)?)
}
