//! Reading with a token.

use std::net::IpAddr;

use ipnet::IpNet;
use shared::words::UnixMillis;

use super::{Scope, Secret, Standing, scopes, standing};
use crate::service::console::{Kind, Role, Session, User};
use crate::service::{Service, ServiceError};
use crate::store::console::audit::{self, Action, Entry};
use crate::store::console::tokens::{self as store, TokenRow};
use crate::verification::InstanceId;

/// Why a token opens nothing. Which of these it is, is logged and never said.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefused {
    /// No token.
    #[error("there is none")]
    Missing,
    /// Never one of ours, or nobody knows it.
    #[error("it is not known")]
    Unknown,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// It was revoked.
    #[error("it was revoked")]
    Revoked,
    /// It comes from where it may not be used.
    #[error("it may not be used from there")]
    Network,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// A system that has shown its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Row id of the token.
    pub id: i64,
    /// The tenant whose data it reads.
    pub instance: InstanceId,
    /// Name of the token.
    pub name: String,
    /// What it may read.
    pub scopes: Vec<Scope>,
    /// When the token ends.
    pub expires_at: UnixMillis,
    /// Where the request came from, as the log says it.
    pub client: String,
}

impl Machine {
    /// True when its token has this scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// The session under which the use cases of the pages read for it: with the role that `scope` stands for. Private
    /// data is an analyst's to read, or for whom a scope of its own says so. `None` without the scope.
    pub fn session(&self, scope: Scope) -> Option<Session> {
        let raised = if self.may(Scope::VerificationsPrivate) {
            Role::Analyst
        } else {
            Role::Viewer
        };
        self.may(scope).then(|| Session {
            user: User {
                // No user has this id, and nothing is written under it.
                id: 0,
                instance: self.instance.clone(),
                name: self.name.clone(),
                role: scope.role().max(raised),
                // It has no password here.
                kind: Kind::Company,
            },
            cookie_digest: String::new(),
            expires_at: self.expires_at,
        })
    }
}

/// The system behind a token. A token that was known but opens nothing is logged.
///
/// # Errors
/// [`TokenRefused`], for whatever reason.
pub async fn present(
    service: &Service,
    text: &str,
    address: Option<IpAddr>,
    client: String,
) -> Result<Machine, TokenRefused> {
    let digest = Secret::parse(text).ok_or(TokenRefused::Unknown)?.digest();
    let found = service
        .store
        .read(move |tx| store::find_token(tx, &digest).map_err(ServiceError::from))
        .await?;
    let row = found.ok_or(TokenRefused::Unknown)?;
    // An instance that has left the configuration takes its tokens along.
    if !service.config.instances.contains_key(&row.instance) {
        return Err(TokenRefused::Unknown);
    }
    let refusal = refusal(&row, address, service.now());
    let machine = Machine {
        id: row.id,
        scopes: scopes(&row.scopes),
        instance: row.instance,
        name: row.name,
        expires_at: row.expires_at,
        client,
    };
    let Some(refusal) = refusal else {
        return Ok(machine);
    };
    log_refusal(service, &machine, Action::TokenRefused, refusal.to_string()).await?;
    Err(refusal)
}

fn refusal(row: &TokenRow, address: Option<IpAddr>, now: UnixMillis) -> Option<TokenRefused> {
    match standing(row, now) {
        Standing::Revoked => Some(TokenRefused::Revoked),
        Standing::Expired => Some(TokenRefused::Expired),
        Standing::Valid if !is_inside(&row.networks, address) => Some(TokenRefused::Network),
        Standing::Valid => None,
    }
}

fn is_inside(networks: &str, address: Option<IpAddr>) -> bool {
    let mut networks = networks.split_whitespace().peekable();
    if networks.peek().is_none() {
        return true;
    }
    let Some(address) = address.map(|address| address.to_canonical()) else {
        return false;
    };
    // A network that cannot be read lets nobody in.
    networks.any(|network| {
        network
            .parse::<IpNet>()
            .is_ok_and(|network| network.contains(&address))
    })
}

/// True while a token that was good when a long answer began still is.
pub async fn still_valid(service: &Service, machine: &Machine) -> Result<bool, ServiceError> {
    let (instance, id, now) = (machine.instance.clone(), machine.id, service.now());
    let found = service
        .store
        .read(move |tx| store::lookup_token(tx, &instance, id).map_err(ServiceError::from))
        .await?;
    Ok(found.is_some_and(|row| standing(&row, now) == Standing::Valid))
}

/// Logs what a token read, and that it was used. Whoever calls this answers only after it: no entry, no answer.
pub async fn log_reading(
    service: &Service,
    machine: &Machine,
    action: Action,
    subject: String,
) -> Result<(), ServiceError> {
    write(service, machine, action, subject, true).await
}

/// Logs what a token was not allowed.
pub async fn log_refusal(
    service: &Service,
    machine: &Machine,
    action: Action,
    subject: String,
) -> Result<(), ServiceError> {
    write(service, machine, action, subject, false).await
}

/// Notes the use where the log is written with what is read.
pub async fn note_use(service: &Service, machine: &Machine) -> Result<(), ServiceError> {
    let (machine, now) = (machine.clone(), service.now());
    service
        .store
        .write(move |tx| store::note_use(tx, machine.id, &machine.client, now).map_err(ServiceError::from))
        .await
}

async fn write(
    service: &Service,
    machine: &Machine,
    action: Action,
    subject: String,
    is_use: bool,
) -> Result<(), ServiceError> {
    let (machine, now) = (machine.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let entry = Entry {
                instance: Some(&machine.instance),
                user: None,
                action,
                subject: &subject,
                client_address: &machine.client,
            };
            audit::append_for_token(tx, &machine.name, entry, now)?;
            if is_use {
                store::note_use(tx, machine.id, &machine.client, now)?;
            }
            Ok(())
        })
        .await
}
