use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;
use shared::words::Status;
use warp::http::HeaderValue;

use super::*;
use crate::service::{agent, outgoing};
use crate::testing::{ManualClock, caller, send_link, service_with};
use crate::verification::VerificationId;
use crate::web::public;

/// Key, signature, timestamp and body that SendGrid publishes with its own libraries.
const PUBLISHED_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
const PUBLISHED_SIGNATURE: &str =
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
const PUBLISHED_TIME: &str = "1600112502";
const PUBLISHED_BODY: &str = "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";

#[test]
fn the_published_example_is_believed_and_nothing_near_it() {
    let settings = SendGrid {
        verification_key: STANDARD.decode(PUBLISHED_KEY).unwrap(),
    };
    let check = |signature: &str, time: &str, body: &str, now: i64| {
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, HeaderValue::from_str(signature).unwrap());
        headers.insert(TIMESTAMP, HeaderValue::from_str(time).unwrap());
        verify(&settings, &headers, body.as_bytes(), UnixMillis(now * 1_000))
    };
    let now = 1_600_112_502;
    let (signature, time, body) = (PUBLISHED_SIGNATURE, PUBLISHED_TIME, PUBLISHED_BODY);
    assert_eq!(check(signature, time, body, now), Ok(()));
    assert_eq!(check(signature, time, body, now + OLDEST_SECONDS), Ok(()));
    assert_eq!(
        check(signature, time, body, now + OLDEST_SECONDS + 1),
        Err(Unverified::Time)
    );
    assert_eq!(check(signature, time, body, now - 301), Err(Unverified::Time));
    assert_eq!(
        check(signature, time, body.trim_end(), now),
        Err(Unverified::Signature)
    );
    assert_eq!(
        check(signature, "1600112503", body, now),
        Err(Unverified::Signature)
    );
    assert_eq!(check("AAAA", time, body, now), Err(Unverified::Signature));
    assert_eq!(check("no base64", time, body, now), Err(Unverified::Headers));
}

struct World {
    _folder: tempfile::TempDir,
    service: Service,
    clock: std::sync::Arc<ManualClock>,
    pair: EcdsaKeyPair,
    id: VerificationId,
}

impl World {
    /// A verification whose link the mail server has accepted.
    async fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let verification_key = der.as_ref().to_vec();
        let (folder, service, clock) =
            service_with(|config| config.sendgrid = Some(SendGrid { verification_key }));
        let view = agent::start(&service, caller(service.now(), "start"), send_link(), None)
            .await
            .unwrap();
        let row = outgoing::due(&service, 1).await.unwrap().remove(0);
        outgoing::sent(&service, row).await.unwrap();
        Self {
            _folder: folder,
            service,
            clock,
            pair,
            id: VerificationId::parse(&view.id).unwrap(),
        }
    }

    async fn post(&self, body: &str, tamper: bool) -> u16 {
        let time = self.service.now().unix_seconds().to_string();
        let signed = self
            .pair
            .sign(&SystemRandom::new(), format!("{time}{body}").as_bytes())
            .unwrap();
        let body = if tamper {
            format!("{body} ")
        } else {
            body.to_owned()
        };
        let response = warp::test::request()
            .method("POST")
            .path("/callbacks/sendgrid")
            .header(SIGNATURE, STANDARD.encode(signed.as_ref()))
            .header(TIMESTAMP, time)
            .header("content-length", body.len())
            .body(body)
            .reply(&public(&self.service))
            .await;
        response.status().as_u16()
    }

    fn event(&self, event: &str, more: &serde_json::Value) -> serde_json::Value {
        let mut value = json!({ "email": "mia.private@gmail.com", "event": event, "smtp-id": format!("<link-{}-0@verify.example.com>", self.id) });
        value
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        value
    }

    async fn view(&self) -> shared::agent_api::VerificationView {
        agent::get(&self.service, caller(self.service.now(), "read"), self.id.clone())
            .await
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_taken_and_what_is_not_ours_is_passed_over() {
    let world = World::new().await;
    let batch = json!([
        { "event": "delivered", "smtp-id": "<other@elsewhere.example>" },
        { "event": "delivered", "smtp-id": "<link-VER000000000000-0@verify.example.com>" },
        { "event": "group_unsubscribe" },
        world.event("processed", &json!({})),
        world.event("deferred", &json!({ "response": "450 busy", "attempt": "2" })),
        world.event("delivered", &json!({ "response": "250 OK" })),
        world.event("open", &json!({})),
    ]);
    assert_eq!(world.post(&batch.to_string(), true).await, 401);
    assert_eq!(world.view().await.delivered_at, None);
    assert_eq!(world.post(&batch.to_string(), false).await, 204);
    let first = world.view().await.delivered_at;
    assert_eq!(first, Some(world.service.now()));
    world.clock.advance_seconds(60);
    assert_eq!(world.post(&batch.to_string(), false).await, 204);
    assert_eq!(world.view().await.delivered_at, first);
    assert_eq!(world.post("{}", false).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_and_a_drop_say_why_without_the_address() {
    for (event, more, why) in [
        (
            "bounce",
            json!({ "type": "bounce", "status": "5.1.1", "reason": "550 <mia.private@gmail.com> unknown" }),
            "Nobody has this address or number.",
        ),
        (
            "bounce",
            json!({ "type": "bounce", "status": "5.2.2" }),
            "The mailbox is full.",
        ),
        (
            "bounce",
            json!({ "type": "blocked", "status": "5.7.1" }),
            "The recipient's provider blocked the message.",
        ),
        (
            "bounce",
            json!({ "type": "blocked" }),
            "The recipient's provider blocked the message.",
        ),
        (
            "bounce",
            json!({ "status": "4.4.1" }),
            "The phone or mail server could not be reached.",
        ),
        ("bounce", json!({}), "The message did not arrive."),
        (
            "dropped",
            json!({ "reason": "Bounced Address" }),
            "Nobody has this address or number.",
        ),
        (
            "dropped",
            json!({ "reason": "Spam Reporting Address" }),
            "The recipient's provider blocked the message.",
        ),
    ] {
        let world = World::new().await;
        assert_eq!(
            world
                .post(&json!([world.event(event, &more)]).to_string(), false)
                .await,
            204
        );
        let view = world.view().await;
        assert_eq!(view.status, Status::Undeliverable);
        assert_eq!(view.delivery_problem.as_deref(), Some(why), "{event} {more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_kept_as_evidence() {
    let world = World::new().await;
    assert_eq!(
        world
            .post(&json!([world.event("spamreport", &json!({}))]).to_string(), false)
            .await,
        204
    );
    let (acme, id) = (
        crate::verification::InstanceId::parse("acme").unwrap(),
        world.id.clone(),
    );
    let entries = world
        .service
        .store
        .read(move |tx| crate::store::evidence::list(tx, &acme, &id))
        .await
        .unwrap();
    assert_eq!(entries.last().unwrap().kind, "link.complained");
    assert_eq!(world.view().await.status, Status::Sent);
}
