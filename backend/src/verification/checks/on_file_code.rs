//! On-file code: a code of six digits, sent to a contact that ServiceNow has on file for the requester.
//!
//! This is the check that an attacker who dictates a fresh address cannot pass: the contact comes from the signed
//! ticket context, never from the call.

use serde::{Deserialize, Serialize};
use shared::agent_token::Contact;
use shared::words::{Action, Channel, CheckKind, CheckResult, UnixMillis};

use super::{Proof, Said};
use crate::verification::destination::Destination;
use crate::verification::policy::Weights;

/// Five tries per verification, surviving a resend (ASVS 6.6.3; NIST SP 800-63B-4, 3.1.3.2).
pub const MAX_WRONG_ANSWERS: u8 = 5;
/// A code is valid for ten minutes (ASVS 6.5.5).
pub const CODE_LIFE_SECONDS: i64 = 600;
/// A new code may be asked for after two minutes.
pub const RESEND_AFTER_SECONDS: i64 = 120;
/// The first code and three more.
pub const MAX_CODES: u8 = 4;

/// State of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnFileCode {
    /// Where the code goes; `None` when nothing usable is on file.
    pub contact: Option<OnFileContact>,
    /// Number of the current code, 0 before the first: each resend derives a new one, and only the newest is valid.
    pub code_number: u8,
    /// When the current code was made (when the check was opened, before the first).
    pub issued_at: UnixMillis,
    /// Contacts that a code could not be delivered to, in the form in which addresses are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreachable: Vec<String>,
}

/// The contact that the code goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnFileContact {
    /// Where it goes.
    pub destination: Destination,
    /// The field of the user record that it was read from.
    pub source: String,
    /// False when it equals the destination that the agent typed: then link and code prove the same thing.
    pub independent: bool,
}

/// Chooses among the contacts on file. Preferred: a contact other than the typed destination, and for a password or
/// MFA reset a phone before the mailbox that may itself be lost. What cannot be read or sent to is passed over.
pub fn choose_contact(
    contacts: &[Contact],
    typed: &Destination,
    channels: &[Channel],
    action: Option<Action>,
    default_region: Option<&str>,
) -> Option<OnFileContact> {
    choose_other_contact(contacts, typed, channels, action, default_region, &[])
}

/// The same, without the contacts that are known to be unreachable.
pub fn choose_other_contact(
    contacts: &[Contact],
    typed: &Destination,
    channels: &[Channel],
    action: Option<Action>,
    default_region: Option<&str>,
    unreachable: &[String],
) -> Option<OnFileContact> {
    let phone_first = matches!(action, Some(Action::PasswordReset | Action::MfaReset));
    let mut candidates: Vec<OnFileContact> = contacts
        .iter()
        .filter(|contact| channels.contains(&contact.channel))
        .filter_map(|contact| {
            let destination = Destination::parse(contact.channel, &contact.address, default_region).ok()?;
            let independent = destination.normalized() != typed.normalized();
            Some(OnFileContact {
                destination,
                source: contact.source.clone(),
                independent,
            })
        })
        .filter(|candidate| !unreachable.contains(&candidate.destination.normalized()))
        .collect();
    // Stable: contacts of equal rank keep the order in which the instance lists them.
    candidates.sort_by_key(|candidate| {
        let is_phone = candidate.destination.channel() == Channel::Sms;
        (!candidate.independent, phone_first && !is_phone)
    });
    candidates.into_iter().next()
}

impl Proof for OnFileCode {
    fn kind(&self) -> CheckKind {
        CheckKind::OnFileCode
    }

    fn max_wrong_answers(&self) -> u8 {
        MAX_WRONG_ANSWERS
    }

    fn can_be_asked(&self) -> bool {
        self.contact.is_some()
    }

    /// Only if the contact is another than the destination of the link: else both prove the same thing.
    fn is_strong(&self) -> bool {
        self.contact.as_ref().is_some_and(|contact| contact.independent)
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        match result {
            CheckResult::Passed if self.is_strong() => Said::new(
                "on_file_code_passed",
                weights.independent_contact_proven,
                "A code sent to a contact on file came back.",
            ),
            CheckResult::Passed => Said::new(
                "on_file_code_not_independent",
                weights.contact_not_independent,
                "A code came back, but the contact on file is the same as the link's destination, so it proves nothing more.",
            ),
            CheckResult::Failed => Said::new(
                "on_file_code_failed",
                weights.check_failed,
                "The requester could not enter the code sent to the contact on file.",
            ),
            CheckResult::Unavailable => Said::new(
                "on_file_code_unavailable",
                weights.no_contact_on_file,
                "No contact on file could be used to send a code to.",
            ),
        }
    }
}

impl OnFileCode {
    /// Before the first code is sent.
    pub const fn new(contact: Option<OnFileContact>, at: UnixMillis) -> Self {
        Self {
            contact,
            code_number: 0,
            issued_at: at,
            unreachable: Vec::new(),
        }
    }

    /// The contact could not be reached: the next code goes to another one.
    #[must_use]
    pub fn redirected(mut self, to: OnFileContact) -> Self {
        if let Some(unreached) = self.contact.replace(to) {
            self.unreachable.push(unreached.destination.normalized());
        }
        self
    }

    /// Makes the next code; the one before it is void.
    #[must_use]
    pub fn issued(mut self, at: UnixMillis) -> Self {
        self.code_number = self.code_number.saturating_add(1);
        self.issued_at = at;
        self
    }

    /// True while the current code may be entered.
    pub const fn is_valid_at(&self, now: UnixMillis) -> bool {
        self.code_number > 0 && now.millis_since(self.issued_at) < CODE_LIFE_SECONDS * 1000
    }

    /// Seconds until a new code may be asked for; `None` when no more will be sent.
    pub fn resend_in(&self, now: UnixMillis) -> Option<u32> {
        if self.code_number >= MAX_CODES {
            return None;
        }
        let ready = self.issued_at.plus_seconds(RESEND_AFTER_SECONDS);
        Some(now.seconds_until(ready))
    }
}

/// Turns eight derived bytes into six digits. The bias of the remainder is below 2⁻⁴⁴.
pub fn from_derived(bytes: [u8; 8]) -> String {
    format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::checks::{Means, open};

    fn contact(channel: Channel, address: &str) -> Contact {
        Contact {
            channel,
            address: address.into(),
            source: "field".into(),
        }
    }

    fn typed(address: &str) -> Destination {
        Destination::parse(Channel::Email, address, None).unwrap()
    }

    const BOTH: &[Channel] = &[Channel::Email, Channel::Sms];

    #[test]
    fn a_contact_other_than_the_typed_one_is_preferred() {
        let on_file = [
            contact(Channel::Email, "MIA@gmail.com"),
            contact(Channel::Email, "mia@corp.example"),
        ];
        let chosen = choose_contact(&on_file, &typed("mia@gmail.com"), BOTH, None, None).unwrap();
        assert_eq!(chosen.destination.address(), "mia@corp.example");
        assert!(chosen.independent);
    }

    #[test]
    fn the_same_contact_is_used_only_as_not_independent() {
        let on_file = [contact(Channel::Email, "MIA@gmail.com")];
        let chosen = choose_contact(&on_file, &typed("mia@gmail.com"), BOTH, None, None).unwrap();
        assert!(!chosen.independent);
    }

    #[test]
    fn a_password_reset_prefers_the_phone_if_text_messages_can_be_sent() {
        let on_file = [
            contact(Channel::Email, "mia@corp.example"),
            contact(Channel::Sms, "+442079460958"),
        ];
        let reset = Some(Action::PasswordReset);
        let chosen = choose_contact(&on_file, &typed("mia@gmail.com"), BOTH, reset, None).unwrap();
        assert_eq!(chosen.destination.channel(), Channel::Sms);
        let chosen =
            choose_contact(&on_file, &typed("mia@gmail.com"), &[Channel::Email], reset, None).unwrap();
        assert_eq!(chosen.destination.channel(), Channel::Email);
    }

    #[test]
    fn a_contact_that_cannot_be_reached_is_passed_over_however_it_is_written() {
        let on_file = [
            contact(Channel::Sms, "+442079460958"),
            contact(Channel::Email, "Mia@Corp.example"),
            contact(Channel::Sms, "020 7946 0958"),
        ];
        let reset = Some(Action::PasswordReset);
        let other = |unreachable: &[String]| {
            choose_other_contact(
                &on_file,
                &typed("mia@gmail.com"),
                BOTH,
                reset,
                Some("GB"),
                unreachable,
            )
        };
        let first = other(&[]).unwrap();
        assert_eq!(first.destination.channel(), Channel::Sms);
        let code = OnFileCode::new(Some(first), UnixMillis(0));
        let second = other(&["sms:+442079460958".to_owned()]).unwrap();
        assert_eq!(second.destination.channel(), Channel::Email);
        let code = code.redirected(second.clone());
        assert_eq!(code.contact, Some(second.clone()));
        let code = code.redirected(second);
        assert_eq!(other(&code.unreachable), None);
    }

    #[test]
    fn with_nothing_usable_on_file_the_check_is_not_available() {
        let on_file = [contact(Channel::Email, "not an address")];
        assert_eq!(
            choose_contact(&on_file, &typed("mia@gmail.com"), BOTH, None, None),
            None
        );
        let check = open(CheckKind::OnFileCode, &Means::default(), UnixMillis(0));
        assert_eq!(check.result, Some(CheckResult::Unavailable));
    }

    #[test]
    fn a_code_has_six_digits_lives_ten_minutes_and_is_sent_at_most_four_times() {
        assert_eq!(from_derived(7_u64.to_be_bytes()), "000007");
        let mut code = OnFileCode {
            contact: None,
            code_number: 1,
            issued_at: UnixMillis(0),
            unreachable: Vec::new(),
        };
        assert!(code.is_valid_at(UnixMillis(599_999)));
        assert!(!code.is_valid_at(UnixMillis(600_000)));
        assert_eq!(code.resend_in(UnixMillis(1_500)), Some(119));
        assert_eq!(code.resend_in(UnixMillis(130_000)), Some(0));
        code.code_number = MAX_CODES;
        assert_eq!(code.resend_in(UnixMillis(130_000)), None);
    }
}
