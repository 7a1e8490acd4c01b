//! Messages to look at, and test messages.

use std::sync::Arc;

use super::fixture::{Browser, hidden, location, text};
use crate::delivery::Delivery;
use crate::delivery::smtp_double::{Manner, SmtpDouble};
use crate::service::Service;
use crate::service::console::Role;
use crate::servicenow::client::Client;
use crate::store::StoreError;
use crate::testing::{service, service_with};
use crate::verification::limits;
use crate::worker::Worker;

const PATH: &str = "/console/admin/messages";

async fn admin(service: &Service) -> (Browser, String) {
    let mut browser = Browser::signed_in_as(service, "acme", "max", Role::Admin).await;
    let token = hidden(&text(&browser.get("/console/admin").await), "form_token");
    (browser, token)
}

async fn send(browser: &mut Browser, token: &str, channel: &str, address: &str) -> (u16, String) {
    let fields = [
        ("form_token", token),
        ("template", "code"),
        ("language", "de"),
        ("channel", channel),
        ("address", address),
    ];
    let answer = browser.post(&format!("{PATH}/test"), &fields).await;
    (answer.status().as_u16(), text(&answer))
}

async fn step(service: &Service) {
    let delivery = Delivery::new(&service.config).unwrap();
    let client = Client::new(Arc::clone(&service.clock)).unwrap();
    Worker::new(service.clone(), delivery, client)
        .step()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_shows_the_email_and_can_do_nothing() {
    let (_folder, service, _clock) = service();
    let (mut browser, _) = admin(&service).await;
    let page = browser
        .get(&format!("{PATH}?template=approval&language=ar"))
        .await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("frame-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let page = text(&page);
    assert!(
        page.contains("dir=\"rtl\"") && page.contains("sandbox=\"\""),
        "{page}"
    );
    let source = "/console/admin/messages/frame?template=approval&#38;language=ar";
    assert!(page.contains(source), "{page}");
    let frame = browser.get(&source.replace("&#38;", "&")).await;
    assert_eq!(frame.status(), 200);
    assert_eq!(frame.headers()["x-frame-options"], "SAMEORIGIN");
    let policy = frame.headers()["content-security-policy"].to_str().unwrap();
    for part in [
        "default-src 'none'",
        "img-src data:",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("script"));
    assert!(text(&frame).contains("dir=\"rtl\""));
    // What does not exist is the first message in English.
    let other = text(&browser.get(&format!("{PATH}?template=none&language=xx")).await);
    assert!(other.contains("Verification link in English"), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_goes_through_the_outbox_and_says_that_it_is_one() {
    let mail = SmtpDouble::start(Manner::Accept).await;
    let (_folder, service, _clock) = service_with(|config| config.smtp.port = mail.port);
    let (mut browser, token) = admin(&service).await;
    let (status, _) = send(&mut browser, &token, "email", "max.private@gmail.com").await;
    assert_eq!(status, 303);
    assert!(mail.received().is_empty(), "it waits in the outbox");
    let page = text(&browser.get(PATH).await);
    assert!(
        page.contains("On its way") && page.contains("m•••@gmail.com"),
        "{page}"
    );
    assert!(!page.contains("max.private"));
    let payload = service
        .store
        .read(|tx| {
            let sql = "SELECT payload FROM outbox WHERE kind = 'test' AND instance = 'acme'";
            Ok::<String, StoreError>(tx.query_row(sql, [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert!(!payload.contains("private"), "the address is sealed: {payload}");
    step(&service).await;
    let arrived = mail.received();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].recipient, "max.private@gmail.com");
    assert!(
        arrived[0].data.contains("Subject: Testnachricht:"),
        "{}",
        arrived[0].data
    );
    assert!(text(&browser.get(PATH).await).contains("Accepted"));
    let log = text(&browser.get("/console/audit?action=message.tested").await);
    assert!(
        log.contains("code in de, to m•••@gmail.com") && !log.contains("max.private"),
        "{log}"
    );
    let mut foreign = Browser::signed_in_as(&service, "globex", "max", Role::Admin).await;
    assert!(!text(&foreign.get(PATH).await).contains("m•••@gmail.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_that_is_refused_is_given_up_with_the_reason() {
    let mail = SmtpDouble::start(Manner::Recipient("550 5.1.1 unknown")).await;
    let (_folder, service, _clock) = service_with(|config| config.smtp.port = mail.port);
    let (mut browser, token) = admin(&service).await;
    send(&mut browser, &token, "email", "nobody@gmail.com").await;
    step(&service).await;
    for path in [PATH, "/console/admin/delivery"] {
        let page = text(&browser.get(path).await);
        assert!(page.contains("The mail server refused this address."), "{page}");
        assert!(!page.contains("nobody@"));
    }
    // It can be tried again like anything else.
    let row = hidden(&text(&browser.get("/console/admin/delivery").await), "id");
    let fields = [("form_token", token.as_str()), ("id", row.as_str())];
    let answer = browser.post("/console/admin/delivery/retry", &fields).await;
    assert!(location(&answer).ends_with("tried=1.0"));
    mail.become_(Manner::Accept);
    step(&service).await;
    assert!(text(&browser.get(PATH).await).contains("Accepted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_said_beside_the_field_and_kept_as_typed() {
    let (_folder, service, _clock) = service();
    let (mut browser, token) = admin(&service).await;
    let (status, page) = send(&mut browser, &token, "email", "max@").await;
    assert_eq!(status, 422);
    assert!(
        page.contains("not a complete email address") && page.contains("value=\"max@\""),
        "{page}"
    );
    assert!(page.contains("Code to a contact on file in Deutsch"), "{page}");
    let (status, page) = send(&mut browser, &token, "sms", "+44 20 7946 0958").await;
    assert_eq!(status, 422);
    assert!(page.contains("Text messages are not set up"), "{page}");
    for _ in 0..limits::MESSAGES_PER_HOUR {
        assert_eq!(send(&mut browser, &token, "email", "max@gmail.com").await.0, 303);
    }
    let (status, page) = send(&mut browser, &token, "email", "MAX@gmail.com").await;
    assert_eq!(status, 422);
    assert!(page.contains("as many messages as it may get"), "{page}");
    for number in limits::MESSAGES_PER_HOUR..crate::service::console::test_messages::MOST_PER_HOUR {
        let address = format!("max{number}@gmail.com");
        assert_eq!(send(&mut browser, &token, "email", &address).await.0, 303);
    }
    let (status, page) = send(&mut browser, &token, "email", "one.more@gmail.com").await;
    assert_eq!(status, 422);
    assert!(page.contains("20 test messages"), "{page}");
    assert_eq!(send(&mut browser, "wrong", "email", "a@gmail.com").await.0, 403);
}
