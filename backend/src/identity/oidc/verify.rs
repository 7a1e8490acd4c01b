//! What an ID token must be before anything that it says is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier};
use openidconnect::{
    ClaimsVerificationError, ClientId, ClientSecret, IssuerUrl, Nonce, SignatureVerificationError,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use shared::words::UnixMillis;

use super::error::Rejection;
use super::metadata::Metadata;
use super::settings::ProviderSettings;

/// Clocks may differ by so much.
const LEEWAY_SECONDS: i64 = 60;

/// Who signed in, as the provider says it and as it was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Its name for the person; unique there and never given to another.
    pub subject: String,
    /// How the person signed in, in the provider's own words (`acr`).
    pub acr: Option<String>,
    /// By which methods (`amr`, RFC 8176).
    pub amr: Vec<String>,
    /// Every claim of the ID token.
    pub claims: Map<String, Value>,
}

impl Identity {
    /// A claim that is a text.
    ///
    /// An `email` is one only if the provider says that it was verified: in many providers people, or the admins of
    /// another tenant, can write any address into that field.
    pub fn claim(&self, name: &str) -> Option<&str> {
        let is_true = |value: &Value| value.as_bool() == Some(true) || value.as_str() == Some("true");
        if name == "email" && !self.claims.get("email_verified").is_some_and(is_true) {
            return None;
        }
        self.claims.get(name)?.as_str()
    }
}

/// Why a token is not believed.
pub(super) enum Fault {
    /// It is signed by a key that is not among those remembered.
    UnknownKey,
    /// It proves nothing.
    Rejected(Rejection),
}

impl Fault {
    pub(super) const fn rejection(self) -> Rejection {
        match self {
            Self::UnknownKey => Rejection::Signature,
            Self::Rejected(rejection) => rejection,
        }
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// Checks a token: signature, algorithm, issuer, audience, time, nonce, and what the settings ask for beyond.
pub(super) fn verify(
    settings: &ProviderSettings,
    metadata: &Metadata,
    token: &CoreIdToken,
    nonce: &SecretString,
    now: UnixMillis,
) -> Result<Identity, Fault> {
    let moment = DateTime::<Utc>::from_timestamp_millis(now.0).ok_or(Rejection::Time)?;
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new(settings.client_id.clone()),
        ClientSecret::new(settings.client_secret.expose_secret().to_owned()),
        IssuerUrl::new(settings.issuer.clone()).map_err(|_| Rejection::Issuer)?,
        metadata.jwks().clone(),
    )
    .set_allowed_algs(settings.algorithms.iter().map(|algorithm| algorithm.core()))
    .set_time_fn(move || moment)
    .set_issue_time_verifier_fn(move |issued| {
        if issued.timestamp() > now.unix_seconds() + LEEWAY_SECONDS {
            Err("issued in the future".into())
        } else {
            Ok(())
        }
    });
    let nonce = Nonce::new(nonce.expose_secret().to_owned());
    token.claims(&verifier, &nonce).map_err(|error| fault(&error))?;

    // The library checked the text; from here on it is read whole, with the claims that no standard names.
    let claims = payload(token).ok_or(Rejection::Claims)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    // OpenID Connect Core, section 3.1.3.7, item 5.
    if text("azp").is_some_and(|party| party != settings.client_id) {
        return Err(Rejection::Audience.into());
    }
    if number("nbf").is_some_and(|from| from > now.unix_seconds() + LEEWAY_SECONDS) {
        return Err(Rejection::Time.into());
    }
    if let Some(max_age) = settings.max_age_seconds {
        let ago = number("auth_time").map(|at| now.unix_seconds() - at);
        let fresh = ago.is_some_and(|ago| ago <= i64::from(max_age) + LEEWAY_SECONDS);
        if !fresh {
            return Err(Rejection::NotFresh.into());
        }
    }
    let acr = text("acr").map(str::to_owned);
    if !settings.acr_values.is_empty() && !acr.as_ref().is_some_and(|acr| settings.acr_values.contains(acr)) {
        return Err(Rejection::TooWeak.into());
    }
    let amr: Vec<String> = claims
        .get("amr")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|method| method.as_str().map(str::to_owned))
        .collect();
    if !settings.amr.iter().all(|method| amr.contains(method)) {
        return Err(Rejection::TooWeak.into());
    }
    let subject = text("sub").filter(|subject| !subject.is_empty());
    Ok(Identity {
        issuer: settings.issuer.clone(),
        subject: subject.ok_or(Rejection::Claims)?.to_owned(),
        acr,
        amr,
        claims,
    })
}

/// The claims as they were signed.
fn payload(token: &CoreIdToken) -> Option<Map<String, Value>> {
    let text = token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn fault(error: &ClaimsVerificationError) -> Fault {
    match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            return Fault::UnknownKey;
        }
        ClaimsVerificationError::SignatureVerification(_) | ClaimsVerificationError::Unsupported(_) => {
            Rejection::Signature
        }
        ClaimsVerificationError::Expired(_) => Rejection::Time,
        ClaimsVerificationError::InvalidAudience(_) => Rejection::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => Rejection::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => Rejection::Nonce,
        ClaimsVerificationError::InvalidAuthTime(_) => Rejection::NotFresh,
        ClaimsVerificationError::InvalidAuthContext(_) => Rejection::TooWeak,
        _ => Rejection::Claims,
    }
    .into()
}
