use std::time::Duration;

use serde_json::{Value, json};
use shared::words::Channel;
use wiremock::matchers::{body_json, header, header_exists, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::delivery::Content;
use crate::locale::Locale;
use crate::testing::START;
use crate::verification::Destination;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn gateway(server: &MockServer) -> Gateway {
    let settings = Sms {
        url: format!("{}/sms", server.uri()).parse().unwrap(),
        secret: SECRET.into(),
    };
    Gateway::new(&settings, http::client().unwrap(), "verify.example.com".into())
}

fn message() -> Message {
    Message {
        to: Destination::parse(Channel::Sms, "+442079460958", None).unwrap(),
        language: Locale::English,
        company: "Acme".into(),
        support_contact: "+44 20 7946 0000".into(),
        agent_name: "Beth Anglin".into(),
        ticket_number: "INC0010023".into(),
        action: None,
        key: "code-VER0123456789AB-1".into(),
        minutes: 10,
        content: Content::Code {
            code: "004711".into(),
        },
    }
}

#[tokio::test]
async fn a_message_is_posted_signed_with_its_key() {
    let server = MockServer::start().await;
    let text = text::write(&message(), "verify.example.com");
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
            json!({ "to": "+442079460958", "text": text, "key": "code-VER0123456789AB-1" }),
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
    assert_eq!(gateway(&server).send(&message(), START).await, Outcome::Accepted);
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
        let outcome = gateway(&server).send(&message(), START).await;
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
    let settings = Sms {
        url: url.parse().unwrap(),
        secret: SECRET.into(),
    };
    let gateway = Gateway::new(&settings, http::client().unwrap(), "verify.example.com".into());
    assert_eq!(gateway.send(&message(), START).await, Outcome::retry(UNREACHABLE));
}
