//! API tokens: how other systems read what the console shows. A token belongs to one instance, reads what its scopes
//! name and nothing else, ends within a year, and can be revoked at any time.

mod scope;
mod secret;
mod using;

use std::net::IpAddr;

use ipnet::IpNet;
use rusqlite::Transaction;
use shared::words::UnixMillis;

use super::Admin;
use crate::ports::{NoEntropy, random};
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::audit::{self, Action, Entry};
use crate::store::console::tokens::{self as store, NewRow, TokenRow};
use crate::verification::InstanceId;

pub use scope::Scope;
pub use secret::{PREFIX, Secret};
pub use using::{Machine, TokenRefused, log_reading, log_refusal, note_use, present, still_valid};

/// A token ends after a year at most.
pub const MAX_DAYS: u32 = 365;
/// Longest name, in characters.
const MAX_NAME: usize = 64;
/// Networks of one token.
const MAX_NETWORKS: usize = 20;
/// Tokens of one instance that can be used: more would not be looked after.
const MAX_VALID: u32 = 50;

/// A token that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its name, as typed.
    pub name: String,
    /// What it may read.
    pub scopes: Vec<Scope>,
    /// After how many days it ends.
    pub days: u32,
    /// Networks that it may be used from, as typed: with blanks, commas or lines between them; empty for everywhere.
    pub networks: String,
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum TokenProblem {
    /// Not configured.
    #[error("There is no instance “{0}” in the configuration.")]
    UnknownInstance(InstanceId),
    /// Not a name.
    #[error("A name has 1 to {MAX_NAME} letters, digits or characters of . _ - and blanks between them.")]
    Name,
    /// Given before.
    #[error(
        "There is or was a token with this name. Choose another: the audit log knows tokens by their names."
    )]
    NameTaken,
    /// None.
    #[error("Choose at least one thing that the token may read.")]
    Scopes,
    /// Out of bounds.
    #[error("A token ends after 1 to {MAX_DAYS} days.")]
    Days,
    /// Not a network.
    #[error("“{0}” is not an address or a network like 198.51.100.0/24.")]
    Network(String),
    /// Too many.
    #[error("A token has at most {MAX_NETWORKS} networks.")]
    Networks,
    /// Too many.
    #[error("There are {MAX_VALID} tokens already. Revoke one first.")]
    TooMany,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// Who makes or revokes a token.
#[derive(Clone, Debug)]
pub struct By {
    /// The tenant.
    instance: InstanceId,
    /// Id and name of the administrator; `None` on the command line.
    user: Option<(i64, String)>,
    /// Where the request came from; empty on the command line.
    client_address: String,
}

impl By {
    /// An administrator, on a page.
    pub fn admin(admin: Admin<'_>, client_address: String) -> Self {
        let user = &admin.session().user;
        Self {
            instance: user.instance.clone(),
            user: Some((user.id, user.name.clone())),
            client_address,
        }
    }

    /// Whoever may run the program.
    pub const fn operator(instance: InstanceId) -> Self {
        Self {
            instance,
            user: None,
            client_address: String::new(),
        }
    }

    fn log(
        &self,
        tx: &Transaction<'_>,
        action: Action,
        subject: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        let entry = Entry {
            instance: Some(&self.instance),
            user: self.user.as_ref().map(|(id, name)| (*id, name.as_str())),
            action,
            subject,
            client_address: &self.client_address,
        };
        audit::append(tx, entry, at)
    }
}

/// How a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be used.
    Valid,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// One token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Row id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it may read.
    pub scopes: Vec<Scope>,
    /// Where it may be used from; empty for everywhere.
    pub networks: Vec<String>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// By whom; empty for the command line.
    pub created_by: String,
    /// When it ends.
    pub expires_at: UnixMillis,
    /// When it was last used, and from where.
    pub last_use: Option<(UnixMillis, String)>,
    /// How it stands.
    pub standing: Standing,
}

impl Token {
    fn new(row: TokenRow, now: UnixMillis) -> Self {
        Self {
            id: row.id,
            scopes: scopes(&row.scopes),
            networks: row.networks.split_whitespace().map(str::to_owned).collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            standing: standing(&row, now),
            last_use: row.last_use,
            created_by: row.created_by,
            name: row.name,
        }
    }
}

fn standing(row: &TokenRow, now: UnixMillis) -> Standing {
    match row.revoked_at {
        Some(_) => Standing::Revoked,
        None if now >= row.expires_at => Standing::Expired,
        None => Standing::Valid,
    }
}

/// A scope that this version does not know opens nothing.
fn scopes(stored: &str) -> Vec<Scope> {
    stored.split_whitespace().filter_map(Scope::parse).collect()
}

/// Makes a token. Its secret exists nowhere but in the answer.
///
/// # Errors
/// [`TokenProblem`], when what was asked for cannot be.
pub async fn add_token(service: &Service, by: By, new: NewToken) -> Result<Secret, TokenProblem> {
    if !service.config.instances.contains_key(&by.instance) {
        return Err(TokenProblem::UnknownInstance(by.instance));
    }
    let name = parse_name(&new.name).ok_or(TokenProblem::Name)?;
    let words: Vec<&str> = Scope::ALL
        .iter()
        .filter(|scope| new.scopes.contains(scope))
        .map(|scope| scope.as_str())
        .collect();
    if words.is_empty() {
        return Err(TokenProblem::Scopes);
    }
    if !(1..=MAX_DAYS).contains(&new.days) {
        return Err(TokenProblem::Days);
    }
    let scopes = words.join(" ");
    let networks = parse_networks(&new.networks)?;
    let secret = Secret::new(random(service.entropy.as_ref())?);
    let (digest, now) = (secret.digest(), service.now());
    let expires_at = now.plus_seconds(i64::from(new.days) * 86_400);
    service
        .store
        .write(move |tx| {
            if store::count_valid(tx, &by.instance, now)? >= MAX_VALID {
                return Err(TokenProblem::TooMany);
            }
            let row = NewRow {
                instance: &by.instance,
                name: &name,
                digest: &digest,
                scopes: &scopes,
                networks: &networks,
                created_by: by.user.as_ref().map_or("", |(_, name)| name),
                expires_at,
            };
            if !store::add_token(tx, &row, now)? {
                return Err(TokenProblem::NameTaken);
            }
            by.log(
                tx,
                Action::TokenAdded,
                &format!("{name} ({scopes}; {} days)", new.days),
                now,
            )?;
            Ok(())
        })
        .await?;
    Ok(secret)
}

/// Letters that a user's name has, too, so that both can stand in one column of the log.
fn parse_name(text: &str) -> Option<String> {
    let name = text.trim();
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._- ".contains(&byte));
    (plain && (1..=MAX_NAME).contains(&name.len())).then(|| name.to_owned())
}

fn parse_networks(text: &str) -> Result<String, TokenProblem> {
    let mut networks = Vec::new();
    for part in text
        .split(|at: char| at.is_whitespace() || at == ',')
        .filter(|part| !part.is_empty())
    {
        let network = part
            .parse::<IpNet>()
            .or_else(|_| {
                part.parse::<IpAddr>()
                    .map(|address| IpNet::from(address.to_canonical()))
            })
            .map_err(|_| TokenProblem::Network(part.chars().take(60).collect()))?;
        networks.push(network.trunc().to_string());
    }
    if networks.len() > MAX_NETWORKS {
        return Err(TokenProblem::Networks);
    }
    Ok(networks.join(" "))
}

/// The tokens of an instance, the newest first.
pub async fn list_tokens(service: &Service, instance: InstanceId) -> Result<Vec<Token>, ServiceError> {
    let now = service.now();
    let rows = service
        .store
        .read(move |tx| store::list_tokens(tx, &instance).map_err(ServiceError::from))
        .await?;
    Ok(rows.into_iter().map(|row| Token::new(row, now)).collect())
}

/// The tokens of the administrator's instance.
pub async fn tokens(service: &Service, admin: Admin<'_>) -> Result<Vec<Token>, ServiceError> {
    list_tokens(service, admin.session().user.instance.clone()).await
}

/// One token of the administrator's instance.
pub async fn token(service: &Service, admin: Admin<'_>, id: i64) -> Result<Token, ServiceError> {
    let (instance, now) = (admin.session().user.instance.clone(), service.now());
    let row = service
        .store
        .read(move |tx| store::lookup_token(tx, &instance, id).map_err(ServiceError::from))
        .await?;
    Ok(Token::new(row.ok_or(ServiceError::NotFound)?, now))
}

/// Revokes a token, from this moment on. One that is revoked already stays so.
pub async fn revoke_token(service: &Service, by: By, id: i64) -> Result<(), ServiceError> {
    let now = service.now();
    service
        .store
        .write(move |tx| {
            let row = store::lookup_token(tx, &by.instance, id)?.ok_or(ServiceError::NotFound)?;
            if store::revoke_token(tx, &by.instance, id, now)? {
                by.log(tx, Action::TokenRevoked, &row.name, now)?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests;
