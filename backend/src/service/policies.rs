//! Which risk policy is in force: that of the configuration, until an administrator puts another in force in the console.
//!
//! The database says which, inside the transaction that asks: a new policy counts at once, whoever put it in force, and
//! none counts for half a step. Texts are read once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rusqlite::Transaction;
use shared::words::UnixMillis;

use super::{Service, ServiceError};
use crate::config::{Config, PolicySource};
use crate::keys::sha256_hex;
use crate::store::console::audit::{self, Action, Entry};
use crate::store::policies::{self as store, Activation, NewActivation};
use crate::store::{Store, StoreError};
use crate::verification::{InstanceId, Policy};

/// The policies of all instances.
pub struct Policies {
    config: Arc<Config>,
    /// By the digest of the text.
    read: Mutex<BTreeMap<String, Arc<Policy>>>,
    /// Held while decisions are replayed: one replay at a time is enough load.
    pub(super) replaying: tokio::sync::Mutex<()>,
}

/// Where a policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is shipped with the program.
    Shipped,
    /// The file that the configuration names.
    File(String),
    /// The console.
    Console,
}

/// A policy with its text.
#[derive(Clone, Debug)]
pub struct Known {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its text.
    pub text: Arc<str>,
    /// Where it comes from.
    pub origin: Origin,
    /// The activation that put it in force; `None` for the policy of the configuration before there was one.
    pub activation: Option<Activation>,
}

impl Known {
    /// Number of the activation, 0 without one.
    pub fn number(&self) -> i64 {
        self.activation.as_ref().map_or(0, |activation| activation.number)
    }

    /// SHA-256 of the text, in hex.
    pub fn digest(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }
}

impl Policies {
    /// Those that the configuration names, with those that the database says.
    pub fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            read: Mutex::default(),
            replaying: tokio::sync::Mutex::default(),
        }
    }

    /// The policy of an instance, which is in force now.
    pub fn in_force(&self, tx: &Transaction<'_>, of: &InstanceId) -> Result<Arc<Policy>, ServiceError> {
        let number = store::newest(tx, of)?;
        self.numbered(tx, of, number)
    }

    /// The policy that was in force under a number.
    pub fn numbered(
        &self,
        tx: &Transaction<'_>,
        of: &InstanceId,
        number: i64,
    ) -> Result<Arc<Policy>, ServiceError> {
        if number == 0 {
            return Ok(Arc::clone(&self.configured(of).policy));
        }
        let Some(digest) = store::digest_of_text(tx, of, number)? else {
            return Ok(Arc::clone(&self.configured(of).policy));
        };
        // By digest and not by number: a transaction that is rolled back gives its number to another text.
        let mut read = self.read.lock().map_err(|_| StoreError::Closed)?;
        if let Some(known) = read.get(&digest) {
            return Ok(Arc::clone(known));
        }
        let activation = store::find(tx, of, number)?.ok_or_else(|| missing(number))?;
        let policy = Arc::new(parse(number, activation.text.as_deref().unwrap_or_default())?);
        read.insert(digest, Arc::clone(&policy));
        Ok(policy)
    }

    /// The policy of the configuration, in force where the console says nothing else.
    pub fn configured(&self, of: &InstanceId) -> &PolicySource {
        let instance = self.config.instances.get(of);
        let own = instance.and_then(|instance| instance.policy.as_ref());
        own.unwrap_or(&self.config.policy)
    }

    /// The policy of a version that a decision names, if it is the one of the configuration or was ever put in force.
    pub fn of_version(
        &self,
        tx: &Transaction<'_>,
        of: &InstanceId,
        version: &str,
    ) -> Result<Option<Arc<Policy>>, ServiceError> {
        let configured = &self.configured(of).policy;
        if configured.version == version {
            return Ok(Some(Arc::clone(configured)));
        }
        let Some(number) = store::number_of_version(tx, of, version)? else {
            return Ok(None);
        };
        let found = self.numbered(tx, of, number)?;
        Ok(Some(found).filter(|policy| policy.version == version))
    }

    /// The policy in force, with its text.
    pub fn known_in_force(&self, tx: &Transaction<'_>, of: &InstanceId) -> Result<Known, ServiceError> {
        self.known(tx, of, store::newest(tx, of)?)
    }

    /// The policy of the configuration, with its text.
    pub fn known_in_configuration(&self, of: &InstanceId) -> Known {
        let configured = self.configured(of);
        Known {
            policy: Arc::clone(&configured.policy),
            text: Arc::clone(&configured.text),
            origin: match &configured.path {
                Some(path) => Origin::File(path.clone()),
                None => Origin::Shipped,
            },
            activation: None,
        }
    }

    /// The policy under a number, with its text; 0 is that of the configuration.
    pub fn known(&self, tx: &Transaction<'_>, of: &InstanceId, number: i64) -> Result<Known, ServiceError> {
        if number == 0 {
            return Ok(self.known_in_configuration(of));
        }
        let activation = store::find(tx, of, number)?.ok_or(ServiceError::NotFound)?;
        let of_configuration = self.known_in_configuration(of);
        Ok(match activation.text.clone() {
            Some(text) => Known {
                policy: self.numbered(tx, of, number)?,
                text: text.into(),
                origin: Origin::Console,
                activation: Some(activation),
            },
            None => Known {
                activation: Some(activation),
                ..of_configuration
            },
        })
    }
}

fn missing(number: i64) -> StoreError {
    StoreError::Corrupt {
        what: "policy",
        error: format!("there is none with the number {number}"),
    }
}

/// A text that was right when it was stored may not be for another version of the program.
fn parse(number: i64, text: &str) -> Result<Policy, StoreError> {
    Policy::parse(text).map_err(|error| StoreError::Corrupt {
        what: "policy",
        error: format!("number {number}: {error}"),
    })
}

/// The policy in force.
pub async fn active(service: &Service, of: &InstanceId) -> Result<Known, ServiceError> {
    let (context, of) = (service.clone(), of.clone());
    let read = move |tx: &Transaction<'_>| context.policies.known_in_force(tx, &of);
    service.store.read(read).await
}

/// Reads the policy in force of every instance, and says in the log where each comes from.
///
/// # Errors
/// When one that was put in force in the console cannot be read by this version of the program. `backend policy
/// use-file` puts that of the configuration in force instead.
pub async fn check(service: &Service) -> Result<(), ServiceError> {
    for instance in service.config.instances.keys() {
        let known = active(service, instance).await?;
        tracing::info!(%instance, policy = known.policy.version, number = known.number(), origin = ?known.origin, "this policy is in force");
    }
    Ok(())
}

/// Activations of an instance, the newest first.
pub async fn history(store: &Store, of: &InstanceId, limit: u32) -> Result<Vec<Activation>, ServiceError> {
    let of = of.clone();
    store.read(move |tx| Ok(store::list(tx, &of, limit)?)).await
}

/// Who puts a policy in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    /// Id and name; `None` for the command line.
    pub user: Option<(i64, &'a str)>,
    /// Where the request came from; empty for the command line.
    pub client_address: &'a str,
    /// What the audit log says.
    pub action: Action,
}

/// Puts a policy in force, or with `None` that of the configuration, and logs it. Returns its number.
pub(super) fn put_in_force(
    service: &Service,
    tx: &Transaction<'_>,
    instance: &InstanceId,
    by: By<'_>,
    (text, note): (Option<&str>, &str),
    now: UnixMillis,
) -> Result<i64, ServiceError> {
    let (version, digest) = if let Some(text) = text {
        (parse(0, text)?.version, sha256_hex(text.as_bytes()))
    } else {
        let configured = service.policies.configured(instance);
        let digest = sha256_hex(configured.text.as_bytes());
        (configured.policy.version.clone(), digest)
    };
    let new = NewActivation {
        instance,
        user: by.user,
        note,
        text,
        version: &version,
        digest: &digest,
    };
    let number = store::append(tx, new, now)?;
    let subject = format!("number {number}: {version}");
    let entry = Entry {
        instance: Some(instance),
        user: by.user,
        action: by.action,
        subject: &subject,
        client_address: by.client_address,
    };
    audit::append(tx, entry, now)?;
    Ok(number)
}

/// Puts the policy of the configuration in force again, from the command line. Returns its number, or `None` if it is in
/// force already.
pub async fn use_file(service: &Service, of: &InstanceId, note: String) -> Result<Option<i64>, ServiceError> {
    let (context, of) = (service.clone(), of.clone());
    let write = move |tx: &Transaction<'_>| {
        let newest = store::find(tx, &of, store::newest(tx, &of)?)?;
        if newest.is_none_or(|activation| activation.text.is_none()) {
            return Ok(None);
        }
        let by = By {
            user: None,
            client_address: "",
            action: Action::PolicyRolledBack,
        };
        put_in_force(&context, tx, &of, by, (None, &note), context.now()).map(Some)
    };
    service.store.write(write).await
}
