use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use shared::words::Status;
use warp::http::Response;

use super::*;
use crate::service::{agent, outgoing};
use crate::testing::{caller, send_link, service_with};
use crate::verification::VerificationId;
use crate::web::public;

fn secret() -> SecretString {
    format!("whsec_{}", STANDARD.encode([9; 32])).into()
}

async fn post(service: &Service, body: &str, tamper: bool) -> Response<Bytes> {
    let signed = signature::sign(&secret(), "msg_1", service.now(), body).unwrap();
    let body = if tamper {
        body.replace("delivered", "delivered ")
    } else {
        body.to_owned()
    };
    warp::test::request()
        .method("POST")
        .path("/callbacks/delivery")
        .header(ID_HEADER, "msg_1")
        .header(TIMESTAMP_HEADER, signed.timestamp)
        .header(SIGNATURE_HEADER, signed.signature)
        .header("content-length", body.len())
        .body(body)
        .reply(&public(service))
        .await
}

/// A verification whose link the mail server has accepted.
async fn sent(service: &Service) -> (VerificationId, String) {
    let view = agent::start(service, caller(service.now(), "start-token"), send_link(), None)
        .await
        .unwrap();
    let row = outgoing::due(service, 1).await.unwrap().remove(0);
    outgoing::sent(service, row).await.unwrap();
    let id = VerificationId::parse(&view.id).unwrap();
    let key = format!("link-{id}-0");
    (id, key)
}

async fn view(service: &Service, id: &VerificationId) -> shared::agent_api::VerificationView {
    agent::get(service, caller(service.now(), "read-token"), id.clone())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_arrived_is_shown_as_delivered_and_a_repetition_changes_nothing() {
    let (_folder, service, clock) = service_with(|config| config.delivery_reports = Some(secret()));
    let (id, key) = sent(&service).await;
    assert_eq!(view(&service, &id).await.delivered_at, None);
    let body = format!(r#"{{"key":"{key}","event":"delivered"}}"#);
    assert_eq!(post(&service, &body, false).await.status(), 204);
    let first = view(&service, &id).await;
    assert_eq!(
        (first.status, first.delivered_at),
        (Status::Sent, Some(service.now()))
    );
    clock.advance_seconds(5);
    assert_eq!(post(&service, &body, false).await.status(), 204);
    assert_eq!(view(&service, &id).await.delivered_at, first.delivered_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_ends_the_verification_and_says_why() {
    let (_folder, service, _clock) = service_with(|config| config.delivery_reports = Some(secret()));
    let (id, key) = sent(&service).await;
    let body = format!(r#"{{"key":"{key}","event":"undelivered","reason":"mailbox_full"}}"#);
    assert_eq!(post(&service, &body, false).await.status(), 204);
    let view = view(&service, &id).await;
    assert_eq!(view.status, Status::Undeliverable);
    assert_eq!(view.delivery_problem.as_deref(), Some("The mailbox is full."));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_not_known_or_not_set_up_changes_nothing() {
    let (_folder, service, _clock) = service_with(|config| config.delivery_reports = Some(secret()));
    let (id, key) = sent(&service).await;
    let body = format!(r#"{{"key":"{key}","event":"delivered"}}"#);
    assert_eq!(post(&service, &body, true).await.status(), 401);
    for (body, status) in [
        ("{", 400),
        (r#"{"key":"x","event":"delivered"}"#, 404),
        (r#"{"key":"link-VER000000000000-0","event":"delivered"}"#, 404),
        (r#"{"key":"x","event":"delivered","reason":"blocked"}"#, 400),
        (
            r#"{"key":"x","event":"undelivered","reason":"mia@gmail.com"}"#,
            400,
        ),
    ] {
        assert_eq!(post(&service, body, false).await.status(), status, "{body}");
    }
    let outdated = format!(r#"{{"key":"link-{id}-1","event":"undelivered"}}"#);
    assert_eq!(post(&service, &outdated, false).await.status(), 204);
    let view = view(&service, &id).await;
    assert_eq!((view.status, view.delivered_at), (Status::Sent, None));

    let (_folder, service, _clock) = crate::testing::service();
    assert_eq!(post(&service, &body, false).await.status(), 404);
}
