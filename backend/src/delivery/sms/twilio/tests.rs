use std::time::Duration;

use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::delivery::About;
use crate::testing::START;
use double::{ACCOUNT, received};

#[path = "double.rs"]
mod double;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SERVICE: &str = "MG00000000000000000000000000000002";

fn settings(server: &MockServer) -> config::Twilio {
    config::Twilio {
        account_sid: ACCOUNT.into(),
        auth_token: TOKEN.into(),
        api_key: None,
        sender: TwilioSender::From("+15005550006".into()),
        base_url: server.uri(),
        per_second: None,
    }
}

fn text(to: &str) -> Text {
    Text {
        to: to.into(),
        body: "Acme INC0010023: confirm it's you: https://verify.example.com/v/x & ünïcode".into(),
        key: "link-VER0123456789AB-0".into(),
        ends_at: START.plus_seconds(595),
    }
}

async fn send(settings: &config::Twilio, to: &str) -> Outcome {
    let client = http::client().unwrap();
    Twilio::new(settings, client, "https://verify.example.com")
        .send(&text(to), START)
        .await
}

#[tokio::test]
async fn a_message_is_created_as_the_reference_asks() {
    let server = double::start(ACCOUNT, TOKEN).await;
    assert_eq!(send(&settings(&server), "+442079460958").await, Outcome::Accepted);
    let form = received(&server).await.remove(0);
    let expected = [
        (
            "Body",
            "Acme INC0010023: confirm it's you: https://verify.example.com/v/x & ünïcode",
        ),
        ("From", "+15005550006"),
        (
            "StatusCallback",
            "https://verify.example.com/callbacks/twilio?key=link-VER0123456789AB-0",
        ),
        ("To", "+442079460958"),
        ("ValidityPeriod", "595"),
    ];
    let found: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_api_key_and_a_messaging_service_may_stand_in() {
    let server = double::start("SK00000000000000000000000000000003", "key-secret").await;
    let settings = config::Twilio {
        api_key: Some(("SK00000000000000000000000000000003".into(), "key-secret".into())),
        sender: TwilioSender::MessagingService(SERVICE.into()),
        ..settings(&server)
    };
    assert_eq!(send(&settings, "+442079460958").await, Outcome::Accepted);
    let form = received(&server).await.remove(0);
    assert_eq!(form["MessagingServiceSid"], SERVICE);
    assert!(!form.contains_key("From"));
}

#[tokio::test]
async fn refusals_are_told_in_words_and_are_final() {
    let server = double::start(ACCOUNT, TOKEN).await;
    for (to, part) in [
        ("+15005550001", "not a valid phone number"),
        ("+15005550002", "cannot be reached by text message"),
        ("+15005550003", "country"),
        ("+15005550004", "STOP"),
        ("+15005550009", "landline"),
    ] {
        let outcome = send(&settings(&server), to).await;
        let Outcome::Refused { why } = outcome else {
            panic!("{to}: {outcome:?}")
        };
        assert!(why.contains(part) && !why.contains("500555"), "{to}: {why}");
    }
}

#[tokio::test]
async fn a_full_queue_is_tried_again_and_a_wrong_token_is_not() {
    let server = double::start(ACCOUNT, TOKEN).await;
    let full = config::Twilio {
        sender: TwilioSender::From("+15005550008".into()),
        ..settings(&server)
    };
    let outcome = send(&full, "+442079460958").await;
    assert!(
        matches!(
            outcome,
            Outcome::Retry {
                about: About::Neighbour,
                ..
            }
        ),
        "{outcome:?}"
    );
    let wrong = config::Twilio {
        auth_token: "wrong".into(),
        ..settings(&server)
    };
    assert_eq!(
        send(&wrong, "+442079460958").await,
        Outcome::refused(MISCONFIGURED)
    );
}

#[tokio::test]
async fn each_answer_has_its_meaning() {
    // Whether it is tried again, and after how many seconds at least.
    let down = |after: Option<u64>| Some(after);
    for (status, body, expected) in [
        (429, json!({ "code": 20_429, "status": 429 }), down(Some(7))),
        (429, json!({}), down(Some(7))),
        (500, json!({ "code": 20_500 }), down(Some(7))),
        (503, json!("not a document"), down(Some(7))),
        (201, json!("not a document"), down(None)),
        (403, json!({ "code": 1 }), None),
        (400, json!({ "code": 99_999 }), None),
        (201, json!({ "status": "failed", "error_code": 30_007 }), None),
        (
            201,
            json!({ "status": "failed", "error_code": 21_611 }),
            down(Some(7)),
        ),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status)
            .insert_header("retry-after", "7")
            .set_body_json(&body);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let outcome = send(&settings(&server), "+442079460958").await;
        match (&outcome, expected) {
            (Outcome::Retry { after, about, .. }, Some(seconds)) => {
                assert_eq!(
                    (*after, *about),
                    (seconds.map(Duration::from_secs), About::Neighbour),
                    "{status} {body}"
                );
            }
            (Outcome::Refused { .. }, None) => {}
            _ => panic!("{status} {body}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn a_link_that_has_nearly_ended_is_not_kept_waiting_and_a_long_one_not_too_long() {
    let server = double::start(ACCOUNT, TOKEN).await;
    let twilio = Twilio::new(
        &settings(&server),
        http::client().unwrap(),
        "https://verify.example.com",
    );
    for (seconds, expected) in [(-5, "10"), (3, "10"), (86_400, "36000")] {
        let text = Text {
            ends_at: START.plus_seconds(seconds),
            ..text("+442079460958")
        };
        assert_eq!(twilio.send(&text, START).await, Outcome::Accepted);
        assert_eq!(
            received(&server).await.last().unwrap()["ValidityPeriod"],
            expected
        );
    }
}
