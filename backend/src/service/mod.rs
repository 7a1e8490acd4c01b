//! Ring 3: the use cases. Each is one function that loads, calls ring 1 and commits state, evidence and outbox rows
//! in **one** transaction. Nothing is sent before it is committed.

pub mod actions;
pub mod agent;
pub mod bypasses;
pub mod connection;
pub mod console;
pub mod dead_letters;
mod decisions;
pub mod delivery_reports;
pub mod error;
mod events;
pub mod expiry;
pub mod factors;
mod facts;
pub mod instance_keys;
pub mod look;
pub mod outgoing;
pub mod policies;
pub mod portal;
pub mod push;
pub mod replay;
pub mod retention;
pub mod signed_report;
pub mod templates;
mod view;
pub mod vitals;
mod warning;

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Transaction;
use shared::agent_api::VerificationView;
use shared::words::UnixMillis;
use tokio::sync::{Notify, broadcast, watch};

pub use error::ServiceError;
pub use facts::{Opening, Visitor};
pub use view::view;

use crate::actions::Connectors;
use crate::config::{Config, Instance};
use crate::delivery::circuit::Circuits;
use crate::identity::oidc::Provider;
use crate::ports::{Clock, Entropy, random};
use crate::store::{Store, StoreError, evidence, grants};
use crate::verification::{InstanceId, Verification, VerificationId};

/// Everything that a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    /// The checked configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Who performs actions, by instance and name.
    pub connectors: Arc<Connectors>,
    /// Where the people of an instance sign in.
    pub providers: Arc<BTreeMap<InstanceId, Provider>>,
    /// Where the users of an instance's console sign in.
    pub console_providers: Arc<BTreeMap<InstanceId, Provider>>,
    /// Tells live views that a verification has changed.
    pub changes: broadcast::Sender<VerificationId>,
    /// Wakes the outbox worker and the expiry loop.
    pub wake: Arc<Notify>,
    /// Which neighbours cannot be used at the moment.
    pub circuits: Arc<Circuits>,
    /// The policies of the instances.
    pub policies: Arc<policies::Policies>,
    /// Which uses of keys were written already.
    pub keys_noted: Arc<instance_keys::Noted>,
    /// What was noticed of the neighbours since the start.
    pub vitals: Arc<vitals::Vitals>,
    /// How each instance appears to its people.
    pub looks: Arc<look::Looks>,
    /// Turns true when the service is about to stop, so that open streams end.
    pub stopping: watch::Sender<bool>,
}

impl Service {
    /// Puts the parts together.
    pub fn new(config: Arc<Config>, store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        // A live view that falls more than 256 changes behind is told so and reads afresh.
        let (changes, _) = broadcast::channel(256);
        let settings = config.instances.values().flat_map(|instance| {
            let named = instance.connectors.iter();
            named.map(|(name, settings)| (&instance.id, name.as_str(), settings))
        });
        let connectors = Arc::new(Connectors::new(settings, &clock));
        let signing_in = config.instances.values().filter_map(|instance| {
            let sign_in = instance.sign_in.as_ref()?;
            Some((instance.id.clone(), Provider::new(sign_in.provider.clone())))
        });
        let policies = Arc::new(policies::Policies::new(Arc::clone(&config)));
        let providers = Arc::new(signing_in.collect());
        let vitals = Arc::new(vitals::Vitals::new(clock.now()));
        let looks = Arc::new(look::Looks::configured(&config));
        let users = config.instances.values().filter_map(|instance| {
            let sign_in = instance.console_sign_in.as_ref()?;
            Some((instance.id.clone(), Provider::new(sign_in.provider.clone())))
        });
        let console_providers = Arc::new(users.collect());
        Self {
            config,
            store,
            clock,
            entropy,
            connectors,
            providers,
            console_providers,
            changes,
            wake: Arc::new(Notify::new()),
            circuits: Arc::default(),
            policies,
            keys_noted: Arc::default(),
            looks,
            vitals,
            stopping: watch::Sender::new(false),
        }
    }

    /// The present moment.
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// The instance `id`.
    pub fn instance(&self, id: &InstanceId) -> Result<&Instance, ServiceError> {
        self.config.instances.get(id).ok_or(ServiceError::NotFound)
    }

    /// Called after every commit that changed a verification.
    fn announce(&self, id: &VerificationId) {
        // No receiver is no fault: nobody is watching.
        let _ = self.changes.send(id.clone());
        self.wake.notify_one();
    }
}

/// What the agent sees of a verification, with the action that it has granted.
async fn show(service: &Service, of: Verification) -> Result<VerificationView, ServiceError> {
    let (instance, id) = (of.instance.clone(), of.id.clone());
    let grant = service
        .store
        .read(move |tx| grants::find(tx, &instance, &id).map_err(ServiceError::from))
        .await?;
    Ok(view(service, &of, grant.as_ref()))
}

/// Appends evidence about a verification. `body` must hold no secret and no full address.
fn record(
    service: &Service,
    tx: &Transaction<'_>,
    verification: &Verification,
    kind: &str,
    body: &serde_json::Value,
) -> Result<(), ServiceError> {
    let salt = random::<16>(service.entropy.as_ref())?;
    let text = body.to_string();
    evidence::append(
        tx,
        &verification.instance,
        &verification.id,
        kind,
        &text,
        salt,
        service.now(),
    )?;
    Ok(())
}

/// Digest under which a destination is counted and compared.
fn destination_digest(service: &Service, verification: &Verification) -> String {
    service
        .config
        .keys
        .address_digest(&verification.destination.normalized())
}

/// Ends a verification whose time has run out, inside the transaction that noticed it. Returns it as it is now.
fn expire_if_overdue(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    if !verification.is_overdue(now) {
        return Ok(verification);
    }
    let mut expired = verification.expired(now)?;
    record(
        service,
        tx,
        &expired,
        "verification.expired",
        &serde_json::json!({}),
    )?;
    events::queue(service, tx, &mut expired)?;
    crate::store::verifications::update(tx, &expired)?;
    Ok(expired)
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests;
