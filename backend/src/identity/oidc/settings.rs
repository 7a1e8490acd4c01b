//! What is known about a provider before it is asked anything.

use openidconnect::core::CoreJwsSigningAlgorithm;
use secrecy::SecretString;

/// One identity provider, and how this service is known there.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Its name as people know it, for buttons.
    pub name: String,
    /// Its issuer, exactly as its discovery document and its tokens write it.
    pub issuer: String,
    /// How this service is known there.
    pub client_id: String,
    /// Proves that it is this service that redeems a code.
    pub client_secret: SecretString,
    /// Where the provider sends people back to. One address for each provider: an answer that arrives at the address
    /// of another provider is refused (RFC 9700, section 4.4.2.2).
    pub redirect_uri: String,
    /// Asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The signatures that are accepted on ID tokens.
    pub algorithms: Vec<Algorithm>,
    /// `prompt=login`: a session that somebody left open at the provider does not do.
    pub sign_in_anew: bool,
    /// `max_age` in seconds: the ID token must say when the person signed in, and it must not be longer ago.
    pub max_age_seconds: Option<u32>,
    /// Asked for as `acr_values`; the ID token must name one of them. Empty: any will do.
    pub acr_values: Vec<String>,
    /// Methods (RFC 8176) that the ID token must name, all of them. Empty: any will do.
    pub amr: Vec<String>,
}

/// A signature algorithm with a public key. Those with a shared secret are left out on purpose: a client secret is
/// shorter than such a key must be, and "none" is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every provider must support.
    Rs256,
    /// The same with SHA-384.
    Rs384,
    /// The same with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// Accepted unless the settings say otherwise.
    pub const USUAL: [Self; 3] = [Self::Rs256, Self::Ps256, Self::Es256];

    /// Its name in a token (RFC 7518, section 3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(super) const fn core(self) -> CoreJwsSigningAlgorithm {
        match self {
            Self::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            Self::Rs384 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
            Self::Rs512 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
            Self::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            Self::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            Self::Es384 => CoreJwsSigningAlgorithm::EcdsaP384Sha384,
            Self::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
        }
    }
}
