//! Against a double of Microsoft Graph that answers only calls with the path, query, headers and body that the
//! reference names; anything else is a 404.

use wiremock::matchers::{body_json, body_string_contains, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::super::doubles::{PASSWORD, clock, order, released, reset};
use super::*;

const USER: &str = "11111111-2222-3333-4444-555555555555";

async fn graph(groups: &[&str]) -> (MockServer, Entra) {
    let server = MockServer::start().await;
    let settings = EntraSettings {
        tenant_id: "tenant-1".into(),
        client_id: "app-1".into(),
        client_secret: "app secret".into(),
        login_url: server.uri(),
        graph_url: server.uri(),
        user_filter: "userPrincipalName eq '{email}'".into(),
        privileged_groups: groups.iter().map(|&group| group.to_owned()).collect(),
    };
    Mock::given(method("POST"))
        .and(path("/tenant-1/oauth2/v2.0/token"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string_contains("grant_type=client_credentials"))
        .and(body_string_contains("client_id=app-1"))
        .and(body_string_contains("client_secret=app+secret"))
        .and(body_string_contains("%2F.default"))
        .respond_with(ResponseTemplate::new(200).set_body_json(
            json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "graph-token" }),
        ))
        .expect(1)
        .mount(&server)
        .await;
    (server, Entra::new(settings, clock()))
}

async fn users(server: &MockServer, users: Value) {
    Mock::given(method("GET"))
        .and(path("/v1.0/users"))
        .and(header("authorization", "Bearer graph-token"))
        .and(query_param(
            "$filter",
            "userPrincipalName eq 'mia.o''neil@acme.example'",
        ))
        .and(query_param("$select", "id,accountEnabled"))
        .and(query_param("$top", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "value": users })))
        .mount(server)
        .await;
}

async fn mia(server: &MockServer) {
    users(server, json!([{ "id": USER, "accountEnabled": true }])).await;
}

fn patch() -> wiremock::MockBuilder {
    Mock::given(method("PATCH"))
        .and(path(format!("/v1.0/users/{USER}")))
        .and(header("authorization", "Bearer graph-token"))
        .and(body_json(json!({
            "passwordProfile": { "forceChangePasswordNextSignIn": false, "password": PASSWORD }
        })))
}

async fn sessions_end(server: &MockServer, times: u64) {
    Mock::given(method("POST"))
        .and(path(format!("/v1.0/users/{USER}/revokeSignInSessions")))
        .and(header_exists("authorization"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "value": true })))
        .expect(times)
        .mount(server)
        .await;
}

fn refusal(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}

#[tokio::test]
async fn a_password_is_set_and_sessions_are_ended() {
    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    patch()
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    sessions_end(&server, 1).await;
    let answer = entra.perform(&order(reset())).await;
    assert!(
        matches!(&answer, Answer::Done { summary, .. } if summary.contains("sessions were ended")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn exactly_one_enabled_user_or_none_is_touched() {
    let cases = [
        (json!([]), Reason::NotOneAccount),
        (json!([{ "id": USER }, { "id": "other" }]), Reason::NotOneAccount),
        (json!([{ "id": USER, "accountEnabled": false }]), Reason::Disabled),
        (
            json!([{ "id": "../groups", "accountEnabled": true }]),
            Reason::SetUp,
        ),
    ];
    for (found, wanted) in cases {
        let (server, entra) = graph(&[]).await;
        users(&server, found).await;
        let answer = entra.perform(&order(reset())).await;
        assert!(
            matches!(&answer, Answer::Refused { reason, .. } if *reason == wanted),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn what_graph_refuses_is_understood() {
    let cases = [
        (
            400,
            refusal(
                "Request_BadRequest",
                "The specified password does not comply with password complexity requirements.",
            ),
            Reason::TooSimple,
        ),
        (
            400,
            refusal(
                "Request_BadRequest",
                "The password has been used recently. Provide a different password.",
            ),
            Reason::InHistory,
        ),
        (
            403,
            refusal(
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            ),
            Reason::NotPermitted,
        ),
    ];
    for (status, body, wanted) in cases {
        let (server, entra) = graph(&[]).await;
        mia(&server).await;
        patch()
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&server)
            .await;
        let answer = entra.perform(&order(reset())).await;
        assert!(
            matches!(&answer, Answer::Refused { reason, .. } if *reason == wanted),
            "{answer:?}"
        );
    }
    // A fault in the middle of a change is no refusal.
    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    patch()
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    assert!(matches!(
        entra.perform(&order(reset())).await,
        Answer::Unknown { .. }
    ));
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_for_and_a_long_one_is_told() {
    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    patch()
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "0"))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    patch()
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    sessions_end(&server, 1).await;
    assert!(matches!(
        entra.perform(&order(reset())).await,
        Answer::Done { .. }
    ));

    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    patch()
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "120"))
        .expect(1)
        .mount(&server)
        .await;
    let answer = entra.perform(&order(reset())).await;
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
async fn members_of_privileged_groups_need_a_second_person() {
    let (server, entra) = graph(&["admins"]).await;
    mia(&server).await;
    Mock::given(method("POST"))
        .and(path(format!("/v1.0/users/{USER}/checkMemberGroups")))
        .and(body_json(json!({ "groupIds": ["admins"] })))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "value": ["admins"] })))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(entra.perform(&order(reset())).await, Answer::NeedsRelease);
    patch()
        .respond_with(ResponseTemplate::new(204))
        .mount(&server)
        .await;
    sessions_end(&server, 1).await;
    assert!(matches!(
        entra.perform(&released(reset())).await,
        Answer::Done { .. }
    ));
}

#[tokio::test]
async fn every_second_factor_of_every_page_is_removed_the_default_last() {
    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    let methods = format!("/v1.0/users/{USER}/authentication/methods");
    let page = |number: &str, value: Value, next: Option<&str>| {
        let mut body = json!({ "value": value });
        if let Some(next) = next {
            body["@odata.nextLink"] = format!("{}{methods}?page={next}", server.uri()).into();
        }
        let mock = Mock::given(method("GET")).and(path(methods.clone()));
        let mock = if number.is_empty() {
            mock
        } else {
            mock.and(query_param("page", number))
        };
        mock.respond_with(ResponseTemplate::new(200).set_body_json(body))
    };
    let second =
        json!([{ "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": "oath-1" }]);
    page("2", second, None).expect(1).mount(&server).await;
    let first = json!([
        { "@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "28c10230" },
        { "@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": "phone-1" },
    ]);
    page("", first, Some("2")).expect(1).mount(&server).await;
    let delete = |what: &str| {
        Mock::given(method("DELETE")).and(path(format!("/v1.0/users/{USER}/authentication/{what}")))
    };
    // The default method is refused while others are left.
    delete("phoneMethods/phone-1")
        .respond_with(ResponseTemplate::new(400))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    delete("phoneMethods/phone-1")
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    delete("softwareOathMethods/oath-1")
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    sessions_end(&server, 1).await;
    let answer = entra.perform(&order(Task::ResetMfa)).await;
    assert!(
        matches!(&answer, Answer::Done { answer, .. } if answer.starts_with("2 methods")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn the_token_is_not_sent_elsewhere_and_unknown_factors_are_no_success() {
    let elsewhere = MockServer::start().await;
    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    let methods = format!("/v1.0/users/{USER}/authentication/methods");
    let body = json!({ "value": [], "@odata.nextLink": format!("{}{methods}", elsewhere.uri()) });
    Mock::given(method("GET"))
        .and(path(methods.clone()))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let answer = entra.perform(&order(Task::ResetMfa)).await;
    assert!(
        matches!(
            answer,
            Answer::Refused {
                reason: Reason::SetUp,
                ..
            }
        ),
        "{answer:?}"
    );
    assert!(elsewhere.received_requests().await.unwrap().is_empty());

    let (server, entra) = graph(&[]).await;
    mia(&server).await;
    let body = json!({ "value": [{ "@odata.type": "#microsoft.graph.newAuthenticationMethod", "id": "x" }] });
    Mock::given(method("GET"))
        .and(path(methods))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let answer = entra.perform(&order(Task::ResetMfa)).await;
    assert!(
        matches!(
            answer,
            Answer::Refused {
                reason: Reason::SetUp,
                ..
            }
        ),
        "{answer:?}"
    );
}
