//! Which keys count between an instance of ServiceNow and this service: those of the configuration, until an
//! administrator replaces them in the console.
//!
//! While a key is being replaced two are valid. The database says which, at each use: no key counts a moment longer than
//! it should, whichever process ended it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey};
use rusqlite::Transaction;
use secrecy::SecretString;
use shared::words::UnixMillis;
use zeroize::Zeroizing;

use super::{Service, ServiceError};
use crate::config::AgentKey;
use crate::keys::Place;
use crate::store::StoreError;
use crate::store::console::audit::{self, Action, Entry};
use crate::store::instance_keys::{self as store, LiveKey, Purpose};
use crate::verification::InstanceId;

/// A use is kept no more often than this: a field in a ticket asks every few seconds.
const NOTED_MILLIS: i64 = 60_000;

/// When the use of a key was last written, by instance and id.
pub type Noted = Mutex<BTreeMap<(InstanceId, String), UnixMillis>>;

/// Where the secret of a key is sealed.
pub(super) fn place<'a>(purpose: Purpose, instance: &'a InstanceId, kid: &'a str) -> Place<'a> {
    Place {
        purpose: match purpose {
            Purpose::Tokens => "agent-token-key",
            Purpose::Events => "event-key",
        },
        instance: instance.as_str(),
        subject: kid,
    }
}

/// The bytes of a key. One that does not open is left out, and counts as one that nobody has: it was sealed under another
/// master key.
fn open(
    service: &Service,
    purpose: Purpose,
    instance: &InstanceId,
    key: &LiveKey,
) -> Option<Zeroizing<Vec<u8>>> {
    let opened = service
        .config
        .keys
        .open(place(purpose, instance, &key.kid), &key.sealed);
    opened
        .inspect_err(|error| {
            tracing::error!(%instance, kid = key.kid, %error, "a key that was made in the console cannot be used; `backend keys use-config` goes back to that of the configuration");
        })
        .ok()
}

/// The keys that may sign agent tokens of an instance, by id.
pub async fn token_keys(
    service: &Service,
    of: &InstanceId,
) -> Result<BTreeMap<String, AgentKey>, ServiceError> {
    let live = read_live(service, of, Purpose::Tokens).await?;
    let mut keys = if live.iter().any(|key| key.is_current) {
        BTreeMap::new()
    } else {
        service.instance(of)?.agent_keys.clone()
    };
    for key in live {
        if let Some(bytes) = open(service, Purpose::Tokens, of, &key) {
            let agent_key = AgentKey {
                algorithm: Algorithm::HS256,
                key: DecodingKey::from_secret(&bytes),
            };
            keys.insert(key.kid, agent_key);
        }
    }
    Ok(keys)
}

/// The Standard Webhooks secrets that sign events for an instance, the newest first; empty when none can be used.
pub async fn event_secrets(service: &Service, of: &InstanceId) -> Result<Vec<SecretString>, ServiceError> {
    let live = read_live(service, of, Purpose::Events).await?;
    let is_replaced = live.iter().any(|key| key.is_current);
    let mut secrets: Vec<SecretString> = Vec::new();
    for key in live {
        if let Some(bytes) = open(service, Purpose::Events, of, &key) {
            secrets.push(format!("whsec_{}", STANDARD.encode(bytes)).into());
        }
    }
    if !is_replaced {
        secrets.push(service.instance(of)?.callback.webhook_secret.clone());
    }
    Ok(secrets)
}

/// The new secret of events with this id, while it is valid beside the one before; `None` if there is none, or if it does
/// not open.
pub(super) async fn new_event_secret(
    service: &Service,
    of: &InstanceId,
    kid: &str,
) -> Result<Option<SecretString>, ServiceError> {
    let live = read_live(service, of, Purpose::Events).await?;
    let new = live.into_iter().find(|key| !key.is_current && key.kid == kid);
    let bytes = new.and_then(|key| open(service, Purpose::Events, of, &key));
    Ok(bytes.map(|bytes| format!("whsec_{}", STANDARD.encode(bytes)).into()))
}

async fn read_live(
    service: &Service,
    of: &InstanceId,
    purpose: Purpose,
) -> Result<Vec<LiveKey>, ServiceError> {
    let of = of.clone();
    let read = move |tx: &Transaction<'_>| Ok(store::live(tx, &of, purpose)?);
    service.store.read(read).await
}

/// Keeps that a key has signed a token that was accepted. That it cannot be kept is no reason to refuse the token.
pub async fn note_use(service: &Service, of: &InstanceId, kid: &str) {
    let (now, key) = (service.now(), (of.clone(), kid.to_owned()));
    let is_due = service.keys_noted.lock().is_ok_and(|mut noted| {
        let is_due = noted
            .get(&key)
            .is_none_or(|at| now.millis_since(*at) >= NOTED_MILLIS);
        if is_due {
            noted.insert(key.clone(), now);
        }
        is_due
    });
    if !is_due {
        return;
    }
    let write = move |tx: &Transaction<'_>| store::note_use(tx, &key.0, &key.1, now);
    if let Err(error) = service.store.write::<_, StoreError, _>(write).await {
        tracing::error!(%error, "the use of a key could not be kept");
    }
}

/// Ends all keys that were made in the console, from the command line: those of the configuration count again. Returns
/// how many there were.
pub async fn use_config(service: &Service, of: &InstanceId) -> Result<usize, ServiceError> {
    let (of, now) = (of.clone(), service.now());
    let write = move |tx: &Transaction<'_>| {
        let mut ended = 0;
        for purpose in [Purpose::Tokens, Purpose::Events] {
            ended += store::end_all(tx, &of, purpose, now)?;
        }
        if ended > 0 {
            let entry = Entry {
                instance: Some(&of),
                user: None,
                action: Action::KeysOfConfiguration,
                subject: "",
                client_address: "",
            };
            audit::append(tx, entry, now)?;
        }
        Ok(ended)
    };
    service.store.write(write).await
}
