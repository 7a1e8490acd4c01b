//! The password policy control of LDAP (an old draft of Behera), as OpenLDAP's overlay `ppolicy` speaks it.

use ldap3::LdapResult;
use ldap3::controls::RawControl;

use super::code;
use crate::verification::grant::Reason;

/// `passwordPolicyRequest` and `passwordPolicyResponse` share this name.
const OID: &str = "1.3.6.1.4.1.42.2.27.8.5.1";

/// Asks for the response control. Directories that do not know it ignore it.
pub fn request() -> RawControl {
    RawControl {
        ctype: OID.into(),
        crit: false,
        val: None,
    }
}

/// The `error` of a response: `[1] ENUMERATED` in a sequence, after an optional warning `[0]`.
fn error_of(value: &[u8]) -> Option<u8> {
    let mut body = match value {
        [0x30, length, body @ ..] if usize::from(*length) == body.len() => body,
        _ => return None,
    };
    while let [tag, length, rest @ ..] = body {
        let (content, after) = rest.split_at_checked(usize::from(*length))?;
        match (tag, content) {
            (0x81, [error]) => return Some(*error),
            _ => body = after,
        }
    }
    None
}

/// Why a password was refused: by the control, or else by the words that OpenLDAP adds.
pub fn reason(result: &LdapResult) -> Reason {
    let control = result
        .ctrls
        .iter()
        .find(|control| control.1.ctype == OID)
        .and_then(|control| error_of(control.1.val.as_deref()?));
    match control {
        // accountLocked, changeAfterReset, passwordModNotAllowed, mustSupplyOldPassword
        Some(3 | 4) => return Reason::NotPermitted,
        Some(5) => return Reason::TooSimple,
        Some(6) => return Reason::TooShort,
        Some(7) => return Reason::TooYoung,
        Some(8) => return Reason::InHistory,
        Some(9) => return Reason::TooLong,
        _ => {}
    }
    let text = result.text.to_ascii_lowercase();
    match result.rc {
        code::CONSTRAINT_VIOLATION if text.contains("history") => Reason::InHistory,
        code::CONSTRAINT_VIOLATION if text.contains("too short") => Reason::TooShort,
        code::CONSTRAINT_VIOLATION if text.contains("too young") => Reason::TooYoung,
        code::CONSTRAINT_VIOLATION if text.contains("quality") => Reason::TooSimple,
        code::CONSTRAINT_VIOLATION => Reason::Policy,
        _ => super::reason(result),
    }
}

#[cfg(test)]
mod tests {
    use ldap3::controls::Control;
    use proptest::prelude::*;

    use super::*;

    fn result(rc: u32, text: &str, control: Option<&[u8]>) -> LdapResult {
        let control = control.map(|value| {
            Control(
                None,
                RawControl {
                    ctype: OID.into(),
                    crit: false,
                    val: Some(value.to_vec()),
                },
            )
        });
        LdapResult {
            rc,
            matched: String::new(),
            text: text.into(),
            refs: Vec::new(),
            ctrls: control.into_iter().collect(),
        }
    }

    #[test]
    fn the_control_names_the_rule() {
        let read = |bytes: &[u8]| reason(&result(19, "", Some(bytes)));
        assert_eq!(read(&[0x30, 3, 0x81, 1, 6]), Reason::TooShort);
        assert_eq!(read(&[0x30, 3, 0x81, 1, 8]), Reason::InHistory);
        assert_eq!(read(&[0x30, 3, 0x81, 1, 7]), Reason::TooYoung);
        // A warning stands before the error.
        assert_eq!(
            read(&[0x30, 8, 0xa0, 3, 0x81, 1, 2, 0x81, 1, 5]),
            Reason::TooSimple
        );
        assert_eq!(read(&[0x30, 0]), Reason::Policy);
    }

    #[test]
    fn without_a_control_the_words_are_read() {
        let read = |text: &str| reason(&result(19, text, None));
        assert_eq!(read("Password is in history of old passwords"), Reason::InHistory);
        assert_eq!(read("Password fails quality checking policy"), Reason::TooSimple);
        assert_eq!(read("Password is too young to change"), Reason::TooYoung);
        assert_eq!(read("something else"), Reason::Policy);
        assert_eq!(reason(&result(50, "", None)), Reason::NotPermitted);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            let _ = error_of(&bytes);
        }
    }
}
