//! The agent API over its real routes: what it answers to good and, above all, to bad requests.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use shared::agent_api::{TicketVerifications, VerificationView};
use shared::agent_token::{AgentClaims, TOKEN_TYPE};
use shared::connection::{CONNECTION_TOKEN_TYPE, ConnectionClaims, ConnectionReport};
use shared::problem::Problem;
use shared::words::Status;
use warp::http::{Response, StatusCode};
use warp::hyper::body::Bytes;

use crate::service::Service;
use crate::testing::{claims, service, service_with};
use crate::web::public;

const GOOD_BODY: &str = r#"{"channel":"email","destination":"mia.private@gmail.com"}"#;

fn sign(claims: &AgentClaims) -> String {
    sign_as(TOKEN_TYPE, claims)
}

fn sign_as(kind: &str, claims: &impl serde::Serialize) -> String {
    crate::crypto::install();
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(kind.into());
    header.kid = Some("k1".into());
    format!(
        "Bearer {}",
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&[2; 32])).unwrap()
    )
}

fn token(service: &Service, jti: &str) -> String {
    sign(&claims(service.now(), jti))
}

fn request(method: &str, path: &str, token: &str) -> warp::test::RequestBuilder {
    warp::test::request()
        .method(method)
        .path(path)
        .header("authorization", token)
}

async fn post(service: &Service, token: &str, body: &str) -> Response<Bytes> {
    request("POST", "/api/v1/verifications", token)
        .header("content-type", "application/json")
        .header("content-length", body.len())
        .body(body)
        .reply(&public(service))
        .await
}

#[track_caller]
fn problem(response: &Response<Bytes>, status: u16, name: &str) -> Problem {
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json",
        "{response:?}"
    );
    let problem: Problem = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(
        (response.status().as_u16(), problem.status, problem.name()),
        (status, status, name),
        "{problem:?}"
    );
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_sent_listed_read_and_cancelled() {
    let (_folder, service, _clock) = service();
    let created = post(&service, &token(&service, "create-token"), GOOD_BODY).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let view: VerificationView = serde_json::from_slice(created.body()).unwrap();
    let routes = public(&service);
    let listed = request("GET", "/api/v1/verifications", &token(&service, "list-token"))
        .reply(&routes)
        .await;
    let list: TicketVerifications = serde_json::from_slice(listed.body()).unwrap();
    assert_eq!(list.verifications[0].id, view.id);
    let path = format!("/api/v1/verifications/{}/cancel", view.id);
    let cancelled = request("POST", &path, &token(&service, "cancel-token"))
        .reply(&routes)
        .await;
    let view: VerificationView = serde_json::from_slice(cancelled.body()).unwrap();
    assert_eq!(view.status, Status::Cancelled);
    let again = request("POST", &path, &token(&service, "cancel-again"))
        .reply(&routes)
        .await;
    problem(&again, 409, "not-possible-now");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_get_a_clear_problem_and_change_nothing() {
    let (_folder, service, _clock) = service();
    let cases: [(&str, u16, &str); 8] = [
        ("{", 400, "invalid-body"),
        ("[]", 400, "invalid-body"),
        (r#"{"channel":"pigeon","destination":"x"}"#, 400, "invalid-body"),
        (r#"{"channel":"email"}"#, 400, "invalid-body"),
        (
            r#"{"channel":"email","destination":"mia@x.example","risk":"none"}"#,
            400,
            "invalid-body",
        ),
        (
            r#"{"channel":"email","destination":"mia"}"#,
            422,
            "invalid-destination",
        ),
        (
            r#"{"channel":"email","destination":"mia.chen@acme.example"}"#,
            422,
            "destination-is-the-account",
        ),
        (
            r#"{"channel":"sms","destination":"+442079460958"}"#,
            422,
            "channel-not-configured",
        ),
    ];
    for (n, (body, status, name)) in cases.into_iter().enumerate() {
        let answer = post(&service, &token(&service, &format!("bad-body-{n}")), body).await;
        problem(&answer, status, name);
    }
    let listed = request("GET", "/api/v1/verifications", &token(&service, "list-token"))
        .reply(&public(&service))
        .await;
    let list: TicketVerifications = serde_json::from_slice(listed.body()).unwrap();
    assert!(list.verifications.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_refuses_is_a_problem_too() {
    let (_folder, service, _clock) = service();
    let routes = public(&service);
    let fresh = |jti: &str| token(&service, jti);
    let large = "x".repeat(17_000);
    let too_large = post(&service, &fresh("too-large"), &large).await;
    problem(&too_large, 413, "too-large");
    let wrong_method = request("DELETE", "/api/v1/verifications", &fresh("wrong-method"))
        .reply(&routes)
        .await;
    problem(&wrong_method, 405, "method-not-allowed");
    let unknown_path = request("GET", "/api/v1/nothing", &fresh("unknown-path"))
        .reply(&routes)
        .await;
    problem(&unknown_path, 404, "not-found");
    let wrong_type = request("POST", "/api/v1/verifications", &fresh("wrong-type"))
        .header("content-type", "text/plain")
        .header("content-length", GOOD_BODY.len())
        .body(GOOD_BODY)
        .reply(&routes)
        .await;
    problem(&wrong_type, 415, "unsupported-media-type");
    for id in ["nothing", "VER000000000000", "VER0000000000001' OR 1=1"] {
        let path = format!("/api/v1/verifications/{}", id.replace(' ', "%20"));
        problem(
            &request("GET", &path, &fresh("unknown-id")).reply(&routes).await,
            404,
            "not-found",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_right_token_every_route_answers_the_same() {
    let (_folder, service, clock) = service();
    let routes = public(&service);
    let expired = token(&service, "expired-token");
    clock.advance_seconds(240);
    for bad in [
        "",
        "Bearer",
        "Bearer ",
        "Basic abc",
        "Bearer a.b.c",
        &expired,
        &format!("Bearer {}", "x".repeat(9000)),
    ] {
        for (method, path) in [
            ("GET", "/api/v1/verifications"),
            ("GET", "/api/v1/verifications/VER000000000000/events"),
            ("POST", "/api/v1/verifications/VER000000000000/cancel"),
        ] {
            let answer = request(method, path, bad).reply(&routes).await;
            let problem = problem(&answer, 401, "token-not-accepted");
            assert_eq!(problem.detail, None, "why is for the log only");
        }
    }
    let none = warp::test::request()
        .path("/api/v1/verifications")
        .reply(&routes)
        .await;
    problem(&none, 401, "token-not-accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_token_changes_nothing() {
    let (_folder, service, _clock) = service();
    let once = token(&service, "replayed-token");
    assert_eq!(
        post(&service, &once, GOOD_BODY).await.status(),
        StatusCode::CREATED
    );
    problem(&post(&service, &once, GOOD_BODY).await, 401, "token-spent");
    problem(
        &post(&service, &token(&service, "second-token"), GOOD_BODY).await,
        409,
        "already-running",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_instances_may_call_from_a_browser_and_they_can_read_errors() {
    let (_folder, service, _clock) = service();
    let routes = public(&service);
    let preflight = |origin: &'static str| {
        warp::test::request()
            .method("OPTIONS")
            .path("/api/v1/verifications")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
    };
    let allowed = preflight("https://acme.service-now.com").reply(&routes).await;
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        "https://acme.service-now.com"
    );
    let foreign = preflight("https://evil.example").reply(&routes).await;
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
    let failed = request("GET", "/api/v1/verifications", "Bearer x")
        .header("origin", "https://acme.service-now.com")
        .reply(&routes)
        .await;
    assert_eq!(
        failed.headers()["access-control-allow-origin"],
        "https://acme.service-now.com"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn live_status_follows_the_verification_to_its_end() {
    let (_folder, service, _clock) = service();
    let created = post(&service, &token(&service, "create-token"), GOOD_BODY).await;
    let view: VerificationView = serde_json::from_slice(created.body()).unwrap();
    let id = crate::verification::VerificationId::parse(&view.id).unwrap();
    let path = format!("/api/v1/verifications/{}/events", view.id);
    let watch = request("GET", &path, &token(&service, "watch-token"));
    let routes = public(&service);
    let watching = tokio::spawn(async move { watch.reply(&routes).await });
    while service.changes.receiver_count() == 0 {
        tokio::task::yield_now().await;
    }
    let caller = crate::testing::caller(service.now(), "cancel-token");
    crate::service::agent::cancel(&service, caller, id).await.unwrap();
    // The stream ends by itself after the final state; until then this would wait.
    let stream = watching.await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let text = String::from_utf8(stream.body().to_vec()).unwrap();
    let last = text.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.starts_with("event:verification\ndata:"), "{text}");
    let view: VerificationView = serde_json::from_str(last.split_once("data:").unwrap().1).unwrap();
    assert_eq!(view.status, Status::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_tested_for_an_admins_token_once_each_and_not_too_often() {
    // Nobody listens there.
    let url = "http://127.0.0.1:9";
    let (_folder, service, _clock) = service_with(|config| {
        for instance in config.instances.values_mut() {
            instance.url = url.into();
        }
    });
    let routes = public(&service);
    let now = service.now().unix_seconds();
    let agents = claims(service.now(), "not-of-interest");
    let sign = |jti: &str| {
        let claims = ConnectionClaims {
            iss: url.into(),
            aud: agents.aud.clone(),
            sub: agents.sub.clone(),
            iat: now,
            nbf: now,
            exp: now + 60,
            jti: jti.into(),
        };
        sign_as(CONNECTION_TOKEN_TYPE, &claims)
    };
    let ask = async |token: &str| request("POST", "/api/v1/connection", token).reply(&routes).await;
    let agents_token = sign_as(
        TOKEN_TYPE,
        &AgentClaims {
            iss: url.into(),
            ..claims(service.now(), "an-agents-own")
        },
    );
    problem(&ask(&agents_token).await, 401, "token-not-accepted");
    let none = warp::test::request()
        .method("POST")
        .path("/api/v1/connection")
        .reply(&routes)
        .await;
    problem(&none, 401, "token-not-accepted");

    let first = sign("first-test");
    let answer = ask(&first).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let report: ConnectionReport = serde_json::from_slice(answer.body()).unwrap();
    assert!(
        !report.steps[0].ok && !report.steps[0].remedy.is_empty(),
        "{report:?}"
    );
    problem(&ask(&first).await, 401, "token-spent");
    for n in 0..50 {
        let answer = ask(&sign(&format!("many-tests-{n}"))).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let problem = problem(&answer, 429, "limit-reached");
            assert!(
                problem
                    .retry_after
                    .is_some_and(|seconds| (1..=11).contains(&seconds))
            );
            return;
        }
    }
    panic!("no limit was reached");
}
