//! Secrets that are derived, not stored.
//!
//! Link tokens, codes and call numbers are HMAC-SHA256 values over public ids, under a master key that comes from the
//! environment. The database therefore holds nothing that opens a link or answers a check, and the outbox can name a
//! message without carrying its secret.

mod seal;

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

pub use seal::{Place, SealError};

use crate::verification::checks::{call_number, on_file_code};
use crate::verification::{LinkId, SignInId, VerificationId};

/// Length of the master key in bytes, before base64.
pub const MASTER_KEY_BYTES: usize = 32;

/// Derives every secret of the service from the master key.
pub struct Keys {
    master: hmac::Key,
}

/// Why a text is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base64.
    #[error("it is not base64")]
    NotBase64,
    /// Too short.
    #[error("it has fewer than {MASTER_KEY_BYTES} bytes; make one with: openssl rand -base64 32")]
    TooShort,
}

impl Keys {
    /// Reads the base64 form of at least 32 random bytes.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| KeyError::NotBase64)?;
        if bytes.len() < MASTER_KEY_BYTES {
            return Err(KeyError::TooShort);
        }
        Ok(Self {
            master: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
        })
    }

    /// HMAC over the label and the parts, each with its length before it, so that no two inputs meet.
    fn derive(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.master);
        for part in std::iter::once(&label.as_bytes()).chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(&context.sign().as_ref()[..32]);
        out
    }

    fn derive_eight(&self, label: &str, parts: &[&[u8]]) -> [u8; 8] {
        let mut out = [0; 8];
        out.copy_from_slice(&self.derive(label, parts)[..8]);
        out
    }

    /// The secret in the link: 43 characters of base64url, 256 bits.
    pub fn link_token(&self, link: LinkId) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("link", &[&link.0]))
    }

    /// The number that the agent reads out, bound to the verification and to the browser session.
    pub fn call_number(&self, id: &VerificationId, cookie_digest: &str) -> String {
        let parts = [id.as_str().as_bytes(), cookie_digest.as_bytes()];
        call_number::from_derived(self.derive_eight("call-number", &parts))
    }

    /// The code number `number` of the session, six digits.
    pub fn on_file_code(&self, id: &VerificationId, cookie_digest: &str, number: u8) -> String {
        let parts = [id.as_str().as_bytes(), cookie_digest.as_bytes(), &[number]];
        on_file_code::from_derived(self.derive_eight("on-file-code", &parts))
    }

    /// The secret in the link of a notice, for the contact number `contact`.
    pub fn alarm_token(&self, receipt: &str, contact: u8) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("alarm", &[receipt.as_bytes(), &[contact]]))
    }

    /// The secret in the link of a message about an enrolment, for the contact number `contact`.
    pub fn enrolment_alarm_token(&self, enrolment: &str, contact: u8) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("enrolment-alarm", &[enrolment.as_bytes(), &[contact]]))
    }

    /// The name under which passkeys know a person: always the same, and of no meaning outside this service (WebAuthn
    /// level 3, section 14.6.1: a user handle holds no personal data).
    pub fn passkey_handle(&self, instance: &str, subject: &str) -> [u8; 16] {
        let mut handle = [0; 16];
        let parts = [instance.as_bytes(), subject.as_bytes()];
        handle.copy_from_slice(&self.derive("passkey-handle", &parts)[..16]);
        handle
    }

    /// What is stored of a recovery code that was hashed: without the key not even a guess can be tried.
    pub fn recovery_digest(&self, instance: &str, subject: &str, hash: &[u8]) -> String {
        hex(&self.derive("recovery", &[instance.as_bytes(), subject.as_bytes(), hash]))
    }

    /// The secret in the link that asks a manager.
    pub fn approval_token(&self, link: LinkId) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("approval", &[&link.0]))
    }

    /// State, nonce and PKCE verifier of a sign-in at an identity provider, in this order.
    pub fn sign_in_secrets(&self, attempt: SignInId) -> [String; 3] {
        ["sign-in-state", "sign-in-nonce", "sign-in-verifier"]
            .map(|label| URL_SAFE_NO_PAD.encode(self.derive(label, &[&attempt.0])))
    }

    /// Stands for the provider's name of a person in evidence.
    pub fn subject_digest(&self, issuer: &str, subject: &str) -> String {
        hex(&self.derive("subject", &[issuer.as_bytes(), subject.as_bytes()]))
    }

    /// Stands for an address in indexes, so that limits and history work without the address itself.
    pub fn address_digest(&self, normalized: &str) -> String {
        hex(&self.derive("address", &[normalized.as_bytes()]))
    }

    /// Stands for the address of a client: equal for equal addresses, of no use without the key.
    pub fn client_digest(&self, address: &str) -> String {
        hex(&self.derive("client", &[address.as_bytes()]))
    }

    /// Stands for the secret of a device cookie.
    pub fn device_digest(&self, secret: &str) -> String {
        hex(&self.derive("device", &[secret.as_bytes()]))
    }

    /// The seed of the key that signs reports, unless it has a key of its own.
    pub fn report_seed(&self) -> [u8; 32] {
        self.derive("report", &[])
    }

    /// A token that ties a form to its session.
    pub fn form_token(&self, session_digest: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("form", &[session_digest.as_bytes()]))
    }
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Compares without telling by time where two secrets differ.
pub fn equal(left: &str, right: &str) -> bool {
    constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(byte: u8) -> Keys {
        Keys::from_base64(&STANDARD.encode([byte; 32])).unwrap()
    }

    #[test]
    fn secrets_differ_by_key_purpose_and_input() {
        let (a, b) = (keys(1), keys(2));
        let link = LinkId([7; 16]);
        assert_eq!(a.link_token(link).len(), 43);
        assert_ne!(a.link_token(link), b.link_token(link));
        assert_ne!(a.derive("x", &[b"ab", b"c"]), a.derive("x", &[b"a", b"bc"]));
        let id = VerificationId::from_random([3; 8]);
        let codes: std::collections::BTreeSet<_> =
            (1..=4).map(|n| a.on_file_code(&id, "session", n)).collect();
        assert_eq!(codes.len(), 4);
    }

    #[test]
    fn short_or_garbled_keys_are_refused() {
        assert_eq!(Keys::from_base64("AAAA").err(), Some(KeyError::TooShort));
        assert_eq!(Keys::from_base64("not base64!").err(), Some(KeyError::NotBase64));
    }
}
