//! The policy of an instance, in the hands of its administrators: drafts, what they would change, activation and the way
//! back.

use rusqlite::Transaction;

use super::super::policies::{By, Known, put_in_force};
use super::{Action, Admin, what_if};
use crate::keys::sha256_hex;
use crate::service::{Service, ServiceError};
use crate::store::StoreError;
use crate::store::console::audit::{self, Entry};
use crate::store::policies::{self as store, Activation, Draft};
use crate::verification::{Policy, PolicyError};

pub use super::what_if::{Change, MOST_REPLAYED, WhatIf};

/// Longest policy, in bytes: the one that is shipped has less than a tenth of it.
pub const MAX_TEXT: usize = 64 * 1024;
/// Longest note, in characters.
pub const MAX_NOTE: usize = 300;
/// Activations that the page lists.
const LISTED: u32 = 100;

/// Why a policy was not saved or put in force.
#[derive(Debug, thiserror::Error)]
pub enum PolicyProblem {
    /// It is no policy.
    #[error(transparent)]
    Mistakes(#[from] PolicyError),
    /// It is too long.
    #[error("A policy has at most {} kB.", MAX_TEXT / 1024)]
    TooLong,
    /// The note is missing or too long.
    #[error("Say why, in one line of 1 to {MAX_NOTE} characters.")]
    Note,
    /// The draft is not the one that was shown.
    #[error("The draft has changed since this page was shown. Look at it again.")]
    Changed,
    /// Nobody has seen what it would change.
    #[error("Replay the draft first, and look at what it would change.")]
    NotReplayed,
    /// Another policy was put in force meanwhile.
    #[error("Another policy was activated meanwhile. Look at it, and replay the draft against it.")]
    Overtaken,
    /// It is in force already.
    #[error("This policy is in force already.")]
    InForce,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PolicyPage {
    /// The policy in force.
    pub active: Known,
    /// That of the configuration.
    pub configured: Known,
    /// Activations, the newest first.
    pub history: Vec<Activation>,
    /// What the administrator has written.
    pub draft: Option<Draft<WhatIf>>,
}

/// The policy of the administrator's instance, with all that belongs to it.
pub async fn policy_page(service: &Service, admin: Admin<'_>) -> Result<PolicyPage, ServiceError> {
    let (context, user) = (service.clone(), admin.session().user.clone());
    let read = move |tx: &Transaction<'_>| {
        Ok(PolicyPage {
            active: context.policies.known_in_force(tx, &user.instance)?,
            configured: context.policies.known_in_configuration(&user.instance),
            history: store::list(tx, &user.instance, LISTED)?,
            draft: store::find_draft(tx, &user.instance, user.id)?,
        })
    };
    service.store.read(read).await
}

/// One policy, with the one that was in force before it.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    /// The policy.
    pub known: Known,
    /// The one before it; `None` for that of the configuration.
    pub before: Option<Known>,
    /// Number of the one that is in force now.
    pub newest: i64,
}

/// The policy under a number; 0 is that of the configuration.
pub async fn policy_version(
    service: &Service,
    admin: Admin<'_>,
    number: i64,
) -> Result<PolicyVersion, ServiceError> {
    let (context, of) = (service.clone(), admin.session().user.instance.clone());
    let read = move |tx: &Transaction<'_>| {
        let before = (number > 0).then(|| context.policies.known(tx, &of, number - 1));
        Ok(PolicyVersion {
            known: context.policies.known(tx, &of, number)?,
            before: before.transpose()?,
            newest: store::newest(tx, &of)?,
        })
    };
    service.store.read(read).await
}

/// A text as it is kept: browsers send line breaks as CR LF.
pub fn normalized(text: &str) -> String {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Saves a policy as the administrator's draft, in place of an earlier one.
pub async fn save_draft(
    service: &Service,
    admin: Admin<'_>,
    text: &str,
    client_address: String,
) -> Result<(), PolicyProblem> {
    let text = normalized(text);
    if text.len() > MAX_TEXT {
        return Err(PolicyProblem::TooLong);
    }
    let version = Policy::parse(&text)?.version;
    let digest = sha256_hex(text.as_bytes());
    let (user, now) = (admin.session().user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            store::put_draft(tx, &user.instance, user.id, (&text, &digest), now)?;
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::PolicyDraftSaved,
                subject: &version,
                client_address: &client_address,
            };
            Ok(audit::append(tx, entry, now)?)
        })
        .await
}

/// Removes the administrator's draft.
pub async fn discard_draft(
    service: &Service,
    admin: Admin<'_>,
    client_address: String,
) -> Result<(), ServiceError> {
    let (user, now) = (admin.session().user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            if !store::remove_draft(tx, &user.instance, user.id)? {
                return Ok(());
            }
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::PolicyDraftDiscarded,
                subject: "",
                client_address: &client_address,
            };
            Ok(audit::append(tx, entry, now)?)
        })
        .await
}

/// Replays past decisions under the administrator's draft, and keeps what came of it.
pub async fn replay_draft(
    service: &Service,
    admin: Admin<'_>,
    client_address: String,
) -> Result<(), PolicyProblem> {
    let user = admin.session().user.clone();
    // One at a time, of all instances: the others wait.
    let turn = service.policies.replaying.lock().await;
    let (of, id) = (user.instance.clone(), user.id);
    let draft = service
        .store
        .read(move |tx| Ok::<_, ServiceError>(store::find_draft::<WhatIf>(tx, &of, id)?))
        .await?
        .ok_or(ServiceError::NotFound)?;
    let policy = Policy::parse(&draft.text)?;
    let found = what_if::what_if(service, &user.instance, policy).await?;
    drop(turn);
    let (digest, now) = (draft.digest, service.now());
    service
        .store
        .write(move |tx| {
            if !store::note_replay(tx, &user.instance, user.id, &digest, &found)? {
                return Err(PolicyProblem::Changed);
            }
            let subject = format!(
                "{}: {} of {} would change",
                found.version, found.changed, found.replayed
            );
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::PolicyReplayed,
                subject: &subject,
                client_address: &client_address,
            };
            Ok(audit::append(tx, entry, now)?)
        })
        .await
}

/// What an activation is about, as the page showed it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Number of the policy that was in force.
    pub over: i64,
    /// Digest of the draft.
    pub digest: String,
    /// Why, in one line.
    pub note: String,
}

fn one_line(note: &str) -> Result<String, PolicyProblem> {
    let note = note.trim();
    let length = note.chars().count();
    if length == 0 || length > MAX_NOTE || note.chars().any(char::is_control) {
        return Err(PolicyProblem::Note);
    }
    Ok(note.to_owned())
}

/// Puts the administrator's draft in force. Returns its number.
pub async fn activate_draft(
    service: &Service,
    admin: Admin<'_>,
    shown: Shown,
    client_address: String,
) -> Result<i64, PolicyProblem> {
    let note = one_line(&shown.note)?;
    let (context, user, now) = (service.clone(), admin.session().user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let of = &user.instance;
            let draft = store::find_draft::<WhatIf>(tx, of, user.id)?.ok_or(PolicyProblem::Changed)?;
            let newest = store::newest(tx, of)?;
            let replay = draft.replay.as_ref().ok_or(PolicyProblem::NotReplayed)?;
            if newest != shown.over || newest != replay.over {
                return Err(PolicyProblem::Overtaken);
            }
            if draft.digest != shown.digest {
                return Err(PolicyProblem::Changed);
            }
            // The program may be another than the one that saved it.
            Policy::parse(&draft.text)?;
            let by = By {
                user: Some((user.id, &user.name)),
                client_address: &client_address,
                action: Action::PolicyActivated,
            };
            let number = put_in_force(&context, tx, of, by, (Some(&draft.text), &note), now)?;
            store::remove_draft(tx, of, user.id)?;
            Ok(number)
        })
        .await
}

/// Puts an earlier policy in force again, or with the number 0 that of the configuration. Returns its new number.
pub async fn roll_back(
    service: &Service,
    admin: Admin<'_>,
    number: i64,
    (over, note): (i64, &str),
    client_address: String,
) -> Result<i64, PolicyProblem> {
    let note = one_line(note)?;
    let (context, user, now) = (service.clone(), admin.session().user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let of = &user.instance;
            let text = match number {
                0 => None,
                number => store::find(tx, of, number)?.ok_or(ServiceError::NotFound)?.text,
            };
            let newest = store::newest(tx, of)?;
            if newest != over {
                return Err(PolicyProblem::Overtaken);
            }
            let in_force = store::find(tx, of, newest)?.and_then(|activation| activation.text);
            if in_force == text {
                return Err(PolicyProblem::InForce);
            }
            if let Some(text) = &text {
                Policy::parse(text)?;
            }
            let by = By {
                user: Some((user.id, &user.name)),
                client_address: &client_address,
                action: Action::PolicyRolledBack,
            };
            Ok(put_in_force(&context, tx, of, by, (text.as_deref(), &note), now)?)
        })
        .await
}

#[cfg(test)]
mod tests;
