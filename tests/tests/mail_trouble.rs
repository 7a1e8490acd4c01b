//! The whole service against mail servers that refuse, wait, close and go away: a message arrives exactly once, or the
//! agent sees why it does not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::future::Future;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use imper_tests::harness::backend::Backend;
use imper_tests::harness::desk::Desk;
use imper_tests::harness::receiver::Receiver;
use imper_tests::harness::settings::{Settings, Smtp};
use imper_tests::mail::scripted::Manner;
use imper_tests::mail::{MailServer, ScriptedServer};
use shared::agent_api::VerificationView;
use shared::words::{Channel, Status};
use tempfile::TempDir;

static BINARY: LazyLock<PathBuf> = LazyLock::new(|| Backend::binary().unwrap());

/// The machine may be busy; nothing here waits so long unless it fails.
const WITHIN: Duration = Duration::from_mins(1);

const PASSWORD: &str = "right";

/// The service with one ticket.
struct World {
    service: Backend,
    receiver: Receiver,
    desk: Desk,
    _folder: TempDir,
}

impl World {
    async fn start(smtp: Smtp, smtp_seconds: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let receiver = Receiver::start().await.unwrap();
        let mut settings = Settings::new(folder.path(), smtp);
        settings.smtp_seconds = smtp_seconds;
        settings.instance_url.clone_from(&receiver.url);
        Self {
            service: Backend::start(&BINARY, &settings).await.unwrap(),
            desk: Desk::new(&receiver.url).unwrap(),
            receiver,
            _folder: folder,
        }
    }

    async fn send(&self, address: &str) -> VerificationView {
        self.desk
            .send(&self.service, 1, Channel::Email, address)
            .await
            .unwrap()
    }

    async fn look(&self) -> VerificationView {
        self.desk.look(&self.service, 1).await.unwrap()
    }

    /// Waits until the widget shows this status.
    async fn shows(&self, status: Status) -> VerificationView {
        until("the status", async || self.look().await.status == status).await;
        self.look().await
    }

    /// Waits until the agent sees a problem with these words.
    async fn complains(&self, words: &str) {
        until(words, async || {
            self.look()
                .await
                .delivery_problem
                .is_some_and(|problem| problem.contains(words))
        })
        .await;
    }

    /// The link went out once, and what became of it was told once.
    async fn sent_once(&self) {
        self.shows(Status::Sent).await;
        until("the instance is told", async || {
            !self.receiver.events().is_empty()
        })
        .await;
        until("the outbox is empty", async || {
            self.service.metric("outbox_open").await.unwrap() == "0"
        })
        .await;
        let links = self.service.metric("outbox_sent_total{kind=\"link\"}").await;
        assert_eq!(links.unwrap(), "1");
        let kinds: Vec<String> = self
            .receiver
            .events()
            .iter()
            .map(|event| event.body["type"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(kinds, ["verification.sent"]);
    }

    async fn retries(&self) -> String {
        self.service
            .metric("outbox_retried_total{kind=\"link\"}")
            .await
            .unwrap()
    }
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(
        tokio::time::timeout(WITHIN, waiting).await.is_ok(),
        "it never came to this: {what}"
    );
}

async fn exim() -> MailServer {
    MailServer::start("imper", PASSWORD).await.unwrap()
}

/// Exactly one message came for `address`.
async fn arrived_once(server: &MailServer, address: &str) {
    server
        .mailbox()
        .wait_for(address, |_| true, WITHIN)
        .await
        .unwrap();
    let messages = server.mailbox().messages().unwrap();
    assert_eq!(messages.len(), 1, "{}", server.log());
    assert_eq!(messages[0].links().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_is_shown_at_once() {
    let server = exim().await;
    let world = World::start(Smtp::of(&server), 10).await;
    world.send("mia@nowhere.invalid").await;
    let view = world.shows(Status::Undeliverable).await;
    assert_eq!(
        view.delivery_problem.as_deref(),
        Some("The mail server refused this address.")
    );
    assert_eq!(world.retries().await, "0");
    until("the instance is told", async || {
        !world.receiver.events().is_empty()
    })
    .await;
    assert_eq!(
        world.receiver.events()[0].body["type"],
        "verification.undeliverable"
    );
    assert!(server.mailbox().messages().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greylisted_message_arrives_once() {
    let server = exim().await;
    let world = World::start(Smtp::of(&server), 10).await;
    world.send("mia@greylist.example").await;
    world.sent_once().await;
    assert_eq!(world.retries().await, "1", "{}", server.log());
    arrived_once(&server, "mia@greylist.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_is_waited_for() {
    let server = exim().await;
    let world = World::start(Smtp::of(&server), 20).await;
    world.send("mia@slow.example").await;
    world.sent_once().await;
    assert_eq!(world.retries().await, "0", "{}", server.log());
    arrived_once(&server, "mia@slow.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_put_off_when_it_is_there_arrives_once() {
    let server = exim().await;
    let world = World::start(Smtp::of(&server), 10).await;
    world.send("mia@full.example").await;
    world.sent_once().await;
    assert_eq!(world.retries().await, "1", "{}", server.log());
    arrived_once(&server, "mia@full.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_for_what_it_says_is_shown_at_once() {
    let server = exim().await;
    let world = World::start(Smtp::of(&server), 10).await;
    world.send("mia@drop.example").await;
    let view = world.shows(Status::Undeliverable).await;
    assert_eq!(
        view.delivery_problem.as_deref(),
        Some("The mail server refused this message.")
    );
    assert_eq!(world.retries().await, "0", "{}", server.log());
    assert!(server.mailbox().messages().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_for_a_while_loses_nothing() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let world = World::start(Smtp::Plain(port), 10).await;
    world.send("mia@gmail.com").await;
    world.complains("The mail server cannot be reached.").await;
    assert_eq!(world.look().await.status, Status::Sending);
    let server = ScriptedServer::start_on(port, Manner::Accept).await.unwrap();
    world.sent_once().await;
    assert_eq!(server.received().len(), 1);
    assert_eq!(server.faults(), [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_given_up_and_tried_again() {
    let server = ScriptedServer::start(Manner::Silent).await.unwrap();
    let world = World::start(Smtp::Plain(server.port()), 1).await;
    world.send("mia@gmail.com").await;
    world.complains("mail server").await;
    server.become_(Manner::Accept);
    world.sent_once().await;
    assert_eq!(server.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_within_the_message_leads_to_one_copy() {
    let server = ScriptedServer::start(Manner::DropWithinData).await.unwrap();
    let world = World::start(Smtp::Plain(server.port()), 10).await;
    world.send("mia@gmail.com").await;
    world.complains("The mail server cannot be reached.").await;
    assert!(server.received().is_empty());
    server.become_(Manner::Accept);
    world.sent_once().await;
    assert_eq!(server.received().len(), 1);
}

/// Nobody can know whether a server that took the message and broke the connection has kept it: the message comes
/// again, and a mailbox can tell by its `Message-ID`. This is the one documented duplicate of email.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_after_the_message_leads_to_a_copy_under_the_same_id() {
    let server = ScriptedServer::start(Manner::DropAfterData).await.unwrap();
    let world = World::start(Smtp::Plain(server.port()), 10).await;
    world.send("mia@gmail.com").await;
    world.complains("The mail server cannot be reached.").await;
    server.become_(Manner::Accept);
    world.sent_once().await;
    let received = server.received();
    assert!(received.len() >= 2, "{received:?}");
    assert!(received.iter().all(|copy| *copy == received[0]), "{received:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_line_holds_the_address_or_the_link() {
    let server = exim().await;
    let world = World::start(Smtp::of(&server), 10).await;
    world.send("mia.very.private@gmail.com").await;
    world.sent_once().await;
    let mail = server
        .mailbox()
        .wait_for("mia.very.private@gmail.com", |_| true, WITHIN)
        .await
        .unwrap();
    let secret = mail.links()[0].rsplit('/').next().unwrap().to_owned();
    let log = world.service.log().join("\n");
    assert!(log.contains("m•••@gmail.com"), "{log}");
    for forbidden in ["mia.very.private", &secret, PASSWORD] {
        assert!(!log.contains(forbidden), "{forbidden} stands in the log");
    }
}
