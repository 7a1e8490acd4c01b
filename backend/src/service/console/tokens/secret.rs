//! The secret itself: `imper_api_`, 32 random bytes in hex, and eight digits that are the beginning of the SHA-256 of
//! everything before them. Whoever looks for secrets in code or logs finds it by its prefix, and knows by its end,
//! without asking anybody, that it is no accident.

use secrecy::{ExposeSecret as _, SecretString};

use crate::keys::{equal, hex, sha256_hex};

/// What every token begins with.
pub const PREFIX: &str = "imper_api_";
/// Hex digits of the random bytes.
const SECRET_DIGITS: usize = 64;
/// Hex digits of the checksum.
const CHECK_DIGITS: usize = 8;

/// A token as it is shown once.
pub struct Secret(SecretString);

impl Secret {
    /// The token of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let body = format!("{PREFIX}{}", hex(&bytes));
        Self(format!("{body}{}", checksum(&body)).into())
    }

    /// Reads a token that somebody sends; `None` for anything that was never one.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let is_hex = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_hex || digits.len() != SECRET_DIGITS + CHECK_DIGITS {
            return None;
        }
        let (body, check) = text.split_at(PREFIX.len() + SECRET_DIGITS);
        equal(check, &checksum(body)).then(|| Self(text.to_owned().into()))
    }

    /// Under which it is kept: the bytes are random, so that a plain digest is enough.
    pub fn digest(&self) -> String {
        sha256_hex(self.0.expose_secret().as_bytes())
    }

    /// The token itself, for the one who made it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

fn checksum(body: &str) -> String {
    let mut digest = sha256_hex(body.as_bytes());
    digest.truncate(CHECK_DIGITS);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_have_been_made_here_is_looked_at() {
        let secret = Secret::new([0xa7; 32]);
        let text = secret.expose();
        assert!(text.starts_with("imper_api_a7a7") && text.len() == 82, "{text}");
        assert_eq!(Secret::parse(text).unwrap().digest(), secret.digest());
        let mut other = text.to_owned();
        other.replace_range(20..21, "0");
        for wrong in [
            &*other,
            &text[..81],
            &format!("{text}0"),
            &text.to_uppercase(),
            "",
            PREFIX,
        ] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
    }
}
