//! Signed reports, as they leave the console.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fixture::{Browser, fill, location, passed, start, text};
use crate::signed_report::open;
use crate::store::StoreError;
use crate::testing::service;

#[tokio::test]
async fn a_report_is_a_file_that_can_be_checked_and_a_page_that_says_the_same() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let details = text(&browser.get(&format!("/console/verifications/{id}")).await);
    let path = format!("/console/verifications/{id}/report");
    assert!(
        details.contains(&format!("href=\"{path}.json\""))
            && details.contains(&format!("href=\"{path}.html\""))
    );

    let file = browser.get(&format!("{path}.json")).await;
    assert_eq!(file.status(), 200);
    assert_eq!(file.headers()["content-type"], "application/json");
    assert_eq!(
        file.headers()["content-disposition"],
        format!("attachment; filename=\"{id}-report.json\"").as_str()
    );
    let said = open(service.config.report_key.public(), file.body()).unwrap();
    assert_eq!(
        (said.verification.id, said.ticket.number),
        (id.to_string(), "INC0010023".into())
    );

    let answer = browser.get(&format!("{path}.html")).await;
    assert_eq!(answer.status(), 200);
    let page = text(&answer);
    for words in [
        id.as_str(),
        "INC0010023",
        "Mia Chen",
        "Beth Anglin",
        "m•••@gmail.com",
        "destination_not_on_file",
        &service.config.report_key.public().id(),
        &said.evidence.head.hash,
    ] {
        assert!(page.contains(words), "no {words} in\n{page}");
    }
    for finding in said.findings {
        assert!(page.contains(&finding.code), "{}", finding.code);
    }
    for part in [&page, &text(&file)] {
        assert!(
            !part.contains("mia.private") && !part.contains("I cannot sign in"),
            "{part}"
        );
    }
    // It stands alone: no other file, no script, and the one style sheet is named by its digest.
    assert!(
        !page.contains("<script")
            && !page.contains(" style=")
            && !page.contains("<link")
            && !page.contains("src=")
    );
    let style = page
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let digest = STANDARD.encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        style.as_bytes(),
    ));
    assert_eq!(
        answer.headers()["content-security-policy"],
        format!("default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
            .as_str()
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let logged = |tx: &rusqlite::Transaction<'_>| {
        let sql = "SELECT COUNT(*) FROM console_audit WHERE action = 'verification.report_issued' AND user_name = 'ada'";
        Ok::<i64, StoreError>(tx.query_row(sql, [], |row| row.get(0))?)
    };
    assert_eq!(service.store.read(logged).await.unwrap(), 2);
}

#[tokio::test]
async fn what_is_not_decided_or_belongs_to_others_has_no_report() {
    let (_folder, service, clock) = service();
    let decided = passed(&service, &clock, "INC0010023").await;
    let running = start(&service, "INC0010024").await;
    let cancelled = fill(&service, "acme", 1, |_, _| {}).await.remove(0);
    let mut acme = Browser::signed_in(&service, "acme").await;
    let mut globex = Browser::signed_in(&service, "globex").await;
    for form in ["json", "html"] {
        for id in [&running, &cancelled] {
            let path = format!("/console/verifications/{id}/report.{form}");
            assert_eq!(acme.get(&path).await.status(), 404, "{path}");
        }
        let path = format!("/console/verifications/{decided}/report.{form}");
        assert_eq!(globex.get(&path).await.status(), 404);
        assert_eq!(acme.with_method("POST", &path).await.status(), 405);
        let stranger = Browser::new(&service).get(&path).await;
        assert!(
            location(&stranger).starts_with("/console/sign-in"),
            "{stranger:?}"
        );
    }
    let other = format!("/console/verifications/{decided}/report.pdf");
    assert_eq!(acme.get(&other).await.status(), 404);
    let page = text(&acme.get(&format!("/console/verifications/{running}")).await);
    assert!(!page.contains("report.json"), "no link to what is not there");
}

#[tokio::test]
async fn texts_from_tickets_are_shown_as_text() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "<b>INC</b>").await;
    let mut browser = Browser::signed_in(&service, "acme").await;
    let page = text(
        &browser
            .get(&format!("/console/verifications/{id}/report.html"))
            .await,
    );
    assert!(page.contains("INC") && !page.contains("<b>"), "{page}");
}

#[tokio::test]
async fn the_public_key_is_there_for_everybody() {
    let (_folder, service, _clock) = service();
    let mut stranger = Browser::new(&service);
    let answer = stranger.get("/.well-known/imper-report-keys.json").await;
    assert_eq!(answer.headers()["content-type"], "application/jwk-set+json");
    let set: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let key = &set["keys"][0];
    assert_eq!(key["kid"], service.config.report_key.public().id());
    assert_eq!((&key["kty"], &key["crv"]), (&"OKP".into(), &"Ed25519".into()));
    assert!(key.get("d").is_none(), "the private half stays here");
}
