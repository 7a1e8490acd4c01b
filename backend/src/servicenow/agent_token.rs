//! Checks agent tokens. See [`shared::agent_token`] for what they carry.
//!
//! The order matters: what is cheap comes first, and nothing that the token says is believed before its signature has
//! been checked, except that its issuer and key id choose the one key with its one algorithm (RFC 8725, section 3.1).
//! Times are compared with the moment handed in, never with the machine's clock.

mod claims;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use shared::agent_token::{AgentClaims, MAX_LIFETIME_SECONDS, MAX_TOKEN_BYTES, TOKEN_TYPE};
use shared::words::UnixMillis;

use crate::config::{AgentKey, Config, Instance};

/// How far the instance's clock may run ahead of ours before its fresh tokens are refused, in seconds.
const CLOCK_LEEWAY_SECONDS: i64 = 5;

/// Why a token is not accepted. For the log; callers are only told that it is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none.
    #[error("there is no bearer token")]
    Missing,
    /// Longer than [`shared::agent_token::MAX_TOKEN_BYTES`].
    #[error("it is too long")]
    TooLong,
    /// Not a JWT, or its header or claims cannot be read.
    #[error("it cannot be read: {0}")]
    Malformed(String),
    /// The `typ` header is another one.
    #[error("its type is another one")]
    WrongType,
    /// The issuer is no configured instance.
    #[error("its issuer is no configured instance")]
    UnknownIssuer,
    /// No key of that instance has this `kid`, or the header has none.
    #[error("its key is not known")]
    UnknownKey,
    /// The algorithm is not the one of the key.
    #[error("its algorithm is not the one of its key")]
    WrongAlgorithm,
    /// The signature does not fit.
    #[error("its signature does not fit")]
    BadSignature,
    /// It is for another backend.
    #[error("it is for another audience")]
    WrongAudience,
    /// `exp` has come.
    #[error("it has expired")]
    Expired,
    /// `nbf` or `iat` has not come.
    #[error("it is not yet valid")]
    NotYetValid,
    /// It lives longer than its kind may.
    #[error("it lives too long")]
    LivesTooLong,
    /// A claim has an impossible value.
    #[error("its claim {0} has an impossible value")]
    BadClaim(&'static str),
}

/// The protected header. Anything that would bring a key along (`jwk`, `jku`, `x5c` …) is not even read.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that a reader must understand (RFC 7515, section 4.1.11); none is understood here.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

/// The one claim that is read before the signature is checked: it chooses the instance, hence the key.
#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

/// A token that is sound.
pub struct Verified<'a, C = AgentClaims> {
    /// Whose it is.
    pub instance: &'a Instance,
    /// Id of the key that signed it.
    pub kid: String,
    /// What it says.
    pub claims: C,
}

/// The instance that a token says it is from: nothing else of it is looked at, and nothing believed.
pub fn issuer<'a>(config: &'a Config, token: &str) -> Result<&'a Instance, TokenError> {
    let parts = split(token)?;
    let Issuer { iss } = decode("payload", parts.payload)?;
    config.instance_by_url(&iss).ok_or(TokenError::UnknownIssuer)
}

/// The parts of a token.
struct Parts<'t> {
    /// Header and payload.
    signed: &'t str,
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
}

fn split(token: &str) -> Result<Parts<'_>, TokenError> {
    if token.is_empty() {
        return Err(TokenError::Missing);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    let (signed, signature) = token
        .rsplit_once('.')
        .ok_or_else(|| malformed("it has no signature"))?;
    let (header, payload) = signed
        .split_once('.')
        .ok_or_else(|| malformed("it has no payload"))?;
    Ok(Parts {
        signed,
        header,
        payload,
        signature,
    })
}

/// Checks a token completely against the keys of the instance that [`issuer`] names. Does not spend it.
pub fn verify<'a>(
    config: &'a Config,
    keys: &BTreeMap<String, AgentKey>,
    token: &str,
    now: UnixMillis,
) -> Result<Verified<'a>, TokenError> {
    let found: Verified<'a, AgentClaims> = open(config, keys, token, TOKEN_TYPE)?;
    let times = Times {
        iss: &found.claims.iss,
        aud: &found.claims.aud,
        iat: found.claims.iat,
        nbf: found.claims.nbf,
        exp: found.claims.exp,
    };
    times.check(config, found.instance, now, MAX_LIFETIME_SECONDS)?;
    claims::check(&found.claims)?;
    Ok(found)
}

/// Checks form, type, key and signature, and reads the claims, which [`Times::check`] must judge next.
pub(super) fn open<'a, C: DeserializeOwned>(
    config: &'a Config,
    keys: &BTreeMap<String, AgentKey>,
    token: &str,
    kind: &str,
) -> Result<Verified<'a, C>, TokenError> {
    let Parts {
        signed,
        header,
        payload,
        signature,
    } = split(token)?;
    let header: Header = decode("header", header)?;
    if !header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(kind)) {
        return Err(TokenError::WrongType);
    }
    if header.crit.is_some() {
        return Err(malformed("its header demands an extension"));
    }
    let Issuer { iss } = decode("payload", payload)?;
    let instance = config.instance_by_url(&iss).ok_or(TokenError::UnknownIssuer)?;
    let kid = header.kid.ok_or(TokenError::UnknownKey)?;
    let key = keys.get(&kid).ok_or(TokenError::UnknownKey)?;
    if name(key.algorithm) != Some(header.alg.as_str()) {
        return Err(TokenError::WrongAlgorithm);
    }
    match jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key.key, key.algorithm) {
        Ok(true) => {}
        Ok(false) | Err(_) => return Err(TokenError::BadSignature),
    }
    Ok(Verified {
        instance,
        kid,
        claims: decode("payload", payload)?,
    })
}

/// The algorithms that may sign a token, by their names in a header: an allow-list.
const fn name(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::HS256 => Some("HS256"),
        Algorithm::RS256 => Some("RS256"),
        Algorithm::ES256 => Some("ES256"),
        _ => None,
    }
}

/// The registered claims that every token has.
pub(super) struct Times<'a> {
    pub iss: &'a str,
    pub aud: &'a str,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

impl Times<'_> {
    /// Is the token by this instance, for us, and for now? It may live for `longest` seconds.
    pub fn check(
        &self,
        config: &Config,
        instance: &Instance,
        now: UnixMillis,
        longest: i64,
    ) -> Result<(), TokenError> {
        if self.iss != instance.url {
            return Err(TokenError::UnknownIssuer);
        }
        if self.aud != config.server.public_url {
            return Err(TokenError::WrongAudience);
        }
        let now = now.unix_seconds();
        if now >= self.exp {
            return Err(TokenError::Expired);
        }
        let soon = now.saturating_add(CLOCK_LEEWAY_SECONDS);
        if self.nbf > soon || self.iat > soon {
            return Err(TokenError::NotYetValid);
        }
        if self.exp.saturating_sub(self.iat) > longest {
            return Err(TokenError::LivesTooLong);
        }
        if self.exp <= self.iat {
            return Err(TokenError::BadClaim("exp"));
        }
        Ok(())
    }
}

fn malformed(why: impl Into<String>) -> TokenError {
    TokenError::Malformed(why.into())
}

/// Reads one base64url part as JSON. The error names the place, never the content.
fn decode<T: DeserializeOwned>(part: &str, encoded: &str) -> Result<T, TokenError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| malformed(format!("its {part} is not base64url")))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "has missing, repeated or mistyped members",
            _ => "is not JSON",
        };
        malformed(format!(
            "its {part} {what} (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

#[cfg(test)]
mod tests;
