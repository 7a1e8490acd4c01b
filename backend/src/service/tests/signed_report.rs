//! Signed reports of real verifications.

use super::*;
use crate::service::signed_report::{Reader, SignedReport, Who, issue};
use crate::signed_report::open;
use crate::store::evidence::{Anchor, Verdict};
use crate::verification::InstanceId;

async fn report(
    service: &Service,
    instance: &str,
    id: &VerificationId,
) -> Result<SignedReport, ServiceError> {
    let reader = Reader {
        who: Who::Operator,
        client_address: String::new(),
    };
    issue(service, InstanceId::parse(instance).unwrap(), id.clone(), reader).await
}

/// A verification that was answered right to its end.
pub(super) async fn passed(service: &Service, token: &str) -> VerificationId {
    let (cookie, id) = begun_with(service, token).await;
    let number = view_of(service, &id).await.call_number.unwrap();
    portal::answer_call_number(service, &cookie, &number)
        .await
        .unwrap();
    let code = code(&deliver(service).await);
    portal::answer_code(service, &cookie, &code).await.unwrap();
    deliver(service).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_what_was_decided_and_why_and_holds_no_private_address() {
    let (_folder, service, _clock) = service();
    let id = passed(&service, "t1-unique").await;
    let report = report(&service, "acme", &id).await.unwrap();
    let key = service.config.report_key.public();
    let said = open(key, report.sealed.file.as_bytes()).unwrap();
    assert_eq!(said, report.statement);
    assert_eq!(said.verification.outcome, Outcome::Passed);
    assert_eq!(said.verification.policy, service.config.policy.policy.version);
    assert_eq!(said.ticket.number, "INC0010023");
    assert_eq!(
        (said.link.destination.as_str(), said.link.on_file),
        ("m•••@gmail.com", false)
    );
    let checks: Vec<_> = said
        .checks
        .iter()
        .map(|check| {
            (
                check.check.as_str(),
                check.result.map(shared::words::CheckResult::as_str),
            )
        })
        .collect();
    assert_eq!(
        checks,
        [("call_number", Some("passed")), ("on_file_code", Some("passed"))]
    );
    let sum: i32 = said.findings.iter().map(|f| i32::from(f.weight)).sum();
    assert_eq!(sum.clamp(0, 100), i32::from(said.verification.risk_score));
    assert!(
        said.findings
            .iter()
            .any(|f| f.code == "destination_not_on_file" && f.weight > 0)
    );
    for secret in [
        "mia.private@gmail.com",
        "+442079460958",
        "2079460958",
        "I cannot sign in",
    ] {
        assert!(!report.sealed.file.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_in_a_report_is_an_anchor_of_the_chain() {
    let (folder, service, _clock) = service();
    let id = passed(&service, "t1-unique").await;
    let said = report(&service, "acme", &id).await.unwrap().statement.evidence;
    assert_eq!(
        said.entries
            .last()
            .map(|entry| (entry.number, entry.hash.clone())),
        Some((said.head.number, said.head.hash.clone()))
    );
    let anchor = Anchor {
        instance: "acme".into(),
        number: said.head.number,
        hash: said.head.hash,
    };
    let verify = |anchor: Anchor| {
        let store = service.store.clone();
        async move {
            store
                .read(move |tx| evidence::verify(tx, &[anchor]).map_err(ServiceError::from))
                .await
                .unwrap()
        }
    };
    assert!(matches!(verify(anchor.clone()).await, Verdict::Intact { .. }));
    let vandal = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    vandal
        .execute_batch("DROP TRIGGER evidence_is_never_deleted")
        .unwrap();
    let cut = "DELETE FROM evidence WHERE number = (SELECT MAX(number) FROM evidence)";
    vandal.execute(cut, []).unwrap();
    assert!(
        matches!(verify(anchor.clone()).await, Verdict::Broken { number, .. } if number == anchor.number),
        "the cut end is noticed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_report_before_the_decision_nor_for_another_tenant() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    let early = report(&service, "acme", &id).await;
    assert!(matches!(early, Err(ServiceError::NotFound)));
    portal::refuse_session(&service, &cookie).await.unwrap();
    let refused = report(&service, "acme", &id).await.unwrap().statement;
    assert_eq!(refused.verification.outcome, Outcome::Failed);
    assert!(refused.findings.iter().any(|f| f.code == "refused_by_requester"));
    let foreign = report(&service, "globex", &id).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
}
