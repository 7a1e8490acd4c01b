//! Answering a check with what was enrolled. Whatever can be used once is taken in the transaction that counts the
//! answer, by a statement that looks again whether it is still there.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{CheckKind, CheckResult};

use super::super::portal::{self, Answered, Page, asked, change, count_answer};
use super::super::{Service, ServiceError, record};
use super::{FactorError, owner, place, site};
use crate::identity::passkey::{CHALLENGE_SECONDS, PasskeyError};
use crate::identity::{recovery as codes, totp};
use crate::keys::sha256_hex;
use crate::store;
use crate::store::factors::challenges::{self, Purpose};
use crate::store::factors::{apps, passkeys, recovery};
use crate::verification::checks::authenticator_app::MAX_FAILURES_IN_A_ROW;
use crate::verification::checks::call_number::normalize_answer;
use crate::verification::checks::passkey::UsedPasskey;
use crate::verification::{Check, CheckDetail, Verification};

/// What became of the answer of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right; or wrong for the last time, and the page that follows says so.
    Settled,
    /// Wrong, and there may be another.
    Wrong,
    /// It came too late, answers nothing that was asked, or cannot be read: it neither proves nor costs anything.
    NotCounted,
}

/// What the browser needs to let a passkey sign; `None` when no passkey is being asked for.
pub async fn ask_passkey(service: &Service, cookie: &str) -> Result<Option<String>, ServiceError> {
    let ask = |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        if asked(&verification, CheckKind::Passkey).is_none() {
            return Ok((verification, None));
        }
        let known = bodies(tx, &verification)?;
        if known.is_empty() {
            return Ok((unavailable(service, tx, verification, CheckKind::Passkey)?, None));
        }
        let asked = site(service, &verification)?
            .ask(&known)
            .map_err(FactorError::from)?;
        let now = service.now();
        let until = now.plus_seconds(CHALLENGE_SECONDS);
        let purpose = Purpose::AnswerPasskey;
        challenges::put(tx, &verification, purpose, &asked.challenge, now, until)?;
        Ok((verification, Some(asked.options)))
    };
    change(service, cookie, ask).await.map(|(_, options)| options)
}

/// Answers with a passkey. `answer` is what `navigator.credentials.get` gave, as JSON.
pub async fn answer_passkey(
    service: &Service,
    cookie: &str,
    answer: &str,
) -> Result<(Page, Verdict), ServiceError> {
    let answer = answer.to_owned();
    let judge = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        let now = service.now();
        let is_asked = asked(&verification, CheckKind::Passkey).is_some();
        let challenge = if is_asked {
            challenges::take(tx, &verification, Purpose::AnswerPasskey, now)?
        } else {
            None
        };
        let Some(challenge) = challenge else {
            return Ok((verification, Verdict::NotCounted));
        };
        let stored = passkeys::list(tx, owner(&verification))?;
        let known: Vec<String> = stored.iter().map(|passkey| passkey.body.clone()).collect();
        let signed = match site(service, &verification)?.check(&challenge, &answer, &known) {
            Ok(kept) => stored
                .into_iter()
                .find(|passkey| passkey.digest == kept.digest)
                .map(|passkey| (passkey, kept)),
            Err(PasskeyError::Refused(why)) => {
                tracing::info!(verification.id = %verification.id, %why, "a passkey was refused");
                None
            }
            Err(PasskeyError::Unreadable) => return Ok((verification, Verdict::NotCounted)),
            Err(error @ (PasskeyError::NoSite(_) | PasskeyError::Corrupt(_))) => {
                return Err(FactorError::from(error).into());
            }
        };
        let used = match signed {
            Some((mut passkey, kept)) => {
                (passkey.is_synced, passkey.body) = (kept.is_synced, kept.credential);
                passkeys::used(tx, owner(&verification), &passkey, now)?;
                Some(UsedPasskey {
                    digest: passkey.digest,
                    enrolled_at: passkey.enrolled_at,
                    is_synced: passkey.is_synced,
                })
            }
            None => None,
        };
        let correct = used.is_some();
        let note = |mut check: Check| {
            if let CheckDetail::Passkey(detail) = &mut check.detail {
                detail.used = used;
            }
            check
        };
        let (verification, wrong) =
            count_answer(service, tx, verification, CheckKind::Passkey, correct, note)?;
        Ok((
            verification,
            if wrong { Verdict::Wrong } else { Verdict::Settled },
        ))
    };
    change(service, cookie, judge).await
}

/// Answers with a code of the authenticator app.
pub async fn answer_app(service: &Service, cookie: &str, typed: &str) -> Result<Answered, ServiceError> {
    let code = normalize_answer(typed);
    let judge = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        const KIND: CheckKind = CheckKind::AuthenticatorApp;
        if asked(&verification, KIND).is_none() {
            return Ok((verification, false));
        }
        let app = apps::find(tx, owner(&verification))?.filter(|app| app.locked_at.is_none());
        let Some(app) = app else {
            return Ok((unavailable(service, tx, verification, KIND)?, false));
        };
        let kept = match service.config.keys.open(place(&verification), &app.secret) {
            Ok(kept) => kept,
            Err(error) => {
                tracing::error!(%error, verification.id = %verification.id, "an authenticator app cannot be asked");
                return Ok((unavailable(service, tx, verification, KIND)?, false));
            }
        };
        let secret = totp::Secret::from_kept(&kept).ok_or(FactorError::Secret)?;
        let now = service.now();
        let correct = match secret.step_of(&code, now, Some(app.last_step)) {
            Some(step) => apps::spend(tx, owner(&verification), step)?,
            None => false,
        };
        let locked = !correct && apps::fail(tx, owner(&verification), MAX_FAILURES_IN_A_ROW, now)?;
        let note = |check: Check| {
            if locked {
                check.ended(CheckResult::Unavailable, now)
            } else {
                check
            }
        };
        count_answer(service, tx, verification, KIND, correct, note)
    };
    let (page, wrong) = change(service, cookie, judge).await?;
    Ok(Answered { wrong, page })
}

/// Answers with a recovery code; `None` if what was typed cannot be one, which costs nothing.
pub async fn answer_recovery(
    service: &Service,
    cookie: &str,
    typed: &str,
) -> Result<Option<Answered>, ServiceError> {
    const KIND: CheckKind = CheckKind::RecoveryCode;
    let Some(code) = codes::read(typed) else {
        return Ok(None);
    };
    // Hashed before the transaction, which must not be held up by it; nobody is made to wait who is not being asked.
    let digest_of_cookie = sha256_hex(cookie.as_bytes());
    let salt = service
        .store
        .read(move |tx| {
            let found = store::portal::find_by_session(tx, &digest_of_cookie)?;
            match found.filter(|of| asked(of, KIND).is_some()) {
                Some(of) => Ok::<_, ServiceError>(recovery::find_salt(tx, owner(&of))?),
                None => Ok(None),
            }
        })
        .await?;
    let hash = match salt.as_deref().and_then(super::codes::salt_from) {
        Some(salt) => {
            let hashes = codes::hash(vec![code], salt).await.map_err(FactorError::from)?;
            hashes.into_iter().next()
        }
        None => None,
    };
    let judge = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        if asked(&verification, KIND).is_none() {
            return Ok((verification, false));
        }
        // The set may have been replaced or removed meanwhile: then what was hashed is of no use.
        let in_force = recovery::find_salt(tx, owner(&verification))?;
        let Some(hash) = hash.filter(|_| in_force.is_some() && in_force == salt) else {
            return Ok((unavailable(service, tx, verification, KIND)?, false));
        };
        let (instance, requester) = (verification.instance.as_str(), &verification.requester.sys_id);
        let digest = service.config.keys.recovery_digest(instance, requester, &hash);
        let correct = recovery::spend(tx, owner(&verification), &digest, service.now())?;
        if !correct {
            recovery::fail(tx, owner(&verification))?;
        }
        count_answer(service, tx, verification, KIND, correct, |check| check)
    };
    let (page, wrong) = change(service, cookie, judge).await?;
    Ok(Some(Answered { wrong, page }))
}

fn bodies(tx: &Transaction<'_>, of: &Verification) -> Result<Vec<String>, ServiceError> {
    let stored = passkeys::list(tx, owner(of))?;
    Ok(stored.into_iter().map(|passkey| passkey.body).collect())
}

/// What was there when the session began is gone: the check ends, and the next way is asked.
fn unavailable(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    kind: CheckKind,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let ended = verification.with_session(now, |session| {
        session.with_check(kind, |check| check.ended(CheckResult::Unavailable, now))
    })?;
    record(
        service,
        tx,
        &ended,
        "check.unavailable",
        &json!({ "check": kind.as_str() }),
    )?;
    portal::proceed(service, tx, ended)
}
