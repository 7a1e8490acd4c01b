//! A code that cannot be delivered goes to another contact on file; a message that was never asked for goes nowhere.

use secrecy::SecretString;

use super::*;
use crate::config::{Sms, SmsWebhook};
use crate::service::delivery_reports::{self, Fate, MessageKey, Why};
use crate::testing::{ManualClock, service_with};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn with_texts() -> (tempfile::TempDir, Service, std::sync::Arc<ManualClock>) {
    service_with(|config| {
        config.sms = Some(Sms::Webhook(SmsWebhook {
            url: "http://localhost/sms".parse().unwrap(),
            secret: SecretString::from(SECRET),
            per_second: None,
        }));
    })
}

/// A session that waits for the code, which is on its way to the phone.
async fn waiting_for_code(service: &Service) -> (String, VerificationId) {
    let (cookie, id) = begun(service).await;
    let number = view_of(service, &id).await.call_number.unwrap();
    let answered = portal::answer_call_number(service, &cookie, &number)
        .await
        .unwrap();
    let Step::OnFileCode {
        contact, redirected, ..
    } = &answered.page.step
    else {
        panic!("{:?}", answered.page.step)
    };
    assert_eq!((contact.as_str(), *redirected), ("•••• 0958", false));
    (cookie, id)
}

async fn asked(service: &Service, cookie: &str) -> Option<(String, bool)> {
    match portal::page(service, cookie).await.unwrap().step {
        Step::OnFileCode {
            contact, redirected, ..
        } => Some((contact, redirected)),
        _ => None,
    }
}

async fn kinds(service: &Service, id: &VerificationId) -> Vec<String> {
    let (instance, id) = (caller(service.now(), "any").instance, id.clone());
    let entries = service
        .store
        .read(move |tx| evidence::list(tx, &instance, &id))
        .await
        .unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

async fn give_up_code(service: &Service) {
    let rows = outgoing::due(service, 50).await.unwrap();
    for row in rows {
        if row.message.kind() == "code" {
            outgoing::given_up(service, row, "This number cannot be reached.".into())
                .await
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_the_phone_cannot_get_goes_to_the_mailbox() {
    let (_folder, service, _clock) = with_texts();
    let (cookie, id) = waiting_for_code(&service).await;
    let first = outgoing::due(&service, 50)
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.message.kind() == "code")
        .unwrap();
    let Some(Prepared::Code(unread)) = outgoing::prepare(&service, &first).await.unwrap() else {
        panic!("no code")
    };
    give_up_code(&service).await;
    let elsewhere = ("m•••@acme.example".to_owned(), true);
    assert_eq!(asked(&service, &cookie).await, Some(elsewhere));
    let delivered = deliver(&service).await;
    let new = code(&delivered);
    assert_ne!(new, unread.code, "each code goes to one contact only");
    let old = portal::answer_code(&service, &cookie, &unread.code)
        .await
        .unwrap();
    assert!(old.wrong, "the first code is void");
    let right = portal::answer_code(&service, &cookie, &new).await.unwrap();
    assert_ne!(right.page.step, Step::Finished(Ending::NotConfirmed));
    let view = view_of(&service, &id).await;
    assert_eq!(view.outcome, Some(Outcome::Passed));
    let kinds = kinds(&service, &id).await;
    let codes: Vec<&str> = kinds
        .iter()
        .filter(|kind| kind.starts_with("code."))
        .map(String::as_str)
        .collect();
    assert_eq!(
        codes,
        ["code.queued", "code.refused", "code.queued", "code.accepted"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_the_carrier_gave_back_goes_elsewhere_until_nothing_is_left() {
    let (_folder, service, _clock) = with_texts();
    let (cookie, id) = waiting_for_code(&service).await;
    deliver(&service).await;
    let report = |number: u8| {
        let key = MessageKey::parse(&format!("code-{id}-{number}")).unwrap();
        delivery_reports::take(&service, key, Fate::Undelivered(Why::Unreachable.sentence()))
    };
    report(1).await.unwrap();
    let elsewhere = ("m•••@acme.example".to_owned(), true);
    assert_eq!(asked(&service, &cookie).await, Some(elsewhere.clone()));
    report(1).await.unwrap();
    assert_eq!(
        asked(&service, &cookie).await,
        Some(elsewhere),
        "late news about the first code"
    );
    deliver(&service).await;
    report(2).await.unwrap();
    let page = portal::page(&service, &cookie).await.unwrap();
    assert_eq!(page.step, Step::Finished(Ending::NoWayLeft));
    assert_eq!(view_of(&service, &id).await.status, Status::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_gets_no_more_codes_for_now_is_no_way_out() {
    let (_folder, service, _clock) = with_texts();
    let (cookie, _) = waiting_for_code(&service).await;
    // The mailbox was written to as often as it may be within an hour.
    let digest = service.config.keys.address_digest("email:mia.chen@acme.example");
    let (instance, now) = (caller(service.now(), "any").instance, service.now());
    service
        .store
        .write(move |tx| {
            for _ in 0..3 {
                crate::store::verifications::log_message(tx, &instance, &digest, now)?;
            }
            Ok::<_, ServiceError>(())
        })
        .await
        .unwrap();
    give_up_code(&service).await;
    let page = portal::page(&service, &cookie).await.unwrap();
    assert_eq!(page.step, Step::Finished(Ending::NoWayLeft));
}
