use super::super::routes::{self, Endpoint};
use super::{Program, json};
use crate::service::Service;
use crate::service::console::tokens::Scope;
use crate::store::StoreError;
use crate::testing::service;
use crate::web::console::tests::fixture::passed;

async fn logged(service: &Service, actor: String, action: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) FROM console_audit WHERE user_name = ?1 AND action = ?2 AND instance = 'acme'
        AND user_id IS NULL AND client_address = '203.0.113.9'";
    let read = move |tx: &rusqlite::Transaction<'_>| {
        Ok::<i64, StoreError>(tx.query_row(sql, [actor.as_str(), action], |row| row.get(0))?)
    };
    service.store.read(read).await.unwrap()
}

fn path(route: &routes::Route, id: &str) -> String {
    route.path.replace("{id}", id).replace("{format}", "ndjson")
}

#[tokio::test]
async fn every_scope_opens_its_routes_and_no_other() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await.to_string();
    for (number, scope) in Scope::ALL.iter().enumerate() {
        let name = format!("t{number}");
        let program = Program::new(&service, "acme", &name, &[*scope]).await;
        let actor = format!("token:{name}");
        let mut refusals = 0;
        for route in routes::ALL {
            let action = match route.endpoint {
                Endpoint::Report => "verification.report_issued",
                _ => route.logs.unwrap().as_str(),
            };
            let before = logged(&service, actor.clone(), action).await;
            let answer = program.get(&path(route, &id)).await;
            let after = logged(&service, actor.clone(), action).await;
            if route.scope == *scope {
                assert_eq!(answer.status(), 200, "{} with {scope:?}", route.path);
                assert_eq!(after, before + 1, "{} is not logged", route.path);
            } else {
                refusals += 1;
                assert_eq!(answer.status(), 403, "{} with {scope:?}", route.path);
                assert_eq!(after, before, "{}", route.path);
                assert_eq!(
                    answer.headers()["www-authenticate"],
                    format!(
                        "Bearer realm=\"imper.ai\", error=\"insufficient_scope\", scope=\"{}\"",
                        route.scope.as_str()
                    )
                );
                assert_eq!(json(&answer)["type"], "urn:imper:problem:insufficient-scope");
            }
            assert_eq!(answer.headers()["cache-control"], "no-store");
        }
        assert_eq!(
            logged(&service, actor, "access.refused").await,
            refusals,
            "{scope:?}"
        );
    }
}

#[tokio::test]
async fn a_token_sees_nothing_of_another_instance() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await.to_string();
    let own = Program::new(&service, "acme", "all", Scope::ALL).await;
    let foreign = Program::new(&service, "globex", "all", Scope::ALL).await;
    let missing = foreign.get("verifications/VER7K3M9QX2A4TN").await;
    for route in routes::ALL {
        let path = path(route, &id);
        assert_eq!(own.get(&path).await.status(), 200, "{path}");
        let there = foreign.get(&path).await;
        let text = String::from_utf8(there.body().to_vec()).unwrap();
        // The log of the other instance names what was asked for, as it was asked; everything else says nothing.
        for trace in ["INC0010023", "Mia Chen", "Beth Anglin", "mia.chen"] {
            assert!(
                !text.contains(trace),
                "{trace} of acme is told to globex at {path}"
            );
        }
        if matches!(route.endpoint, Endpoint::Verification | Endpoint::Report) {
            assert_eq!(
                (there.status(), there.body(), there.headers()),
                (missing.status(), missing.body(), missing.headers()),
                "{path}"
            );
            assert_eq!(there.status(), 404);
        } else {
            assert_eq!(there.status(), 200, "{path}");
        }
    }
    let found = json(&foreign.get(&format!("verifications?same=requester%3A{id}")).await);
    assert_eq!(found["matching"], 0);
}

#[tokio::test]
async fn without_a_token_that_is_good_nothing_is_said() {
    let (_folder, service, clock) = service();
    let program = Program::new(&service, "acme", "siem", &[Scope::VerificationsRead]).await;
    let good = format!("Bearer {}", program.token);
    for missing in [None, Some("Basic aW1wZXI6YQ=="), Some("Bearer"), Some("")] {
        let answer = program.send("GET", "verifications", missing).await;
        assert_eq!(answer.status(), 401, "{missing:?}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"imper.ai\"");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let unknown = format!("Bearer imper_api_{}", "0".repeat(72));
    let invalid = "Bearer realm=\"imper.ai\", error=\"invalid_token\"";
    let refused = program.send("GET", "verifications", Some(&unknown)).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["www-authenticate"], invalid);
    // Not in the address (RFC 6750, section 5.3).
    let in_address = format!("verifications?access_token={}", program.token);
    assert_eq!(program.send("GET", &in_address, None).await.status(), 401);
    assert_eq!(
        program.send("GET", "verifications", Some(&good)).await.status(),
        200
    );
    assert_eq!(
        program
            .send("HEAD", "verifications", Some(&good.replace("Bearer", "bearer")))
            .await
            .status(),
        200
    );
    let post = program.send("POST", "verifications", Some(&good)).await;
    assert_eq!(
        (post.status().as_u16(), &post.headers()["allow"]),
        (405, &"GET, HEAD".parse().unwrap())
    );
    assert_eq!(program.send("GET", "nothing", Some(&good)).await.status(), 404);
    clock.advance_seconds(30 * 86_400);
    let expired = program.get("verifications").await;
    assert_eq!(
        (expired.status(), expired.body(), expired.headers()),
        (refused.status(), refused.body(), refused.headers())
    );
    assert_eq!(logged(&service, "token:siem".into(), "token.refused").await, 1);
}

#[tokio::test]
async fn a_token_is_slowed_down_and_no_other() {
    let (_folder, service, _clock) = service();
    let busy = Program::new(&service, "acme", "busy", &[Scope::OverviewRead]).await;
    let quiet = token_beside(&service, &busy).await;
    let most = super::super::REQUESTS_PER_MINUTE.get();
    let mut refused = None;
    // Some are let in again while these are being sent.
    for _ in 0..most * 3 {
        // The cheapest that is counted.
        let answer = busy.get("nothing").await;
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), 404);
    }
    let refused = refused.unwrap();
    assert_eq!(json(&refused)["type"], "urn:imper:problem:limit-reached");
    assert!(refused.headers().contains_key("retry-after"));
    let answer = busy.send("GET", "overview", Some(&quiet)).await;
    assert_eq!(answer.status(), 200);
}

async fn token_beside(service: &Service, _busy: &Program) -> String {
    let token = super::token(service, "acme", "quiet", &[Scope::OverviewRead]).await;
    format!("Bearer {token}")
}
