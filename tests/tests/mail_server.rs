//! The mail server of the tests behaves like one on the internet: encrypted, with a login, and it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use imper_tests::mail::inbox::Inbox;
use imper_tests::mail::{MailServer, Message};
use lettre::message::MultiPart;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

const USER: &str = "imper";
const PASSWORD: &str = "p,a}s$s w\\ord";
const WITHIN: Duration = Duration::from_secs(10);

async fn server() -> MailServer {
    MailServer::start(USER, PASSWORD).await.unwrap()
}

fn transport(server: &MailServer, login: Option<(&str, &str)>, mechanism: Mechanism) -> Transport {
    let ca = Certificate::from_pem(server.ca_pem().as_bytes()).unwrap();
    let tls = TlsParameters::builder(server.host().to_owned())
        .add_root_certificate(ca)
        .build()
        .unwrap();
    let builder = Transport::builder_dangerous(server.host())
        .port(server.port())
        .tls(Tls::Required(tls));
    match login {
        Some((user, password)) => builder
            .credentials(Credentials::new(user.to_owned(), password.to_owned()))
            .authentication(vec![mechanism])
            .build(),
        None => builder.build(),
    }
}

fn mail_to(recipient: &str) -> lettre::Message {
    lettre::Message::builder()
        .from("Acme IT <no-reply@acme.example>".parse().unwrap())
        .to(recipient.parse().unwrap())
        .subject("Prüfen Sie sich")
        .multipart(MultiPart::alternative_plain_html(
            "Open http://localhost:1/v/abc now.".to_owned(),
            "<script>document.title='run'</script><p>Open <a href=\"http://localhost:1/v/abc\">it</a></p>"
                .to_owned(),
        ))
        .unwrap()
}

async fn received(server: &MailServer, recipient: &str) -> Message {
    server
        .mailbox()
        .wait_for(recipient, |_| true, WITHIN)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_with_starttls_and_login_arrives_whole() {
    let server = server().await;
    for (mechanism, recipient) in [
        (Mechanism::Plain, "marta+1@example.net"),
        (Mechanism::Login, "o'neil@example.net"),
    ] {
        transport(&server, Some((USER, PASSWORD)), mechanism)
            .send(mail_to(recipient))
            .await
            .unwrap();
        let message = received(&server, recipient).await;
        assert_eq!(message.from, "no-reply@acme.example");
        assert_eq!(message.subject, "Prüfen Sie sich");
        assert_eq!(message.text_links(), ["http://localhost:1/v/abc"]);
        assert_eq!(message.html_links(), ["http://localhost:1/v/abc"]);
        assert!(
            message.header("Received").unwrap().contains("esmtpsa"),
            "encrypted and authenticated"
        );
    }
    assert_eq!(server.mailbox().messages().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_without_the_right_login() {
    let server = server().await;
    let wrong = transport(&server, Some((USER, "p")), Mechanism::Plain)
        .send(mail_to("a@example.net"))
        .await;
    assert!(wrong.unwrap_err().to_string().contains("535"));
    let none = transport(&server, None, Mechanism::Plain)
        .send(mail_to("a@example.net"))
        .await;
    assert!(none.unwrap_err().to_string().contains("530"));
    let plain = Transport::builder_dangerous(server.host())
        .port(server.port())
        .build();
    assert!(
        plain
            .send(mail_to("a@example.net"))
            .await
            .unwrap_err()
            .to_string()
            .contains("530")
    );
    assert!(server.mailbox().messages().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_an_unknown_authority_is_not_accepted_by_the_sender() {
    let server = server().await;
    let tls = TlsParameters::new(server.host().to_owned()).unwrap();
    let stranger = Transport::builder_dangerous(server.host())
        .port(server.port())
        .tls(Tls::Required(tls))
        .build();
    assert!(stranger.send(mail_to("a@example.net")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_does_not_exist_is_refused_for_good() {
    let server = server().await;
    let refused = transport(&server, Some((USER, PASSWORD)), Mechanism::Plain)
        .send(mail_to("a@nowhere.invalid"))
        .await;
    assert!(refused.unwrap_err().is_permanent());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_page_shows_mail_and_runs_none_of_it() {
    let server = server().await;
    let inbox = Inbox::start(server.mailbox(), 0).await.unwrap();
    let get = async |path: &str| reqwest::get(format!("{}{path}", inbox.url())).await.unwrap();
    assert!(get("/").await.text().await.unwrap().contains("No mail yet"));

    let mut hostile = mail_to("marta@example.net");
    hostile.headers_mut().set(lettre::message::header::Subject::from(
        "<b onload=x>\"'&".to_owned(),
    ));
    transport(&server, Some((USER, PASSWORD)), Mechanism::Plain)
        .send(hostile)
        .await
        .unwrap();
    let message = received(&server, "marta@example.net").await;

    let page = get("/").await;
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("script-src 'self'")
    );
    let page = page.text().await.unwrap();
    assert!(
        page.contains("&lt;b onload=x&gt;&quot;&#39;&amp;") && !page.contains("<b onload"),
        "{page}"
    );
    assert!(
        !page.contains("document.title"),
        "the HTML part is only in the frame"
    );

    let body = get(&format!("/mail/{}/html", message.id)).await;
    let policy = body.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox ") && !policy.contains("allow-scripts"));
    for lost in [
        "/mail/..%2F..",
        "/mail/nothing",
        "/mail/nothing/html",
        "/nothing",
        "/events",
    ] {
        assert_eq!(get(lost).await.status(), 404, "{lost}");
    }
    let news = get("/events?seen=0").await.chunk_of_text().await;
    assert!(news.contains("changed"));
}

/// Reads the first piece of a body that never ends.
trait FirstChunk {
    async fn chunk_of_text(self) -> String;
}

impl FirstChunk for reqwest::Response {
    async fn chunk_of_text(mut self) -> String {
        let chunk = tokio::time::timeout(WITHIN, self.chunk())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        String::from_utf8_lossy(&chunk).into_owned()
    }
}
