use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::agent_api::{SendLink, VerificationView};
use shared::words::{Channel, Status};
use warp::http::Response;

use crate::config::{Sms, Twilio, TwilioSender};
use crate::service::{Service, agent, outgoing};
use crate::testing::{caller, service_with};
use crate::verification::VerificationId;
use crate::web::public;
use warp::hyper::body::Bytes;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn world() -> (tempfile::TempDir, Service) {
    let (folder, service, _clock) = service_with(|config| {
        config.sms = Some(Sms::Twilio(Twilio {
            account_sid: ACCOUNT.into(),
            auth_token: TOKEN.into(),
            api_key: None,
            sender: TwilioSender::From("+15005550006".into()),
            base_url: "http://127.0.0.1:1".into(),
            per_second: None,
        }));
    });
    (folder, service)
}

/// A verification whose link Twilio has accepted.
async fn sent(service: &Service) -> VerificationId {
    let request = SendLink {
        channel: Channel::Sms,
        destination: "+44 20 7946 0999".into(),
    };
    let view = agent::start(service, caller(service.now(), "start"), request, None)
        .await
        .unwrap();
    let row = outgoing::due(service, 1).await.unwrap().remove(0);
    outgoing::sent(service, row).await.unwrap();
    VerificationId::parse(&view.id).unwrap()
}

async fn view(service: &Service, id: &VerificationId) -> VerificationView {
    agent::get(service, caller(service.now(), "read"), id.clone())
        .await
        .unwrap()
}

/// Signs as Twilio does, written once more for the test: pairs are given in sorted order.
fn sign(url: &str, pairs: &[(&str, &str)]) -> String {
    let text = pairs.iter().fold(url.to_owned(), |text, (name, value)| {
        format!("{text}{name}{value}")
    });
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()).as_ref())
}

async fn post(service: &Service, target: &str, kind: &str, body: &str, signature: &str) -> Response<Bytes> {
    warp::test::request()
        .method("POST")
        .path(target)
        .header("host", "internal:8080")
        .header("x-twilio-signature", signature)
        .header("content-type", kind)
        .header("content-length", body.len())
        .body(body)
        .reply(&public(service))
        .await
}

async fn report(service: &Service, key: &str, status: &str, code: Option<&str>) -> u16 {
    let target = format!("/callbacks/twilio?key={key}");
    let mut pairs = vec![("AccountSid", ACCOUNT)];
    pairs.extend(code.map(|code| ("ErrorCode", code)));
    pairs.extend([("MessageStatus", status), ("To", "+442079460999")]);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs)
        .finish();
    let signature = sign(&format!("https://verify.example.com{target}"), &pairs);
    post(
        service,
        &target,
        "application/x-www-form-urlencoded; charset=UTF-8",
        &body,
        &signature,
    )
    .await
    .status()
    .as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_on_the_way_change_nothing_and_the_arrival_is_shown() {
    let (_folder, service) = world();
    let id = sent(&service).await;
    let key = format!("link-{id}-0");
    for status in ["queued", "sending", "sent"] {
        assert_eq!(report(&service, &key, status, None).await, 204);
        assert_eq!(view(&service, &id).await.delivered_at, None);
    }
    let mut changes = service.changes.subscribe();
    assert_eq!(report(&service, &key, "delivered", None).await, 204);
    assert_eq!(view(&service, &id).await.delivered_at, Some(service.now()));
    assert_eq!(changes.try_recv().unwrap(), id, "open views are told");
    // Twilio's order is not guaranteed.
    assert_eq!(report(&service, &key, "sent", None).await, 204);
    assert_eq!(view(&service, &id).await.status, Status::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_ends_the_verification_with_the_reason_and_the_other_way() {
    let (_folder, service) = world();
    let id = sent(&service).await;
    assert_eq!(
        report(&service, &format!("link-{id}-0"), "undelivered", Some("30006")).await,
        204
    );
    let view = view(&service, &id).await;
    assert_eq!(view.status, Status::Undeliverable);
    assert_eq!(
        view.delivery_problem.as_deref(),
        Some(
            "This number cannot receive text messages: it may be a landline. Ask for a private email address and send it there."
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_body_is_bound_by_its_hash_in_the_url() {
    let (_folder, service) = world();
    let id = sent(&service).await;
    let body = format!(r#"{{"AccountSid":"{ACCOUNT}","MessageStatus":"delivered"}}"#);
    let hash = crate::keys::sha256_hex(body.as_bytes());
    let target = format!("/callbacks/twilio?key=link-{id}-0&bodySHA256={hash}");
    let signature = sign(&format!("https://verify.example.com{target}"), &[]);
    let other = body.replace("delivered", "sent");
    assert_eq!(
        post(&service, &target, "application/json", &other, &signature)
            .await
            .status(),
        401
    );
    assert_eq!(
        post(&service, &target, "application/json", &body, &signature)
            .await
            .status(),
        204
    );
    assert!(view(&service, &id).await.delivered_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_twilio_did_not_sign_changes_nothing() {
    let (_folder, service) = world();
    let id = sent(&service).await;
    let target = format!("/callbacks/twilio?key=link-{id}-0");
    let body = format!("AccountSid={ACCOUNT}&MessageStatus=failed");
    let pairs = [("AccountSid", ACCOUNT), ("MessageStatus", "failed")];
    let form = "application/x-www-form-urlencoded";
    // Signed for the address that a Host header would give.
    for url in [
        "http://internal:8080",
        "https://internal:8080",
        "http://verify.example.com",
    ] {
        let signature = sign(&format!("{url}{target}"), &pairs);
        assert_eq!(
            post(&service, &target, form, &body, &signature).await.status(),
            401,
            "{url}"
        );
    }
    let right = sign(&format!("https://verify.example.com{target}"), &pairs);
    let other_key = format!("/callbacks/twilio?key=link-{id}-1");
    assert_eq!(
        post(&service, &other_key, form, &body, &right).await.status(),
        401
    );
    assert_eq!(
        post(&service, &target, form, &format!("{body}&A=b"), &right)
            .await
            .status(),
        401
    );
    let bare = warp::test::request()
        .method("POST")
        .path(&target)
        .header("content-length", "0");
    assert_eq!(bare.reply(&public(&service)).await.status(), 401);
    assert_eq!(view(&service, &id).await.status, Status::Sent);
    // Signed, but nonsense.
    assert_eq!(report(&service, "nonsense", "failed", None).await, 404);
    assert_eq!(report(&service, &format!("link-{id}-0"), "", None).await, 400);
    assert_eq!(
        report(&service, "link-VER000000000000-0", "delivered", None).await,
        404
    );

    let (_folder, other, _clock) = crate::testing::service();
    assert_eq!(post(&other, &target, form, &body, &right).await.status(), 404);
}

/// Twilio signs with the default port in some products and without it in others.
#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_the_signed_url_is_no_difference() {
    let (_folder, service) = world();
    let id = sent(&service).await;
    let target = format!("/callbacks/twilio?key=link-{id}-0");
    let body = format!("AccountSid={ACCOUNT}&MessageStatus=delivered");
    let pairs = [("AccountSid", ACCOUNT), ("MessageStatus", "delivered")];
    let form = "application/x-www-form-urlencoded";
    let with = |port: &str| sign(&format!("https://verify.example.com{port}{target}"), &pairs);
    assert_eq!(
        post(&service, &target, form, &body, &with(":8443"))
            .await
            .status(),
        401
    );
    assert_eq!(
        post(&service, &target, form, &body, &with(":443")).await.status(),
        204
    );
}
