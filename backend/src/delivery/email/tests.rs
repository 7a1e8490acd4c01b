use shared::words::{Action, Channel};

use std::sync::Arc;

use super::message::{Rendered, render as written};
use super::*;
use crate::config::{Branding, Colour, Logo};
use crate::delivery::smtp_double::{Manner, SmtpDouble};
use crate::delivery::{Content, preview_email};
use crate::locale::Locale;
use crate::testing::START;
use crate::verification::Destination;

const URL: &str = "https://verify.example.com/v/0123456789012345678901234567890123456789012";

fn render(message: &Message) -> Result<Rendered, askama::Error> {
    written(message, None)
}

fn link() -> Message {
    Message {
        to: Destination::parse(Channel::Email, "mia.private@gmail.com", None).unwrap(),
        language: Locale::English,
        company: "Acme".into(),
        support_contact: "+44 20 7946 0000".into(),
        branding: Arc::default(),
        agent_name: "Beth Anglin".into(),
        ticket_number: "INC0010023".into(),
        action: Some(Action::PasswordReset),
        key: "link-VER0123456789AB-0".into(),
        minutes: 10,
        ends_at: START.plus_seconds(600),
        is_test: false,
        content: Content::Link {
            url: URL.into(),
            replaces_earlier: false,
        },
    }
}

fn code() -> Message {
    let to = Destination::parse(Channel::Email, "mia.chen@acme.example", None).unwrap();
    Message {
        to,
        key: "code-VER0123456789AB-1".into(),
        content: Content::Code {
            code: "004711".into(),
        },
        ..link()
    }
}

fn settings(port: u16) -> Smtp {
    Smtp {
        host: "127.0.0.1".into(),
        port,
        tls: SmtpTls::None,
        login: None,
        from: "Acme service desk <desk@acme.example>".parse().unwrap(),
        ca_pem: None,
        timeout: Duration::from_secs(1),
        per_second: None,
        dkim: None,
    }
}

async fn send_to(manner: Manner, message: &Message) -> (Outcome, SmtpDouble) {
    let server = SmtpDouble::start(manner).await;
    let email = Email::new(&settings(server.port), "verify.example.com".into()).unwrap();
    (email.send(message, START).await, server)
}

#[tokio::test]
async fn an_accepted_email_has_both_parts_and_the_right_headers() {
    let (outcome, server) = send_to(Manner::Accept, &link()).await;
    assert_eq!(outcome, Outcome::Accepted);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].recipient, "mia.private@gmail.com");
    let data = &received[0].data;
    for line in [
        "From: \"Acme service desk\" <desk@acme.example>",
        "To: mia.private@gmail.com",
        "Subject: Acme: confirm your identity for ticket INC0010023",
        "Message-ID: <link-VER0123456789AB-0@verify.example.com>",
        "Date: Sun, 22 Nov 2026 10:00:00 +0000",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Content-Language: en",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(
            data.contains(&format!("{line}\r\n")),
            "{line} is missing in:\n{data}"
        );
    }
    assert!(data.contains("multipart/alternative"));
    for forbidden in ["List-Unsubscribe", "<img", "User-Agent", "X-Mailer"] {
        assert!(!data.contains(forbidden), "{forbidden}");
    }
    let names: Vec<&str> = data
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    for name in &names {
        assert_eq!(
            names.iter().filter(|other| other == &name).count(),
            1,
            "{name} stands twice"
        );
    }
}

#[tokio::test]
async fn each_answer_of_the_server_has_its_meaning() {
    for (manner, expected) in [
        (
            Manner::Recipient("550 5.1.1 <mia.private@gmail.com> unknown"),
            Outcome::refused("The mail server refused this address."),
        ),
        (
            Manner::Recipient("553 no such user"),
            Outcome::refused("The mail server refused this address."),
        ),
        (
            Manner::Recipient("552 5.2.2 mailbox full"),
            Outcome::refused("The mailbox of this address takes no messages at the moment."),
        ),
        (
            Manner::Recipient("451 4.7.1 greylisted"),
            Outcome::retry("The mail server asks to try again later."),
        ),
        (
            Manner::Recipient("550 5.1.8 bad sender"),
            Outcome::down("The mail server refuses the service's sender address."),
        ),
        (
            Manner::Data("554 5.7.1 looks like spam"),
            Outcome::refused("The mail server refused this message."),
        ),
        (
            Manner::Data("452 4.3.1 disk full"),
            Outcome::retry("The mail server asks to try again later."),
        ),
        (Manner::DropAfterData, Outcome::down(UNREACHABLE)),
        (
            Manner::Greeting("421 4.3.2 going down"),
            Outcome::down("The mail server asks to try again later."),
        ),
        (
            Manner::Greeting("this is no mail server"),
            Outcome::down(UNREACHABLE),
        ),
        (Manner::Silent, Outcome::down("The mail server does not answer.")),
    ] {
        let (outcome, _server) = send_to(manner, &link()).await;
        let outcome = match outcome {
            // Two limits of the same length: which of them strikes first is no matter.
            Outcome::Retry { why, .. } if matches!(manner, Manner::Silent) && why == UNREACHABLE => {
                expected.clone()
            }
            other => other,
        };
        assert_eq!(outcome, expected, "{manner:?}");
    }
}

#[tokio::test]
async fn a_refused_login_is_no_refused_message() {
    assert!(matches!(judge_reply(535, Some("5.7.8")), Outcome::Retry { .. }));
    assert!(matches!(judge_reply(530, None), Outcome::Retry { .. }));
}

#[tokio::test]
async fn without_a_server_it_is_tried_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let email = Email::new(&settings(port), "verify.example.com".into()).unwrap();
    assert_eq!(email.send(&link(), START).await, Outcome::down(UNREACHABLE));
}

#[tokio::test]
async fn a_connection_is_used_again_and_a_dead_one_is_not() {
    let server = SmtpDouble::start(Manner::Accept).await;
    let email = Email::new(&settings(server.port), "verify.example.com".into()).unwrap();
    for _ in 0..3 {
        assert_eq!(email.send(&link(), START).await, Outcome::Accepted);
    }
    server.become_(Manner::DropAfterData);
    assert_eq!(email.send(&link(), START).await, Outcome::down(UNREACHABLE));
    server.become_(Manner::Accept);
    assert_eq!(email.send(&link(), START).await, Outcome::Accepted);
}

#[tokio::test]
async fn required_encryption_is_never_given_up() {
    let server = SmtpDouble::start(Manner::Accept).await;
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let email = Email::new(
            &Smtp {
                tls,
                ..settings(server.port)
            },
            "verify.example.com".into(),
        )
        .unwrap();
        assert!(
            matches!(email.send(&link(), START).await, Outcome::Retry { .. }),
            "{tls:?}"
        );
    }
    assert!(server.received().is_empty());
    let remote = Smtp {
        host: "mail.acme.example".into(),
        ..settings(25)
    };
    assert!(Email::new(&remote, "verify.example.com".into()).is_err());
    let garbled = Smtp {
        tls: SmtpTls::StartTls,
        ca_pem: Some(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----".to_vec()),
        ..settings(25)
    };
    assert!(Email::new(&garbled, "verify.example.com".into()).is_err());
}

#[test]
fn the_words_name_who_asks_for_what_and_until_when() {
    let rendered = render(&link()).unwrap();
    for part in [rendered.text.as_str(), rendered.html.as_str()] {
        for word in [
            "Acme",
            "Beth Anglin",
            "INC0010023",
            "Password reset",
            URL,
            "10 minutes",
            "+44 20 7946 0000",
            "Your password",
            "I did not ask",
        ] {
            assert!(
                part.to_lowercase().contains(&word.to_lowercase()),
                "{word} is missing in:\n{part}"
            );
        }
        assert!(!part.contains("earlier link"), "{part}");
    }
    let again = Message {
        content: Content::Link {
            url: URL.into(),
            replaces_earlier: true,
        },
        ..link()
    };
    let rendered = render(&again).unwrap();
    assert!(
        rendered.text.contains("An earlier link no longer works.")
            && rendered.html.contains("An earlier link no longer works.")
    );
}

fn notice() -> Message {
    let to = Destination::parse(Channel::Email, "mia.chen@acme.example", None).unwrap();
    Message {
        to,
        key: "notice-RCP0123456789ABC-0".into(),
        minutes: 24 * 60,
        content: Content::Notice {
            url: URL.replace("/v/", "/alarm/"),
            is_certain: true,
        },
        ..link()
    }
}

fn approval() -> Message {
    Message {
        key: "approval-VER0123456789AB-1".into(),
        content: Content::Approval {
            url: URL.replace("/v/", "/approve/"),
            requester: "Mia Chen".into(),
            replaces_earlier: true,
        },
        ..link()
    }
}

/// What a reader must find, in either part, in every language.
#[test]
fn in_every_language_both_parts_say_who_asks_for_what_and_until_when() {
    for language in Locale::ALL {
        let t = crate::locale::Texts::of(language);
        for message in [link(), code(), notice(), approval()] {
            let message = Message { language, ..message };
            let Rendered { subject, text, html } = render(&message).unwrap();
            let secret = match &message.content {
                Content::Link { url, .. }
                | Content::Notice { url, .. }
                | Content::Enrolled { url, .. }
                | Content::Approval { url, .. } => url.clone(),
                Content::Warning => continue,
                Content::Code { code } => code.clone(),
            };
            let mut words = vec!["Acme", "INC0010023", "+44 20 7946 0000", &secret];
            let (life, action) = (t.duration(message.minutes), t.action_label(Action::PasswordReset));
            words.push(&life);
            if !matches!(message.content, Content::Notice { .. }) {
                words.extend(["Beth Anglin", &action]);
            }
            if matches!(message.content, Content::Approval { .. }) {
                words.push("Mia Chen");
            }
            // The isolates around names in Arabic are there for eyes, not for this comparison.
            let plain = |part: &str| part.replace(['\u{2066}', '\u{2068}', '\u{2069}'], "");
            let rtl = language.dir() == "rtl";
            assert_eq!(
                text.contains("\n\u{2066}+44 20 7946 0000\u{2069}\n"),
                rtl,
                "{text}"
            );
            assert!(html.contains(">+44 20 7946 0000</bdi>"), "{html}");
            for (part, of) in [("text", plain(&text)), ("html", plain(&html))] {
                for word in &words {
                    assert!(
                        of.contains(&plain(word)),
                        "{} {part}: {word} is missing in\n{of}",
                        language.tag()
                    );
                }
            }
            assert!(
                plain(&subject).contains("Acme") && !subject.contains('\n'),
                "{subject}"
            );
            assert!(html.contains(&format!(
                "<html lang=\"{}\" dir=\"{}\">",
                language.tag(),
                language.dir()
            )));
            assert!(html.len() <= 100_000, "{} bytes", html.len());
        }
    }
}

const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\nand the rest";

fn branded(branding: Branding) -> Message {
    Message {
        branding: Arc::new(branding),
        ..link()
    }
}

#[tokio::test]
async fn a_message_wears_the_colours_of_its_company() {
    let message = branded(Branding {
        colour: Some(Colour([0x7a, 0x00, 0x19])),
        logo: Some(Logo::Embedded {
            media_type: "image/png",
            bytes: PIXEL.to_vec(),
        }),
        sender_name: Some("Globex Service-Desk".into()),
    });
    let (outcome, server) = send_to(Manner::Accept, &message).await;
    assert_eq!(outcome, Outcome::Accepted);
    let data = &server.received()[0].data;
    for part in [
        "From: \"Globex Service-Desk\" <desk@acme.example>\r\n",
        "Content-Type: multipart/related;",
        "Content-ID: <logo>\r\n",
        "Content-Disposition: inline\r\n",
        "Content-Type: image/png\r\n",
    ] {
        assert!(data.contains(part), "{part} is missing in:\n{data}");
    }
    let html = written(&message, Some("cid:logo")).unwrap().html;
    assert!(html.contains("src=\"cid:logo\"") && html.contains("background:#7a0019;"));
    // On a dark page the company's dark red could not be read.
    let dark = html.split("prefers-color-scheme: dark").nth(1).unwrap();
    let button: Colour = dark.split(".button { background: ").nth(1).unwrap()[..7]
        .parse()
        .unwrap();
    assert!(button.contrast(Colour([0x1c, 0x20, 0x27])) >= 4.5, "{button}");
    assert!(
        button.contrast(Colour([0x0f, 0x17, 0x28])) >= 4.5,
        "the label of a button on {button}"
    );
    assert!(
        preview_email(&message)
            .unwrap()
            .html
            .contains("src=\"data:image/png;base64,iVBORw")
    );

    let elsewhere = branded(Branding {
        logo: Some(Logo::Url("https://acme.example/logo.png".parse().unwrap())),
        ..Branding::default()
    });
    let (_, server) = send_to(Manner::Accept, &elsewhere).await;
    let data = server.received()[0].data.replace("=\r\n", "");
    assert!(data.contains("https://acme.example/logo.png") && !data.contains("multipart/related"));
}

#[test]
fn a_code_stands_in_the_body_and_not_in_the_subject() {
    let rendered = render(&code()).unwrap();
    assert!(rendered.text.contains("Your code: 004711\n") && rendered.html.contains(">004711<"));
    assert!(!rendered.subject.contains("004711"));
    assert!(rendered.text.contains("not to the service desk either"));
}

#[test]
fn plain_text_is_readable() {
    for message in [link(), code(), notice(), approval()] {
        let text = render(&message).unwrap().text;
        assert!(
            !text.contains("\n\n\n") && !text.contains('<') && !text.contains('&'),
            "{text}"
        );
        assert!(text.starts_with("Acme\n\n"), "{text}");
    }
    let bare = Message {
        action: None,
        agent_name: String::new(),
        ..link()
    };
    let text = render(&bare).unwrap().text;
    assert!(
        text.contains("\n\nThe IT service desk asks you") && !text.contains("Request:"),
        "{text}"
    );
    assert!(text.contains("Ticket: INC0010023\n\nTo begin"), "{text}");
}

#[tokio::test]
async fn names_from_elsewhere_stay_names() {
    let evil = Message {
        agent_name: "<script>alert(1)</script>\r\nBcc: eve@evil.example".into(),
        company: "A&B \"Ltd\"\nX-Evil: 1".into(),
        ticket_number: "INC1\r\n\r\nbody".into(),
        ..link()
    };
    let html = render(&evil).unwrap().html;
    assert!(
        !html.contains("<script>") && html.contains("&#60;script&#62;"),
        "{html}"
    );
    let (outcome, server) = send_to(Manner::Accept, &evil).await;
    assert_eq!(outcome, Outcome::Accepted);
    let data = &server.received()[0].data;
    let headers = data.split("\r\n\r\n").next().unwrap();
    assert!(
        !headers
            .lines()
            .any(|line| line.starts_with("Bcc") || line.starts_with("X-Evil") || line.starts_with("body")),
        "{headers}"
    );
    assert_eq!(server.received()[0].recipient, "mia.private@gmail.com");
}

#[test]
fn emails_are_small_and_need_nothing_from_elsewhere() {
    for message in [link(), code(), notice(), approval()] {
        let html = render(&message).unwrap().html;
        for forbidden in ["<table", "<img", "<script", "<link", "url(", "@import"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("color-scheme"));
    }
}

#[test]
fn statuses_are_found_in_replies() {
    assert_eq!(
        enhanced_status("permanent error (550): 5.1.1 <a@10.0.0.1> unknown").as_deref(),
        Some("5.1.1")
    );
    assert_eq!(
        enhanced_status("permanent error (550): no user at 10.0.0.1"),
        None
    );
    assert_eq!(enhanced_status("x 5.1.1: y").as_deref(), Some("5.1.1"));
}

#[test]
fn a_warning_says_what_happened_in_every_language_and_holds_no_link() {
    for language in Locale::ALL {
        let warning = Message {
            language,
            key: "warning-VER0123456789AB-0".into(),
            content: Content::Warning,
            ..link()
        };
        let rendered = render(&warning).unwrap();
        let t = crate::locale::Texts::of(language);
        for part in [&rendered.text, &rendered.html] {
            assert!(
                part.contains("INC0010023") && part.contains("+44 20 7946 0000"),
                "{part}"
            );
            assert!(!part.contains("http") && !part.contains("mia."), "{part}");
        }
        for words in [t.warning_heading(), t.mail_warning_what(), t.mail_warning_fine()] {
            assert!(rendered.text.contains(&words), "{words}\n{}", rendered.text);
        }
        assert!(rendered.subject.starts_with("Acme: "));
    }
}
