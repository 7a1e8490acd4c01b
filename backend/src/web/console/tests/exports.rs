use super::fixture::{Browser, failed, fill, passed, text};
use crate::service::console::Role;
use crate::store::StoreError;
use crate::testing::service;

#[tokio::test]
async fn an_export_holds_every_row_of_the_view_and_is_logged() {
    let (_folder, service, clock) = service();
    let rows = 1203;
    fill(&service, "acme", rows, |number, one| {
        if number == 7 {
            one.requester.name = "=cmd|' /C calc'!A0".into();
        }
    })
    .await;
    clock.advance_seconds(3600);
    passed(&service, &clock, "INC0099999").await;
    failed(&service, &clock, "INC0099998").await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let answer = browser.get("/console/verifications/export/csv").await;
    assert_eq!(
        answer.headers()["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"imper-verifications-acme-2026-11-22.csv\""
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body = text(&answer);
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines.len(), 1 + 1203 + 2);
    assert!(
        lines[1].starts_with("INC0099998,Mia Chen,mia.chen@acme.example,High,"),
        "{}",
        lines[1]
    );
    assert!(body.contains("'=cmd|' /C calc'!A0"));

    let passed = text(
        &browser
            .get("/console/verifications/export/ndjson?status=passed")
            .await,
    );
    let one: serde_json::Value = serde_json::from_str(passed.trim()).unwrap();
    assert_eq!(
        (one["ticket_number"].as_str(), one["recommendation"].as_str()),
        (
            Some("INC0099999"),
            Some("User verified successfully - Proceed with action")
        )
    );
    let events = text(
        &browser
            .get("/console/verifications/export/ocsf?q=inc009999")
            .await,
    );
    let classes: Vec<u64> = events
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["class_uid"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(classes, [3002, 3002]);
    let cef = text(&browser.get("/console/verifications/export/cef?risk=high").await);
    assert!(cef.starts_with("CEF:0|imper.ai|") && cef.lines().count() == 1);
    assert_eq!(
        browser.get("/console/verifications/export/xml").await.status(),
        404
    );

    let sql = "SELECT group_concat(subject, ';') FROM (SELECT subject FROM console_audit WHERE action = 'verifications.exported' ORDER BY id)";
    let read =
        |tx: &rusqlite::Transaction<'_>| Ok::<String, StoreError>(tx.query_row(sql, [], |row| row.get(0))?);
    assert_eq!(
        service.store.read(read).await.unwrap(),
        "csv;ndjson status=passed;ocsf q=...;cef risk=high"
    );
}

#[tokio::test]
async fn an_export_that_cannot_be_logged_does_not_leave() {
    let (_folder, service, _clock) = service();
    fill(&service, "acme", 3, |_, _| {}).await;
    let mut browser = Browser::signed_in_as(&service, "acme", "max", Role::Admin).await;
    service.store.close();
    let answer = browser.get("/console/verifications/export/csv").await;
    assert_eq!(answer.status(), 500);
    assert!(!text(&answer).contains("INC"));
}
