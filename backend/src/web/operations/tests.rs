use super::*;
use crate::service::agent;
use crate::testing::{caller, send_link, service};

async fn get(service: &Service, path: &str) -> (u16, String) {
    let response = warp::test::request().path(path).reply(&routes(service)).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn health_readiness_and_metrics_tell_what_is_so() {
    install_metrics();
    let (_folder, service, _clock) = service();
    assert_eq!(get(&service, "/healthz").await, (200, "ok\n".into()));
    assert_eq!(get(&service, "/readyz").await.0, 200);

    agent::start(&service, caller(service.now(), "start-token"), send_link(), None)
        .await
        .unwrap();
    warp::test::request()
        .path("/api/v1/verifications")
        .reply(&crate::web::public(&service))
        .await;
    let (status, metrics) = get(&service, "/metrics").await;
    assert_eq!(status, 200);
    for expected in [
        "outbox_open ",
        "outbox_dead ",
        "http_requests_total{status=\"401\"}",
    ] {
        assert!(metrics.contains(expected), "{expected} is not in:\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_closed_is_not_ready_but_the_process_is_healthy() {
    let (_folder, service, _clock) = service();
    service.store.close();
    assert_eq!(get(&service, "/readyz").await.0, 503);
    assert_eq!(get(&service, "/healthz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_listener_serves_none_of_it() {
    let (_folder, service, _clock) = service();
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = warp::test::request()
            .path(path)
            .reply(&crate::web::public(&service))
            .await;
        assert_eq!(answer.status(), 404, "{path}");
    }
}
