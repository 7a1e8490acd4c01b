use std::sync::Arc;

use super::*;
use crate::push::settings::{Form, Way, WebhookSettings};
use crate::service::console::tokens::{self, By, NewToken, Scope};
use crate::testing::{ManualClock, service};
use crate::web::console::tests::fixture::{failed, passed};

fn settings(form: Form, audit: bool) -> Settings {
    Settings {
        name: "siem".into(),
        form,
        audit,
        way: Way::Webhook(WebhookSettings {
            url: "https://siem.example".into(),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
        }),
    }
}

fn acme() -> InstanceId {
    InstanceId::parse("acme").unwrap()
}

async fn batch(service: &Service, settings: &Settings) -> Batch {
    match next(service, &acme(), settings).await.unwrap() {
        Next::Batch(batch) => batch,
        Next::Nothing => panic!("there is nothing to tell"),
    }
}

async fn is_quiet(service: &Service, settings: &Settings) -> bool {
    next(service, &acme(), settings).await.unwrap() == Next::Nothing
}

async fn with_history() -> (tempfile::TempDir, Service, Arc<ManualClock>) {
    let (folder, service, clock) = service();
    passed(&service, &clock, "INC0010001").await;
    (folder, service, clock)
}

#[tokio::test]
async fn what_happened_before_is_not_told_and_the_rest_in_order() {
    let (_folder, service, clock) = with_history().await;
    let settings = settings(Form::Ndjson, false);
    assert!(is_quiet(&service, &settings).await);
    let first = failed(&service, &clock, "INC0010002").await;
    let second = passed(&service, &clock, "INC0010003").await;
    let told = batch(&service, &settings).await;
    let ids: Vec<String> = told
        .events
        .iter()
        .map(|event| {
            let value: serde_json::Value = serde_json::from_str(&event.line).unwrap();
            value["verification_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids, [first.to_string(), second.to_string()]);
    assert!(told.events[0].is_warning, "a failed verification is a warning");
    taken(&service, &acme(), &settings, &told).await.unwrap();
    assert!(is_quiet(&service, &settings).await);
}

#[tokio::test]
async fn a_batch_is_repeated_unchanged_until_it_is_taken() {
    let (_folder, service, clock) = with_history().await;
    let settings = settings(Form::Cef, false);
    assert!(is_quiet(&service, &settings).await);
    failed(&service, &clock, "INC0010002").await;
    let told = batch(&service, &settings).await;
    // More has happened before the second attempt: it is for the next batch. A crash in between changes nothing.
    failed(&service, &clock, "INC0010003").await;
    assert_eq!(batch(&service, &settings).await, told);
    refused(&service, &acme(), &settings, &told, "it is down".into())
        .await
        .unwrap();
    assert!(
        is_quiet(&service, &settings).await,
        "it is left alone for a while"
    );
    clock.advance_seconds(3);
    assert_eq!(batch(&service, &settings).await, told);
    taken(&service, &acme(), &settings, &told).await.unwrap();
    let after = batch(&service, &settings).await;
    assert!(after.id != told.id && after.events.len() == 1);
    assert!(after.events[0].line.contains("INC0010003"));
    // Only what was sent can be taken.
    assert!(taken(&service, &acme(), &settings, &told).await.is_err());
}

#[tokio::test]
async fn the_log_is_told_if_it_is_wanted_and_only_of_the_own_instance() {
    let (_folder, service, _clock) = with_history().await;
    let (quiet, wanted) = (settings(Form::Ocsf, false), settings(Form::Ocsf, true));
    for one in [&quiet, &wanted] {
        assert!(is_quiet(&service, one).await);
    }
    for instance in ["globex", "acme"] {
        let new = NewToken {
            name: "siem".into(),
            scopes: vec![Scope::AuditRead],
            days: 1,
            networks: String::new(),
        };
        let by = By::operator(InstanceId::parse(instance).unwrap());
        tokens::add_token(&service, by, new).await.unwrap();
    }
    assert!(is_quiet(&service, &quiet).await);
    let told = batch(&service, &wanted).await;
    assert_eq!(told.events.len(), 1, "{told:?}");
    let event: serde_json::Value = serde_json::from_str(&told.events[0].line).unwrap();
    assert_eq!(
        (&event["class_uid"], &event["metadata"]["tenant_uid"]),
        (&6003.into(), &"acme".into())
    );
}
