//! How the service is doing, as its administrators see it.

use super::fixture::{Browser, hidden, location, passed, text};
use crate::service::Service;
use crate::service::console::Role;
use crate::service::retention;
use crate::store::StoreError;
use crate::testing::service;

const PATH: &str = "/console/admin/health";

async fn admin(service: &Service, of: &str) -> (Browser, String) {
    let mut browser = Browser::signed_in_as(service, of, "max", Role::Admin).await;
    let token = hidden(&text(&browser.get("/console/admin").await), "form_token");
    (browser, token)
}

/// Asks for the chain to be verified, and waits until it is.
async fn verify(service: &Service, browser: &mut Browser, token: &str, of: &str) -> String {
    let answer = browser
        .post(&format!("{PATH}/verify"), &[("form_token", token)])
        .await;
    assert_eq!(location(&answer), format!("{PATH}?walking=1"));
    while service.vitals.is_walking(&super::fixture::instance(of)) {
        tokio::task::yield_now().await;
    }
    text(&browser.get(PATH).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_is_verified_in_the_background_and_a_broken_one_is_named_to_its_own_people_only() {
    let (_folder, service, clock) = service();
    passed(&service, &clock, "INC0010023").await;
    let (mut browser, token) = admin(&service, "acme").await;
    let page = text(&browser.get(PATH).await);
    assert!(page.contains("It was not verified from here yet."), "{page}");
    let page = verify(&service, &mut browser, &token, "acme").await;
    assert!(
        page.contains("It holds: ") && page.contains("running for"),
        "{page}"
    );

    service
        .store
        .write(|tx| {
            tx.execute_batch("DROP TRIGGER evidence_content_is_only_erased")?;
            let sql = "UPDATE evidence SET body = '{}' WHERE instance = 'acme' AND number = 3";
            assert_eq!(tx.execute(sql, [])?, 1);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let page = verify(&service, &mut browser, &token, "acme").await;
    assert!(page.contains("Entry 3: its content was changed"), "{page}");
    assert!(page.contains("Broken"), "{page}");
    let (mut foreign, foreign_token) = admin(&service, "globex").await;
    let page = verify(&service, &mut foreign, &foreign_token, "globex").await;
    assert!(
        page.contains("It holds: 0 entries.") && !page.contains("Broken"),
        "{page}"
    );
    let log = text(&browser.get("/console/audit?action=evidence.verified").await);
    assert_eq!(log.matches(">Evidence verified</td>").count(), 2, "{log}");
    assert_eq!(
        browser
            .post(&format!("{PATH}/verify"), &[("form_token", "wrong")])
            .await
            .status(),
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_tokens_and_the_last_run_of_retention_are_told_to_whom_they_concern() {
    let (_folder, service, _clock) = service();
    retention::run(&service).await.unwrap();
    let url = service.config.instances[&super::fixture::instance("acme")]
        .url
        .clone();
    let claims = base64_url(format!("{{\"iss\":\"{url}\"}}").as_bytes());
    let head = base64_url(br#"{"alg":"HS256","typ":"imper-agent+jwt","kid":"nobody"}"#);
    let answer = warp::test::request()
        .path("/api/v1/verifications")
        .header("authorization", format!("Bearer {head}.{claims}.c2ln"))
        .reply(&crate::web::public(&service))
        .await;
    assert_eq!(answer.status(), 401);
    let (mut own, _) = admin(&service, "acme").await;
    let page = text(&own.get(PATH).await);
    assert!(page.contains("The last one was refused"), "{page}");
    assert!(page.contains("It runs once an hour."), "{page}");
    let (mut foreign, _) = admin(&service, "globex").await;
    let page = text(&foreign.get(PATH).await);
    assert!(page.contains("None came since the service started."), "{page}");
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
