//! Replacing the keys between an instance of ServiceNow and this service: begin, finish, or take it back.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Transaction;
use secrecy::SecretString;
use shared::connection::{ConnectionReport, Finding, Step};
use shared::words::UnixMillis;
use zeroize::Zeroizing;

use super::{Action, Admin, User};
use crate::keys::{SealError, hex};
use crate::ports::random;
use crate::service::instance_keys::{new_event_secret, place};
use crate::service::{Service, ServiceError, connection};
use crate::store::StoreError;
use crate::store::console::audit::{self, Entry};
use crate::store::instance_keys::{self as store, LiveKey};
use crate::verification::InstanceId;

pub use crate::store::instance_keys::Purpose;

/// Bytes of a key: what HMAC-SHA256 wants (RFC 7518, 3.2), and within what Standard Webhooks allow.
const KEY_BYTES: usize = 32;

/// Why a key was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    /// A new key is there already.
    #[error("A new key was made already. Finish with it, or take it back first.")]
    Begun,
    /// The new key is not the one that was shown, or is gone.
    #[error("Somebody has finished or begun again since this page was shown. Look at it again.")]
    Changed,
    /// The one who finishes did not say that the instance is ready.
    #[error("Confirm that the instance has the new one: the old one is refused from then on.")]
    Unconfirmed,
    /// The instance refuses what the new secret alone has signed. Nobody can confirm this away.
    #[error("The old secret stays: the instance does not have the new one. {0}")]
    Refused(String),
    /// The instance could not be asked, and the one who finishes did not say that it is ready.
    #[error("The instance could not be asked whether it has the new secret. {0}")]
    Unasked(String),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct KeysPage {
    /// Keys of agent tokens that were made in the console, the newest first.
    pub tokens: Vec<LiveKey>,
    /// Secrets of events that were made in the console, the newest first.
    pub events: Vec<LiveKey>,
    /// When each key of agent tokens was last used.
    pub uses: BTreeMap<String, UnixMillis>,
    /// When the instance last accepted an event.
    pub last_event: Option<UnixMillis>,
}

/// The keys of the administrator's instance, without their secrets.
pub async fn keys_page(service: &Service, admin: Admin<'_>) -> Result<KeysPage, ServiceError> {
    let of = admin.session().user.instance.clone();
    let read = move |tx: &Transaction<'_>| {
        Ok(KeysPage {
            tokens: store::live(tx, &of, Purpose::Tokens)?,
            events: store::live(tx, &of, Purpose::Events)?,
            uses: store::uses(tx, &of)?,
            last_event: store::last_event(tx, &of)?,
        })
    };
    service.store.read(read).await
}

/// A key that was just made. It is shown once.
pub struct NewKey {
    /// Its id.
    pub kid: String,
    /// As it is entered in the instance.
    pub secret: SecretString,
}

/// Makes a new key, valid beside the one before.
pub async fn begin_rotation(
    service: &Service,
    admin: Admin<'_>,
    purpose: Purpose,
    client_address: String,
) -> Result<NewKey, KeyProblem> {
    let entropy = service.entropy.as_ref();
    let bytes = Zeroizing::new(random::<KEY_BYTES>(entropy).map_err(ServiceError::from)?);
    let id = hex(&random::<4>(entropy).map_err(ServiceError::from)?);
    let (prefix, text) = match purpose {
        Purpose::Tokens => ("k", STANDARD.encode(bytes.as_ref())),
        Purpose::Events => ("e", format!("whsec_{}", STANDARD.encode(bytes.as_ref()))),
    };
    let kid = format!("{prefix}-{id}");
    let user = admin.session().user.clone();
    let nonce = random::<12>(entropy).map_err(ServiceError::from)?;
    let of = place(purpose, &user.instance, &kid);
    let sealed = service.config.keys.seal(of, nonce, bytes.as_ref())?;
    let (made, now) = (kid.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let of = &user.instance;
            if store::live(tx, of, purpose)?.iter().any(|key| !key.is_current) {
                return Err(KeyProblem::Begun);
            }
            store::add(tx, of, purpose, (&kid, &sealed), &user.name, now)?;
            log(tx, &user, Action::KeyMade, (purpose, &kid), &client_address, now)?;
            Ok(())
        })
        .await?;
    Ok(NewKey {
        kid: made,
        secret: text.into(),
    })
}

/// What a ping that the new secret alone has signed told of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Proof {
    /// It took the ping.
    Holds,
    /// It refused the signature; the text says what it means.
    Refused(String),
    /// It did not come to that; the text says why.
    Unasked(String),
}

/// Only the app's own answer is a proof: whatever stands in between may say anything else.
fn judge(report: &ConnectionReport) -> Proof {
    let answer = report.steps.iter().find(|step| step.step == Step::Ping);
    if answer.is_some_and(|step| step.finding == Finding::Fine) {
        return Proof::Holds;
    }
    let words = report.steps.iter().find(|step| !step.ok);
    let words = words.map_or_else(String::new, |step| {
        format!("{} {}", step.text, step.remedy).trim().to_owned()
    });
    match answer.map(|step| step.finding) {
        Some(Finding::SignatureRefused) => Proof::Refused(words),
        _ => Proof::Unasked(words),
    }
}

async fn ask_instance(service: &Service, of: &InstanceId, kid: &str) -> Result<Proof, KeyProblem> {
    let secret = new_event_secret(service, of, kid).await?;
    let secret = secret.ok_or(KeyProblem::Changed)?;
    let report = connection::ping(service, of, &[secret]).await?;
    Ok(judge(&report))
}

/// Makes the new key the only one, if it is proven: a key of tokens by its use, a secret of events by a ping that it alone
/// has signed and that the instance takes. `confirmed` is what the administrator says of the instance. It counts where
/// there is no proof, which is then logged; against an instance that refuses the new secret it does not count.
pub async fn finish_rotation(
    service: &Service,
    admin: Admin<'_>,
    (purpose, kid): (Purpose, String),
    confirmed: bool,
    client_address: String,
) -> Result<(), KeyProblem> {
    let user = admin.session().user.clone();
    let is_taken = purpose == Purpose::Events
        && match ask_instance(service, &user.instance, &kid).await? {
            Proof::Holds => true,
            Proof::Refused(why) => return Err(KeyProblem::Refused(why)),
            Proof::Unasked(why) if !confirmed => return Err(KeyProblem::Unasked(why)),
            Proof::Unasked(_) => false,
        };
    let now = service.now();
    service
        .store
        .write(move |tx| {
            let of = &user.instance;
            is_running(tx, &user, purpose, &kid)?;
            let is_proven = match purpose {
                Purpose::Tokens => store::uses(tx, of)?.contains_key(&kid),
                Purpose::Events => is_taken,
            };
            if !confirmed && !is_proven {
                return Err(KeyProblem::Unconfirmed);
            }
            store::promote(tx, of, purpose, now)?;
            let subject = if is_proven {
                kid
            } else {
                format!("{kid}, not proven")
            };
            log(
                tx,
                &user,
                Action::KeyReplaced,
                (purpose, &subject),
                &client_address,
                now,
            )?;
            Ok(())
        })
        .await
}

/// Takes the new key back; the one before stays.
pub async fn abort_rotation(
    service: &Service,
    admin: Admin<'_>,
    (purpose, kid): (Purpose, String),
    client_address: String,
) -> Result<(), KeyProblem> {
    let (user, now) = (admin.session().user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            is_running(tx, &user, purpose, &kid)?;
            store::withdraw(tx, &user.instance, purpose, now)?;
            log(
                tx,
                &user,
                Action::KeyWithdrawn,
                (purpose, &kid),
                &client_address,
                now,
            )?;
            Ok(())
        })
        .await
}

fn is_running(tx: &Transaction<'_>, user: &User, purpose: Purpose, kid: &str) -> Result<(), KeyProblem> {
    let live = store::live(tx, &user.instance, purpose)?;
    let is_shown = live.iter().any(|key| !key.is_current && key.kid == kid);
    is_shown.then_some(()).ok_or(KeyProblem::Changed)
}

fn log(
    tx: &Transaction<'_>,
    user: &User,
    action: Action,
    (purpose, kid): (Purpose, &str),
    client_address: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let subject = format!("{} {kid}", purpose.as_str());
    let entry = Entry {
        instance: Some(&user.instance),
        user: Some((user.id, &user.name)),
        action,
        subject: &subject,
        client_address,
    };
    audit::append(tx, entry, now)
}

#[cfg(test)]
mod tests;
