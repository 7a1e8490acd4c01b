//! Against a double of Okta that answers only calls with the path, query, headers and body that the reference names.

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::Value;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::super::doubles::{PASSWORD, clock, order, released, reset};
use super::*;

const USER: &str = "00ub0oNGTSWTBKOLGLNR";

struct Double {
    server: MockServer,
    okta: Okta,
    public_key: String,
}

async fn okta(groups: &[&str]) -> Double {
    let server = MockServer::start().await;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let settings = OktaSettings {
        url: server.uri(),
        client_id: "0oa1".into(),
        key_id: "key-1".into(),
        private_key_pem: key.serialize_pem().into(),
        user_filter: "profile.login eq \"{email}\"".into(),
        privileged_groups: groups.iter().map(|&group| group.to_owned()).collect(),
    };
    Mock::given(method("POST"))
        .and(path("/oauth2/v1/token"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .respond_with(ResponseTemplate::new(200).set_body_json(
            json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": "okta-token" }),
        ))
        .expect(1)
        .mount(&server)
        .await;
    Double {
        public_key: key.public_key_pem(),
        okta: Okta::new(settings, clock()),
        server,
    }
}

impl Double {
    async fn users(&self, users: Value) {
        Mock::given(method("GET"))
            .and(path("/api/v1/users"))
            .and(header("authorization", "Bearer okta-token"))
            .and(header("accept", "application/json"))
            .and(query_param(
                "filter",
                "profile.login eq \"mia.o'neil@acme.example\"",
            ))
            .and(query_param("limit", "2"))
            .respond_with(ResponseTemplate::new(200).set_body_json(users))
            .mount(&self.server)
            .await;
    }

    async fn mia(&self) {
        self.users(json!([{ "id": USER, "status": "ACTIVE" }])).await;
    }

    async fn sessions_end(&self) {
        Mock::given(method("DELETE"))
            .and(path(format!("/api/v1/users/{USER}/sessions")))
            .and(query_param("oauthTokens", "true"))
            .respond_with(ResponseTemplate::new(204))
            .expect(1)
            .mount(&self.server)
            .await;
    }
}

fn set_password() -> wiremock::MockBuilder {
    Mock::given(method("POST"))
        .and(path(format!("/api/v1/users/{USER}")))
        .and(header("authorization", "Bearer okta-token"))
        .and(body_json(
            json!({ "credentials": { "password": { "value": PASSWORD } } }),
        ))
}

fn lifecycle(what: &str) -> wiremock::MockBuilder {
    Mock::given(method("POST")).and(path(format!("/api/v1/users/{USER}/lifecycle/{what}")))
}

fn refusal(code: &str, cause: &str) -> Value {
    json!({ "errorCode": code, "errorSummary": "Api validation failed: password", "errorCauses": [{ "errorSummary": cause }] })
}

#[tokio::test]
async fn a_password_is_set_by_an_app_that_proves_itself_with_its_key() {
    let double = okta(&[]).await;
    double.mia().await;
    set_password()
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id": USER })))
        .expect(1)
        .mount(&double.server)
        .await;
    double.sessions_end().await;
    let answer = double.okta.perform(&order(reset())).await;
    assert!(matches!(&answer, Answer::Done { .. }), "{answer:?}");

    let requests: Vec<Request> = double.server.received_requests().await.unwrap();
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&requests[0].body)
        .into_owned()
        .collect();
    let field = |name: &str| form.iter().find(|(field, _)| field == name).unwrap().1.clone();
    assert_eq!(field("grant_type"), "client_credentials");
    assert_eq!(field("scope"), "okta.users.read okta.users.manage");
    assert_eq!(
        field("client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[format!("{}/oauth2/v1/token", double.server.uri())]);
    // The clock of the test stands still in the past or the future.
    rules.validate_exp = false;
    let key = DecodingKey::from_rsa_pem(double.public_key.as_bytes()).unwrap();
    let token = jsonwebtoken::decode::<Value>(field("client_assertion"), &key, &rules).unwrap();
    assert_eq!(
        (&token.claims["iss"], &token.claims["sub"]),
        (&json!("0oa1"), &json!("0oa1"))
    );
    assert_eq!(token.header.kid.as_deref(), Some("key-1"));
    let life = token.claims["exp"].as_i64().unwrap() - token.claims["iat"].as_i64().unwrap();
    assert_eq!(life, ASSERTION_SECONDS);
}

#[tokio::test]
async fn exactly_one_living_user_or_none_is_touched() {
    let cases = [
        (json!([]), Reason::NotOneAccount),
        (json!([{ "id": USER }, { "id": "00u2" }]), Reason::NotOneAccount),
        (
            json!([{ "id": USER, "status": "DEPROVISIONED" }]),
            Reason::Disabled,
        ),
        (json!([{ "id": USER, "status": "SUSPENDED" }]), Reason::Disabled),
    ];
    for (found, wanted) in cases {
        let double = okta(&[]).await;
        double.users(found).await;
        let answer = double.okta.perform(&order(reset())).await;
        assert!(
            matches!(&answer, Answer::Refused { reason, .. } if *reason == wanted),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn what_okta_refuses_is_understood() {
    let cases = [
        (
            400,
            refusal("E0000001", "password: Password requirements were not met."),
            Reason::Policy,
        ),
        (
            403,
            refusal("E0000014", "password: Password has been used too recently."),
            Reason::InHistory,
        ),
        (
            403,
            refusal(
                "E0000014",
                "password: Your password cannot be changed because it was changed too recently.",
            ),
            Reason::TooYoung,
        ),
        (403, refusal("E0000006", ""), Reason::NotPermitted),
    ];
    for (status, body, wanted) in cases {
        let double = okta(&[]).await;
        double.mia().await;
        set_password()
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&double.server)
            .await;
        let answer = double.okta.perform(&order(reset())).await;
        assert!(
            matches!(&answer, Answer::Refused { reason, .. } if *reason == wanted),
            "{wanted:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn accounts_are_unlocked_and_factors_reset() {
    let double = okta(&[]).await;
    double.mia().await;
    lifecycle("unlock")
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .expect(1)
        .mount(&double.server)
        .await;
    assert!(matches!(
        double.okta.perform(&order(Task::Unlock)).await,
        Answer::Done { .. }
    ));

    let double = okta(&[]).await;
    double.mia().await;
    lifecycle("unlock")
        .respond_with(ResponseTemplate::new(403).set_body_json(refusal("E0000032", "")))
        .mount(&double.server)
        .await;
    let answer = double.okta.perform(&order(Task::Unlock)).await;
    assert!(
        matches!(
            answer,
            Answer::Refused {
                reason: Reason::LockedOnPurpose,
                ..
            }
        ),
        "{answer:?}"
    );

    let double = okta(&[]).await;
    double.mia().await;
    lifecycle("reset_factors")
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&double.server)
        .await;
    double.sessions_end().await;
    assert!(matches!(
        double.okta.perform(&order(Task::ResetMfa)).await,
        Answer::Done { .. }
    ));
}

#[tokio::test]
async fn a_rate_limit_is_read_as_okta_writes_it() {
    let double = okta(&[]).await;
    double.mia().await;
    let now = crate::testing::START.unix_seconds();
    let limited = |reset: i64| {
        ResponseTemplate::new(429).insert_header("x-rate-limit-reset", reset.to_string().as_str())
    };
    set_password()
        .respond_with(limited(now))
        .up_to_n_times(1)
        .mount(&double.server)
        .await;
    set_password()
        .respond_with(limited(now + 60))
        .expect(1)
        .mount(&double.server)
        .await;
    let answer = double.okta.perform(&order(reset())).await;
    assert!(
        matches!(
            answer,
            Answer::Refused {
                reason: Reason::Busy,
                ..
            }
        ),
        "{answer:?}"
    );
}

#[tokio::test]
async fn groups_are_read_page_by_page() {
    let double = okta(&["00gAdmins"]).await;
    double.mia().await;
    let groups = format!("/api/v1/users/{USER}/groups");
    let second = Mock::given(method("GET"))
        .and(path(groups.clone()))
        .and(query_param("after", "00g199"));
    second
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([{ "id": "00gAdmins" }])))
        .expect(1)
        .mount(&double.server)
        .await;
    let page: Vec<Value> = (0..200)
        .map(|number| json!({ "id": format!("00g{number}") }))
        .collect();
    let first = Mock::given(method("GET"))
        .and(path(groups))
        .and(query_param("limit", "200"));
    first
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .mount(&double.server)
        .await;
    assert_eq!(double.okta.perform(&order(reset())).await, Answer::NeedsRelease);
    set_password()
        .respond_with(ResponseTemplate::new(200))
        .mount(&double.server)
        .await;
    double.sessions_end().await;
    assert!(matches!(
        double.okta.perform(&released(reset())).await,
        Answer::Done { .. }
    ));
}
