mod running;

use std::time::Duration;

use serde_json::json;
use shared::agent_api::VerificationView;
use shared::events::ResultEvent;
use shared::words::{Channel, Status};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::config::{Config, Sms, SmsWebhook};
use crate::delivery::circuit::State;
use crate::delivery::smtp_double::{Manner, SmtpDouble};
use crate::ports::{Clock, Entropy, NoEntropy, SystemEntropy};
use crate::service::agent::{self, Caller};
use crate::service::portal;
use crate::store::{Store, evidence};
use crate::testing::{ManualClock, START, caller, send_link, service_with, sys_id};
use crate::verification::{ClientFacts, InstanceId, VerificationId};

/// A service with a mail server, a gateway and an instance around it.
struct World {
    folder: tempfile::TempDir,
    service: Service,
    clock: Arc<ManualClock>,
    mail: SmtpDouble,
    sms: MockServer,
    instance: MockServer,
    worker: Worker,
}

fn worker(service: &Service) -> Worker {
    let delivery = Delivery::new(&service.config).unwrap();
    Worker::new(
        service.clone(),
        delivery,
        Client::new(Arc::clone(&service.clock)).unwrap(),
    )
}

impl World {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mail = SmtpDouble::start(Manner::Accept).await;
        let (sms, instance) = (MockServer::start().await, MockServer::start().await);
        let (folder, mut service, clock) = service_with(|config| {
            config.smtp.port = mail.port;
            config.smtp.timeout = Duration::from_secs(1);
            let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
            config.sms = Some(Sms::Webhook(SmsWebhook {
                url: format!("{}/sms", sms.uri()).parse().unwrap(),
                secret,
                per_second: None,
            }));
            config.instances.get_mut(&acme()).unwrap().url = instance.uri();
            change(config);
        });
        service.entropy = Arc::new(LongestWaits);
        let world = Self {
            worker: worker(&service),
            folder,
            service,
            clock,
            mail,
            sms,
            instance,
        };
        world.instance_works().await;
        Mock::given(path("/sms"))
            .respond_with(ResponseTemplate::new(202))
            .mount(&world.sms)
            .await;
        world
    }

    async fn instance_works(&self) {
        self.instance.reset().await;
        gives_tokens(&self.instance).await;
        answers(
            &self.instance,
            ResponseTemplate::new(200).set_body_json(json!({ "result": { "status": "applied" } })),
        )
        .await;
    }

    async fn instance_fails(&self) {
        self.instance.reset().await;
        gives_tokens(&self.instance).await;
        answers(&self.instance, ResponseTemplate::new(500)).await;
    }

    async fn start(&self) -> VerificationView {
        agent::start(
            &self.service,
            caller(self.service.now(), "jti-start"),
            send_link(),
            None,
        )
        .await
        .unwrap()
    }

    async fn view(&self) -> VerificationView {
        agent::list(&self.service, caller(self.service.now(), "any"))
            .await
            .unwrap()
            .verifications
            .remove(0)
    }

    async fn step(&self) -> usize {
        self.worker.step().await.unwrap()
    }

    /// The events that reached the instance since its last reset, as “number kind”.
    async fn events(&self) -> Vec<String> {
        events(&self.instance)
            .await
            .iter()
            .map(|event| format!("{} {}", event.sequence, event.kind))
            .collect()
    }
}

/// Random bytes, but the jitter always chooses the longest wait, so that tests know when the next attempt is due.
struct LongestWaits;

impl Entropy for LongestWaits {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        if bytes.len() == 4 {
            bytes.fill(u8::MAX);
            return Ok(());
        }
        SystemEntropy.fill(bytes)
    }
}

fn acme() -> InstanceId {
    InstanceId::parse("acme").unwrap()
}

async fn gives_tokens(server: &MockServer) {
    let token = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 1800 });
    Mock::given(path("/oauth_token.do"))
        .respond_with(ResponseTemplate::new(200).set_body_json(token))
        .mount(server)
        .await;
}

async fn answers(server: &MockServer, answer: ResponseTemplate) {
    Mock::given(method("POST"))
        .and(path("/api/x_imper_verify/v1/verify/result"))
        .respond_with(answer)
        .mount(server)
        .await;
}

async fn events(server: &MockServer) -> Vec<ResultEvent> {
    let requests = server.received_requests().await.unwrap();
    let results = requests
        .iter()
        .filter(|request| request.url.path().ends_with("/result"));
    results
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect()
}

/// The link in a text part that travelled as quoted-printable.
fn link_token(data: &str) -> String {
    let text = data.replace("=\r\n", "").replace("=3D", "=");
    let start = text.find("/v/").unwrap() + 3;
    text[start..start + 43].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_sent_and_the_instance_hears_of_it() {
    let world = World::new().await;
    let started = world.start().await;
    assert_eq!(started.status, Status::Sending);
    assert_eq!(world.step().await, 2);
    assert_eq!(world.mail.received().len(), 1);
    let view = world.view().await;
    assert_eq!((view.status, view.sent_at), (Status::Sent, Some(START)));
    assert_eq!(world.events().await, ["1 verification.sent"]);
    assert_eq!(world.step().await, 0);
    let token = link_token(&world.mail.received()[0].data);
    portal::begin(&world.service, &token, ClientFacts::default())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_goes_to_the_contact_on_file_by_its_own_channel() {
    let world = World::new().await;
    world.start().await;
    world.step().await;
    let token = link_token(&world.mail.received()[0].data);
    let cookie = portal::begin(&world.service, &token, ClientFacts::default())
        .await
        .unwrap();
    let number = world.view().await.call_number.unwrap();
    portal::answer_call_number(&world.service, &cookie, &number)
        .await
        .unwrap();
    world.step().await;
    let requests = world.sms.received_requests().await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(body["to"], "+442079460958");
    assert!(body["text"].as_str().unwrap().contains("your code is "), "{body}");
    assert_eq!(world.mail.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_by_text_message_goes_to_the_gateway() {
    let world = World::new().await;
    let request = shared::agent_api::SendLink {
        channel: Channel::Sms,
        destination: "+44 20 7946 0999".into(),
    };
    agent::start(&world.service, caller(START, "jti-sms-1"), request, None)
        .await
        .unwrap();
    world.step().await;
    let requests = world.sms.received_requests().await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(body["to"], "+442079460999");
    assert_eq!(world.view().await.status, Status::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_one_verification_arrive_in_order_whatever_fails() {
    let world = World::new().await;
    world.instance_fails().await;
    let id = VerificationId::parse(&world.start().await.id).unwrap();
    assert_eq!(world.step().await, 2);
    agent::cancel(&world.service, caller(START, "jti-cancel"), id)
        .await
        .unwrap();
    assert_eq!(world.step().await, 0, "the second event must wait for the first");
    world.instance_works().await;
    assert_eq!(world.step().await, 0, "it is too early");
    world.clock.advance_seconds(5);
    assert_eq!(world.step().await, 2);
    assert_eq!(
        world.events().await,
        ["1 verification.sent", "2 verification.cancelled"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_for_a_while_delays_and_does_not_lose() {
    let world = World::new().await;
    world.mail.become_(Manner::Recipient("451 4.7.1 greylisted"));
    world.start().await;
    world.step().await;
    let view = world.view().await;
    assert_eq!(view.status, Status::Sending);
    assert_eq!(
        view.delivery_problem.as_deref(),
        Some(
            "The mail server asks to try again later. It is tried again. Or cancel, ask for a phone number, and send a text message."
        ),
        "the agent sees why it takes so long"
    );
    world.mail.become_(Manner::Accept);
    world.clock.advance_seconds(5);
    world.step().await;
    assert_eq!(world.mail.received().len(), 1);
    assert_eq!(world.events().await, ["1 verification.sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_repeats_the_message_under_the_same_id() {
    let world = World::new().await;
    world.mail.become_(Manner::DropAfterData);
    world.start().await;
    world.step().await;
    world.mail.become_(Manner::Accept);
    world.clock.advance_seconds(5);
    world.step().await;
    let received = world.mail.received();
    let id = |index: usize| {
        received[index]
            .data
            .lines()
            .find(|line| line.starts_with("Message-ID:"))
            .unwrap()
            .to_owned()
    };
    assert_eq!((received.len(), id(0)), (2, id(1)));
    assert_eq!(link_token(&received[0].data), link_token(&received[1].data));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_address_ends_the_verification_with_words_for_the_agent() {
    let world = World::new().await;
    world
        .mail
        .become_(Manner::Recipient("550 5.1.1 <mia.private@gmail.com> unknown"));
    world.start().await;
    world.step().await;
    let view = world.view().await;
    assert_eq!(view.status, Status::Undeliverable);
    assert_eq!(
        view.delivery_problem.as_deref(),
        Some("The mail server refused this address. Ask for a phone number and send it by text message.")
    );
    assert_eq!(world.events().await, ["1 verification.undeliverable"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_given_up_before_it_would_arrive_expired() {
    let world = World::new().await;
    world.mail.become_(Manner::Recipient("451 4.3.0 later"));
    world.start().await;
    for wait in [0, 4, 8, 16, 32, 64, 90, 90, 90, 90, 86] {
        world.clock.advance_seconds(wait);
        assert_eq!(world.view().await.status, Status::Sending);
        assert!(world.step().await >= 1, "no attempt after {wait} s");
    }
    let view = world.view().await;
    assert_eq!(view.status, Status::Undeliverable);
    let problem = view.delivery_problem.unwrap();
    assert_eq!(
        problem,
        "It could not be sent in time. The mail server asks to try again later. Ask for a phone number and send it by text message."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_given_up_after_a_day_and_the_next_one_has_its_turn() {
    let world = World::new().await;
    world.instance_fails().await;
    let id = VerificationId::parse(&world.start().await.id).unwrap();
    world.step().await;
    agent::cancel(&world.service, caller(START, "jti-cancel"), id.clone())
        .await
        .unwrap();
    // Up to two hours between the attempts; the last one after a whole day.
    let mut waited = 0;
    for wait in [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120]
        .into_iter()
        .chain([7_200; 10])
    {
        if waited + wait >= 86_400 {
            break;
        }
        waited += wait;
        world.clock.advance_seconds(wait);
        assert_eq!(world.step().await, 1, "attempt after {wait} s");
    }
    assert!(
        world
            .events()
            .await
            .iter()
            .all(|event| event == "1 verification.sent")
    );
    world.clock.advance_seconds(86_400 - waited);
    assert_eq!(world.step().await, 1);
    // The instance is left alone for a minute before the next event may try it.
    world.clock.advance_seconds(60);
    assert_eq!(world.step().await, 1);
    assert_eq!(world.events().await.last().unwrap(), "2 verification.cancelled");
    world.instance_works().await;
    world.clock.advance_seconds(60);
    world.step().await;
    assert_eq!(world.events().await, ["2 verification.cancelled"]);
    let entries = world
        .service
        .store
        .read(move |tx| evidence::list(tx, &acme(), &id))
        .await
        .unwrap();
    assert!(
        entries.iter().any(|entry| entry.kind == "event.undelivered"),
        "{entries:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_out_is_ended_and_its_link_is_not_sent_any_more() {
    let world = World::new().await;
    world.start().await;
    world.clock.advance_seconds(601);
    assert_eq!(world.step().await, 2);
    assert_eq!(world.view().await.status, Status::Expired);
    assert!(world.mail.received().is_empty());
    assert_eq!(world.events().await, ["1 verification.expired"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_between_loses_nothing() {
    let world = World::new().await;
    world.start().await;
    world.service.store.close();
    let store = Store::open(&world.folder.path().join("test.db")).unwrap();
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&world.clock);
    let service = Service::new(
        Arc::clone(&world.service.config),
        store,
        clock,
        Arc::new(SystemEntropy),
    );
    assert_eq!(worker(&service).step().await.unwrap(), 2);
    assert_eq!(world.mail.received().len(), 1);
    assert_eq!(world.events().await, ["1 verification.sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_is_left_alone_and_one_message_tries_it() {
    let world = World::new().await;
    world.mail.become_(Manner::Greeting("421 4.3.2 closing down"));
    for number in 0..12 {
        let mut of = caller(START, &format!("jti-{number}"));
        // Ten starts per agent and per requester are the limit.
        of.claims.agent.sys_id = sys_id(char::from_digit(number % 3 + 1, 16).unwrap());
        of.claims.requester.sys_id = sys_id(char::from_digit(number % 4 + 1, 16).unwrap());
        of.claims.ticket.sys_id = sys_id(char::from_digit(number, 16).unwrap());
        let request = shared::agent_api::SendLink {
            destination: format!("mia{number}@gmail.com"),
            ..send_link()
        };
        agent::start(&world.service, of, request, None).await.unwrap();
    }
    let attempts = world.step().await;
    assert!(
        (5..=11).contains(&attempts),
        "{attempts} attempts: it opens after five failures"
    );
    let circuit = &world.service.circuits.list()[0];
    assert_eq!(circuit.neighbour.to_string(), "email");
    assert!(matches!(circuit.state, State::Open { .. }));
    assert_eq!(world.step().await, 0, "nothing is sent to it for a while");
    // Every agent knows why, whether or not the own link was tried.
    for number in 0..12 {
        let mut of = caller(START, "any");
        of.claims.ticket.sys_id = sys_id(char::from_digit(number, 16).unwrap());
        let view = agent::list(&world.service, of)
            .await
            .unwrap()
            .verifications
            .remove(0);
        assert_eq!(
            view.delivery_problem.as_deref(),
            Some(
                "The mail server asks to try again later. It is tried again. Or cancel, ask for a phone number, and send a text message."
            )
        );
    }
    world.clock.advance_seconds(4);
    assert_eq!(world.step().await, 1, "one tries it");
    world.mail.become_(Manner::Accept);
    world.clock.advance_seconds(30);
    while world.step().await > 0 {
        world.clock.advance_seconds(1);
    }
    world.clock.advance_seconds(60);
    world.step().await;
    assert_eq!(world.mail.received().len(), 12);
    assert_eq!(world.service.circuits.list(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_to_wait_holds_for_the_whole_instance() {
    let world = World::new().await;
    world.instance.reset().await;
    gives_tokens(&world.instance).await;
    answers(
        &world.instance,
        ResponseTemplate::new(429).insert_header("retry-after", "120"),
    )
    .await;
    world.start().await;
    world.step().await;
    assert_eq!(world.events().await.len(), 1);
    let mut of = caller(START, "jti-other");
    of.claims.ticket.sys_id = sys_id('9');
    let request = shared::agent_api::SendLink {
        destination: "other@gmail.com".into(),
        ..send_link()
    };
    agent::start(&world.service, of, request, None).await.unwrap();
    world.step().await;
    world.clock.advance_seconds(119);
    world.step().await;
    assert_eq!(world.events().await.len(), 1, "the other event waits too");
    // Both are due, and the instance still asks to wait: one tries for both, whichever is first.
    world.clock.advance_seconds(1);
    world.step().await;
    assert_eq!(world.events().await.len(), 2, "one tries for both");
    world.instance_works().await;
    world.clock.advance_seconds(119);
    world.step().await;
    assert_eq!(world.events().await.len(), 0, "the second wish holds, too");
    world.clock.advance_seconds(1);
    world.step().await;
    // One tries it first. Whether the other follows at once or a second later depends on how soon that one is through.
    assert!(!world.events().await.is_empty(), "nothing is tried");
    world.clock.advance_seconds(1);
    world.step().await;
    assert_eq!(world.events().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_leave_at_the_pace_that_the_server_asks_for() {
    let world = World::with(|config| config.smtp.per_second = Some(2)).await;
    for number in 0..5 {
        let mut of = caller(START, &format!("jti-{number}"));
        of.claims.ticket.sys_id = sys_id(char::from_digit(number, 16).unwrap());
        let request = shared::agent_api::SendLink {
            destination: format!("mia{number}@gmail.com"),
            ..send_link()
        };
        agent::start(&world.service, of, request, None).await.unwrap();
    }
    let mut arrived = Vec::new();
    for _ in 0..3 {
        world.step().await;
        arrived.push(world.mail.received().len());
        world.clock.advance_seconds(1);
    }
    assert_eq!(arrived, [2, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_listed_and_can_be_tried_again() {
    use crate::service::{ServiceError, dead_letters};
    let world = World::new().await;
    world.instance.reset().await;
    gives_tokens(&world.instance).await;
    answers(&world.instance, ResponseTemplate::new(400)).await;
    world.mail.become_(Manner::Recipient("550 5.1.1 unknown"));
    world.start().await;
    world.step().await;
    let dead = dead_letters::list(&world.service, Some(acme()), 10)
        .await
        .unwrap();
    let kinds: Vec<&str> = dead.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["event", "link"]);
    assert!(
        dead[0].error.contains("The app refused the event (400)"),
        "{dead:?}"
    );
    let globex = InstanceId::parse("globex").unwrap();
    assert_eq!(
        dead_letters::list(&world.service, Some(globex.clone()), 10)
            .await
            .unwrap(),
        []
    );
    let retry =
        async |of: Option<InstanceId>, id| dead_letters::retry(&world.service, of, id, "Ana Reyes").await;
    assert!(matches!(
        retry(Some(globex), dead[0].id).await,
        Err(ServiceError::NotFound)
    ));
    assert!(
        matches!(retry(None, dead[1].id).await, Err(ServiceError::Outdated)),
        "its verification has ended"
    );
    assert!(matches!(retry(None, 999).await, Err(ServiceError::NotFound)));
    world.instance_works().await;
    retry(Some(acme()), dead[0].id).await.unwrap();
    assert_eq!(world.step().await, 1);
    assert_eq!(world.events().await, ["1 verification.undeliverable"]);
    assert!(
        matches!(retry(None, dead[0].id).await, Err(ServiceError::NotFound)),
        "it was delivered"
    );
    let id = VerificationId::parse(&world.view().await.id).unwrap();
    let entries = world
        .service
        .store
        .read(move |tx| evidence::list(tx, &acme(), &id))
        .await
        .unwrap();
    assert!(
        entries.iter().any(|entry| entry.kind == "event.revived"),
        "{entries:?}"
    );
}
