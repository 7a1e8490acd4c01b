//! Twilio's error codes in words for the agent (<https://www.twilio.com/docs/api/errors>), and what each means for the
//! message. Sentences are fixed: Twilio's own texts may hold the number.

use crate::delivery::sms::{BROKEN, MISCONFIGURED};

/// What a code says about trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is about this recipient, and final.
    Recipient,
    /// It is about our account or settings, and final until somebody changes them.
    Settings,
    /// Twilio takes no more from us for now.
    Busy,
}

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Whether to try again.
    pub kind: Kind,
    /// What the agent reads.
    pub sentence: &'static str,
}

const WAIT: &str = "The text message service asks to try again later.";
const NO_MOBILE: &str = "This number cannot receive text messages: it may be a landline.";
const BLOCKED: &str = "The phone company blocked the text message. Use an email address.";

/// The meaning of a code; `None` for one that is not known here.
pub const fn meaning(code: u32) -> Option<Meaning> {
    let (kind, sentence) = match code {
        // Creating a message.
        21_211 | 21_217 => (Kind::Recipient, "This is not a valid phone number."),
        21_214 | 21_612 => (
            Kind::Recipient,
            "This number cannot be reached by text message. Use an email address.",
        ),
        21_266 => (
            Kind::Recipient,
            "This is the number that text messages are sent from.",
        ),
        21_408 | 21_215 => (
            Kind::Settings,
            "Text messages to this country are not switched on. Use an email address, or tell your administrator.",
        ),
        21_610 => (
            Kind::Recipient,
            "The owner of this number has refused text messages (STOP). They can answer START to one, or you use an email address.",
        ),
        21_614 | 30_006 => (Kind::Recipient, NO_MOBILE),
        14_107 | 20_429 | 21_611 | 30_001 | 30_022 => (Kind::Busy, WAIT),
        10_001
        | 20_001..=20_008
        | 20_101..=20_107
        | 20_403
        | 20_404
        | 21_212
        | 21_602..=21_609
        | 21_616..=21_619
        | 21_621
        | 21_659
        | 21_660
        | 21_701..=21_705
        | 30_002
        | 30_010
        | 30_032 => (Kind::Settings, MISCONFIGURED),
        20_500 | 20_503 | 20_504 => (Kind::Busy, BROKEN),
        63_038 | 30_023 | 30_044 => (
            Kind::Settings,
            "Today's text messages are used up. Use an email address, and tell your administrator.",
        ),
        // What becomes of an accepted message.
        30_003 => (
            Kind::Recipient,
            "The phone cannot be reached: it may be switched off or without network.",
        ),
        30_004 => (
            Kind::Recipient,
            "The phone or its owner blocks text messages like this one.",
        ),
        30_005 => (
            Kind::Recipient,
            "Nobody has this number, or it is no longer in use.",
        ),
        30_007 | 30_034 | 30_038 | 30_450 | 30_453 => (Kind::Recipient, BLOCKED),
        30_008 => (
            Kind::Recipient,
            "The phone company did not deliver the text message and gave no reason.",
        ),
        30_009 => (Kind::Recipient, "Only a part of the text message arrived."),
        30_036 => (
            Kind::Recipient,
            "The phone could not be reached before the link ended.",
        ),
        30_017 | 30_018 | 30_019 | 30_410 => (
            Kind::Recipient,
            "The phone company could not deliver the text message at the moment.",
        ),
        _ => return None,
    };
    Some(Meaning { kind, sentence })
}

/// The sentence for a message that did not arrive after all, whichever code came with it.
pub fn undelivered(code: Option<u32>) -> &'static str {
    code.and_then(meaning)
        .map_or("The text message did not arrive.", |meaning| meaning.sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_that_agents_meet_have_words_and_a_verdict() {
        for (code, kind, part) in [
            (21_211, Kind::Recipient, "not a valid phone number"),
            (21_408, Kind::Settings, "country"),
            (21_610, Kind::Recipient, "STOP"),
            (21_614, Kind::Recipient, "landline"),
            (20_003, Kind::Settings, "administrator"),
            (20_429, Kind::Busy, "later"),
            (21_611, Kind::Busy, "later"),
            (30_003, Kind::Recipient, "switched off"),
            (30_004, Kind::Recipient, "blocks"),
            (30_005, Kind::Recipient, "no longer in use"),
            (30_006, Kind::Recipient, "landline"),
            (30_007, Kind::Recipient, "blocked"),
            (30_008, Kind::Recipient, "no reason"),
        ] {
            let meaning = meaning(code).unwrap();
            assert_eq!(meaning.kind, kind, "{code}");
            assert!(meaning.sentence.contains(part), "{code}: {}", meaning.sentence);
        }
        assert_eq!(meaning(0), None);
        assert_eq!(undelivered(Some(99_999)), "The text message did not arrive.");
        assert_eq!(undelivered(None), undelivered(Some(99_999)));
    }

    #[test]
    fn every_sentence_is_one_and_names_no_code() {
        for sentence in (0..70_000).filter_map(meaning).map(|meaning| meaning.sentence) {
            assert!(
                sentence.ends_with('.') && !sentence.chars().any(|char| char.is_ascii_digit()),
                "{sentence}"
            );
        }
    }
}
