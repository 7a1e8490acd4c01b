//! The shape of what the agent types. Only obvious slips are caught here, to save a round trip; the backend
//! decides what an address or a number is.

use std::fmt;

use shared::words::Channel;

/// Why an input cannot be an address for its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing was typed.
    Empty(Channel),
    /// Something was, but not an address or a number.
    Shape(Channel),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty(Channel::Email) => "Enter the requester's private email address.",
            Self::Empty(Channel::Sms) => "Enter the requester's private phone number.",
            Self::Shape(Channel::Email) => "Enter an email address like name@example.com.",
            Self::Shape(Channel::Sms) => "Enter a phone number with its country code, like +44 7700 900123.",
        })
    }
}

/// The longest email address (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// The channel that the dialog opens on: the instance's first, or another one when the last link did not arrive by
/// `failed`.
pub fn offered(channels: &[Channel], failed: Option<Channel>) -> Channel {
    let other = channels.iter().find(|channel| Some(**channel) != failed);
    other.or(channels.first()).copied().unwrap_or(Channel::Email)
}

/// Trims the input and checks its shape.
pub fn check(channel: Channel, input: &str) -> Result<String, Mistake> {
    let input = input.trim();
    if input.is_empty() {
        return Err(Mistake::Empty(channel));
    }
    let fits = match channel {
        Channel::Email => is_email_like(input),
        Channel::Sms => is_phone_like(input),
    };
    if fits {
        Ok(input.to_owned())
    } else {
        Err(Mistake::Shape(channel))
    }
}

fn is_email_like(input: &str) -> bool {
    let Some((local, domain)) = input.rsplit_once('@') else {
        return false;
    };
    let labels_are_filled = domain.split('.').all(|label| !label.is_empty());
    !local.is_empty()
        && !local.contains('@')
        && domain.contains('.')
        && labels_are_filled
        && input.len() <= LONGEST_EMAIL
        && !input
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>'))
}

/// Seven to fifteen digits (E.164 allows fifteen), and the punctuation that people put between them.
fn is_phone_like(input: &str) -> bool {
    let rest = input.strip_prefix('+').unwrap_or(input);
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    // 00 in front may take the place of the plus sign.
    (7..=17).contains(&digits)
        && rest.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')' | '\u{2011}')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_failure_the_other_channel_is_offered_if_there_is_one() {
        let both = [Channel::Email, Channel::Sms];
        assert_eq!(offered(&both, None), Channel::Email);
        assert_eq!(offered(&both, Some(Channel::Email)), Channel::Sms);
        assert_eq!(offered(&both, Some(Channel::Sms)), Channel::Email);
        assert_eq!(offered(&both[..1], Some(Channel::Email)), Channel::Email);
        assert_eq!(offered(&[], None), Channel::Email);
    }

    #[test]
    fn usual_addresses_and_numbers_pass_in_any_usual_notation() {
        for email in [
            "maya@gmail.com",
            "  maya.l+x@mail.example.co.uk ",
            "o'neil@xn--bcher-kva.example",
            "李@例え.jp",
        ] {
            assert_eq!(check(Channel::Email, email), Ok(email.trim().to_owned()));
        }
        for phone in [
            "+44 7700 900123",
            "0044 (7700) 900-123",
            "07700 900123",
            "+1.212.555.0100",
            "030/1234567",
        ] {
            assert_eq!(check(Channel::Sms, phone), Ok(phone.to_owned()));
        }
    }

    #[test]
    fn an_empty_input_is_told_apart_from_a_wrong_one() {
        assert_eq!(check(Channel::Email, "  "), Err(Mistake::Empty(Channel::Email)));
        assert_eq!(check(Channel::Sms, ""), Err(Mistake::Empty(Channel::Sms)));
    }

    #[test]
    fn slips_are_caught() {
        let long = format!("{}@example.com", "x".repeat(250));
        for email in [
            "maya",
            "maya@",
            "@gmail.com",
            "maya@gmail",
            "a@b@c.d",
            "a b@c.d",
            "a@c..d",
            "a@c.d.",
            "a@b.c,d@e.f",
            &long,
        ] {
            assert_eq!(
                check(Channel::Email, email),
                Err(Mistake::Shape(Channel::Email)),
                "{email}"
            );
        }
        for phone in [
            "12345",
            "maya@gmail.com",
            "+44 7700 900123 ext 4",
            "++44 7700 900123",
            "123456789012345678",
        ] {
            assert_eq!(
                check(Channel::Sms, phone),
                Err(Mistake::Shape(Channel::Sms)),
                "{phone}"
            );
        }
    }
}
