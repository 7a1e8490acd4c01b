//! Texts that messages share.

use url::Url;

use crate::locale::Texts;
use crate::verification::enrolment::Factor;

/// The longest name that a message shows, in characters. Longer ones would push the rest out of sight.
const NAME_CHARS: usize = 60;

/// A name that came from elsewhere, safe in a header, a text and a text message: one line, no control or invisible
/// direction characters, not too long.
pub(super) fn name(text: &str) -> String {
    let invisible = |char: char| matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let plain: String = text
        .chars()
        .map(|char| {
            if char.is_control() || invisible(char) {
                ' '
            } else {
                char
            }
        })
        .collect();
    let joined = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&joined, NAME_CHARS)
}

/// The first `most` characters; not in the middle of a word if a word ends in the second half of them.
pub(super) fn cut(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let kept = &text[..end];
    let whole_words = kept
        .rsplit_once(' ')
        .map(|(words, _)| words)
        .filter(|words| words.chars().count() * 2 > most);
    whole_words.unwrap_or(kept).trim_end().to_owned()
}

/// What was enrolled for whoever reads it.
pub(super) fn enrolled(t: Texts, factor: Factor) -> String {
    match factor {
        Factor::Passkey => t.notice_passkey_added(),
        Factor::AuthenticatorApp => t.notice_app_added(),
        Factor::RecoveryCodes => t.notice_codes_made(),
    }
}

/// The host name of our own URL.
pub(super) fn host(public_url: &str) -> String {
    let host = Url::parse(public_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "localhost".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_one_plain_short_line() {
        assert_eq!(
            name("  Beth\r\nBcc: x@y.example \u{202e}lgna "),
            "Beth Bcc: x@y.example lgna"
        );
        assert_eq!(name(&"word ".repeat(40)).chars().count(), 59);
        assert_eq!(name(&"ü".repeat(80)), "ü".repeat(60));
    }

    #[test]
    fn the_host_is_taken_from_the_url() {
        assert_eq!(host("https://verify.example.com:8443"), "verify.example.com");
        assert_eq!(host("nonsense"), "localhost");
    }
}
