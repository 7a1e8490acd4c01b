use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, header_exists, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::testing::START;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn gateway(server: &MockServer) -> Webhook {
    let settings = SmsWebhook {
        url: format!("{}/sms", server.uri()).parse().unwrap(),
        secret: SECRET.into(),
        per_second: None,
    };
    Webhook::new(&settings, http::client().unwrap())
}

fn text() -> Text {
    Text {
        to: "+442079460958".into(),
        body: "Acme: your code is 004711.".into(),
        key: "code-VER0123456789AB-1".into(),
        ends_at: START.plus_seconds(600),
    }
}

#[tokio::test]
async fn a_message_is_posted_signed_with_its_key() {
    let server = MockServer::start().await;
    let body = text().body;
    Mock::given(method("POST"))
        .and(path("/sms"))
        .and(header("content-type", "application/json"))
        .and(header("webhook-id", "code-VER0123456789AB-1"))
        .and(header(
            "webhook-timestamp",
            START.unix_seconds().to_string().as_str(),
        ))
        .and(header_exists("content-length"))
        .and(body_json(
            json!({ "to": "+442079460958", "text": body, "key": "code-VER0123456789AB-1" }),
        ))
        .and(|request: &Request| {
            let body = std::str::from_utf8(&request.body).unwrap();
            let expected = signature::sign(&SECRET.into(), "code-VER0123456789AB-1", START, body).unwrap();
            request.headers["webhook-signature"] == expected.signature.as_str()
        })
        .respond_with(ResponseTemplate::new(202))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(gateway(&server).send(&text(), START).await, Outcome::Accepted);
}

#[tokio::test]
async fn each_answer_has_its_meaning() {
    for (status, expected) in [
        (200, "accepted"),
        (204, "accepted"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (422, "refused"),
        (302, "retry"),
        (408, "retry"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status)
            .insert_header("retry-after", "7")
            .set_body_json(Value::Null);
        Mock::given(method("POST"))
            .respond_with(answer)
            .mount(&server)
            .await;
        let outcome = gateway(&server).send(&text(), START).await;
        let found = match &outcome {
            Outcome::Accepted => "accepted",
            Outcome::Retry { after, .. } => {
                assert_eq!(*after, Some(Duration::from_secs(7)), "{status}");
                "retry"
            }
            Outcome::Refused { .. } => "refused",
        };
        assert_eq!(found, expected, "{status}");
        assert!(!format!("{outcome:?}").contains("0958"), "{outcome:?}");
    }
}

#[tokio::test]
async fn no_gateway_is_no_refusal() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sms", listener.local_addr().unwrap());
    drop(listener);
    let settings = SmsWebhook {
        url: url.parse().unwrap(),
        secret: SECRET.into(),
        per_second: None,
    };
    let gateway = Webhook::new(&settings, http::client().unwrap());
    assert_eq!(gateway.send(&text(), START).await, Outcome::down(UNREACHABLE));
}
