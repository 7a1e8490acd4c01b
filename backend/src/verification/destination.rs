//! Where a message goes: an email address or a phone number, parsed once.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::words::Channel;

/// A valid email address or phone number. Compare two of them with [`Destination::normalized`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    channel: Channel,
    /// As it is handed to the mail server (address) or gateway (E.164).
    address: String,
}

/// Why a text is no destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Nothing was entered.
    #[error("Enter an email address or a phone number.")]
    Empty,
    /// Not an email address.
    #[error(
        "This is not a complete email address. It needs a name, an @ and a domain, like name@example.com."
    )]
    Email,
    /// Not a phone number, or one that does not exist in its country.
    #[error("This is not a valid phone number. Include the country code, like +44 20 7946 0958.")]
    Phone,
}

/// Stands in masked addresses for what is not shown. No real address holds it, so a masked one is never sent to.
const MASK: char = '•';

/// RFC 5321, section 4.5.3.1.3 allows 256 octets for a path, brackets included.
const MAX_EMAIL_BYTES: usize = 254;

impl Destination {
    /// Reads an address or number. `default_region` is the ISO 3166 code used for numbers without a country code.
    pub fn parse(
        channel: Channel,
        text: &str,
        default_region: Option<&str>,
    ) -> Result<Self, DestinationError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(DestinationError::Empty);
        }
        let is_masked = text.contains(MASK);
        let address = match channel {
            Channel::Email if is_masked => return Err(DestinationError::Email),
            Channel::Sms if is_masked => return Err(DestinationError::Phone),
            Channel::Email => parse_email(text)?,
            Channel::Sms => parse_phone(text, default_region)?,
        };
        Ok(Self { channel, address })
    }

    /// How it is reached.
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// The full address or number. Never log it, never show it to an agent: see [`Destination::masked`].
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The form under which two spellings of one destination are equal. Mail systems in practice ignore case, so
    /// limits and comparisons must too; otherwise case variations would get around them.
    pub fn normalized(&self) -> String {
        format!("{}:{}", self.channel, self.address.to_lowercase())
    }

    /// The country of a phone number, ISO 3166 code; `None` for email addresses and for numbers of no country.
    pub fn country(&self) -> Option<String> {
        let number = match self.channel {
            Channel::Email => return None,
            Channel::Sms => phonenumber::parse(None, &self.address).ok()?,
        };
        number.country().id().map(|id| id.as_ref().to_owned())
    }

    /// What people other than the requester may see: `m•••@gmail.com`, `•••• 4512`.
    pub fn masked(&self) -> String {
        mask(self.channel, &self.address)
    }

    /// The same destination, of which only the masked form is left: retention has erased the rest.
    #[must_use]
    pub fn erased(&self) -> Self {
        Self {
            channel: self.channel,
            address: self.masked(),
        }
    }
}

/// What is shown of an address that need not be a valid one. Masking twice changes nothing.
pub fn mask(channel: Channel, address: &str) -> String {
    match channel {
        Channel::Email => {
            let (local, domain) = address.rsplit_once('@').unwrap_or(("", address));
            let first: String = local.chars().take(1).filter(|first| *first != MASK).collect();
            format!("{first}{MASK}{MASK}{MASK}@{domain}")
        }
        Channel::Sms => {
            let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
            let tail: String = digits[digits.len().saturating_sub(4)..].iter().collect();
            format!("{MASK}{MASK}{MASK}{MASK} {tail}")
        }
    }
}

/// Redacted, so that no log line can carry a full address.
impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination({})", self.masked())
    }
}

fn parse_email(text: &str) -> Result<String, DestinationError> {
    let address: lettre::Address = text.parse().map_err(|_| DestinationError::Email)?;
    let domain = address.domain();
    // A bare host name or an address literal is valid in RFC 5321, but no private mailbox lives there.
    let public = domain.contains('.') && !domain.starts_with('[') && !domain.ends_with('.');
    if text.len() > MAX_EMAIL_BYTES || !public {
        return Err(DestinationError::Email);
    }
    Ok(address.to_string())
}

fn parse_phone(text: &str, default_region: Option<&str>) -> Result<String, DestinationError> {
    // The longest real number has 15 digits; the rest is punctuation. Longer input is not worth parsing.
    if text.len() > 40 {
        return Err(DestinationError::Phone);
    }
    let region = default_region.and_then(|code| code.parse::<phonenumber::country::Id>().ok());
    let number = phonenumber::parse(region, text).map_err(|_| DestinationError::Phone)?;
    if !phonenumber::is_valid(&number) {
        return Err(DestinationError::Phone);
    }
    Ok(number.format().mode(phonenumber::Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn email(text: &str) -> Result<Destination, DestinationError> {
        Destination::parse(Channel::Email, text, None)
    }

    #[test]
    fn an_email_address_is_read_masked_and_compared_without_case() {
        let read = email("  Mia.Chen@Gmail.com ").unwrap();
        assert_eq!(read.address(), "Mia.Chen@Gmail.com");
        assert_eq!(read.masked(), "M•••@Gmail.com");
        assert_eq!(
            read.normalized(),
            email("mia.chen@gmail.COM").unwrap().normalized()
        );
    }

    #[test]
    fn incomplete_addresses_are_refused() {
        for bad in [
            "mia",
            "mia@",
            "@gmail.com",
            "mia@localhost",
            "mia@[127.0.0.1]",
            "a b@c.de",
            "mia@gmail.com\r\nBcc: x@y.zz",
        ] {
            assert_eq!(email(bad).unwrap_err(), DestinationError::Email, "{bad}");
        }
        assert_eq!(email("   ").unwrap_err(), DestinationError::Empty);
        assert_eq!(
            email(&format!("{}@example.com", "a".repeat(300))).unwrap_err(),
            DestinationError::Email
        );
    }

    #[test]
    fn phone_numbers_become_e164_with_the_region_of_the_instance() {
        let read = Destination::parse(Channel::Sms, "020 7946 0958", Some("GB")).unwrap();
        assert_eq!(read.address(), "+442079460958");
        assert_eq!(read.masked(), "•••• 0958");
        assert_eq!(read.country().as_deref(), Some("GB"));
        assert_eq!(email("mia@gmail.com").unwrap().country(), None);
        assert!(Destination::parse(Channel::Sms, "020 7946 0958", None).is_err());
        assert!(Destination::parse(Channel::Sms, "+1 23", None).is_err());
    }

    #[test]
    fn debug_output_never_shows_the_address() {
        let shown = format!("{:?}", email("mia.chen@gmail.com").unwrap());
        assert!(!shown.contains("mia.chen"), "{shown}");
    }

    #[test]
    fn an_erased_destination_is_shown_as_before_and_reads_back_as_none() {
        for (channel, address) in [
            (Channel::Email, "mia.chen@gmail.com"),
            (Channel::Sms, "+442079460958"),
        ] {
            let whole = Destination::parse(channel, address, None).unwrap();
            let erased = whole.erased();
            assert_eq!(erased.masked(), whole.masked());
            assert_eq!(erased.erased(), erased);
            assert!(!erased.address().contains("chen") && !erased.address().contains("2079"));
            assert!(Destination::parse(channel, erased.address(), Some("GB")).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,80}") {
            let _ = Destination::parse(Channel::Email, &text, None).map(|d| d.masked());
            let _ = Destination::parse(Channel::Sms, &text, Some("US")).map(|d| d.masked());
        }
    }
}
