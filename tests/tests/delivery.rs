//! Our own sender against a real mail server: STARTTLS, login, and what it makes of refusals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use backend::config::{Branding, Config, Logo};
use backend::delivery::{Content, Delivery, Message, Outcome};
use backend::locale::Locale;
use backend::verification::Destination;
use imper_tests::harness::settings::{Settings, Smtp};
use imper_tests::mail::MailServer;
use shared::words::{Channel, UnixMillis};

const PASSWORD: &str = "right";
const LINK: &str = "https://verify.example.com/v/0123456789012345678901234567890123456789012";
const NOW: UnixMillis = UnixMillis(1_795_341_600_000);
const WITHIN: Duration = Duration::from_secs(10);

fn delivery(server: &MailServer, password: &str, trusts_the_server: bool) -> Delivery {
    let smtp = Smtp::StartTls {
        port: server.port(),
        login: (server.user().to_owned(), password.to_owned()),
        ca_file: trusts_the_server.then(|| server.ca_file()),
    };
    let settings = Settings::new(Path::new("unused"), smtp);
    Delivery::new(&Config::parse(&settings.text(), &settings.secrets()).unwrap()).unwrap()
}

fn message(to: &str) -> Message {
    Message {
        to: Destination::parse(Channel::Email, to, None).unwrap(),
        language: Locale::English,
        company: "Acme".into(),
        support_contact: "+44 20 7946 0000".into(),
        branding: Arc::default(),
        agent_name: "Bëth Ånglin".into(),
        ticket_number: "INC0010023".into(),
        action: None,
        key: "link-VER0-0".into(),
        minutes: 10,
        ends_at: NOW.plus_seconds(600),
        is_test: false,
        content: Content::Link {
            url: LINK.into(),
            replaces_earlier: true,
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_arrives_unchanged_over_starttls_with_a_login() {
    let server = MailServer::start("imper", PASSWORD).await.unwrap();
    let delivery = delivery(&server, PASSWORD, true);
    assert_eq!(
        delivery.send(&message("mia@gmail.com"), NOW).await,
        Outcome::Accepted
    );
    let mail = server
        .mailbox()
        .wait_for("mia@gmail.com", |_| true, WITHIN)
        .await
        .unwrap();
    assert_eq!(mail.links(), [LINK]);
    assert!(mail.text.contains("Bëth Ånglin") && mail.html.contains("Bëth Ånglin"));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert!(
        mail.header("Message-ID")
            .is_some_and(|id| id.contains("link-VER0-0"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_is_final_and_does_not_hurt_the_next_message() {
    let server = MailServer::start("imper", PASSWORD).await.unwrap();
    let delivery = delivery(&server, PASSWORD, true);
    let refused = delivery.send(&message("mia@nowhere.invalid"), NOW).await;
    assert!(
        matches!(&refused, Outcome::Refused { why } if why.contains("refused this address")),
        "{refused:?}"
    );
    assert_eq!(
        delivery.send(&message("mia@gmail.com"), NOW).await,
        Outcome::Accepted
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_login_and_an_unknown_authority_are_tried_again_and_send_nothing() {
    let server = MailServer::start("imper", PASSWORD).await.unwrap();
    for delivery in [
        delivery(&server, "wrong", true),
        delivery(&server, PASSWORD, false),
    ] {
        let outcome = delivery.send(&message("mia@gmail.com"), NOW).await;
        assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
    }
    assert!(server.mailbox().messages().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_travels_inside_the_message() {
    let server = MailServer::start("imper", PASSWORD).await.unwrap();
    let delivery = delivery(&server, PASSWORD, true);
    let branded = Message {
        branding: Arc::new(Branding {
            logo: Some(Logo::Embedded {
                media_type: "image/png",
                bytes: b"\x89PNG\r\n\x1a\nand\nthe\rrest\0".to_vec(),
            }),
            sender_name: Some("Acme Service-Desk Zürich".into()),
            ..Branding::default()
        }),
        ..message("mia@gmail.com")
    };
    assert_eq!(delivery.send(&branded, NOW).await, Outcome::Accepted);
    let mail = server
        .mailbox()
        .wait_for("mia@gmail.com", |_| true, WITHIN)
        .await
        .unwrap();
    assert_eq!(mail.links(), [LINK]);
    assert!(mail.html.contains("src=\"cid:logo\""), "{}", mail.html);
    assert_eq!(mail.from, "desk@acme.example");
    let kind = mail.header("Content-Type").unwrap();
    assert!(kind.starts_with("multipart/alternative"), "{kind}");
}
