//! Our own sender against a real mail server: STARTTLS, login, and what it makes of refusals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::time::Duration;

use backend::config::Config;
use backend::delivery::{Content, Delivery, Message, Outcome};
use backend::locale::Locale;
use backend::verification::Destination;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imper_tests::mail::MailServer;
use shared::words::{Channel, UnixMillis};

const PASSWORD: &str = "right";
const LINK: &str = "https://verify.example.com/v/0123456789012345678901234567890123456789012";
const NOW: UnixMillis = UnixMillis(1_795_341_600_000);
const WITHIN: Duration = Duration::from_secs(10);

fn delivery(server: &MailServer, password: &str, trusts_the_server: bool) -> Delivery {
    let ca_file = format!("ca_file = {:?}", server.ca_file().display().to_string());
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
operations_listen = "127.0.0.1:0"
public_url = "https://verify.example.com"
[storage]
path = "unused.db"
[smtp]
host = "{host}"
port = {port}
tls = "starttls"
username = "{user}"
from = "Acme IT service desk <desk@acme.example>"
timeout_seconds = 10
{ca}
[[instance]]
id = "acme"
company = "Acme"
url = "https://acme.service-now.com"
support_contact = "+44 20 7946 0000"
[[instance.agent_key]]
kid = "k1"
algorithm = "HS256"
secret_env = "AGENT_KEY"
[instance.callback]
client_id = "imper"
client_secret_env = "CLIENT_SECRET"
webhook_secret_env = "WEBHOOK_SECRET"
"#,
        host = server.host(),
        port = server.port(),
        user = server.user(),
        ca = if trusts_the_server { &ca_file } else { "" },
    );
    let key = STANDARD.encode([7; 32]);
    let secrets: BTreeMap<String, String> = [
        ("IMPER_MASTER_KEY", key.clone()),
        ("IMPER_SMTP_PASSWORD", password.to_owned()),
        ("AGENT_KEY", key.clone()),
        ("CLIENT_SECRET", "secret".to_owned()),
        ("WEBHOOK_SECRET", format!("whsec_{key}")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    Delivery::new(&Config::parse(&text, &secrets).unwrap()).unwrap()
}

fn message(to: &str) -> Message {
    Message {
        to: Destination::parse(Channel::Email, to, None).unwrap(),
        language: Locale::English,
        company: "Acme".into(),
        support_contact: "+44 20 7946 0000".into(),
        agent_name: "Bëth Ånglin".into(),
        ticket_number: "INC0010023".into(),
        action: None,
        key: "link-VER0-0".into(),
        minutes: 10,
        ends_at: NOW.plus_seconds(600),
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
