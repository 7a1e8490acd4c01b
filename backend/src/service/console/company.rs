//! Company sign-in to the console: off to the identity provider and back.
//!
//! What comes back is believed only in the browser that went there, once and for ten minutes. Who may come in, and as
//! what, says a claim of the ID token by a list in the configuration: no value of the list, no entry. The user is made,
//! or brought up to date, at every sign-in, so that whoever loses the group loses the access.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use secrecy::SecretString;
use serde_json::Value;
use shared::words::UnixMillis;
use url::Url;

use super::sessions::{Begun, Client, Comes, Entry, SessionCookie, begin, log};
use super::sign_in::only_instance;
use super::users::parse_name;
use crate::config::ConsoleSignIn;
use crate::identity::oidc::{Answer, Attempt, Identity, OidcError};
use crate::keys::sha256_hex;
use crate::ports::random;
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::accounts::{Role, User};
use crate::store::console::audit::{self, Action};
use crate::store::console::{company, sessions, users};
use crate::verification::{InstanceId, SignInId};

/// An answer of the provider counts for so long.
const LIFE_SECONDS: i64 = 600;

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The instance has no company sign-in, or there is no such instance.
    NotOffered,
    /// The provider cannot be used now.
    Down,
    /// The person, or the provider, ended the sign-in.
    Declined,
    /// It is not an answer to what this browser asked, or it proves nothing.
    Void,
    /// None of the person's groups may come in.
    NoRole,
    /// The provider says no name that can be one here.
    NoName,
    /// A local user has the name.
    NameTaken,
    /// An admin has switched the user off.
    Disabled,
}

impl Trouble {
    /// A stable name, for the log.
    const fn as_str(self) -> &'static str {
        match self {
            Self::NotOffered => "not offered",
            Self::Down => "provider cannot be used",
            Self::Declined => "ended at the provider",
            Self::Void => "answer proves nothing",
            Self::NoRole => "no group with a role",
            Self::NoName => "no usable name",
            Self::NameTaken => "name is taken by a local user",
            Self::Disabled => "user is disabled",
        }
    }
}

/// What a browser brings along.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Digest of the cookie that names the browser.
    pub browser_digest: String,
    /// Digest of a session that it holds already.
    pub replaces: Option<String>,
    /// Where it is.
    pub client: Client,
}

/// The company sign-in of the instance that somebody names, if it has one. With only one instance nobody has to.
pub fn company_sign_in<'a>(service: &'a Service, typed: &str) -> Option<(&'a InstanceId, &'a ConsoleSignIn)> {
    let typed = InstanceId::parse(&typed.trim().to_lowercase());
    let id = only_instance(service).cloned().or(typed)?;
    let (id, instance) = service.config.instances.get_key_value(&id)?;
    Some((id, instance.console_sign_in.as_ref()?))
}

/// Begins a sign-in: where the browser must go.
pub async fn depart_to_company(
    service: &Service,
    typed: &str,
    next: &str,
    visitor: Visitor,
) -> Result<Result<Url, Trouble>, ServiceError> {
    let offered = company_sign_in(service, typed);
    let provider = offered.and_then(|(id, _)| service.console_providers.get(id));
    let (Some((instance, _)), Some(provider)) = (offered, provider) else {
        return Ok(Err(Trouble::NotOffered));
    };
    let attempt = SignInId(random(service.entropy.as_ref())?);
    let address = match provider.address(&secrets(service, attempt), service.now()).await {
        Ok(address) => address,
        Err(error) => return refused(service, instance, None, &visitor, trouble(&error)).await,
    };
    let [state, ..] = service.config.keys.sign_in_secrets(attempt);
    let now = service.now();
    let begun = company::Begun {
        attempt,
        instance: instance.clone(),
        browser_digest: visitor.browser_digest,
        next: next.to_owned(),
        expires_at: now.plus_seconds(LIFE_SECONDS),
    };
    service
        .store
        .write(move |tx| company::add(tx, &sha256_hex(state.as_bytes()), &begun, now))
        .await
        .map_err(ServiceError::from)?;
    Ok(Ok(address))
}

/// Takes what the provider sent the browser back with, at the address of `instance`. Returns the session and where it
/// wanted to go.
pub async fn arrive_from_company(
    service: &Service,
    instance: &str,
    answer: &Answer,
    visitor: Visitor,
) -> Result<Result<(Entry, String), Trouble>, ServiceError> {
    let known = InstanceId::parse(instance).and_then(|id| Some((service.console_providers.get(&id)?, id)));
    let Some((provider, instance)) = known else {
        return Ok(Err(Trouble::NotOffered));
    };
    let (state, browser) = (
        sha256_hex(answer.state.as_bytes()),
        visitor.browser_digest.clone(),
    );
    let (of, now) = (instance.clone(), service.now());
    let begun = service
        .store
        .write(move |tx| company::take(tx, &state, &browser, &of, now))
        .await
        .map_err(ServiceError::from)?;
    let Some(begun) = begun else {
        return refused(service, &instance, None, &visitor, Trouble::Void).await;
    };
    let attempt = secrets(service, begun.attempt);
    let identity = match provider.identify(answer, &attempt, service.now()).await {
        Ok(identity) => identity,
        Err(error) => return refused(service, &instance, None, &visitor, trouble(&error)).await,
    };
    let cookie = SessionCookie::new(service)?;
    let (context, digest, now) = (service.clone(), cookie.digest(), service.now());
    let (of, with) = (instance.clone(), visitor.clone());
    let entered = service
        .store
        .write(move |tx| enter(&context, tx, &of, &identity, (&digest, &with), now))
        .await?;
    match entered {
        Entered::In => Ok(Ok((Entry { cookie, stage: None }, begun.next))),
        Entered::Refused(user, trouble) => refused(service, &instance, user, &visitor, trouble).await,
    }
}

enum Entered {
    In,
    Refused(Option<User>, Trouble),
}

/// The role of somebody with this identity: the greatest that one of the values of the claim gives.
fn role_of(settings: &ConsoleSignIn, identity: &Identity) -> Option<Role> {
    let values: BTreeSet<&str> = match identity.claims.get(&settings.role_claim)? {
        Value::String(one) => BTreeSet::from([one.as_str()]),
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let roles = settings.roles.iter();
    roles
        .filter(|(value, _)| values.contains(value.as_str()))
        .map(|(_, role)| *role)
        .max()
}

fn enter(
    service: &Service,
    tx: &Transaction<'_>,
    instance: &InstanceId,
    identity: &Identity,
    (cookie_digest, visitor): (&str, &Visitor),
    now: UnixMillis,
) -> Result<Entered, ServiceError> {
    let settings = service.instance(instance)?.console_sign_in.as_ref();
    let settings = settings.ok_or(ServiceError::NotFound)?;
    let keys = &service.config.keys;
    let subject = keys.subject_digest(&identity.issuer, &identity.subject);
    let found = company::find(tx, instance, &subject)?;
    let address = &visitor.client.address;
    let Some(role) = role_of(settings, identity) else {
        let known = found.map(|(user, _)| user);
        if let Some(user) = &known {
            // Nobody counts as an admin who cannot come in, and what they have open ends.
            put_role(tx, user, Role::Viewer, address, now)?;
            sessions::end_all(tx, user.id, None)?;
        }
        return Ok(Entered::Refused(known, Trouble::NoRole));
    };
    let Some(name) = identity.claim(&settings.name_claim).and_then(parse_name) else {
        return Ok(Entered::Refused(found.map(|(user, _)| user), Trouble::NoName));
    };
    let user = match found {
        Some((user, false)) => return Ok(Entered::Refused(Some(user), Trouble::Disabled)),
        Some((mut user, true)) => {
            put_role(tx, &user, role, address, now)?;
            user.role = role;
            if user.name != name && company::rename(tx, user.id, &name)? {
                user.name = name;
            }
            user
        }
        None => {
            let Some(user) = company::add_user(tx, instance, &subject, &name, role, now)? else {
                return Ok(Entered::Refused(None, Trouble::NameTaken));
            };
            let subject = format!("{name} ({}), by company sign-in", role.as_str());
            log(tx, &user, Action::UserAdded, &subject, address, now)?;
            user
        }
    };
    let begun = Begun {
        cookie_digest,
        replaces: visitor.replaces.as_deref(),
        awaits_factor: false,
        comes: Comes::ByCompany,
        client: &visitor.client,
    };
    begin(tx, &user, &begun, now)?;
    Ok(Entered::In)
}

/// Gives a user the role that the company gives them by now. Sessions with the earlier one end.
fn put_role(
    tx: &Transaction<'_>,
    user: &User,
    role: Role,
    address: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    if user.role == role {
        return Ok(());
    }
    users::put_role(tx, user.id, role)?;
    sessions::end_all(tx, user.id, None)?;
    let subject = format!(
        "{}: {} to {}, by the company",
        user.name,
        user.role.as_str(),
        role.as_str()
    );
    log(tx, user, Action::UserRoleChanged, &subject, address, now)
}

fn trouble(error: &OidcError) -> Trouble {
    match error {
        OidcError::Unreachable(_) | OidcError::SetUp(_) => {
            tracing::error!(%error, "company sign-in to the console");
            Trouble::Down
        }
        OidcError::Declined(_) => {
            tracing::info!(%error, "company sign-in to the console");
            Trouble::Declined
        }
        OidcError::Rejected(_) => {
            tracing::warn!(%error, "company sign-in to the console");
            Trouble::Void
        }
    }
}

/// Logs that nobody came in.
async fn refused<T>(
    service: &Service,
    instance: &InstanceId,
    user: Option<User>,
    visitor: &Visitor,
    trouble: Trouble,
) -> Result<Result<T, Trouble>, ServiceError> {
    let (instance, address, now) = (instance.clone(), visitor.client.address.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let entry = audit::Entry {
                instance: Some(&instance),
                user: user.as_ref().map(|user| (user.id, user.name.as_str())),
                action: Action::ProviderRefused,
                subject: trouble.as_str(),
                client_address: &address,
            };
            audit::append(tx, entry, now)
        })
        .await
        .map_err(ServiceError::from)?;
    Ok(Err(trouble))
}

fn secrets(service: &Service, attempt: SignInId) -> Attempt {
    let secrets = service.config.keys.sign_in_secrets(attempt);
    let [state, nonce, verifier] = secrets.map(SecretString::from);
    Attempt {
        state,
        nonce,
        verifier,
    }
}
