//! The Ed25519 key that signs reports, and its public half.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};

/// Bytes of a public key.
const KEY_BYTES: usize = 32;
/// Everything in a `SubjectPublicKeyInfo` of Ed25519 before the key itself (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Why a text is no key for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportKeyError {
    /// Not a private key.
    #[error(
        "is not an Ed25519 private key in PEM (PKCS #8; make one with: openssl genpkey -algorithm ed25519)"
    )]
    Private,
    /// Not a public key.
    #[error("is not an Ed25519 public key in PEM, as `backend report key` prints it")]
    Public,
}

/// Signs reports.
pub struct ReportKey {
    pair: Ed25519KeyPair,
}

impl ReportKey {
    /// The key that belongs to 32 secret bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, ReportKeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| ReportKeyError::Private)?;
        Ok(Self { pair })
    }

    /// Reads a PEM file, PKCS #8.
    pub fn from_pem(pem: &str) -> Result<Self, ReportKeyError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| ReportKeyError::Private)?;
        // What openssl writes has no public half (RFC 5958, version 1), which the stricter reader refuses.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
            .map_err(|_| ReportKeyError::Private)?;
        Ok(Self { pair })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; KEY_BYTES];
        bytes.copy_from_slice(&self.pair.public_key().as_ref()[..KEY_BYTES]);
        PublicKey(bytes)
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

/// Checks reports. No secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; KEY_BYTES]);

impl PublicKey {
    /// Reads a PEM file (`SubjectPublicKeyInfo`).
    pub fn from_pem(pem: &str) -> Result<Self, ReportKeyError> {
        let der =
            SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).map_err(|_| ReportKeyError::Public)?;
        let key = der.strip_prefix(&SPKI_PREFIX).ok_or(ReportKeyError::Public)?;
        key.try_into().map(Self).map_err(|_| ReportKeyError::Public)
    }

    /// The PEM file.
    pub fn to_pem(self) -> String {
        let der = [&SPKI_PREFIX[..], &self.0].concat();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der)
        )
    }

    /// Its name: the thumbprint of RFC 7638, so that everybody comes to the same one.
    pub fn id(self) -> String {
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x());
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
        URL_SAFE_NO_PAD.encode(digest)
    }

    /// As a JSON Web Key Set (RFC 7517, RFC 8037).
    pub fn to_jwk_set(self) -> serde_json::Value {
        serde_json::json!({ "keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": self.id(),
            "x": self.x(),
        }] })
    }

    fn x(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(super) fn has_signed(self, bytes: &[u8], signature: &[u8]) -> bool {
        ParsedPublicKey::new(&ED25519, self.0).is_ok_and(|key| key.verify_sig(bytes, signature).is_ok())
    }
}
