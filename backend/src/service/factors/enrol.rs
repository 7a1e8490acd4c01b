//! Adding a passkey, an authenticator app or recovery codes right after a pass, in the browser that earned it.

use rusqlite::Transaction;
use serde_json::json;

use super::super::error::LinkProblem;
use super::super::portal::{Request, request};
use super::super::{Service, ServiceError, record};
use super::{FactorError, codes, held, notice, owner, place, site};
use crate::identity::passkey::{CHALLENGE_SECONDS, MAX_PASSKEYS, PasskeyError, Person};
use crate::identity::qr::{self, Picture};
use crate::identity::totp;
use crate::keys::{equal, hex, sha256_hex};
use crate::ports::random;
use crate::store;
use crate::store::factors::challenges::{self, Purpose};
use crate::store::factors::passkeys::{self, StoredPasskey};
use crate::store::factors::{Enrolment, add_enrolment, apps, count_enrolments, notices};
use crate::verification::Verification;
use crate::verification::checks::call_number::normalize_answer;
use crate::verification::enrolment::{EnrolmentClosed, Factor, MAX_ENROLMENTS, open_until};

/// Codes that may be entered wrongly before the app has to be set up anew.
const MAX_WRONG_CODES: u32 = 5;

/// What can be added now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Who asked, and for what.
    pub request: Request,
    /// The requester's name, for the sheet with the codes.
    pub name: String,
    /// Minutes until nothing can be added any more, rounded up.
    pub minutes_left: u32,
    /// Passkeys that the requester has.
    pub passkeys: u32,
    /// False when there are as many as can be kept, or this site has no name.
    pub can_add_passkey: bool,
    /// True when the requester has an authenticator app.
    pub has_app: bool,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// True when something more may be added.
    pub is_open: bool,
}

/// An app that waits for its first code.
#[derive(Clone, PartialEq, Eq)]
pub struct AppToAdd {
    /// What else can be added.
    pub offer: Offer,
    /// The address that the picture holds. Secret: never log it.
    pub address: String,
    /// The key to type in. Secret: never log it.
    pub key: String,
    /// The QR code.
    pub picture: Picture,
}

/// Something was added.
#[derive(Clone, PartialEq, Eq)]
pub struct Added {
    /// What can be added now.
    pub offer: Offer,
    /// What was added.
    pub factor: Factor,
    /// Recovery codes that were made with it, shown this once. Secret: never log them.
    pub codes: Vec<String>,
}

/// The browser of a session, by its two cookies.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    /// Secret of the session cookie.
    pub session: &'a str,
    /// Secret of the device cookie.
    pub device: Option<&'a str>,
}

/// The digests of a [`Browser`]'s secrets.
struct Digests {
    session: String,
    device: Option<String>,
}

impl Browser<'_> {
    fn digests(self, service: &Service) -> Digests {
        let device = self
            .device
            .map(|secret| service.config.keys.device_digest(secret));
        Digests {
            session: sha256_hex(self.session.as_bytes()),
            device,
        }
    }
}

/// The verification of a session, if something may be added after it, in this browser, now.
fn opened(service: &Service, tx: &Transaction<'_>, browser: &Digests) -> Result<Verification, ServiceError> {
    let of = store::portal::find_by_session(tx, &browser.session)?.ok_or(LinkProblem::NoSession)?;
    if notices::is_closed(tx, &of)? {
        return Err(EnrolmentClosed::Disputed.into());
    }
    open_until(&of, service.now())?;
    // The session cookie alone is not enough: whoever took it does not have the other one, which names the browser.
    let began_on = store::origins::find(tx, &of.id)?.and_then(|(origin, _)| origin.device_digest);
    let is_same = began_on
        .zip(browser.device.as_ref())
        .is_some_and(|(began_on, device)| equal(&began_on, device));
    if !is_same {
        tracing::warn!(verification.id = %of.id, "an enrolment was tried in another browser");
        return Err(EnrolmentClosed::OtherBrowser.into());
    }
    Ok(of)
}

/// The same, if nothing stands in the way of one more enrolment.
fn opened_for_more(
    service: &Service,
    tx: &Transaction<'_>,
    browser: &Digests,
) -> Result<Verification, ServiceError> {
    let of = opened(service, tx, browser)?;
    if count_enrolments(tx, &of)? >= MAX_ENROLMENTS {
        return Err(EnrolmentClosed::Enough.into());
    }
    Ok(of)
}

fn offer_of(service: &Service, tx: &Transaction<'_>, of: &Verification) -> Result<Offer, ServiceError> {
    let held = held(service, tx, of)?;
    let until = open_until(of, service.now())?;
    Ok(Offer {
        request: request(service, of)?,
        name: of.requester.name.clone(),
        minutes_left: service.now().seconds_until(until).div_ceil(60),
        passkeys: held.passkeys,
        can_add_passkey: held.passkeys < MAX_PASSKEYS && site(service, of).is_ok(),
        has_app: held.has_app,
        codes_left: held.codes_left,
        is_open: count_enrolments(tx, of)? < MAX_ENROLMENTS,
    })
}

/// What can be added now.
pub async fn offer(service: &Service, browser: Browser<'_>) -> Result<Offer, ServiceError> {
    let (context, browser) = (service.clone(), browser.digests(service));
    service
        .store
        .read(move |tx| offer_of(&context, tx, &opened(&context, tx, &browser)?))
        .await
}

/// What the browser needs to make a passkey, as JSON.
pub async fn ask_to_add_passkey(service: &Service, browser: Browser<'_>) -> Result<String, ServiceError> {
    let (context, browser) = (service.clone(), browser.digests(service));
    service
        .store
        .write(move |tx| {
            let of = opened_for_more(&context, tx, &browser)?;
            let known = passkeys::list(tx, owner(&of))?;
            if known.len() >= MAX_PASSKEYS as usize {
                return Err(EnrolmentClosed::Enough.into());
            }
            let known: Vec<String> = known.into_iter().map(|passkey| passkey.body).collect();
            let (instance, requester) = (of.instance.as_str(), &of.requester);
            let person = Person {
                handle: context.config.keys.passkey_handle(instance, &requester.sys_id),
                user_name: &requester.user_name,
                name: &requester.name,
            };
            let asked = site(&context, &of)?
                .ask_to_add(person, &known)
                .map_err(FactorError::from)?;
            let now = context.now();
            let until = now.plus_seconds(CHALLENGE_SECONDS);
            challenges::put(tx, &of, Purpose::AddPasskey, &asked.challenge, now, until)?;
            Ok(asked.options)
        })
        .await
}

/// Keeps a new passkey. `answer` is what `navigator.credentials.create` gave, as JSON. `None` when it answers nothing
/// that was asked.
pub async fn add_passkey(
    service: &Service,
    browser: Browser<'_>,
    answer: &str,
) -> Result<Option<Added>, ServiceError> {
    let answer = answer.to_owned();
    add(
        service,
        browser,
        Factor::Passkey,
        move |service, tx, of, enrolment| {
            let now = service.now();
            let Some(challenge) = challenges::take(tx, of, Purpose::AddPasskey, now)? else {
                return Ok(None);
            };
            let kept = match site(service, of)?.add(&challenge, &answer) {
                Ok(kept) => kept,
                // The challenge is spent all the same: this must not be an error, which would bring it back.
                Err(PasskeyError::Refused(why)) => {
                    tracing::info!(verification.id = %of.id, %why, "a new passkey was refused");
                    return Ok(None);
                }
                Err(PasskeyError::Unreadable) => return Ok(None),
                Err(error) => return Err(FactorError::from(error).into()),
            };
            let passkey = StoredPasskey {
                digest: kept.digest,
                enrolled_at: now,
                is_synced: kept.is_synced,
                body: kept.credential,
            };
            add_enrolment(tx, of, enrolment)?;
            if !passkeys::add(tx, owner(of), enrolment, &passkey)? {
                return Err(EnrolmentClosed::Enough.into());
            }
            Ok(Some(
                json!({ "passkey": passkey.digest, "is_synced": passkey.is_synced }),
            ))
        },
    )
    .await
}

/// Makes the secret of an app that waits for its first code; an earlier one that waits is void.
pub async fn begin_app(service: &Service, browser: Browser<'_>) -> Result<(), ServiceError> {
    let (context, browser) = (service.clone(), browser.digests(service));
    let secret = totp::Secret::from_random(random(service.entropy.as_ref())?);
    let nonce = random(service.entropy.as_ref())?;
    service
        .store
        .write(move |tx| {
            let of = opened_for_more(&context, tx, &browser)?;
            let sealed = context
                .config
                .keys
                .seal(place(&of), nonce, secret.as_bytes())
                .map_err(FactorError::from)?;
            let now = context.now();
            let until = open_until(&of, now)?;
            challenges::put(tx, &of, Purpose::AddApp, &sealed, now, until)?;
            Ok(())
        })
        .await
}

/// The app that waits for its first code, if one does.
pub async fn app_to_add(service: &Service, browser: Browser<'_>) -> Result<Option<AppToAdd>, ServiceError> {
    let (context, browser) = (service.clone(), browser.digests(service));
    service
        .store
        .read(move |tx| {
            let of = opened(&context, tx, &browser)?;
            let Some(sealed) = challenges::find(tx, &of, Purpose::AddApp, context.now())? else {
                return Ok(None);
            };
            let secret = unseal(&context, &of, &sealed)?;
            let offer = offer_of(&context, tx, &of)?;
            let address = secret
                .address(&offer.request.company, &of.requester.user_name)
                .ok_or(FactorError::Secret)?;
            let picture = qr::draw(&address).ok_or(FactorError::Secret)?;
            Ok(Some(AppToAdd {
                offer,
                key: secret.as_key(),
                address,
                picture,
            }))
        })
        .await
}

/// Keeps the app that waits, if the code is its own. `None` when it is not, or no app waits.
pub async fn add_app(
    service: &Service,
    browser: Browser<'_>,
    typed: &str,
) -> Result<Option<Added>, ServiceError> {
    let code = normalize_answer(typed);
    add(
        service,
        browser,
        Factor::AuthenticatorApp,
        move |service, tx, of, enrolment| {
            let now = service.now();
            let Some(sealed) = challenges::find(tx, of, Purpose::AddApp, now)? else {
                return Ok(None);
            };
            let Some(step) = unseal(service, of, &sealed)?.step_of(&code, now, None) else {
                challenges::fail(tx, of, Purpose::AddApp, MAX_WRONG_CODES)?;
                return Ok(None);
            };
            challenges::take(tx, of, Purpose::AddApp, now)?;
            add_enrolment(tx, of, enrolment)?;
            let replaces = apps::find(tx, owner(of))?.is_some();
            // Its step is spent: the code that was just shown proves nothing a second time.
            apps::put(tx, owner(of), enrolment, &sealed, step)?;
            Ok(Some(json!({ "replaces": replaces })))
        },
    )
    .await
}

/// Makes new recovery codes; the earlier ones are void.
pub async fn make_codes(service: &Service, browser: Browser<'_>) -> Result<Option<Added>, ServiceError> {
    add(service, browser, Factor::RecoveryCodes, |_, tx, of, enrolment| {
        add_enrolment(tx, of, enrolment)?;
        Ok(Some(json!({})))
    })
    .await
}

fn unseal(service: &Service, of: &Verification, sealed: &str) -> Result<totp::Secret, ServiceError> {
    let kept = service
        .config
        .keys
        .open(place(of), sealed)
        .map_err(FactorError::from)?;
    Ok(totp::Secret::from_kept(&kept).ok_or(FactorError::Secret)?)
}

/// Adds what `keep` keeps. Who has no recovery codes left gets some with it. State, evidence and messages in one
/// transaction; `keep` says what the evidence tells, or `None` when nothing was added.
async fn add(
    service: &Service,
    browser: Browser<'_>,
    factor: Factor,
    keep: impl FnOnce(
        &Service,
        &Transaction<'_>,
        &Verification,
        &Enrolment,
    ) -> Result<Option<serde_json::Value>, ServiceError>
    + Send
    + 'static,
) -> Result<Option<Added>, ServiceError> {
    let codes_left = offer(service, browser).await?.codes_left;
    let (context, browser) = (service.clone(), browser.digests(service));
    let wants_codes = factor == Factor::RecoveryCodes;
    // Made before the transaction, which must not be held up by hashing.
    let set = if wants_codes || codes_left == 0 {
        Some(codes::make(service).await?)
    } else {
        None
    };
    let enrolment = Enrolment {
        id: format!("ENR{}", hex(&random::<16>(service.entropy.as_ref())?)),
        factor,
        at: service.now(),
    };
    let (added, of) = service
        .store
        .write(move |tx| {
            let of = opened_for_more(&context, tx, &browser)?;
            let Some(mut body) = keep(&context, tx, &of, &enrolment)? else {
                return Ok::<_, ServiceError>((None, of));
            };
            let is_needed = wants_codes || held(&context, tx, &of)?.codes_left == 0;
            let set = set.filter(|_| is_needed);
            if let Some(set) = &set {
                codes::keep(&context, tx, &of, &enrolment, set)?;
            }
            body["enrolment"] = enrolment.id.as_str().into();
            body["factor"] = factor.as_str().into();
            body["with_recovery_codes"] = set.is_some().into();
            record(&context, tx, &of, "factor.enrolled", &body)?;
            notice::queue(&context, tx, &of, &enrolment)?;
            let added = Added {
                offer: offer_of(&context, tx, &of)?,
                factor,
                codes: set.map(|set| set.codes).unwrap_or_default(),
            };
            Ok((Some(added), of))
        })
        .await?;
    if added.is_some() {
        metrics::counter!("factors_enrolled_total", "factor" => factor.as_str()).increment(1);
        service.announce(&of.id);
    }
    Ok(added)
}
