//! Sign-in at an identity provider: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636, S256), state
//! and nonce, discovery and key rotation, and the issuer in the answer (RFC 9207).
//!
//! Two calls make a sign-in. [`Provider::address`] says where to send the browser. What comes back is an [`Answer`];
//! [`Provider::identify`] redeems its code and checks the ID token. The caller keeps the [`Attempt`] between the two,
//! out of the browser's reach, and makes sure that the answer's state is that of an attempt of this very browser and
//! that no attempt is used twice. Who may sign in, and as whom, is the caller's part too.

mod error;
mod http;
mod metadata;
mod settings;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

use std::time::Duration;

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType,
    CoreTokenResponse,
};
use openidconnect::{
    AuthType, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::UnixMillis;
use url::{Url, form_urlencoded};

pub use error::{OidcError, Rejection};
pub use settings::{Algorithm, ProviderSettings};
pub use verify::Identity;

use self::http::{Http, HttpFault};
use self::metadata::{Age, Discovery, Metadata};

/// The longest code, state and issuer that are read.
const MAX_PARAMETER: usize = 4096;

/// The secrets of one sign-in. Fresh for each, at least 256 bits each, base64url.
pub struct Attempt {
    /// Comes back in the answer.
    pub state: SecretString,
    /// Comes back in the ID token.
    pub nonce: SecretString,
    /// Proves at the token endpoint that whoever redeems the code has asked for it: 43 to 128 characters.
    pub verifier: SecretString,
}

/// What the browser brings back from the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Which attempt it belongs to; empty if it does not say.
    pub state: String,
    /// Redeemed for the ID token.
    pub code: Option<String>,
    /// Who answered, if the answer says it.
    pub issuer: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

impl Answer {
    /// Reads `application/x-www-form-urlencoded`: the query of the address that the provider sent the browser to.
    /// A parameter that comes twice, or is too long, makes the whole answer void (RFC 6749, section 3.1).
    pub fn parse(text: &str) -> Self {
        let mut answer = Self::default();
        let mut state = None;
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut answer.code,
                "iss" => &mut answer.issuer,
                "error" => &mut answer.error,
                _ => continue,
            };
            if place.is_some() || value.len() > MAX_PARAMETER {
                return Self::default();
            }
            *place = Some(value.into_owned());
        }
        answer.state = state.unwrap_or_default();
        answer
    }
}

/// One identity provider. Remembers its endpoints and keys.
pub struct Provider {
    settings: ProviderSettings,
    http: Http,
    discovery: Discovery,
}

impl Provider {
    /// A provider. Connects to nothing yet.
    pub fn new(settings: ProviderSettings) -> Self {
        Self {
            http: Http::new(),
            discovery: Discovery::new(&settings.issuer),
            settings,
        }
    }

    /// Its settings.
    pub const fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// Where to send the browser: the provider's own page, with everything that binds its answer to this attempt.
    ///
    /// # Errors
    /// When the provider cannot be reached or does not fit its settings.
    pub async fn address(&self, attempt: &Attempt, now: UnixMillis) -> Result<Url, OidcError> {
        let metadata = self.discovery.metadata(&self.http, Age::Usual, now).await?;
        let settings = &self.settings;
        let state = CsrfToken::new(attempt.state.expose_secret().to_owned());
        let nonce = Nonce::new(attempt.nonce.expose_secret().to_owned());
        let verifier = PkceCodeVerifier::new(attempt.verifier.expose_secret().to_owned());
        let client = CoreClient::from_provider_metadata(
            Metadata::clone(&metadata),
            ClientId::new(settings.client_id.clone()),
            None,
        )
        .set_redirect_uri(self.redirect_uri()?);
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || state,
                move || nonce,
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for scope in &settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        for value in &settings.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(value.clone()));
        }
        if settings.sign_in_anew {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        if let Some(seconds) = settings.max_age_seconds {
            request = request.set_max_age(Duration::from_secs(seconds.into()));
        }
        Ok(request.url().0)
    }

    /// Redeems the code of an answer and checks the ID token that comes for it. `answer.state` was compared with the
    /// attempt's by the caller, who found the attempt by it.
    ///
    /// # Errors
    /// When it proves nothing. The code is used up either way.
    pub async fn identify(
        &self,
        answer: &Answer,
        attempt: &Attempt,
        now: UnixMillis,
    ) -> Result<Identity, OidcError> {
        let metadata = self.discovery.metadata(&self.http, Age::Usual, now).await?;
        // Before anything of the answer is used: it may come from another provider than the one that was asked.
        let must_say = metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match &answer.issuer {
            Some(issuer) if *issuer != self.settings.issuer => return Err(Rejection::MixUp.into()),
            None if must_say => return Err(Rejection::MixUp.into()),
            Some(_) | None => {}
        }
        if let Some(error) = &answer.error {
            return Err(OidcError::Declined(plain(error)));
        }
        let code = answer.code.as_deref().filter(|code| !code.is_empty());
        let code = AuthorizationCode::new(code.ok_or(Rejection::Code)?.to_owned());
        let response = self.redeem(&metadata, code, attempt).await?;
        let token = response.id_token().ok_or(Rejection::NoIdToken)?;
        let nonce = &attempt.nonce;
        match verify::verify(&self.settings, &metadata, token, nonce, now) {
            // The provider may have begun to sign with a key that is newer than what we remember.
            Err(verify::Fault::UnknownKey) => {
                let newer = self.discovery.metadata(&self.http, Age::Newer, now).await?;
                verify::verify(&self.settings, &newer, token, nonce, now)
            }
            verified => verified,
        }
        .map_err(|fault| fault.rejection().into())
    }

    async fn redeem(
        &self,
        metadata: &Metadata,
        code: AuthorizationCode,
        attempt: &Attempt,
    ) -> Result<CoreTokenResponse, OidcError> {
        let settings = &self.settings;
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(settings.client_id.clone()),
            Some(ClientSecret::new(
                settings.client_secret.expose_secret().to_owned(),
            )),
        )
        .set_redirect_uri(self.redirect_uri()?)
        .set_auth_type(auth_type(metadata));
        let call = self.http.call();
        client
            .exchange_code(code)
            .map_err(|error| OidcError::SetUp(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.expose_secret().to_owned()))
            .request_async(&call)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(response) => match response.error() {
                    CoreErrorResponseType::InvalidGrant => Rejection::Code.into(),
                    other => {
                        OidcError::SetUp(format!("the token endpoint answered {}", plain(other.as_ref())))
                    }
                },
                RequestTokenError::Request(HttpFault::Forbidden(why)) => OidcError::SetUp(why),
                RequestTokenError::Request(fault) => OidcError::Unreachable(fault.to_string()),
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    OidcError::Unreachable("the answer of its token endpoint cannot be read".into())
                }
            })
    }

    fn redirect_uri(&self) -> Result<RedirectUrl, OidcError> {
        RedirectUrl::new(self.settings.redirect_uri.clone())
            .map_err(|error| OidcError::SetUp(error.to_string()))
    }
}

/// How the client secret is sent: in a header, unless the provider takes it in the body only.
fn auth_type(metadata: &Metadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let has = |method| methods.is_some_and(|methods| methods.contains(&method));
    if has(CoreClientAuthMethod::ClientSecretPost) && !has(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// A code from elsewhere, fit for logs and evidence.
fn plain(code: &str) -> String {
    let letters = code
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(*letter));
    letters.take(60).collect()
}
