//! Secrets that cannot be derived and so must be kept: sealed with AES-256-GCM under a key derived from the master key,
//! and bound to the place where they are kept. Moved to another person's row, a sealed secret does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::Keys;

/// Stands before every sealed secret, so that another form can follow.
const FORM: &str = "1.";

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// What it is for, for example `totp`.
    pub purpose: &'static str,
    /// The tenant.
    pub instance: &'a str,
    /// Whose it is.
    pub subject: &'a str,
}

/// A secret cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not written by [`Keys::seal`].
    #[error("a sealed secret cannot be read")]
    Unreadable,
    /// Changed, kept elsewhere before, or sealed under another master key.
    #[error("a sealed secret does not open: was the master key changed?")]
    DoesNotOpen,
    /// The library refused.
    #[error("a secret could not be sealed")]
    Refused,
}

impl Keys {
    fn sealing_key(&self, purpose: &str) -> Result<LessSafeKey, SealError> {
        let key = Zeroizing::new(self.derive("seal-key", &[purpose.as_bytes()]));
        let key = UnboundKey::new(&AES_256_GCM, key.as_ref()).map_err(|_| SealError::Refused)?;
        Ok(LessSafeKey::new(key))
    }

    /// The place in a form in which no two places meet.
    fn bound_to(&self, place: Place<'_>) -> Aad<[u8; 32]> {
        let parts = [place.purpose, place.instance, place.subject].map(str::as_bytes);
        Aad::from(self.derive("seal-place", &parts))
    }

    /// Seals a secret for its place. `nonce` must be random: with 96 bits and few secrets none comes twice.
    pub fn seal(&self, place: Place<'_>, nonce: [u8; NONCE_LEN], secret: &[u8]) -> Result<String, SealError> {
        let mut sealed = secret.to_vec();
        self.sealing_key(place.purpose)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                self.bound_to(place),
                &mut sealed,
            )
            .map_err(|_| SealError::Refused)?;
        let bytes: Vec<u8> = nonce.into_iter().chain(sealed).collect();
        Ok(format!("{FORM}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// Opens what [`Keys::seal`] sealed for the same place.
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let text = sealed.strip_prefix(FORM).ok_or(SealError::Unreadable)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| SealError::Unreadable)?;
        let (nonce, body) = bytes
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::Unreadable)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .sealing_key(place.purpose)?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                self.bound_to(place),
                body.as_mut_slice(),
            )
            .map_err(|_| SealError::DoesNotOpen)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn keys(byte: u8) -> Keys {
        Keys::from_base64(&STANDARD.encode([byte; 32])).unwrap()
    }

    const MIA: Place<'_> = Place {
        purpose: "totp",
        instance: "acme",
        subject: "mia",
    };

    #[test]
    fn a_sealed_secret_opens_in_its_place_and_nowhere_else() {
        let keys = keys(1);
        let sealed = keys.seal(MIA, [7; 12], b"twenty bytes of key.").unwrap();
        assert!(!sealed.contains("twenty"));
        assert_eq!(
            keys.open(MIA, &sealed).unwrap().as_slice(),
            b"twenty bytes of key."
        );
        for elsewhere in [
            Place {
                subject: "eve",
                ..MIA
            },
            Place {
                instance: "globex",
                ..MIA
            },
            Place {
                purpose: "other",
                ..MIA
            },
        ] {
            assert_eq!(keys.open(elsewhere, &sealed).unwrap_err(), SealError::DoesNotOpen);
        }
        assert_eq!(
            super::tests::keys(2).open(MIA, &sealed).unwrap_err(),
            SealError::DoesNotOpen
        );
    }

    #[test]
    fn a_changed_or_garbled_secret_does_not_open() {
        let keys = keys(1);
        let sealed = keys.seal(MIA, [7; 12], b"secret").unwrap();
        let last = if sealed.ends_with('A') { "B" } else { "A" };
        let middle = sealed.len() / 2;
        let changed = format!("{}{last}{}", &sealed[..middle], &sealed[middle + 1..]);
        if changed != sealed {
            assert!(keys.open(MIA, &changed).is_err());
        }
        for garbled in ["", "1.", "1.AAAA", "2.AAAA", "1.!"] {
            assert_eq!(
                keys.open(MIA, garbled).unwrap_err(),
                SealError::Unreadable,
                "{garbled}"
            );
        }
    }
}
