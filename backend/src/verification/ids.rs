//! Identifiers, parsed once at the edge.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Alphabet of Crockford's base 32: no I, L, O or U, so that an id can be read aloud.
pub(super) const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PREFIX: &str = "VER";
const RANDOM_CHARS: usize = 12;

/// Name of one verification: `VER` and twelve characters of Crockford base 32 (60 random bits). It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VerificationId(String);

impl VerificationId {
    /// Makes an id from eight random bytes.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let mut bits = u64::from_be_bytes(bytes);
        let mut id = String::from(PREFIX);
        for _ in 0..RANDOM_CHARS {
            id.push(char::from(CROCKFORD[(bits & 31) as usize]));
            bits >>= 5;
        }
        Self(id)
    }

    /// Reads an id; `None` if it does not have the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let well_formed = rest.len() == RANDOM_CHARS && rest.bytes().all(|byte| CROCKFORD.contains(&byte));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VerificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Name of one configured ServiceNow instance, which is one tenant. Every row and every query carries it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceId(String);

impl InstanceId {
    /// Reads a name: 1–40 lower-case letters, digits and hyphens.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len());
        let clean = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (fits && clean).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Public half of a link: 16 random bytes. The secret half is derived from it with a key that is not in the
/// database, so a copy of the database opens no link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkId(pub [u8; 16]);

/// Public half of a sign-in at an identity provider: 16 random bytes, from which its secrets are derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignInId(pub [u8; 16]);

impl SignInId {
    /// Reads the hex form.
    pub fn parse(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16)
            .ok()
            .filter(|_| text.len() == 32)
            .map(|bits| Self(bits.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_made_id_reads_back(bytes: [u8; 8]) {
            let id = VerificationId::from_random(bytes);
            prop_assert_eq!(VerificationId::parse(id.as_str()), Some(id));
        }

        #[test]
        fn reading_any_text_never_panics(text in ".{0,40}") {
            if let Some(id) = VerificationId::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }

    #[test]
    fn instance_names_are_plain() {
        assert!(InstanceId::parse("acme-test1").is_some());
        for bad in ["", "Acme", "a b", "a/b", &"a".repeat(41)] {
            assert!(InstanceId::parse(bad).is_none(), "{bad}");
        }
    }
}
