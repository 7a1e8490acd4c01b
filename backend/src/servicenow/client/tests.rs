use serde_json::json;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::config::Config;
use crate::testing::{self, ManualClock};
use crate::verification::InstanceId;

const BODY: &str = r#"{"id":"evt_1","verification":{}}"#;
const FORM: &str = "grant_type=client_credentials&client_id=imper&client_secret=acme-client-secret";

pub(super) struct Setup {
    pub(super) server: MockServer,
    config: Config,
    clock: Arc<ManualClock>,
    pub(super) client: Client,
}

impl Setup {
    /// A client, and an instance that does not answer anything yet.
    pub(super) async fn new() -> Self {
        let server = MockServer::start().await;
        let (text, secrets) = testing::config_text();
        let mut config = Config::parse(&text, &secrets).unwrap();
        for instance in config.instances.values_mut() {
            instance.url = server.uri();
        }
        let (_folder, service, clock) = testing::service();
        let client = Client::new(service.clock).unwrap();
        Self {
            server,
            config,
            clock,
            client,
        }
    }

    pub(super) fn acme(&self) -> &Instance {
        &self.config.instances[&InstanceId::parse("acme").unwrap()]
    }

    fn secrets(&self) -> [SecretString; 1] {
        [self.acme().callback.webhook_secret.clone()]
    }

    pub(super) async fn gives_tokens(&self, token: &str, life: i64, times: u64) {
        Mock::given(method("POST"))
            .and(path("/oauth_token.do"))
            .and(header("content-type", "application/x-www-form-urlencoded"))
            .and(body_string(FORM))
            .respond_with(ResponseTemplate::new(200).set_body_json(
                json!({ "access_token": token, "scope": "useraccount", "token_type": "Bearer", "expires_in": life }),
            ))
            .up_to_n_times(times)
            .expect(times)
            .mount(&self.server)
            .await;
    }

    async fn answers(&self, token: &str, answer: ResponseTemplate, times: u64) {
        let bearer = format!("Bearer {token}");
        Mock::given(method("POST"))
            .and(path("/api/x_imper_verify/v1/verify/result"))
            .and(header("authorization", bearer.as_str()))
            .respond_with(answer)
            .expect(times)
            .mount(&self.server)
            .await;
    }

    async fn deliver(&self) -> Outcome {
        self.client
            .deliver(self.acme(), &self.secrets(), ("evt_1", BODY))
            .await
            .0
    }
}

fn applied() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "result": { "status": "applied" } }))
}

#[tokio::test]
async fn an_event_is_posted_signed_and_authorised() {
    let setup = Setup::new().await;
    setup.gives_tokens("t1", 1799, 1).await;
    let (now, secret) = (setup.clock.now(), setup.acme().callback.webhook_secret.clone());
    Mock::given(method("POST"))
        .and(path("/api/x_imper_verify/v1/verify/result"))
        .and(header("authorization", "Bearer t1"))
        .and(header("content-type", "application/json"))
        .and(header("accept", "application/json"))
        .and(header("content-length", BODY.len().to_string().as_str()))
        .and(header("webhook-id", "evt_1"))
        .and(header(
            "webhook-timestamp",
            now.unix_seconds().to_string().as_str(),
        ))
        .and(body_string(BODY))
        .and(move |request: &Request| {
            let expected = signature::sign(&secret, "evt_1", now, BODY).unwrap();
            request.headers["webhook-signature"] == expected.signature.as_str()
                && request.headers.get("transfer-encoding").is_none()
        })
        .respond_with(applied())
        .expect(1)
        .mount(&setup.server)
        .await;
    assert_eq!(setup.deliver().await, Outcome::Accepted);
}

#[tokio::test]
async fn a_token_is_used_until_shortly_before_it_ends() {
    let setup = Setup::new().await;
    setup.gives_tokens("t1", 1800, 1).await;
    setup.answers("t1", applied(), 2).await;
    assert_eq!(setup.deliver().await, Outcome::Accepted);
    setup.clock.advance_seconds(1739);
    assert_eq!(setup.deliver().await, Outcome::Accepted);
    setup.clock.advance_seconds(1);
    setup.gives_tokens("t2", 1800, 1).await;
    setup.answers("t2", applied(), 1).await;
    assert_eq!(setup.deliver().await, Outcome::Accepted);
}

#[tokio::test]
async fn many_at_once_ask_for_one_token() {
    let setup = Setup::new().await;
    setup.gives_tokens("t1", 1800, 1).await;
    setup.answers("t1", applied(), 8).await;
    let outcomes = futures_util::future::join_all((0..8).map(|_| setup.deliver())).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Accepted));
}

#[tokio::test]
async fn a_refused_token_is_replaced_at_once_and_only_once() {
    let setup = Setup::new().await;
    setup.gives_tokens("t1", 1800, 1).await;
    setup.answers("t1", ResponseTemplate::new(401), 1).await;
    setup.gives_tokens("t2", 1800, 1).await;
    setup.answers("t2", applied(), 1).await;
    assert_eq!(setup.deliver().await, Outcome::Accepted);
    setup.server.verify().await;
    setup.server.reset().await;

    setup.answers("t2", ResponseTemplate::new(401), 1).await;
    setup.gives_tokens("t3", 1800, 1).await;
    let refusal = json!({ "error": { "message": "webhook-signature does not match the body.", "detail": "signature_invalid" }, "status": "failure" });
    setup
        .answers("t3", ResponseTemplate::new(401).set_body_json(refusal), 1)
        .await;
    let why = "The instance refused the token or the signature (401 signature_invalid).";
    assert_eq!(setup.deliver().await, Outcome::down(why));
}

#[tokio::test]
async fn a_sleeping_instance_is_recognised_at_both_addresses() {
    let page =
        || ResponseTemplate::new(200).set_body_raw("<html>Your instance is hibernating</html>", "text/html");
    let setup = Setup::new().await;
    Mock::given(path("/oauth_token.do"))
        .respond_with(page())
        .expect(1)
        .mount(&setup.server)
        .await;
    assert_eq!(setup.deliver().await, asleep());
    setup.server.verify().await;
    setup.server.reset().await;
    setup.gives_tokens("t1", 1800, 1).await;
    setup.answers("t1", page(), 1).await;
    assert_eq!(setup.deliver().await, asleep());
    setup.server.verify().await;
    setup.server.reset().await;
    // A page that says of itself that it is JSON.
    setup
        .answers(
            "t1",
            ResponseTemplate::new(200).set_body_raw("<html>", "application/json"),
            1,
        )
        .await;
    assert_eq!(setup.deliver().await, asleep());
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (status, wait, expected) in [
        (200, None, Ok(())),
        (201, None, Ok(())),
        (302, None, Err(Some(None))),
        (400, None, Err(None)),
        (410, None, Err(None)),
        (422, None, Err(None)),
        (403, None, Err(Some(seconds(300)))),
        (404, None, Err(Some(seconds(300)))),
        (409, None, Err(Some(seconds(300)))),
        (429, Some("7"), Err(Some(seconds(7)))),
        (429, None, Err(Some(None))),
        (500, None, Err(Some(None))),
        (503, Some("900"), Err(Some(seconds(900)))),
    ] {
        let setup = Setup::new().await;
        setup.gives_tokens("t1", 1800, 1).await;
        let mut answer = ResponseTemplate::new(status)
            .set_body_json(json!({}))
            .insert_header("location", "https://evil.example/");
        if let Some(wait) = wait {
            answer = answer.insert_header("retry-after", wait);
        }
        setup.answers("t1", answer, 1).await;
        let found = match setup.deliver().await {
            Outcome::Accepted => Ok(()),
            Outcome::Refused { .. } => Err(None),
            Outcome::Retry { after, .. } => Err(Some(after)),
        };
        assert_eq!(found, expected, "{status}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_posted() {
    for (status, body) in [
        (401, json!({ "error": "access_denied" })),
        (500, json!({})),
        (200, json!({ "token_type": "Bearer" })),
        (200, json!({ "access_token": "", "token_type": "Bearer" })),
        (200, json!({ "access_token": "x", "token_type": "mac" })),
    ] {
        let setup = Setup::new().await;
        Mock::given(path("/oauth_token.do"))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .expect(1)
            .mount(&setup.server)
            .await;
        setup.answers("x", applied(), 0).await;
        assert!(matches!(setup.deliver().await, Outcome::Retry { .. }), "{status}");
    }
}

#[tokio::test]
async fn an_instance_that_does_not_answer_in_time_is_tried_again() {
    let mut setup = Setup::new().await;
    // The limit is 20 seconds; a test should not take so long.
    setup.client.http = reqwest::Client::builder()
        .timeout(Duration::from_millis(200))
        .no_proxy()
        .build()
        .unwrap();
    let slowly = |answer: ResponseTemplate| answer.set_delay(Duration::from_secs(30));
    let token = json!({ "access_token": "t1", "token_type": "Bearer" });
    Mock::given(path("/oauth_token.do"))
        .respond_with(slowly(ResponseTemplate::new(200).set_body_json(token)))
        .expect(1)
        .mount(&setup.server)
        .await;
    let Outcome::Retry { why, about, .. } = setup.deliver().await else {
        panic!("no retry")
    };
    assert!(
        why.starts_with("The instance gave no token: there was no answer"),
        "{why}"
    );
    assert_eq!(about, About::Neighbour);
    setup.server.verify().await;
    setup.server.reset().await;
    setup.gives_tokens("t1", 1800, 1).await;
    setup.answers("t1", slowly(applied()), 1).await;
    let Outcome::Retry { why, about, .. } = setup.deliver().await else {
        panic!("no retry")
    };
    assert!(
        why.starts_with("The instance did not answer: there was no answer"),
        "{why}"
    );
    assert_eq!(about, About::Neighbour);
}

#[tokio::test]
async fn an_instance_that_cannot_be_reached_is_tried_again() {
    let setup = Setup::new().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let secrets = setup.secrets();
    let mut config = setup.config;
    let acme = config
        .instances
        .get_mut(&InstanceId::parse("acme").unwrap())
        .unwrap();
    acme.url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let Outcome::Retry { after: None, why, .. } =
        setup.client.deliver(acme, &secrets, ("evt_1", BODY)).await.0
    else {
        panic!("no retry")
    };
    assert!(
        why.starts_with("The instance gave no token: there is no connection"),
        "{why}"
    );
    // Signed results never travel in clear to another machine.
    acme.url = "http://acme.example".into();
    assert!(matches!(
        setup.client.deliver(acme, &secrets, ("evt_1", BODY)).await.0,
        Outcome::Retry { .. }
    ));
}

#[tokio::test]
async fn what_became_of_the_ticket_is_read_and_anything_else_is_no_word() {
    for (result, expected) in [
        (
            json!({ "status": "applied", "ticket": "closed" }),
            Some(TicketEnd::Closed),
        ),
        (
            json!({ "status": "duplicate", "ticket": "resolved" }),
            Some(TicketEnd::Resolved),
        ),
        (json!({ "status": "applied", "ticket": "exploded" }), None),
        (json!({ "status": "applied", "ticket": 7 }), None),
        (json!({ "status": "applied" }), None),
    ] {
        let setup = Setup::new().await;
        setup.gives_tokens("t1", 1800, 1).await;
        let answer = ResponseTemplate::new(200).set_body_json(json!({ "result": result.clone() }));
        setup.answers("t1", answer, 1).await;
        let told = setup
            .client
            .deliver(setup.acme(), &setup.secrets(), ("evt_1", BODY))
            .await;
        assert_eq!(told, (Outcome::Accepted, expected), "{result}");
    }
}
