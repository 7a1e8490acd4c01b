//! What was given up: shown to its own administrators, and tried again when they say so.

use super::fixture::{Browser, deliver, hidden, location, start, text};
use crate::service::console::Role;
use crate::service::{Service, outgoing};
use crate::testing::service;
use crate::verification::VerificationId;

const PATH: &str = "/console/admin/delivery";

/// A verification whose result is refused for good by ServiceNow.
async fn event_given_up(service: &Service, number: &str) -> VerificationId {
    let id = start(service, number).await;
    // The link leaves; the event that says so does not.
    let link = outgoing::due(service, 1).await.unwrap().pop().unwrap();
    outgoing::sent(service, link).await.unwrap();
    let event = outgoing::due(service, 1).await.unwrap().pop().unwrap();
    outgoing::given_up(service, event, "The app refused the event (400).".into())
        .await
        .unwrap();
    id
}

async fn admin(service: &Service, of: &str) -> (Browser, String) {
    let mut browser = Browser::signed_in_as(service, of, "max", Role::Admin).await;
    let token = hidden(&text(&browser.get("/console/admin").await), "form_token");
    (browser, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_shown_with_its_reason_and_tried_again_once() {
    let (_folder, service, _clock) = service();
    let (mut browser, token) = admin(&service, "acme").await;
    let page = text(&browser.get(PATH).await);
    assert!(page.contains("Nothing was given up") && page.contains("Nothing waits"));
    let id = event_given_up(&service, "INC0010023").await;
    let page = text(&browser.get(PATH).await);
    for words in [
        "INC0010023",
        &format!("/console/verifications/{id}"),
        "Result for ServiceNow",
        "The app refused the event (400).",
    ] {
        assert!(page.contains(words), "no {words} in\n{page}");
    }
    assert!(
        !page.contains("mia.private") && !page.contains("gmail.com"),
        "{page}"
    );
    assert!(text(&browser.get(&format!("{PATH}?kind=link")).await).contains("Nothing of this kind"));

    let row = hidden(&page, "id");
    let retry = [("form_token", token.as_str()), ("id", row.as_str())];
    assert_eq!(
        browser
            .post(&format!("{PATH}/retry"), &[("id", row.as_str())])
            .await
            .status(),
        403
    );
    let answer = browser.post(&format!("{PATH}/retry"), &retry).await;
    assert_eq!(location(&answer), format!("{PATH}?tried=1.0"));
    let page = text(&browser.get(location(&answer)).await);
    assert!(page.contains("One message is tried again.") && page.contains("Nothing was given up"));
    assert!(page.contains(">Result for ServiceNow</th>"), "{page}");
    let again = browser.post(&format!("{PATH}/retry"), &retry).await;
    assert_eq!(location(&again), format!("{PATH}?tried=0.1"));
    let log = text(&browser.get("/console/audit?action=delivery.retried").await);
    assert_eq!(log.matches(&format!(">{id}</a>")).count(), 1, "{log}");
    deliver(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_kind_are_tried_again_and_what_is_of_no_use_stays() {
    let (_folder, service, clock) = service();
    let (mut browser, token) = admin(&service, "acme").await;
    for number in ["INC0010023", "INC0010024"] {
        event_given_up(&service, number).await;
        clock.advance_seconds(60);
    }
    let id = start(&service, "INC0010026").await;
    let link = outgoing::due(&service, 1).await.unwrap().pop().unwrap();
    assert_eq!(link.verification, id);
    outgoing::given_up(&service, link, "The mail server refused this address.".into())
        .await
        .unwrap();
    let retry = async |browser: &mut Browser, kind: &str| {
        let fields = [("form_token", token.as_str()), ("kind", kind)];
        let answer = browser.post(&format!("{PATH}/retry"), &fields).await;
        location(&answer).to_owned()
    };
    assert_eq!(retry(&mut browser, "event").await, format!("{PATH}?tried=2.0"));
    // Its verification has ended with it.
    assert_eq!(retry(&mut browser, "link").await, format!("{PATH}?tried=0.1"));
    let page = text(&browser.get(PATH).await);
    assert!(page.contains("The mail server refused this address.") && !page.contains("refused the event"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_neither_sees_nor_retries_it() {
    let (_folder, service, _clock) = service();
    event_given_up(&service, "INC0010023").await;
    let (mut own, _) = admin(&service, "acme").await;
    let row = hidden(&text(&own.get(PATH).await), "id");
    let (mut foreign, token) = admin(&service, "globex").await;
    let page = text(&foreign.get(PATH).await);
    assert!(page.contains("Nothing was given up") && !page.contains("INC0010023"));
    let retry = async |browser: &mut Browser, id: &str| {
        let fields = [("form_token", token.as_str()), ("id", id)];
        let answer = browser.post(&format!("{PATH}/retry"), &fields).await;
        location(&answer).to_owned()
    };
    let existing = retry(&mut foreign, &row).await;
    assert_eq!(existing, retry(&mut foreign, "999999").await);
    let all = [("form_token", token.as_str()), ("kind", "event")];
    let answer = foreign.post(&format!("{PATH}/retry"), &all).await;
    assert_eq!(location(&answer), format!("{PATH}?tried=0.0"));
    assert!(text(&own.get(PATH).await).contains("The app refused the event (400)."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_pages_and_none_is_shown_twice() {
    let (_folder, service, _clock) = service();
    let (mut browser, _) = admin(&service, "acme").await;
    service
        .store
        .write(|tx| {
            let sql = "INSERT INTO outbox (instance, verification_id, lane, kind, payload, state, next_at, created_at, ended_at, last_error)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
                SELECT 'acme', 'none', 'lane' || i, 'event', '{}', 'dead', 0, 0, i / 3, 'reason-' || i || '.' FROM n";
            tx.execute(sql, [])?;
            Ok::<_, crate::store::StoreError>(())
        })
        .await
        .unwrap();
    let (mut path, mut seen) = (PATH.to_owned(), Vec::new());
    loop {
        let page = text(&browser.get(&path).await);
        seen.extend(
            page.match_indices("reason-")
                .map(|(at, _)| page[at..].split('.').next().unwrap().to_owned()),
        );
        let Some(at) = page.find("rel=\"next\" href=\"") else {
            break;
        };
        path = page[at + 17..].split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!(seen.len(), 120);
    assert_eq!(seen.first().map(String::as_str), Some("reason-120"));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_is_paused_says_so_and_why() {
    use crate::delivery::circuit::Neighbour;
    let (_folder, service, _clock) = service();
    let (mut browser, _) = admin(&service, "acme").await;
    let page = text(&browser.get(PATH).await);
    assert!(page.contains("Mail server") && page.contains(">Open<") && !page.contains("Paused"));
    let mail = Neighbour::Channel(shared::words::Channel::Email);
    for _ in 0..5 {
        service.circuits.failed(
            &mail,
            service.now(),
            None,
            "The mail server does not answer.",
            u32::MAX,
        );
    }
    let elsewhere = Neighbour::Instance(super::fixture::instance("globex"));
    service
        .circuits
        .failed(&elsewhere, service.now(), None, "Globex is away.", u32::MAX);
    let page = text(&browser.get(PATH).await);
    assert!(page.contains("Paused") && page.contains("The mail server does not answer."));
    assert!(!page.contains("Globex is away."), "another tenant's neighbour");
}
