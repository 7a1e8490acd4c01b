//! What stands in a text message: at most 160 characters of GSM-7 where the names allow it, so that it is one message
//! and not several.

use super::length::{Encoding, measure, septets_of};
use crate::delivery::words::{cut, enrolled, name};
use crate::delivery::{Content, Message};
use crate::locale::Texts;

/// Segments of a text in a script that GSM-7 lacks; its link alone takes more than one.
const MOST_WIDE: u32 = 3;
/// The company's name is what the requester recognises: so much of it is shown …
const COMPANY_CHARS: usize = 20;
/// … and at least so much, where everything else has been left out and it is still too long.
const LEAST_COMPANY_CHARS: usize = 10;
/// So much of the agent's name is shown, or nothing.
const AGENT_CHARS: usize = 8;

/// Letters of European names that the character set lacks, and their nearest relatives in it.
const RELATIVES: [(&str, &str); 40] = [
    ("áâãāăą", "a"),
    ("ÁÂÀÃĀĂĄ", "A"),
    ("çćčĉċ", "c"),
    ("ĆČĈĊ", "C"),
    ("ďđ", "d"),
    ("ĎĐ", "D"),
    ("êëēėęě", "e"),
    ("ÈÊËĒĖĘĚ", "E"),
    ("ğĝġģ", "g"),
    ("ĞĜĠĢ", "G"),
    ("íîïīįı", "i"),
    ("ÌÍÎÏĪĮİ", "I"),
    ("ķ", "k"),
    ("Ķ", "K"),
    ("łļľĺ", "l"),
    ("ŁĻĽĹ", "L"),
    ("ńňņ", "n"),
    ("ŃŇŅ", "N"),
    ("óôõōő", "o"),
    ("ÒÓÔÕŌŐ", "O"),
    ("œ", "oe"),
    ("Œ", "OE"),
    ("řŕ", "r"),
    ("ŘŔ", "R"),
    ("śšşșŝ", "s"),
    ("ŚŠŞȘŜ", "S"),
    ("ťţț", "t"),
    ("ŤŢȚ", "T"),
    ("úûūůűų", "u"),
    ("ÙÚÛŪŮŰŲ", "U"),
    ("ýÿ", "y"),
    ("ÝŸ", "Y"),
    ("źžż", "z"),
    ("ŹŽŻ", "Z"),
    ("‘’‚′`´", "'"),
    ("“”„″«»", "\""),
    ("–—‐‑", "-"),
    ("…", "..."),
    ("\u{a0}", " "),
    ("þ", "th"),
];

/// The text for a message, in its language.
pub(in crate::delivery) fn write(message: &Message, host: &str) -> String {
    let t = Texts::of(message.language);
    let text = of_content(t, message, host);
    if message.is_test {
        // It may take one segment more: nobody waits for it.
        sendable(&t.test_message(text))
    } else {
        text
    }
}

fn of_content(t: Texts, message: &Message, host: &str) -> String {
    let company = cut(&fold(&name(&message.company)), COMPANY_CHARS);
    let agent = fold(&name(&message.agent_name));
    let ticket = fold(&name(&message.ticket_number));
    let life = if message.minutes >= 60 && message.minutes % 60 == 0 {
        t.sms_hours(message.minutes / 60)
    } else {
        t.sms_minutes(message.minutes)
    };
    match &message.content {
        Content::Link {
            url,
            replaces_earlier,
        } => {
            let whole = |text: String| {
                let earlier = replaces_earlier.then(|| format!(" {}", t.sms_older_links()));
                sendable(&format!("{text}{}", earlier.unwrap_or_default()))
            };
            let by = |agent: &str| whole(t.sms_link(agent, &company, &life, &ticket, url));
            let of = |company: &str| whole(t.sms_link_no_agent(company, &life, &ticket, url));
            // The agent's name is cut as far as it stays a name, then left out.
            let cuts = (AGENT_CHARS..=agent.chars().count())
                .rev()
                .map(|most| by(&cut(&agent, most)));
            let in_full = (!agent.is_empty()).then(|| by(&agent));
            let text = in_full
                .into_iter()
                .chain(cuts)
                .find(|text| fits(text))
                .unwrap_or_else(|| shortest(&company, of));
            extended(text, &format!(" {}", sendable(&t.sms_not_you())))
        }
        // Managers are asked by email only, where the whole question has room; nothing of it is lost on the way here.
        Content::Approval { url, requester, .. } => {
            let question = t.approval_mail_subject(&company, name(requester), &ticket);
            sendable(&format!("{question}: {url}"))
        }
        Content::Notice { url, is_certain } => {
            let what = t.notice(message.action, *is_certain);
            // It takes two segments anyway.
            sendable(&t.sms_notice(&company, &life, &ticket, url, &what))
        }
        Content::Warning => sendable(&t.sms_warning(&company, &ticket)),
        Content::Enrolled { url, factor } => {
            let what = enrolled(t, *factor);
            sendable(&t.sms_notice(&company, &life, &ticket, url, &what))
        }
        Content::Code { code } => {
            let text = shortest(&company, |company| {
                sendable(&t.sms_code(code, company, &life, &ticket))
            });
            // A code bound to its origin is offered by the phone on that page only.
            extended(text, &format!("\n\n@{host} #{code}"))
        }
    }
}

/// Without the invisible characters that keep directions apart (phones show boxes for them, and take them for a part
/// of a link), and in the letters of GSM-7 where that is possible.
fn sendable(text: &str) -> String {
    fold(&text.replace(['\u{2068}', '\u{2069}'], ""))
}

/// True if it costs no more than it has to: one message of GSM-7; for scripts that GSM-7 lacks, three of UCS-2, in
/// which a link alone takes more than one.
fn fits(text: &str) -> bool {
    let length = measure(text);
    match length.encoding {
        Encoding::Gsm7 => length.segments == 1,
        Encoding::Ucs2 => length.segments <= MOST_WIDE,
    }
}

/// The text with as much of the company's name as fits; with all of it if none does.
fn shortest(company: &str, text: impl Fn(&str) -> String) -> String {
    let whole = text(company);
    if fits(&whole) {
        return whole;
    }
    let cuts = (LEAST_COMPANY_CHARS..company.chars().count()).rev();
    cuts.map(|most| text(&cut(company, most)))
        .find(|text| fits(text))
        .unwrap_or(whole)
}

/// Adds a part if the message still fits.
fn extended(text: String, part: &str) -> String {
    let longer = format!("{text}{part}");
    if fits(&longer) { longer } else { text }
}

/// Replaces letters that GSM-7 lacks; a name in another script stays as it is.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars() {
        let relative = RELATIVES
            .iter()
            .find(|(from, _)| from.contains(char))
            .map(|(_, to)| *to);
        match relative {
            Some(to) if septets_of(char).is_none() => folded.push_str(to),
            _ => folded.push(char),
        }
    }
    if measure(&folded).encoding == Encoding::Gsm7 {
        folded
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use shared::words::{Action, Channel, UnixMillis};

    use super::*;
    use crate::locale::Locale;
    use crate::verification::Destination;

    const URL: &str = "https://verify.example.com/v/0123456789012345678901234567890123456789012";

    fn message(company: &str, agent: &str, content: Content) -> Message {
        Message {
            to: Destination::parse(Channel::Sms, "+442079460958", None).unwrap(),
            language: Locale::English,
            company: company.into(),
            support_contact: "+44 20 7946 0000".into(),
            agent_name: agent.into(),
            ticket_number: "INC0010023".into(),
            action: Some(Action::PasswordReset),
            branding: std::sync::Arc::default(),
            key: "link-1".into(),
            minutes: 10,
            ends_at: UnixMillis(600_000),
            is_test: false,
            content,
        }
    }

    fn link(company: &str, agent: &str, replaces_earlier: bool) -> String {
        write(
            &message(
                company,
                agent,
                Content::Link {
                    url: URL.into(),
                    replaces_earlier,
                },
            ),
            "verify.example.com",
        )
    }

    #[test]
    fn a_link_says_who_asks_for_what() {
        assert_eq!(
            link("Acme", "Beth Anglin", false),
            format!(
                "Acme INC0010023: Beth Anglin asks you to confirm it's you: {URL} (10 min). Not you? Ignore."
            )
        );
        assert!(link("Acme", "Beth Anglin", true).ends_with("(10 min). Older links are void."));
    }

    #[test]
    fn long_names_are_cut_before_anything_else() {
        let featherstonehaugh = "Maria-Magdalena Papadopoulou-Featherstonehaugh";
        let text = link("Acme International Holdings plc", featherstonehaugh, false);
        assert!(
            text.starts_with("Acme International INC0010023: Maria-Magdalena asks you"),
            "{text}"
        );
        let again = link("Acme International Holdings plc", featherstonehaugh, true);
        assert!(
            again.starts_with("Acme International INC0010023: please confirm"),
            "{again}"
        );
        assert!(again.contains("Older links are void."));
        for text in [text, again] {
            assert!(fits(&text) && text.contains(URL), "{text}");
        }
        assert!(link("Acme", "", false).contains(": please confirm it's you"));
    }

    #[test]
    fn every_text_is_short_in_every_language() {
        let contents = [
            Content::Link {
                url: URL.into(),
                replaces_earlier: true,
            },
            Content::Code {
                code: "004711".into(),
            },
            Content::Notice {
                url: URL.replace("/v/", "/alarm/"),
                is_certain: true,
            },
            Content::Notice {
                url: URL.replace("/v/", "/alarm/"),
                is_certain: false,
            },
        ];
        for language in Locale::ALL {
            for content in contents.clone() {
                for action in [Action::PasswordReset, Action::AccountUnlock, Action::MfaReset] {
                    let message = Message {
                        language,
                        action: Some(action),
                        minutes: if matches!(content, Content::Notice { .. }) {
                            1440
                        } else {
                            10
                        },
                        ..message(
                            "Acme International Holdings plc",
                            "Maria Papadopoulou",
                            content.clone(),
                        )
                    };
                    let text = write(&message, "verify.example.com");
                    let length = measure(&text);
                    // A notice says what was done, which takes a second segment in most languages.
                    let most = match (&content, length.encoding) {
                        (Content::Notice { .. }, Encoding::Gsm7) => 2,
                        (_, Encoding::Gsm7) => 1,
                        (_, Encoding::Ucs2) => MOST_WIDE,
                    };
                    assert!(
                        length.segments <= most,
                        "{}: {} of {most}: {text}",
                        language.tag(),
                        length.segments
                    );
                    let latin = !matches!(language, Locale::Japanese | Locale::Arabic);
                    assert_eq!(
                        length.encoding == Encoding::Gsm7,
                        latin,
                        "{}: {text}",
                        language.tag()
                    );
                    assert!(text.contains("Acme") && text.contains("INC0010023"), "{text}");
                }
            }
        }
    }

    #[test]
    fn letters_find_their_relatives_and_other_scripts_stay() {
        assert_eq!(
            fold("Łukasz Žižek – François Ångström"),
            "Lukasz Zizek - Francois Ångström"
        );
        assert_eq!(fold("田中さん"), "田中さん");
        assert!(link("Acme", "田中さん", false).contains("田中さん"));
    }

    #[test]
    fn a_code_is_bound_to_our_host() {
        let code = || Content::Code {
            code: "004711".into(),
        };
        let text = write(&message("Acme", "Beth", code()), "verify.example.com");
        assert!(
            text.contains("your code is 004711.") && text.ends_with("\n\n@verify.example.com #004711"),
            "{text}"
        );
        assert!(fits(&text), "{text}");
        let long_host = write(&message("Acme", "Beth", code()), &"x".repeat(80));
        assert!(fits(&long_host) && !long_host.contains('@'));
    }
}
