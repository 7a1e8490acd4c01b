use super::{Program, json};
use crate::service::console::tokens::{self, By, Scope};
use crate::testing::service;
use crate::verification::InstanceId;
use crate::web::console::tests::fixture::{failed, fill, passed};

const READ: &[Scope] = &[Scope::VerificationsRead];
const WHOLE: &[Scope] = &[
    Scope::VerificationsRead,
    Scope::VerificationsPrivate,
    Scope::OverviewRead,
];

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let (_folder, service, _clock) = service();
    let ids = fill(&service, "acme", 123, |_, _| {}).await;
    let program = Program::new(&service, "acme", "siem", READ).await;
    for sort in ["", "&sort=ticket&dir=asc"] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = json(&program.get(&format!("verifications?limit=50{sort}{after}")).await);
            assert_eq!(page["matching"], 123);
            let rows = page["verifications"].as_array().unwrap();
            seen.extend(
                rows.iter()
                    .map(|row| row["verification_id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            let next = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
            after = format!("&after={next}");
        }
        assert_eq!(seen.len(), 123, "{sort}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), ids.len(), "{sort}");
    }
}

#[tokio::test]
async fn private_data_needs_its_scope() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    failed(&service, &clock, "INC0010024").await;
    let plain = Program::new(&service, "acme", "plain", READ).await;
    let whole = Program::new(&service, "acme", "whole", WHOLE).await;
    let path = format!("verifications/{id}");
    let (seen, all) = (
        json(&plain.get(&path).await).to_string(),
        json(&whole.get(&path).await).to_string(),
    );
    for private in [
        "mia.chen@acme.example",
        "I cannot sign in since this morning.",
        "Safari 19 on iPhone",
        "Europe/Lisbon",
        "•••• 0958",
    ] {
        assert!(all.contains(private), "{private} is missing with the scope");
        assert!(!seen.contains(private), "{private} is told without it");
    }
    assert!(seen.contains("\"complete\":false") && all.contains("\"complete\":true"));
    let list = plain.get("verifications").await;
    let text = String::from_utf8(list.body().to_vec()).unwrap();
    assert!(text.contains("m•••@acme.example") && !text.contains("mia.chen@"));
    let rows = json(&list);
    assert_eq!(rows["verifications"][0]["status"], "failed");
    assert_eq!(rows["verifications"][0]["findings"], serde_json::json!([]));
    let rows = json(&whole.get("verifications?status=failed").await);
    assert!(
        !rows["verifications"][0]["findings"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    for telling in [format!("same=device%3A{id}"), "code=device_shared".into()] {
        let path = format!("verifications?{telling}");
        let refused = plain.get(&path).await;
        assert_eq!(refused.status(), 403, "{telling}");
        assert!(
            refused.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .contains("scope=\"verifications:private\"")
        );
        assert_eq!(whole.get(&path).await.status(), 200, "{telling}");
    }
    let only = Program::new(&service, "acme", "only", &[Scope::OverviewRead]).await;
    let (less, more) = (
        json(&only.get("overview?days=7").await),
        json(&whole.get("overview?days=7").await),
    );
    assert_eq!(
        (&less["all"]["total"], &less["complete"]),
        (&2.into(), &false.into())
    );
    assert_eq!(less["top_findings"], serde_json::json!([]));
    assert!(!more["top_findings"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_query_is_named() {
    let (_folder, service, _clock) = service();
    let program = Program::new(&service, "acme", "all", Scope::ALL).await;
    for (path, field) in [
        ("verifications?status=bad", "status"),
        ("verifications?nonsense=1", "nonsense"),
        ("verifications/export/csv?limit=3", "limit"),
        ("overview?days=8", "days"),
        ("agents?from=2026-01-01", "from"),
        ("audit?action=nothing", "action"),
        ("audit?before=-1", "before"),
        ("verifications/VER7K3M9QX2A4TN?x=1", "x"),
    ] {
        let answer = program.get(path).await;
        assert_eq!(answer.status(), 400, "{path}");
        let problem = json(&answer);
        assert_eq!(
            (&problem["type"], &problem["field"]),
            (&"urn:imper:problem:invalid-query".into(), &field.into())
        );
        assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{path}");
    }
    assert_eq!(program.get("verifications/export/xml").await.status(), 404);
}

#[tokio::test]
async fn the_log_names_the_token_and_hides_what_was_searched_for() {
    let (_folder, service, _clock) = service();
    let program = Program::new(&service, "acme", "Splunk 1", Scope::ALL).await;
    program.get("verifications?q=mia+chen&status=failed").await;
    let page = json(&program.get("audit?limit=1").await);
    let entry = &page["entries"][0];
    assert_eq!(
        (
            &entry["actor"],
            &entry["action"],
            &entry["subject"],
            &entry["client"]
        ),
        (
            &"token:Splunk 1".into(),
            &"verifications.read".into(),
            &"q=...&status=failed".into(),
            &"203.0.113.9".into()
        )
    );
    let older = json(&program.get(&format!("audit?before={}", page["next"])).await);
    assert_eq!(older["entries"][0]["action"], "token.added");
    let mine = json(&program.get("audit?user=token%3ASplunk+1&action=audit.read").await);
    assert_eq!(mine["entries"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_revoked_token_ends_a_running_export() {
    use crate::service::console::export::{self, Format};
    use crate::service::console::{Analyst, Filter};
    use futures_util::StreamExt as _;

    let (_folder, service, _clock) = service();
    fill(&service, "acme", 1_200, |_, _| {}).await;
    let secret = super::token(&service, "acme", "siem", &[Scope::VerificationsExport]).await;
    let machine = tokens::present(&service, &secret, None, "203.0.113.9".into())
        .await
        .unwrap();
    let session = machine.session(Scope::VerificationsExport).unwrap();
    let analyst = Analyst::of(&session).unwrap();
    let pieces = export::stream(&service, analyst, Filter::default(), Format::Ndjson);
    let mut pieces = std::pin::pin!(super::super::answers::while_valid(&service, &machine, pieces));
    assert!(pieces.next().await.unwrap().is_ok());
    tokens::revoke_token(
        &service,
        By::operator(InstanceId::parse("acme").unwrap()),
        machine.id,
    )
    .await
    .unwrap();
    assert!(pieces.next().await.unwrap().is_err());
}

#[tokio::test]
async fn the_use_of_a_token_is_noted() {
    let (_folder, service, clock) = service();
    let id = passed(&service, &clock, "INC0010023").await;
    let acme = || InstanceId::parse("acme").unwrap();
    let program = Program::new(&service, "acme", "siem", &[Scope::ReportsRead]).await;
    let last_use = async || {
        let found = tokens::list_tokens(&service, acme()).await.unwrap();
        found[0].last_use.clone()
    };
    assert_eq!(last_use().await, None);
    let report = program.get(&format!("verifications/{id}/report")).await;
    assert_eq!(report.status(), 200);
    let key = service.config.report_key.public();
    let statement = crate::signed_report::open(key, report.body()).unwrap();
    assert_eq!(statement.verification.id, id.to_string());
    assert_eq!(last_use().await, Some((service.now(), "203.0.113.9".into())));
}
