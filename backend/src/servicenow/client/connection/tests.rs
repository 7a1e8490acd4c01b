use serde_json::{Value, json};
use shared::connection::PING;
use wiremock::matchers::{body_string, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::config::Config;
use crate::ports::Clock as _;
use crate::servicenow::signature;
use crate::testing::{self, ManualClock};
use crate::verification::InstanceId;

const ID: &str = "evt_00000000000000000000000000000001";
const PATIENCE: Duration = Duration::from_secs(30);

struct Setup {
    server: MockServer,
    config: Config,
    clock: std::sync::Arc<ManualClock>,
    client: Client,
}

impl Setup {
    async fn new() -> Self {
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

    fn acme(&self) -> &Instance {
        &self.config.instances[&InstanceId::parse("acme").unwrap()]
    }

    async fn token(&self, answer: ResponseTemplate) {
        let given = Mock::given(method("POST")).and(path("/oauth_token.do"));
        given.respond_with(answer).mount(&self.server).await;
    }

    async fn ping(&self, answer: ResponseTemplate) {
        let given = Mock::given(method("POST")).and(path("/api/x_imper_verify/v1/verify/result"));
        given.respond_with(answer).mount(&self.server).await;
    }

    async fn steps(&self) -> Vec<StepReport> {
        let secrets = self.secrets();
        let report = self.client.test(self.acme(), &secrets, (ID, "{}"), PATIENCE);
        report.await.steps
    }

    fn secrets(&self) -> [SecretString; 1] {
        [self.acme().callback.webhook_secret.clone()]
    }

    /// The last step, and how many there were.
    async fn last(&self) -> (usize, StepReport) {
        let mut steps = self.steps().await;
        (steps.len(), steps.pop().unwrap())
    }
}

fn granted() -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(json!({ "access_token": "t1", "token_type": "Bearer", "expires_in": 1799 }))
}

fn page(status: u16, text: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(text.as_bytes().to_vec(), "text/html;charset=UTF-8")
}

fn refused(status: u16, detail: &Value) -> ResponseTemplate {
    let error = json!({ "error": { "message": "No", "detail": detail }, "status": "failure" });
    ResponseTemplate::new(status).set_body_json(error)
}

#[tokio::test]
async fn a_good_way_back_is_walked_to_its_end_with_the_signature_of_results() {
    let setup = Setup::new().await;
    setup.token(granted()).await;
    let now = setup.clock.now();
    let secret = setup.acme().callback.webhook_secret.clone();
    let body = format!(r#"{{"id":"{ID}","type":"{PING}"}}"#);
    let sent = body.clone();
    let pong = json!({ "result": { "status": "pong", "version": "1.0.0", "time": now.unix_seconds() - 12 } });
    Mock::given(method("POST"))
        .and(path("/api/x_imper_verify/v1/verify/result"))
        .and(body_string(body.clone()))
        .and(move |request: &Request| {
            let expected = signature::sign(&secret, ID, now, &sent).unwrap();
            request.headers["webhook-signature"] == expected.signature.as_str()
                && request.headers["authorization"] == "Bearer t1"
        })
        .respond_with(ResponseTemplate::new(200).set_body_json(pong))
        .expect(1)
        .mount(&setup.server)
        .await;
    let report = setup
        .client
        .test(setup.acme(), &setup.secrets(), (ID, &body), PATIENCE)
        .await;
    let found: Vec<_> = report.steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(
        found,
        [(Step::Oauth, true), (Step::Ping, true), (Step::Clock, true)]
    );
    assert!(report.steps.iter().all(|step| step.remedy.is_empty()));
    assert_eq!(
        report.steps[2].text,
        "The clock of the instance is 12 seconds behind the backend's."
    );
}

#[tokio::test]
async fn everything_that_can_be_wrong_with_the_token_endpoint_has_a_name() {
    let oauth = |status, error: &str| {
        ResponseTemplate::new(status)
            .set_body_json(json!({ "error": error, "error_description": "access_denied" }))
    };
    let cases = [
        (oauth(401, "server_error"), Finding::ClientRefused),
        (oauth(400, "invalid_client"), Finding::ClientRefused),
        (oauth(400, "unsupported_grant_type"), Finding::GrantRefused),
        (oauth(401, "unauthorized_client"), Finding::GrantRefused),
        (oauth(500, "server_error"), Finding::Failed),
        (oauth(429, "rate"), Finding::Busy),
        (
            page(200, "<title>Instance Hibernating page</title>"),
            Finding::Hibernating,
        ),
        (page(200, "<title>Sign in to the network</title>"), Finding::Proxy),
        (page(403, "<h1>Blocked</h1>"), Finding::Proxy),
        (page(502, "<h1>Bad gateway</h1>"), Finding::Proxy),
        (ResponseTemplate::new(407), Finding::Proxy),
        (
            ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example"),
            Finding::Redirected,
        ),
        (
            ResponseTemplate::new(200).set_body_json(json!({ "access_token": "", "token_type": "Bearer" })),
            Finding::Unreadable,
        ),
    ];
    for (answer, finding) in cases {
        let setup = Setup::new().await;
        setup.token(answer).await;
        let (steps, last) = setup.last().await;
        assert_eq!((steps, last.step, last.finding), (1, Step::Oauth, finding));
        assert!(
            !last.ok && !last.remedy.is_empty() && last.text.ends_with('.'),
            "{last:?}"
        );
    }
}

#[tokio::test]
async fn everything_that_can_be_wrong_with_the_signed_call_has_a_name() {
    let json_ok = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let cases = [
        (
            refused(401, &json!("signature_invalid")),
            Finding::SignatureRefused,
        ),
        (refused(401, &json!("timestamp_out_of_range")), Finding::ClockOff),
        (refused(401, &json!("signature_missing")), Finding::Proxy),
        (
            refused(401, &json!("Required to provide Auth information")),
            Finding::TokenRefused,
        ),
        (
            refused(403, &json!("Failed API level ACL Validation")),
            Finding::RoleMissing,
        ),
        (refused(400, &json!("invalid_event")), Finding::Outdated),
        (
            json_ok(json!({ "result": { "status": "recorded" } })),
            Finding::Outdated,
        ),
        (
            refused(400, &json!("/api/x_imper_verify/v1/verify/result")),
            Finding::NotInstalled,
        ),
        (refused(404, &Value::Null), Finding::NotInstalled),
        (refused(503, &json!("not_ready")), Finding::SwitchedOff),
        (refused(500, &Value::Null), Finding::Failed),
        (page(403, "<h1>Blocked</h1>"), Finding::Proxy),
        (page(200, "Your instance is hibernating"), Finding::Hibernating),
    ];
    for (answer, finding) in cases {
        let setup = Setup::new().await;
        setup.token(granted()).await;
        setup.ping(answer).await;
        let (steps, last) = setup.last().await;
        assert_eq!((steps, last.step, last.finding), (2, Step::Ping, finding));
        assert!(
            !last.ok && !last.remedy.is_empty() && last.text.ends_with('.'),
            "{last:?}"
        );
    }
}

#[tokio::test]
async fn clocks_that_differ_are_measured_either_way() {
    let setup = Setup::new().await;
    setup.token(granted()).await;
    let time = setup.clock.now().unix_seconds() + 31;
    setup
        .ping(
            ResponseTemplate::new(200)
                .set_body_json(json!({ "result": { "status": "pong", "version": "1.0.0", "time": time } })),
        )
        .await;
    let (steps, last) = setup.last().await;
    assert_eq!((steps, last.finding, last.ok), (3, Finding::ClockOff, false));
    assert_eq!(
        last.text,
        "The clock of the instance is 31 seconds ahead of the backend's."
    );

    let setup = Setup::new().await;
    setup.token(granted()).await;
    let date = jiff::Timestamp::from_second(setup.clock.now().unix_seconds() - 400).unwrap();
    let date = jiff::fmt::rfc2822::to_string(&date.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    let answer = refused(401, &json!("timestamp_out_of_range")).insert_header("date", date.as_str());
    setup.ping(answer).await;
    let (_, last) = setup.last().await;
    assert_eq!(
        last.text,
        "The clock of the instance is 400 seconds behind the backend's."
    );
}

#[tokio::test]
async fn silence_and_slowness_are_told_apart() {
    let setup = Setup::new().await;
    setup.token(granted().set_delay(Duration::from_mins(10))).await;
    let late = setup
        .client
        .test(
            setup.acme(),
            &setup.secrets(),
            (ID, "{}"),
            Duration::from_millis(20),
        )
        .await;
    assert_eq!(late.steps[0].finding, Finding::TimedOut);

    let mut setup = Setup::new().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for instance in setup.config.instances.values_mut() {
        instance.url.clone_from(&nowhere);
    }
    let (_, last) = setup.last().await;
    assert_eq!(last.finding, Finding::Unreachable);
    assert!(last.text.contains(&nowhere), "{}", last.text);
}
