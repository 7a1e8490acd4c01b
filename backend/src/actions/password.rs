//! Rules for a new password (NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2): long enough, not among those of known breaches,
//! not easy to guess. No rules about kinds of characters, no expiry; pasting is allowed.

use std::sync::LazyLock;

use secrecy::{ExposeSecret as _, SecretString};

/// Fewest characters: a password that stands alone has at least 15 (NIST SP 800-63B-4, 3.1.1.2).
pub const MIN_CHARS: usize = 15;
/// Most characters. NIST asks for at least 64; more than this costs the directory time for nothing.
pub const MAX_CHARS: usize = 128;

/// The most used passwords of published breaches; origin and licence: `data/LICENSES.md`.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| {
    include_str!("../../data/common-passwords.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
});

/// How hard a password is to guess, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Guessed at once.
    VeryWeak,
    /// Guessed soon.
    Weak,
    /// Withstands guessing through a sign-in page.
    Fair,
    /// Withstands most guessing.
    Strong,
    /// Withstands guessing on the attacker's own machines.
    VeryStrong,
}

impl Strength {
    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VeryWeak => "very_weak",
            Self::Weak => "weak",
            Self::Fair => "fair",
            Self::Strong => "strong",
            Self::VeryStrong => "very_strong",
        }
    }
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing was entered.
    Empty,
    /// Fewer characters than this.
    TooShort(usize),
    /// More characters than [`MAX_CHARS`].
    TooLong,
    /// Among the most used ones, or one of them repeated.
    Common,
    /// Easy to guess.
    Weak,
    /// Holds characters that cannot be typed.
    Unprintable,
}

/// How strong a password is. `about` are words that an attacker tries first: names, address, company.
pub fn strength(password: &SecretString, about: &[&str]) -> Strength {
    match u8::from(zxcvbn::zxcvbn(password.expose_secret(), about).score()) {
        0 => Strength::VeryWeak,
        1 => Strength::Weak,
        2 => Strength::Fair,
        3 => Strength::Strong,
        _ => Strength::VeryStrong,
    }
}

/// May this be a new password? `min` is the directory's own minimum, where it is known.
pub fn judge(password: &SecretString, about: &[&str], min: Option<u32>) -> Result<Strength, Mistake> {
    let text = password.expose_secret();
    let min = min
        .and_then(|min| usize::try_from(min).ok())
        .unwrap_or(0)
        .clamp(MIN_CHARS, MAX_CHARS);
    let length = text.chars().count();
    if length == 0 {
        return Err(Mistake::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(Mistake::Unprintable);
    }
    if length < min {
        return Err(Mistake::TooShort(min));
    }
    if length > MAX_CHARS {
        return Err(Mistake::TooLong);
    }
    if is_common(text) {
        return Err(Mistake::Common);
    }
    if is_about(text, about) {
        return Err(Mistake::Weak);
    }
    match strength(password, about) {
        Strength::VeryWeak | Strength::Weak | Strength::Fair => Err(Mistake::Weak),
        strong => Ok(strong),
    }
}

/// Little is left when the words about the person are taken out.
fn is_about(password: &str, about: &[&str]) -> bool {
    const OWN_CHARS: usize = 8;
    let mut left = zeroize::Zeroizing::new(password.to_lowercase());
    let words = about
        .iter()
        .flat_map(|words| words.split(|letter: char| !letter.is_alphanumeric()));
    for word in words.filter(|word| word.chars().count() >= 3) {
        *left = left.replace(&word.to_lowercase(), "");
    }
    left.chars().filter(|letter| letter.is_alphanumeric()).count() < OWN_CHARS
}

/// Among the listed ones, or one of them written several times.
fn is_common(password: &str) -> bool {
    let lower = zeroize::Zeroizing::new(password.to_lowercase());
    let listed = |text: &str| COMMON.binary_search(&text).is_ok();
    let repeated = || {
        (1..=lower.len() / 2)
            .filter(|period| lower.len().is_multiple_of(*period) && lower.is_char_boundary(*period))
            .any(|period| {
                let (first, bytes) = (&lower[..period], lower.as_bytes());
                bytes.chunks(period).all(|chunk| chunk == first.as_bytes()) && (period < 6 || listed(first))
            })
    };
    listed(&lower) || repeated()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(text: &str) -> Result<Strength, Mistake> {
        judge(&text.into(), &["mia.chen", "Mia Chen", "acme"], None)
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(judged(""), Err(Mistake::Empty));
        assert_eq!(judged("kR7#pQ2!vX9$mZ"), Err(Mistake::TooShort(15)));
        assert_eq!(judged("kR7#pQ2!vX9$mZ4"), Ok(Strength::VeryStrong));
        assert!(judged("zwölfmäusegeigenleise").is_ok());
        assert_eq!(
            judged(&"kR7#pQ2!vX9$mZ4 ".repeat(8).trim_end().replace(' ', "é")),
            Ok(Strength::VeryStrong)
        );
        assert_eq!(judged(&"kR7#pQ2!".repeat(17)), Err(Mistake::TooLong));
        let long = judge(&"kR7#pQ2!vX9$mZ4".into(), &[], Some(20));
        assert_eq!(long, Err(Mistake::TooShort(20)));
    }

    #[test]
    fn what_breaches_hold_is_refused() {
        assert!(COMMON.len() > 20_000 && COMMON.is_sorted());
        for common in [
            "passwordpassword",
            "PasswordPassword",
            "123456789123456789",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
        ] {
            assert_eq!(judged(common), Err(Mistake::Common), "{common}");
        }
        let longest = COMMON.iter().max_by_key(|word| word.len()).unwrap();
        assert!(is_common(longest));
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        for weak in ["password12345678", "mia.chen.acme.2026", "qwertyuiopasdfgh"] {
            assert!(
                matches!(judged(weak), Err(Mistake::Weak | Mistake::Common)),
                "{weak}: {:?}",
                judged(weak)
            );
        }
        assert!(judged("correct horse battery staple").is_ok());
        assert_eq!(judged("kR7#pQ2!vX9$\u{7}mZ4"), Err(Mistake::Unprintable));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in ".{0,140}") {
            if judged(&text).is_ok() {
                let length = text.chars().count();
                prop_assert!((MIN_CHARS..=MAX_CHARS).contains(&length));
            }
        }
    }
}
