//! Company sign-in: off to the identity provider and back.
//!
//! What comes back is believed only in the session that went there: its state is looked up, must belong to this very
//! cookie, counts once and for ten minutes. So nobody can be signed in with somebody else's answer (login CSRF), and
//! an answer that was seen on its way opens nothing.

use rusqlite::Transaction;
use secrecy::SecretString;
use serde_json::json;
use shared::words::{CheckKind, UnixMillis};
use url::Url;

use super::super::error::LinkProblem;
use super::super::{Service, ServiceError, record};
use super::progress::proceed;
use super::{Page, change, page};
use crate::config::SignIn as Settings;
use crate::identity::oidc::{Answer, Attempt, Identity, OidcError, Provider, Rejection};
use crate::keys::{Keys, equal, sha256_hex};
use crate::ports::random;
use crate::store::sign_ins::{self, SignIn};
use crate::store::{self, StoreError, evidence};
use crate::verification::checks::company_sign_in::Mismatch;
use crate::verification::{CheckDetail, InstanceId, Session, SignInId, Verification};

/// An answer of the provider counts for so long.
const LIFE_SECONDS: i64 = 600;
/// Sign-ins that one verification may begin: more are no mistakes any more, and each makes the provider work.
const MAX_SIGN_INS: u32 = 10;

/// Refusals that are kept as evidence: nobody fills it by sending garbage.
const MAX_REFUSALS: u32 = 20;

/// What became of the button.
#[derive(Debug)]
pub enum Departure {
    /// Go there, from this page.
    To(Url, Page),
    /// The provider cannot be used now.
    Down(Page),
    /// It was begun too often.
    TooOften(Page),
    /// Something else is asked.
    NotAsked,
}

/// What became of an answer.
#[derive(Debug)]
pub enum Arrival {
    /// It was taken, or had been taken before: the page says how it goes on.
    Taken,
    /// It proves nothing, and nothing was decided by it; the requester may try again.
    Refused(Box<Page>, Trouble),
}

/// Why an answer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The provider cannot be used now.
    Down,
    /// The requester, or the provider, ended the sign-in.
    Declined,
    /// It is not an answer to what this browser asked, or it proves nothing.
    Void,
}

/// Begins a sign-in: where the browser must go.
pub async fn depart(service: &Service, cookie: &str) -> Result<Departure, ServiceError> {
    let Some((of, provider)) = asked(service, cookie).await? else {
        return Ok(Departure::NotAsked);
    };
    let attempt = SignInId(random(service.entropy.as_ref())?);
    let address = match provider
        .address(&secrets(&service.config.keys, attempt), service.now())
        .await
    {
        Ok(address) => address,
        Err(error) => {
            trouble(service, cookie, &error).await?;
            return Ok(Departure::Down(page(service, cookie).await?));
        }
    };
    let register = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        if !asks(&verification) {
            return Ok((verification, None));
        }
        if sign_ins::count(tx, &verification.id)? >= MAX_SIGN_INS {
            return Ok((verification, Some(false)));
        }
        let now = service.now();
        let sign_in = SignIn {
            attempt,
            instance: of.instance.clone(),
            verification: of.id.clone(),
            cookie_digest: of.cookie_digest.clone(),
            expires_at: now.plus_seconds(LIFE_SECONDS),
            spent_at: None,
        };
        let [state, ..] = service.config.keys.sign_in_secrets(attempt);
        sign_ins::add(tx, &sha256_hex(state.as_bytes()), &sign_in, now)?;
        record(service, tx, &verification, "sign_in.begun", &json!({}))?;
        Ok((verification, Some(true)))
    };
    let (page, begun) = change(service, cookie, register).await?;
    Ok(match begun {
        Some(true) => Departure::To(address, page),
        Some(false) => Departure::TooOften(page),
        None => Departure::NotAsked,
    })
}

/// Takes what the provider sent the browser back with, at the address of `instance`.
pub async fn arrive(
    service: &Service,
    cookie: &str,
    instance: &str,
    answer: &Answer,
) -> Result<Arrival, ServiceError> {
    let sign_in = match claim(service, cookie, instance, answer).await? {
        Claim::Fresh(sign_in) => sign_in,
        // The same form twice, or the way back in the browser's history: what it led to is on the page already.
        Claim::Spent => return Ok(Arrival::Taken),
        Claim::Void => {
            trouble(service, cookie, &Rejection::MixUp.into()).await?;
            return Ok(Arrival::Refused(
                Box::new(page(service, cookie).await?),
                Trouble::Void,
            ));
        }
    };
    let provider = service
        .providers
        .get(&sign_in.instance)
        .ok_or(ServiceError::NotFound)?;
    let attempt = secrets(&service.config.keys, sign_in.attempt);
    let identity = match provider.identify(answer, &attempt, service.now()).await {
        Ok(identity) => identity,
        Err(error) => {
            trouble(service, cookie, &error).await?;
            let trouble = match error {
                OidcError::Unreachable(_) | OidcError::SetUp(_) => Trouble::Down,
                OidcError::Declined(_) => Trouble::Declined,
                OidcError::Rejected(_) => Trouble::Void,
            };
            return Ok(Arrival::Refused(Box::new(page(service, cookie).await?), trouble));
        }
    };
    let take = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        Ok((take(service, tx, verification, &identity)?, ()))
    };
    change(service, cookie, take).await?;
    Ok(Arrival::Taken)
}

/// Compares who signed in with the requester on file. One answer decides the check.
fn take(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    identity: &Identity,
) -> Result<Verification, ServiceError> {
    if !asks(&verification) {
        return Ok(verification);
    }
    let now = service.now();
    let settings = service.instance(&verification.instance)?.sign_in.as_ref();
    let mismatch = compare(settings.ok_or(ServiceError::NotFound)?, &verification, identity).err();
    let correct = mismatch.is_none();
    let kind = CheckKind::CompanySignIn;
    let answered = verification.with_session(now, |session| {
        session.with_check(kind, |mut check| {
            if let CheckDetail::CompanySignIn(sign_in) = &mut check.detail {
                sign_in.mismatch = mismatch;
            }
            check.answered(correct, now)
        })
    })?;
    let subject = service
        .config
        .keys
        .subject_digest(&identity.issuer, &identity.subject);
    let body = json!({
        "check": kind.as_str(),
        "correct": correct,
        "issuer": identity.issuer,
        "subject": subject,
        "acr": identity.acr,
        "amr": identity.amr,
        "mismatch": mismatch.map(mismatch_word),
    });
    record(service, tx, &answered, "check.answered", &body)?;
    proceed(service, tx, answered)
}

fn compare(settings: &Settings, of: &Verification, identity: &Identity) -> Result<(), Mismatch> {
    for (claim, field) in &settings.matches {
        field.compare(&of.requester, identity.claim(claim))?;
    }
    Ok(())
}

const fn mismatch_word(mismatch: Mismatch) -> &'static str {
    match mismatch {
        Mismatch::SomebodyElse => "somebody_else",
        Mismatch::ClaimMissing => "claim_missing",
    }
}

/// What is known of the session that asks for a sign-in.
struct Of {
    instance: InstanceId,
    id: crate::verification::VerificationId,
    cookie_digest: String,
}

/// The provider, if this session asks for a sign-in now.
async fn asked<'a>(service: &'a Service, cookie: &str) -> Result<Option<(Of, &'a Provider)>, ServiceError> {
    let cookie_digest = sha256_hex(cookie.as_bytes());
    let digest = cookie_digest.clone();
    let verification = service
        .store
        .read(move |tx| store::portal::find_by_session(tx, &digest).map_err(ServiceError::from))
        .await?
        .ok_or(LinkProblem::NoSession)?;
    if !asks(&verification) {
        return Ok(None);
    }
    let provider = service.providers.get(&verification.instance);
    Ok(provider.map(|provider| {
        let of = Of {
            instance: verification.instance,
            id: verification.id,
            cookie_digest,
        };
        (of, provider)
    }))
}

fn asks(verification: &Verification) -> bool {
    verification
        .session()
        .and_then(Session::current_check)
        .is_some_and(|check| check.kind() == CheckKind::CompanySignIn)
}

/// Whose answer it is.
enum Claim {
    /// This session's, and it comes for the first time. It is spent now.
    Fresh(SignIn),
    /// This session's, and it came before.
    Spent,
    /// Nobody's, another session's, another provider's, or too late.
    Void,
}

async fn claim(
    service: &Service,
    cookie: &str,
    instance: &str,
    answer: &Answer,
) -> Result<Claim, ServiceError> {
    let (cookie, state) = (sha256_hex(cookie.as_bytes()), sha256_hex(answer.state.as_bytes()));
    let (now, instance): (UnixMillis, String) = (service.now(), instance.to_owned());
    service
        .store
        .write(move |tx| {
            let Some(sign_in) = sign_ins::find(tx, &state)? else {
                return Ok(Claim::Void);
            };
            // Another session must not even use it up.
            if !equal(&sign_in.cookie_digest, &cookie) || sign_in.instance.as_str() != instance {
                return Ok(Claim::Void);
            }
            if sign_in.spent_at.is_some() {
                return Ok(Claim::Spent);
            }
            if now >= sign_in.expires_at {
                return Ok(Claim::Void);
            }
            Ok::<_, StoreError>(if sign_ins::spend(tx, &state, now)? {
                Claim::Fresh(sign_in)
            } else {
                Claim::Spent
            })
        })
        .await
        .map_err(ServiceError::from)
}

/// Notes what went wrong: as evidence, and for the operator where it is theirs to mend.
async fn trouble(service: &Service, cookie: &str, error: &OidcError) -> Result<(), ServiceError> {
    let why = match error {
        OidcError::Unreachable(_) => "unreachable",
        OidcError::SetUp(_) => "set_up",
        OidcError::Declined(_) => "declined",
        OidcError::Rejected(rejection) => rejection.as_str(),
    };
    match error {
        OidcError::Unreachable(_) | OidcError::SetUp(_) => tracing::error!(%error, "company sign-in"),
        OidcError::Declined(_) => tracing::info!(%error, "company sign-in"),
        OidcError::Rejected(_) => tracing::warn!(%error, "company sign-in"),
    }
    metrics::counter!("company_sign_ins_refused_total", "why" => why).increment(1);
    let note = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        let kind = "sign_in.refused";
        if verification.session().is_some() && evidence::count(tx, &verification.id, kind)? < MAX_REFUSALS {
            record(service, tx, &verification, kind, &json!({ "why": why }))?;
        }
        Ok((verification, ()))
    };
    change(service, cookie, note).await.map(|_| ())
}

fn secrets(keys: &Keys, attempt: SignInId) -> Attempt {
    let [state, nonce, verifier] = keys.sign_in_secrets(attempt).map(SecretString::from);
    Attempt {
        state,
        nonce,
        verifier,
    }
}
