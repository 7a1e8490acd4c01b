//! Checks agent tokens. See [`shared::agent_token`] for what they carry.

use shared::agent_token::AgentClaims;
use shared::words::UnixMillis;

use crate::config::{Config, Instance};

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
    #[error("its type is not {}", shared::agent_token::TOKEN_TYPE)]
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
    /// It lives longer than five minutes.
    #[error("it lives too long")]
    LivesTooLong,
    /// A claim has an impossible value.
    #[error("its claim {0} has an impossible value")]
    BadClaim(&'static str),
}

/// Checks a token completely and says which instance signed it. Does not spend it.
pub fn verify<'a>(config: &'a Config, token: &str, now: UnixMillis) -> Result<(&'a Instance, AgentClaims), TokenError> {
    let _ = (config, token, now);
    Err(TokenError::Missing)
}
