//! The real binary is killed (`kill -9`) at the worst moments and started again: between the commit and the handover,
//! and between the handover and its acknowledgement. Nothing may be lost. A second copy is allowed only where the
//! operations guide says so, and then it is recognisable: same `Message-ID`, same `webhook-id`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use imper_tests::harness::backend::Backend;
use imper_tests::harness::desk::Desk;
use imper_tests::harness::receiver::{self, Receiver, Taken};
use imper_tests::harness::settings::{Settings, Smtp};
use imper_tests::mail::ScriptedServer;
use imper_tests::mail::scripted::{Manner, Received};
use shared::words::{Channel, Status};
use tempfile::TempDir;

/// Built once for all tests of this file.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| Backend::binary().unwrap());

/// The machine may be busy; nothing here waits so long unless it fails.
const WITHIN: Duration = Duration::from_mins(1);

/// The service's surroundings, which outlive it.
struct World {
    mail: ScriptedServer,
    receiver: Receiver,
    desk: Desk,
    settings: Settings,
    // Last: the database must be closed before its folder goes.
    _folder: TempDir,
}

impl World {
    async fn new(mail: Manner) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mail = ScriptedServer::start(mail).await.unwrap();
        let receiver = Receiver::start().await.unwrap();
        let mut settings = Settings::new(folder.path(), Smtp::Plain(mail.port()));
        settings.instance_url.clone_from(&receiver.url);
        settings.gateway_url = Some(format!("{}/sms", receiver.url));
        Self {
            desk: Desk::new(&receiver.url).unwrap(),
            mail,
            receiver,
            settings,
            _folder: folder,
        }
    }

    async fn start(&self) -> Backend {
        Backend::start(&BINARY, &self.settings).await.unwrap()
    }

    async fn send(&self, service: &Backend, ticket: u32) {
        let address = format!("mia{ticket}@gmail.com");
        self.desk
            .send(service, ticket, Channel::Email, &address)
            .await
            .unwrap();
    }

    async fn status(&self, service: &Backend, ticket: u32) -> Status {
        self.desk.look(service, ticket).await.unwrap().status
    }

    /// Waits until nothing is left to send.
    async fn settled(&self, service: &Backend) {
        until("the outbox is empty", async || {
            service.metric("outbox_open").await.unwrap() == "0"
        })
        .await;
        assert_eq!(service.metric("outbox_dead").await.unwrap(), "0");
        assert_eq!(self.mail.faults(), [] as [String; 0]);
    }
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        tokio::time::timeout(WITHIN, waiting).await.is_ok(),
        "it never came to this: {what}"
    );
}

async fn within(what: &str, waiting: impl Future<Output = ()>) {
    assert!(
        tokio::time::timeout(WITHIN, waiting).await.is_ok(),
        "it never came to this: {what}"
    );
}

fn link(mail: &Received) -> String {
    let start = mail.text.find("https://verify.example.com/v/").unwrap();
    mail.text[start..].split_whitespace().next().unwrap().to_owned()
}

/// “number kind” of each different event, in the order of their first arrival.
fn events(taken: &[Taken]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    taken
        .iter()
        .filter(|event| seen.insert(event.id.clone()))
        .map(|event| {
            format!(
                "{} {}",
                event.body["sequence"],
                event.body["type"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_commit_and_handover_the_message_arrives_once() {
    let world = World::new(Manner::Silent).await;
    let service = world.start().await;
    world.send(&service, 1).await;
    // The start was answered, hence committed; the worker has a connection and has said nothing on it.
    within("a connection waits", world.mail.wait_until_held()).await;
    service.kill();
    assert!(world.mail.received().is_empty() && world.receiver.events().is_empty());

    world.mail.become_(Manner::Accept);
    let service = world.start().await;
    until("the message is there", async || !world.mail.received().is_empty()).await;
    world.settled(&service).await;
    let received = world.mail.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(received[0].recipient, "mia1@gmail.com");
    assert_eq!(world.status(&service, 1).await, Status::Sent);
    let told = world.receiver.events();
    assert_eq!(
        (told.len(), events(&told)),
        (1, vec!["1 verification.sent".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_handover_and_acknowledgement_the_copies_are_one_message() {
    let world = World::new(Manner::HoldAfterData).await;
    let service = world.start().await;
    world.send(&service, 1).await;
    within("the server holds its answer", world.mail.wait_until_held()).await;
    assert_eq!(world.status(&service, 1).await, Status::Sending);
    service.kill();
    assert_eq!(world.mail.received().len(), 1);

    world.mail.become_(Manner::Accept);
    let service = world.start().await;
    until("the second copy is there", async || {
        world.mail.received().len() > 1
    })
    .await;
    world.settled(&service).await;
    // Whether the first copy was delivered nobody can know: at least once, under the same Message-ID.
    let received = world.mail.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0], received[1], "both copies are the same message");
    assert!(received[0].message_id.starts_with("link-VER"), "{received:?}");
    assert_eq!(world.status(&service, 1).await, Status::Sent);
    assert_eq!(events(&world.receiver.events()), ["1 verification.sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_servicenow_takes_an_event_it_is_told_again_under_the_same_id_and_in_order() {
    let world = World::new(Manner::Accept).await;
    world.receiver.become_(receiver::Manner::Hold);
    let service = world.start().await;
    world.send(&service, 1).await;
    until("the event is on its way", async || {
        !world.receiver.events().is_empty()
    })
    .await;
    service.kill();

    world.receiver.become_(receiver::Manner::Answer);
    let service = world.start().await;
    until("the event came again", async || world.receiver.events().len() > 1).await;
    world.settled(&service).await;
    let told = world.receiver.events();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1], "ServiceNow tells a repetition by its id");
    assert_eq!(world.mail.received().len(), 1, "the link was acknowledged before");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_gateway_takes_a_text_message_the_key_stays_the_same() {
    let world = World::new(Manner::Accept).await;
    world.receiver.become_(receiver::Manner::Hold);
    let service = world.start().await;
    let sent = world.desk.send(&service, 1, Channel::Sms, "020 7946 0958").await;
    assert_eq!(sent.unwrap().status, Status::Sending);
    until("the text message is on its way", async || {
        !world.receiver.texts().is_empty()
    })
    .await;
    service.kill();

    world.receiver.become_(receiver::Manner::Answer);
    let service = world.start().await;
    until("it came again", async || world.receiver.texts().len() > 1).await;
    world.settled(&service).await;
    let texts = world.receiver.texts();
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0], texts[1], "a gateway that sends each key once sends one");
    assert_eq!(texts[0].body["to"], "+442079460958");
    assert_eq!(texts[0].body["key"], texts[0].id.as_str());
}

/// Where exactly each kill strikes is chance; what must hold afterwards is not.
#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_nothing_that_was_answered_is_lost() {
    const TICKETS: u32 = 24;
    let world = World::new(Manner::Accept).await;
    let mut answered = Vec::new();
    let mut next = 1;
    for round in 0..6_u64 {
        let service = world.start().await;
        for _ in 0..TICKETS / 6 {
            let address = format!("mia{next}@gmail.com");
            let sent = world.desk.send(&service, next, Channel::Email, &address).await;
            answered.push((next, address, sent.unwrap().id));
            next += 1;
        }
        // From at once to well after the first messages.
        tokio::time::sleep(Duration::from_millis(round * 7)).await;
        service.kill();
    }
    let service = world.start().await;
    for (ticket, ..) in &answered {
        until("every link is sent", async || {
            world.status(&service, *ticket).await == Status::Sent
        })
        .await;
    }
    world.settled(&service).await;

    let mut copies: BTreeMap<String, Vec<Received>> = BTreeMap::new();
    for mail in world.mail.received() {
        copies.entry(mail.recipient.clone()).or_default().push(mail);
    }
    for (ticket, address, id) in &answered {
        let arrived = copies.remove(address).unwrap_or_default();
        assert!(!arrived.is_empty(), "nothing came for ticket {ticket}");
        assert!(
            arrived.iter().all(|copy| *copy == arrived[0]),
            "copies differ: {arrived:?}"
        );
        assert!(arrived[0].message_id.contains(id.as_str()));
        let of_this: Vec<Taken> = world
            .receiver
            .events()
            .into_iter()
            .filter(|event| event.body["verification"]["id"] == id.as_str())
            .collect();
        assert_eq!(events(&of_this), ["1 verification.sent"], "ticket {ticket}");
    }
    assert!(copies.is_empty(), "nobody asked for these: {copies:?}");
    let links: BTreeSet<String> = world.mail.received().iter().map(link).collect();
    assert_eq!(links.len(), answered.len(), "one link for each verification");
}
