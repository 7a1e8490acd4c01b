//! Passkeys as second factor of the console.

use rusqlite::Transaction;
use secrecy::SecretString;

use super::account::{AccountError, remove};
use super::backoff::Watched;
use super::factors::{Added, Holder, add, subject_of};
use super::sessions::{Client, Entry, Partial, Session, Stage};
use super::sign_in::{SignInError, admit, step_up};
use crate::identity::passkey::{CHALLENGE_SECONDS, MAX_PASSKEYS, PasskeyError, Person, Site};
use crate::service::factors::FactorError;
use crate::service::{Service, ServiceError};
use crate::store::console::accounts::User;
use crate::store::console::audit::Action;
use crate::store::console::factors::{self, Passkey, Purpose};

/// With what a user can answer for the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// A passkey, under this site's name.
    pub passkey: bool,
    /// A code of an authenticator app.
    pub app: bool,
}

/// With what a user can answer, besides recovery codes.
pub async fn ways(service: &Service, user: &User) -> Result<Ways, ServiceError> {
    let (id, has_site) = (user.id, can_have_passkeys(service, user));
    service
        .store
        .read(move |tx| {
            Ok(Ways {
                passkey: has_site && !factors::passkeys(tx, id)?.is_empty(),
                app: factors::find_app(tx, id)?.is_some(),
            })
        })
        .await
}

/// True when this site has a name that passkeys can be made for.
pub fn can_have_passkeys(service: &Service, user: &User) -> bool {
    site(service, user).is_ok()
}

fn site(service: &Service, user: &User) -> Result<Site, ServiceError> {
    let company = &service.instance(&user.instance)?.company;
    Ok(Site::new(&service.config.server.public_url, company).map_err(FactorError::from)?)
}

fn bodies(tx: &Transaction<'_>, user: i64) -> Result<Vec<String>, ServiceError> {
    let kept = factors::passkeys(tx, user)?;
    Ok(kept.into_iter().map(|passkey| passkey.body).collect())
}

/// What the browser needs to make a passkey, as JSON. `None` when there are enough.
pub async fn ask_to_add_passkey(
    service: &Service,
    holder: &Holder<'_>,
) -> Result<Option<String>, ServiceError> {
    if let Holder::Partial(partial) = holder
        && partial.stage != Stage::Enrolment
    {
        return Err(ServiceError::NotFound);
    }
    let (context, user, now) = (service.clone(), holder.user().clone(), service.now());
    let digest = holder.cookie_digest().to_owned();
    service
        .store
        .write(move |tx| {
            let known = bodies(tx, user.id)?;
            if known.len() >= MAX_PASSKEYS as usize {
                return Ok(None);
            }
            let handle = context
                .config
                .keys
                .passkey_handle(user.instance.as_str(), &subject_of(&user));
            let person = Person {
                handle,
                user_name: &user.name,
                name: &user.name,
            };
            let asked = site(&context, &user)?
                .ask_to_add(person, &known)
                .map_err(FactorError::from)?;
            let until = now.plus_seconds(CHALLENGE_SECONDS);
            factors::put_challenge(tx, &digest, Purpose::AddPasskey, &asked.challenge, until)?;
            Ok(Some(asked.options))
        })
        .await
}

/// Keeps a new passkey. `answer` is what `navigator.credentials.create` gave, as JSON. `None` when it answers nothing
/// that was asked.
pub async fn add_passkey(
    service: &Service,
    holder: &Holder<'_>,
    password: SecretString,
    answer: &str,
    client: &Client,
) -> Result<Option<Added>, AccountError> {
    holder.confirm(service, password, client).await?;
    let (context, user, now) = (service.clone(), holder.user().clone(), service.now());
    let (digest, answer) = (holder.cookie_digest().to_owned(), answer.to_owned());
    let keep = move |tx: &Transaction<'_>| {
        let Some(challenge) = factors::take_challenge(tx, &digest, Purpose::AddPasskey, now)? else {
            return Ok(false);
        };
        let kept = match site(&context, &user)?.add(&challenge, &answer) {
            Ok(kept) => kept,
            // The challenge is spent all the same: this must not be an error, which would bring it back.
            Err(PasskeyError::Refused(why)) => {
                tracing::info!(%why, "a new passkey of a console user was refused");
                return Ok(false);
            }
            Err(PasskeyError::Unreadable) => return Ok(false),
            Err(error) => return Err(FactorError::from(error).into()),
        };
        let passkey = Passkey {
            digest: kept.digest,
            body: kept.credential,
            is_synced: kept.is_synced,
            added_at: now,
            last_used_at: None,
        };
        Ok(factors::add_passkey(tx, user.id, &passkey)?)
    };
    Ok(add(service, holder, client, "passkey", keep).await?)
}

/// What the browser needs to let a passkey sign, as JSON. `None` when there is none to ask for.
pub async fn ask_passkey(service: &Service, partial: &Partial) -> Result<Option<String>, ServiceError> {
    if partial.stage != Stage::Factor {
        return Err(ServiceError::NotFound);
    }
    let (context, partial, now) = (service.clone(), partial.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let known = bodies(tx, partial.user.id)?;
            if known.is_empty() {
                return Ok(None);
            }
            let asked = site(&context, &partial.user)?
                .ask(&known)
                .map_err(FactorError::from)?;
            let until = now.plus_seconds(CHALLENGE_SECONDS);
            let (digest, purpose) = (&partial.cookie_digest, Purpose::AnswerPasskey);
            factors::put_challenge(tx, digest, purpose, &asked.challenge, until)?;
            Ok(Some(asked.options))
        })
        .await
}

/// Answers with a passkey, and begins the session anew.
pub async fn answer_passkey(
    service: &Service,
    partial: &Partial,
    answer: &str,
    client: Client,
) -> Result<Entry, SignInError> {
    if partial.stage != Stage::Factor {
        return Err(ServiceError::NotFound.into());
    }
    let watched = Watched::factor(&service.config.keys, partial.user.id, &client.address);
    admit(service, &watched).await?;
    let (context, now, answer) = (service.clone(), service.now(), answer.to_owned());
    let digest = partial.cookie_digest.clone();
    let prove = move |tx: &Transaction<'_>, user: &User| {
        let Some(challenge) = factors::take_challenge(tx, &digest, Purpose::AnswerPasskey, now)? else {
            return Ok(None);
        };
        match site(&context, user)?.check(&challenge, &answer, &bodies(tx, user.id)?) {
            Ok(kept) => {
                let used = factors::use_passkey(tx, user.id, &kept.digest, &kept.credential, now)?;
                Ok(used.then_some(Action::SignedIn))
            }
            Err(PasskeyError::Refused(why)) => {
                tracing::info!(%why, "a passkey of a console user was refused");
                Ok(None)
            }
            Err(PasskeyError::Unreadable) => Ok(None),
            Err(error) => Err(FactorError::from(error).into()),
        }
    };
    step_up(service, partial, watched, client, prove).await
}

/// Removes one of one's own passkeys.
pub async fn remove_passkey(
    service: &Service,
    session: &Session,
    password: SecretString,
    digest: &str,
    client: &Client,
) -> Result<Entry, AccountError> {
    let digest = digest.to_owned();
    remove(service, session, password, client, "passkey", move |tx, user| {
        factors::remove_passkey(tx, user, &digest)
    })
    .await
}
