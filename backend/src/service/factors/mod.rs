//! What a requester enrolled to prove who they are: answering with it, adding it after a pass, and taking it away when
//! somebody says that it was not them. The rules are in `verification/enrolment.rs`.

mod alarm;
mod answer;
pub(super) mod codes;
mod enrol;
mod notice;

use rusqlite::Transaction;
use serde_json::json;

pub use alarm::{alarm, look_at_alarm};
pub use answer::{Verdict, answer_app, answer_passkey, answer_recovery, ask_passkey};
pub use enrol::{
    Added, AppToAdd, Browser, Offer, add_app, add_passkey, app_to_add, ask_to_add_passkey, begin_app,
    make_codes, offer,
};
pub(super) use notice::notice_link;

use super::{Service, ServiceError, record};
use crate::identity::passkey::{PasskeyError, Site};
use crate::identity::recovery::HashError;
use crate::keys::{Place, SealError};
use crate::store::factors::{Owner, apps, count_enrolments, notices, passkeys, recovery, remove};
use crate::verification::Verification;
use crate::verification::checks::recovery_code::MAX_FAILURES_IN_A_ROW;
use crate::verification::enrolment::{FRESH_SECONDS, MAX_ENROLMENTS, open_until};

/// Why a factor cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// See [`HashError`].
    #[error(transparent)]
    Hash(#[from] HashError),
    /// See [`SealError`].
    #[error(transparent)]
    Seal(#[from] SealError),
    /// See [`PasskeyError`].
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    /// A secret of another length, or an address that cannot be drawn.
    #[error("the secret of an authenticator app cannot be used")]
    Secret,
}

/// What a requester has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Passkeys that can be used under this site's name.
    pub passkeys: u32,
    /// An authenticator app.
    pub has_app: bool,
    /// … that is not locked.
    pub app_is_usable: bool,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
}

impl Held {
    /// True when there is a passkey or an app.
    pub const fn any(self) -> bool {
        self.passkeys > 0 || self.has_app
    }
}

/// What the requester of a verification has enrolled.
pub(super) fn held(service: &Service, tx: &Transaction<'_>, of: &Verification) -> Result<Held, ServiceError> {
    let owner = owner(of);
    let app = apps::find(tx, owner)?;
    Ok(Held {
        passkeys: match site(service, of) {
            Ok(_) => passkeys::count(tx, owner)?,
            Err(_) => 0,
        },
        has_app: app.is_some(),
        app_is_usable: app.is_some_and(|app| app.locked_at.is_none()),
        codes_left: recovery::count_left(tx, owner, MAX_FAILURES_IN_A_ROW)?,
    })
}

/// True when the pass allows to add something now, as far as can be told without the browser.
pub(super) fn is_open(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
) -> Result<bool, ServiceError> {
    Ok(open_until(of, service.now()).is_ok()
        && !notices::is_closed(tx, of)?
        && count_enrolments(tx, of)? < MAX_ENROLMENTS)
}

/// Who says “this was not me”.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// Whoever reads a contact on file.
    Contact,
    /// Whoever holds the session of the pass: it may be the very person who should not have passed. They can take back
    /// what they added themselves, and nothing else.
    Session,
}

/// “This was not me”: what was added is removed, and nothing more can be added after this verification.
pub(super) fn disown(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    voice: Voice,
) -> Result<(), ServiceError> {
    let now = service.now();
    notices::close(tx, of, now)?;
    notices::spend_alarms(tx, &of.id, now)?;
    let since = match voice {
        Voice::Contact => Some(now.plus_seconds(-FRESH_SECONDS)),
        Voice::Session => None,
    };
    let removed = remove(tx, owner(of), &of.id, since)?;
    if removed.is_empty() {
        return Ok(());
    }
    let body = json!({
        "passkeys": removed.passkeys,
        "authenticator_apps": removed.apps,
        "recovery_codes": removed.recovery,
    });
    record(service, tx, of, "factor.removed", &body)
}

/// Whose factors they are.
fn owner(of: &Verification) -> Owner<'_> {
    Owner {
        instance: &of.instance,
        requester: &of.requester.sys_id,
    }
}

/// Where the secret of the requester's authenticator app is kept.
fn place(of: &Verification) -> Place<'_> {
    Place {
        purpose: "totp",
        instance: of.instance.as_str(),
        subject: &of.requester.sys_id,
    }
}

/// This site, in the name of the company that asks.
fn site(service: &Service, of: &Verification) -> Result<Site, ServiceError> {
    let look = service.look(&of.instance)?;
    Ok(Site::new(&service.config.server.public_url, &look.company).map_err(FactorError::from)?)
}

#[cfg(test)]
mod tests;
