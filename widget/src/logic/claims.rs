//! Reading the agent token for display. Nothing here verifies it, so nothing here may decide anything: the
//! backend does both.

use shared::words::Action;

/// The few claims that the dialog shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownClaims {
    /// The person the ticket is for.
    pub requester: ShownRequester,
    /// The ticket.
    pub ticket: ShownTicket,
    /// What the requester wants, when a policy names it.
    pub action: Option<Action>,
}

/// The person the ticket is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRequester {
    /// Tells whether the requester was changed between opening the dialog and sending.
    pub sys_id: String,
    /// Display name.
    pub name: String,
}

/// The ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTicket {
    /// Number, for example `INC0010023`.
    pub number: String,
    /// Subject; stands in when no action is named.
    pub short_description: String,
}

impl ShownClaims {
    /// What the verification is for, in one line.
    pub fn purpose(&self) -> String {
        let what = self
            .action
            .map_or_else(|| self.ticket.short_description.trim(), |action| action.label());
        match (what, self.ticket.number.as_str()) {
            ("", number) => number.to_owned(),
            (what, "") => what.to_owned(),
            (what, number) => format!("{what} · {number}"),
        }
    }

    /// Up to two letters that stand for the requester.
    pub fn initials(&self) -> String {
        let mut words = self
            .requester
            .name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        let first = words.next();
        // ASCII only: names are capitalised as they should be, and Unicode's tables weigh 12 kB.
        first
            .into_iter()
            .chain(words.next_back())
            .map(|letter| letter.to_ascii_uppercase())
            .collect()
    }
}

/// The payload of a JWT as JSON text; `None` when the token has another shape.
pub fn payload(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    String::from_utf8(base64url(payload)?).ok()
}

/// Base64url without padding (RFC 4648, section 5).
fn base64url(text: &str) -> Option<Vec<u8>> {
    if text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0u32);
    for symbol in text.bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(name: &str, action: Option<Action>) -> ShownClaims {
        ShownClaims {
            requester: ShownRequester {
                sys_id: "a1".into(),
                name: name.into(),
            },
            ticket: ShownTicket {
                number: "INC0010023".into(),
                short_description: "Cannot sign in".into(),
            },
            action,
        }
    }

    #[test]
    fn the_payload_of_a_token_is_read_without_trusting_it() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoiTWHDq2xsZSDigJMg5p2OIn0.c2ln";
        assert_eq!(payload(token).as_deref(), Some(r#"{"name":"Maëlle – 李"}"#));
    }

    #[test]
    fn anything_that_is_not_a_token_has_no_payload() {
        for text in [
            "",
            "a",
            "a.b",
            "a.b.c.d",
            "a.!!!!.c",
            "a.YQ=.c",
            "a.YWJjZ.c",
            "a._w.c",
        ] {
            assert_eq!(payload(text), None, "{text:?}");
        }
    }

    #[test]
    fn base64url_agrees_with_the_test_vectors_of_the_rfc() {
        for (text, plain) in [
            ("", ""),
            ("Zg", "f"),
            ("Zm8", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg", "foob"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(base64url(text).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn initials_come_from_the_first_and_the_last_name() {
        assert_eq!(claims("Maya Lindqvist", None).initials(), "ML");
        assert_eq!(claims("ana maria de souza", None).initials(), "AS");
        assert_eq!(claims("Ólafur", None).initials(), "Ó");
        assert_eq!(claims("  ", None).initials(), "");
    }

    #[test]
    fn the_purpose_is_the_action_or_else_the_subject() {
        assert_eq!(
            claims("M", Some(Action::PasswordReset)).purpose(),
            "Password reset · INC0010023"
        );
        assert_eq!(claims("M", None).purpose(), "Cannot sign in · INC0010023");
    }
}
