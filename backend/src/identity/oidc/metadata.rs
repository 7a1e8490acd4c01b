//! Discovery: where the provider's endpoints are and which keys it signs with, remembered for a while.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use shared::words::UnixMillis;
use tokio::sync::Mutex;

use super::error::OidcError;
use super::http::{Http, HttpFault};
use crate::delivery::http::is_callable;

/// Endpoints and keys are read again after an hour: a key that the provider withdrew is not accepted for longer.
const FRESH_SECONDS: i64 = 3600;
/// A token by an unknown key makes the keys be read again, but not more often than this.
const REREAD_AFTER_SECONDS: i64 = 30;
/// After a failure the next attempt waits so long, and everybody else is told at once.
const RETRY_AFTER_SECONDS: i64 = 10;

/// What the standard metadata of the library leave out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Extra {
    /// RFC 9207: every answer names its issuer.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

pub(super) type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is remembered of the last discovery.
enum Memory {
    Nothing,
    Known { metadata: Arc<Metadata>, at: UnixMillis },
    Failed { error: OidcError, at: UnixMillis },
}

/// How old the answer may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// As old as is usual.
    Usual,
    /// Newer than what is remembered: a token is signed by a key that is not in it.
    Newer,
}

/// The cache of one provider.
pub(super) struct Discovery {
    issuer: String,
    // Held while the provider is asked, so that many people at once ask it once.
    memory: Mutex<Memory>,
}

impl Discovery {
    pub(super) fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            memory: Mutex::new(Memory::Nothing),
        }
    }

    /// The provider's metadata and keys.
    pub(super) async fn metadata(
        &self,
        http: &Http,
        age: Age,
        now: UnixMillis,
    ) -> Result<Arc<Metadata>, OidcError> {
        let mut memory = self.memory.lock().await;
        let within = |at: UnixMillis, seconds: i64| (0..seconds * 1000).contains(&now.millis_since(at));
        match &*memory {
            Memory::Known { metadata, at } => {
                let enough = match age {
                    Age::Usual => FRESH_SECONDS,
                    Age::Newer => REREAD_AFTER_SECONDS,
                };
                if within(*at, enough) {
                    return Ok(Arc::clone(metadata));
                }
            }
            Memory::Failed { error, at } if within(*at, RETRY_AFTER_SECONDS) => return Err(error.clone()),
            Memory::Failed { .. } | Memory::Nothing => {}
        }
        match self.read(http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *memory = Memory::Known {
                    metadata: Arc::clone(&metadata),
                    at: now,
                };
                Ok(metadata)
            }
            Err(error) => {
                // Keys that are still fresh stay good when only the search for a newer one failed.
                if age == Age::Usual {
                    let error = error.clone();
                    *memory = Memory::Failed { error, at: now };
                }
                Err(error)
            }
        }
    }

    async fn read(&self, http: &Http) -> Result<Metadata, OidcError> {
        let issuer =
            IssuerUrl::new(self.issuer.clone()).map_err(|error| OidcError::SetUp(error.to_string()))?;
        let call = http.call();
        let metadata = Metadata::discover_async(issuer, &call)
            .await
            .map_err(discovery_error)?;
        let token_url = metadata
            .token_endpoint()
            .ok_or_else(|| OidcError::SetUp("the provider names no token endpoint".into()))?;
        for (what, url) in [
            ("authorization endpoint", metadata.authorization_endpoint().url()),
            ("token endpoint", token_url.url()),
        ] {
            if !is_callable(url) {
                return Err(OidcError::SetUp(format!("the provider's {what} is not https")));
            }
        }
        Ok(metadata)
    }
}

fn discovery_error(error: DiscoveryError<HttpFault>) -> OidcError {
    match error {
        DiscoveryError::Request(HttpFault::Forbidden(why)) | DiscoveryError::Validation(why) => {
            OidcError::SetUp(why)
        }
        DiscoveryError::Request(fault) => OidcError::Unreachable(fault.to_string()),
        DiscoveryError::Response(status, ..) if status.is_client_error() => OidcError::SetUp(format!(
            "its discovery document or its keys are not there (status {})",
            status.as_u16()
        )),
        DiscoveryError::Response(status, ..) => OidcError::Unreachable(format!(
            "its discovery was answered with status {}",
            status.as_u16()
        )),
        DiscoveryError::Parse(_) => {
            OidcError::Unreachable("its discovery document or its keys cannot be read".into())
        }
        other => OidcError::Unreachable(other.to_string()),
    }
}
