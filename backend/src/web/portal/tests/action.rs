//! The action after a pass, through the real routes, with a webhook as the connector.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use shared::words::Action;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::actions::settings::{ActionSettings, ConnectorSettings, WebhookSettings};
use crate::servicenow::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

const SECRET: &str = "whsec_AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";
const PASSWORD: &str = "seven lamps above a quiet harbour";
const SENT: &str = "password=seven+lamps+above+a+quiet+harbour";

/// A portal whose actions are performed by a robot that answers like this.
async fn with_robot(answer: ResponseTemplate) -> (MockServer, Portal) {
    let robot = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/orders"))
        .respond_with(answer)
        .mount(&robot)
        .await;
    let url = format!("{}/orders", robot.uri()).parse().unwrap();
    let portal = Portal::with(|config| {
        let acme = config
            .instances
            .get_mut(&InstanceId::parse("acme").unwrap())
            .unwrap();
        let settings = WebhookSettings {
            url,
            secret: SECRET.into(),
        };
        acme.connectors
            .insert("robot".into(), ConnectorSettings::Webhook(settings));
        for action in Action::ALL {
            let settings = ActionSettings {
                connector: "robot".into(),
                release_always: false,
                release_for: Vec::new(),
            };
            acme.actions.insert(*action, settings);
        }
    });
    (robot, portal)
}

fn said(state: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(serde_json::json!({ "state": state, "nothing_changed": true }))
}

async fn orders(robot: &MockServer) -> usize {
    robot.received_requests().await.unwrap().len()
}

/// A requester who has passed, with a ticket that asks for `action`.
async fn passed(portal: &Portal, action: Action) -> Browser<'_> {
    let mut caller = testing::caller(portal.service.now(), "start");
    caller.claims.action = Some(action);
    let id = portal.start_as(caller).await;
    let browser = portal.begin_of(id).await;
    browser.answer_number().await;
    let code = browser.code().await;
    let answer = browser.post("/verify/code", &format!("code={code}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    browser
}

#[tokio::test]
async fn a_password_is_judged_before_anything_is_ordered() {
    let (robot, portal) = with_robot(said("performed")).await;
    let browser = passed(&portal, Action::PasswordReset).await;
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "Choose a new password");
    assert!(page.body.contains("At least 15 characters"), "{}", page.body);
    assert!(page.body.contains(r#"autocomplete="new-password""#));
    let long = "kR7%23pQ2!".repeat(17);
    let cases = [
        ("", "Enter a new password."),
        ("kR7%23pQ2!vX9", "too short. Use at least 15 characters"),
        (long.as_str(), "too long. Use at most 128 characters"),
        ("PasswordPassword", "among the first that attackers try"),
        ("mia.chen.acme.2026", "easy to guess"),
        ("kR7%23pQ2!vX9$mZ4%07", "characters that cannot be typed"),
    ];
    for (typed, words) in cases {
        let answer = browser.post("/verify/action", &format!("password={typed}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.body.contains(words), "{typed}: {}", answer.body);
        // Whatever was typed is not sent back.
        let plain = typed.replace("%23", "#");
        assert!(plain.is_empty() || !answer.body.contains(&plain), "{typed}");
    }
    assert_eq!(orders(&robot).await, 0);
    // None of them cost a try.
    let answer = browser.post("/verify/action", SENT).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    assert_eq!(browser.get("/verify").await.heading(), "Your new password is set");
    assert_eq!(orders(&robot).await, 1);
}

/// Everything that the test's own thread logs, at every level. It listens to the whole program, because a listener for
/// one thread alone misses places that other threads have come by before.
#[derive(Clone)]
struct Log {
    thread: ThreadId,
    said: Arc<Mutex<Vec<u8>>>,
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if thread::current().id() == self.thread {
            self.said.lock().unwrap().extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_password_is_in_no_log_and_its_strength_changes_nothing() {
    let log = Log {
        thread: thread::current().id(),
        said: Arc::default(),
    };
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let (_robot, portal) = with_robot(said("performed")).await;
    let browser = passed(&portal, Action::PasswordReset).await;
    for (typed, level) in [(SENT, "very_strong"), ("password=passwordpassword", "very_weak")] {
        let answer = browser.post("/verify/action/strength", typed).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(said["level"], level, "{said}");
    }
    let without_token = browser.post_as("/verify/action/strength", SENT).await;
    assert!(without_token.status.is_client_error(), "{}", without_token.status);
    assert_eq!(browser.get("/verify").await.heading(), "Choose a new password");
    browser.post("/verify/action", SENT).await;
    assert_eq!(browser.get("/verify").await.heading(), "Your new password is set");
    let logged = String::from_utf8(log.said.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("a connector has answered"), "the log is empty");
    for form in [PASSWORD, "seven+lamps", "seven%20lamps", "passwordpassword"] {
        assert!(!logged.contains(form), "{form} was logged");
    }
}

#[tokio::test]
async fn an_action_without_a_password_is_one_button() {
    let cases = [
        (
            Action::AccountUnlock,
            "Unlock your account",
            "Your account is unlocked",
        ),
        (
            Action::MfaReset,
            "Reset your second sign-in step",
            "Your second sign-in step is reset",
        ),
    ];
    for (action, before, after) in cases {
        let (robot, portal) = with_robot(said("performed")).await;
        let browser = passed(&portal, action).await;
        let page = browser.get("/verify").await;
        assert_eq!(page.heading(), before);
        // Looking orders nothing.
        assert_eq!(orders(&robot).await, 0);
        browser.post("/verify/action", "").await;
        assert_eq!(browser.get("/verify").await.heading(), after);
        // The form of an action that is done orders nothing.
        browser.post("/verify/action", "").await;
        assert_eq!(orders(&robot).await, 1);
    }
}

#[tokio::test]
async fn a_refusal_is_said_and_may_be_tried_again_until_the_tries_are_used_up() {
    let (robot, portal) = with_robot(said("failed")).await;
    let browser = passed(&portal, Action::PasswordReset).await;
    for _ in 1..crate::verification::grant::MAX_ATTEMPTS {
        let answer = browser.post("/verify/action", SENT).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.body.contains("rules do not allow this password"),
            "{}",
            answer.body
        );
    }
    let last = browser.post("/verify/action", SENT).await;
    assert_eq!(last.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/verify").await.heading(), "This did not work");
    browser.post("/verify/action", SENT).await;
    assert_eq!(
        orders(&robot).await,
        usize::from(crate::verification::grant::MAX_ATTEMPTS)
    );
}

#[tokio::test]
async fn a_receipt_that_comes_later_ends_the_wait() {
    let (robot, portal) = with_robot(ResponseTemplate::new(202)).await;
    let browser = passed(&portal, Action::AccountUnlock).await;
    browser.post("/verify/action", "").await;
    let waiting = browser.get("/verify").await;
    assert_eq!(waiting.heading(), "This is being done");
    // The page looks again by itself, without scripts.
    assert_eq!(waiting.header("refresh"), "3");
    let order = robot.received_requests().await.unwrap().remove(0);
    let order: serde_json::Value = serde_json::from_slice(&order.body).unwrap();
    let body = serde_json::json!({ "id": order["id"], "state": "performed", "summary": "Done there." });
    let (body, now) = (body.to_string(), portal.service.now());
    let send = async |secret: &str| {
        let signed = sign(&secret.into(), "msg-1", now, &body).unwrap();
        let request = warp::test::request()
            .method("POST")
            .path("/callbacks/action")
            .header(ID_HEADER, "msg-1")
            .header(TIMESTAMP_HEADER, signed.timestamp)
            .header(SIGNATURE_HEADER, signed.signature)
            .body(&body);
        portal.answer(request).await.status
    };
    let foreign = "whsec_BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=";
    assert_eq!(send(foreign).await, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/verify").await.heading(), "This is being done");
    assert_eq!(send(SECRET).await, StatusCode::NO_CONTENT);
    assert_eq!(browser.get("/verify").await.heading(), "Your account is unlocked");
}
