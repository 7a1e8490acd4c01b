//! The push against real neighbours: Debian's rsyslog with TLS, and a receiver of webhooks that checks every signature.
//! Both are stopped and started again, and the service is killed (`kill -9`) at any moment: every decision arrives, in
//! order, and a copy is recognisable.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use backend::delivery::http;
use imper_tests::harness::backend::Backend;
use imper_tests::harness::desk::Desk;
use imper_tests::harness::receiver::{Manner, PUSH_SECRET, Receiver};
use imper_tests::harness::settings::{Settings, Smtp, toml_text};
use imper_tests::mail::ScriptedServer;
use imper_tests::mail::scripted;
use imper_tests::syslog::SyslogServer;
use shared::words::Channel;
use tempfile::TempDir;

/// Built once for all tests of this file.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| Backend::binary().unwrap());

/// The machine may be busy; nothing here waits so long unless it fails.
const WITHIN: Duration = Duration::from_mins(2);

struct World {
    mail: ScriptedServer,
    receiver: Receiver,
    desk: Desk,
    settings: Settings,
    // Last: the database must be closed before its folder goes.
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mail = ScriptedServer::start(scripted::Manner::Accept).await.unwrap();
        let receiver = Receiver::start().await.unwrap();
        let mut settings = Settings::new(folder.path(), Smtp::Plain(mail.port()));
        settings.instance_url.clone_from(&receiver.url);
        Self {
            desk: Desk::new(&receiver.url).unwrap(),
            mail,
            receiver,
            settings,
            _folder: folder,
        }
    }

    fn push(&mut self, table: &str) {
        self.settings.instance_tables.push_str("\n[[instance.push]]\n");
        self.settings.instance_tables.push_str(table);
    }

    async fn start(&self) -> Backend {
        Backend::start(&BINARY, &self.settings).await.unwrap()
    }

    /// A verification that the requester stops: it is decided, Failed.
    async fn decide(&self, service: &Backend, ticket: u32) -> String {
        let address = format!("mia{ticket}@gmail.com");
        let view = self
            .desk
            .send(service, ticket, Channel::Email, &address)
            .await
            .unwrap();
        until("the link is there", || {
            self.mail.received().iter().any(|mail| mail.recipient == address)
        })
        .await;
        let received = self.mail.received();
        let mail = received.iter().find(|mail| mail.recipient == address).unwrap();
        let start = mail.text.find("https://verify.example.com/v/").unwrap();
        let link = mail.text[start..].split_whitespace().next().unwrap();
        let path = link.strip_prefix("https://verify.example.com").unwrap();
        let answer = http::client()
            .unwrap()
            .post(format!("{}{path}/not-me", service.url))
            .form(&[("sure", "yes")])
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        view.id
    }

    /// Makes an API token with the program itself, while the service runs.
    fn make_token(&self, name: &str) {
        let made = Command::new(&*BINARY)
            .arg("--config")
            .arg(self.settings.database.with_extension("toml"))
            .args([
                "token",
                "add",
                "--instance",
                "acme",
                "--scope",
                "audit:read",
                "--days",
                "1",
                name,
            ])
            .env_clear()
            .envs(self.settings.secrets())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8(made.stdout).unwrap();
        assert!(token.starts_with("imper_api_"), "{token}");
    }

    /// The destinations have been seen, so that they are told what happens from now on.
    async fn seen(&self, streams: u32) {
        let path = self.settings.database.clone();
        until("the destinations are seen", || {
            let count = rusqlite::Connection::open(&path).and_then(|database| {
                database.query_row("SELECT COUNT(*) FROM push_state", [], |row| row.get::<_, u32>(0))
            });
            count.is_ok_and(|count| count == streams)
        })
        .await;
    }
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(
        tokio::time::timeout(WITHIN, waiting).await.is_ok(),
        "it never came to this: {what}"
    );
}

/// Each once, in the order of their first arrival.
fn first_arrivals(all: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}

fn ids_of(server: &SyslogServer) -> Vec<String> {
    let messages = server.messages().into_iter();
    first_arrivals(
        messages
            .filter(|message| message.id == "verification")
            .filter_map(|message| {
                let (_, rest) = message.text.split_once("externalId=")?;
                rest.split(' ').next().map(str::to_owned)
            }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_syslog_server_that_comes_and_goes_hears_everything_in_order() {
    let mut server = SyslogServer::start(true).await.unwrap();
    let mut world = World::new().await;
    let (certificate, key) = server.client_certificate();
    world.settings.further_secrets.push(("SYSLOG_KEY".into(), key));
    let table = format!(
        "name = \"siem\"\nkind = \"syslog\"\nformat = \"cef\"\naudit = true\nhost = \"localhost\"\nport = {}\nca_file = {}\n\
         client_certificate_file = {}\nclient_key_env = \"SYSLOG_KEY\"\n",
        server.port,
        toml_text(&server.ca_file().display().to_string()),
        toml_text(&certificate.display().to_string()),
    );
    world.push(&table);
    let service = world.start().await;
    world.seen(2).await;
    let mut expected = vec![world.decide(&service, 1).await];
    until("the first decision is there", || ids_of(&server) == expected).await;
    let message = server
        .messages()
        .into_iter()
        .find(|message| message.id == "verification")
        .unwrap();
    assert_eq!(
        (
            message.priority,
            message.host.as_str(),
            message.application.as_str()
        ),
        ((13, 4), "verify.example.com", "imper-verification")
    );
    assert!(
        message.text.trim_start().starts_with("CEF:0|imper.ai|"),
        "{message:?}"
    );

    // The server loses its power, and the service is killed while it cannot be heard.
    server.stop();
    expected.push(world.decide(&service, 2).await);
    expected.push(world.decide(&service, 3).await);
    service.kill();
    let service = world.start().await;
    expected.push(world.decide(&service, 4).await);
    world.make_token("later");
    server.start_again().await.unwrap();
    until("everything is there", || ids_of(&server) == expected).await;
    until("the log is told, too", || {
        server
            .messages()
            .iter()
            .any(|message| message.id == "audit" && message.text.contains("|token.added|"))
    })
    .await;

    // Killed again and again while there is something to tell: nothing is lost, the order stays.
    let mut service = service;
    for ticket in 5..9 {
        expected.push(world.decide(&service, ticket).await);
        service.kill();
        service = world.start().await;
    }
    until("everything is there again", || ids_of(&server) == expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_syslog_server_that_nobody_knows_is_told_nothing() {
    let server = SyslogServer::start(false).await.unwrap();
    let other = SyslogServer::start(false).await.unwrap();
    let mut world = World::new().await;
    let table = |name: &str, host: &str, ca: &SyslogServer| {
        format!(
            "name = \"{name}\"\nkind = \"syslog\"\nformat = \"ocsf\"\nhost = \"{host}\"\nport = {}\nca_file = {}\n",
            server.port,
            toml_text(&ca.ca_file().display().to_string()),
        )
    };
    // Another authority; and the right one, but a certificate for another name (it has localhost and 127.0.0.1).
    world.push(&table("stranger", "localhost", &other));
    world.push(&table("misnamed", "127.0.0.2", &server));
    let service = world.start().await;
    world.seen(2).await;
    world.decide(&service, 1).await;
    until("both were refused", || {
        let log = service.log().join("\n");
        ["\"push\":\"stranger\"", "\"push\":\"misnamed\""]
            .iter()
            .all(|push| log.contains(push))
    })
    .await;
    assert_eq!(server.messages(), []);
    // The right authority and name are heard.
    world.settings.instance_tables.clear();
    world.push(&table("stranger", "localhost", &server));
    service.kill();
    let _service = world.start().await;
    until("it is there", || {
        server
            .messages()
            .iter()
            .any(|message| message.text.contains("\"class_uid\":3002"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed_and_repeated_under_one_id_until_it_is_taken() {
    let mut world = World::new().await;
    world
        .settings
        .further_secrets
        .push(("PUSH_SECRET".into(), PUSH_SECRET.into()));
    let table = format!(
        "name = \"lake\"\nkind = \"webhook\"\nformat = \"ndjson\"\naudit = true\nurl = {}\nsecret_env = \"PUSH_SECRET\"\n",
        toml_text(&format!("{}/push", world.receiver.url)),
    );
    world.push(&table);
    let service = world.start().await;
    world.seen(2).await;
    world.receiver.become_(Manner::Fail(503));
    let mut expected = vec![world.decide(&service, 1).await];
    expected.push(world.decide(&service, 2).await);
    until("it was refused", || {
        service
            .log()
            .iter()
            .any(|line| line.contains("it answered with the status 503"))
    })
    .await;
    service.kill();
    let service = world.start().await;
    world.make_token("later");
    world.receiver.become_(Manner::Answer);
    expected.push(world.decide(&service, 3).await);
    let decided = || {
        let batches = world.receiver.batches().into_iter();
        let events = batches.flat_map(|batch| batch.events);
        first_arrivals(events.filter_map(|event| event["verification_id"].as_str().map(str::to_owned)))
    };
    until("everything is there", || decided() == expected).await;
    until("the log is told, too", || {
        let batches = world.receiver.batches().into_iter();
        batches.flat_map(|batch| batch.events).any(|event| {
            event["action"] == "token.added" && event["subject"].as_str().unwrap().starts_with("later")
        })
    })
    .await;
    let ids: BTreeSet<String> = world
        .receiver
        .batches()
        .into_iter()
        .map(|batch| batch.id)
        .collect();
    assert!(ids.iter().all(|id| id.starts_with("push_acme_lake_")), "{ids:?}");
}
