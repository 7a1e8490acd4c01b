use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::super::doubles::{PASSWORD, clock, order, reset};
use super::*;
use crate::servicenow::signature::verify;
use crate::testing::START;

const SECRET: &str = "whsec_AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";

async fn hook(answer: ResponseTemplate) -> (MockServer, Webhook) {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/orders"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let settings = WebhookSettings {
        url: format!("{}/orders", server.uri()).parse().unwrap(),
        secret: SECRET.into(),
    };
    (server, Webhook::new(settings, clock()))
}

fn json_answer(status: u16, body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn an_order_is_signed_and_names_its_receipt() {
    let (server, webhook) = hook(json_answer(
        200,
        json!({ "state": "performed", "summary": "Done there." }),
    ))
    .await;
    let answer = webhook.perform(&order(reset())).await;
    assert!(
        matches!(&answer, Answer::Done { summary, .. } if summary == "Done there."),
        "{answer:?}"
    );
    let request = server.received_requests().await.unwrap().remove(0);
    let header = |name: &str| request.headers.get(name).unwrap().to_str().unwrap().to_owned();
    let body = String::from_utf8(request.body.clone()).unwrap();
    let (id, time, signature) = (
        header(ID_HEADER),
        header(TIMESTAMP_HEADER),
        header(SIGNATURE_HEADER),
    );
    verify(&SECRET.into(), &id, &time, &signature, &body, START).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (sent["id"].as_str(), sent["action"].as_str()),
        (Some(id.as_str()), Some("password_reset"))
    );
    assert_eq!(sent["new_password"], PASSWORD);
    assert_eq!(sent["requester"]["user_name"], "mia.chen");
}

type Meaning = Box<dyn Fn(&Answer) -> bool>;

#[tokio::test]
async fn every_answer_has_its_meaning() {
    let refused = |reason| move |answer: &Answer| matches!(answer, Answer::Refused { reason: found, .. } if *found == reason);
    let cases: Vec<(ResponseTemplate, Meaning)> = vec![
        (
            ResponseTemplate::new(202),
            Box::new(|answer| *answer == Answer::Promised),
        ),
        (
            json_answer(200, json!({ "state": "failed", "nothing_changed": true })),
            Box::new(refused(Reason::Declined)),
        ),
        (
            json_answer(200, json!({ "state": "failed" })),
            Box::new(|answer| matches!(answer, Answer::Partly { .. })),
        ),
        (
            json_answer(200, json!({ "state": "what" })),
            Box::new(|answer| matches!(answer, Answer::Unknown { .. })),
        ),
        (ResponseTemplate::new(401), Box::new(refused(Reason::SetUp))),
        (ResponseTemplate::new(503), Box::new(refused(Reason::Busy))),
        (
            ResponseTemplate::new(500),
            Box::new(|answer| matches!(answer, Answer::Unknown { .. })),
        ),
        // A redirect is not followed: the order may hold a password.
        (
            ResponseTemplate::new(307).insert_header("location", "https://elsewhere.example/"),
            Box::new(|answer| matches!(answer, Answer::Unknown { .. })),
        ),
    ];
    for (number, (template, meaning)) in cases.into_iter().enumerate() {
        let (_server, webhook) = hook(template).await;
        let answer = webhook.perform(&order(Task::Unlock)).await;
        assert!(meaning(&answer), "case {number}: {answer:?}");
    }
    // Of a password that was refused another one may be tried.
    let refusal = json_answer(200, json!({ "state": "failed", "nothing_changed": true }));
    let (_server, webhook) = hook(refusal).await;
    let answer = webhook.perform(&order(reset())).await;
    assert!(refused(Reason::Policy)(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_neighbour_that_is_not_there_changed_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = WebhookSettings {
        url: format!("http://{}/orders", listener.local_addr().unwrap())
            .parse()
            .unwrap(),
        secret: SECRET.into(),
    };
    drop(listener);
    let webhook = Webhook::new(settings, clock());
    let answer = webhook.perform(&order(Task::Unlock)).await;
    assert!(
        matches!(
            answer,
            Answer::Refused {
                reason: Reason::Unreachable,
                ..
            }
        ),
        "{answer:?}"
    );
}
