//! What is kept, and what happens when something cannot be read or delivered.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_undeliverable_link_ends_the_verification_and_an_undeliverable_code_its_check() {
    let (_folder, service, _clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let row = outgoing::due(&service, 1).await.unwrap().remove(0);
    outgoing::given_up(&service, row, "The mail server refused this address.".into())
        .await
        .unwrap();
    let id = VerificationId::parse(&view.id).unwrap();
    let view = view_of(&service, &id).await;
    assert_eq!(view.status, Status::Undeliverable);
    assert_eq!(
        view.delivery_problem.as_deref(),
        Some("The mail server refused this address.")
    );
    assert_eq!(
        event_kinds(&deliver(&service).await),
        ["1 verification.undeliverable"]
    );

    let (cookie, id) = begun(&service).await;
    let number = view_of(&service, &id).await.call_number.unwrap();
    portal::answer_call_number(&service, &cookie, &number)
        .await
        .unwrap();
    let due = outgoing::due(&service, 10).await.unwrap();
    let row = due
        .into_iter()
        .find(|row| matches!(row.message, outbox::Message::Code { .. }))
        .unwrap();
    outgoing::given_up(&service, row, "The mail server refused this address.".into())
        .await
        .unwrap();
    assert_eq!(view_of(&service, &id).await.status, Status::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_in_the_evidence_and_a_changed_byte_is_found() {
    let (folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    portal::answer_call_number(&service, &cookie, "00").await.unwrap();
    portal::refuse_session(&service, &cookie).await.unwrap();
    deliver(&service).await;
    let instance = crate::verification::InstanceId::parse("acme").unwrap();
    let kinds = service
        .store
        .read(move |tx| evidence::list(tx, &instance, &id).map_err(ServiceError::from))
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.kind)
        .collect::<Vec<_>>();
    let expected = [
        "verification.created",
        "link.accepted",
        "event.delivered",
        "verification.begun",
        "check.answered",
        "verification.decided",
        "warning.queued",
        "event.delivered",
        "warning.accepted",
        "event.delivered",
    ];
    assert_eq!(kinds, expected);
    let verdict = |store: crate::store::Store| async move {
        store
            .read(|tx| evidence::verify(tx, &[]).map_err(ServiceError::from))
            .await
            .unwrap()
    };
    assert_eq!(
        verdict(service.store.clone()).await,
        evidence::Verdict::Intact { entries: 10 }
    );
    let tamper = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    let rewrite = "UPDATE evidence SET body = replace(body, 'false', 'true') WHERE kind = 'check.answered'";
    for refused in [rewrite, "UPDATE evidence SET kind = 'x'", "DELETE FROM evidence"] {
        assert!(tamper.execute(refused, []).is_err(), "{refused}");
    }
    tamper
        .execute_batch("DROP TRIGGER evidence_content_is_only_erased")
        .unwrap();
    assert_eq!(tamper.execute(rewrite, []).unwrap(), 1);
    let found = verdict(service.store.clone()).await;
    assert_eq!(
        found,
        evidence::Verdict::Broken {
            instance: "acme".into(),
            number: 5,
            what: "its content was changed"
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_says_something_else_than_its_evidence_is_found() {
    let (folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    portal::refuse_session(&service, &cookie).await.unwrap();
    let found = |store: crate::store::Store| async move {
        let work =
            |tx: &rusqlite::Transaction<'_>| evidence::first_disagreement(tx).map_err(ServiceError::from);
        store
            .read(work)
            .await
            .unwrap()
            .map(|found| (found.verification, found.what))
    };
    assert_eq!(found(service.store.clone()).await, None);
    let vandal = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    let body = "SELECT body FROM verification WHERE id = ?1";
    let original: String = vandal.query_row(body, [id.as_str()], |row| row.get(0)).unwrap();
    for (change, what) in [
        (
            "outcome = 'passed'",
            "its outcome or risk is not what was decided",
        ),
        ("risk_score = 3", "its outcome or risk is not what was decided"),
        (
            "body = replace(body, '\"outcome\":\"failed\"', '\"outcome\":\"passed\"')",
            "its report is not what was decided",
        ),
        (
            "body = replace(body, '\"weight\":100', '\"weight\":1')",
            "its report is not what was decided",
        ),
        ("body = '[]'", "it cannot be read, or is not decided any more"),
    ] {
        let sql = format!("UPDATE verification SET {change} WHERE id = ?1");
        assert_eq!(vandal.execute(&sql, [id.as_str()]).unwrap(), 1);
        let expected = Some((id.to_string(), what));
        assert_eq!(found(service.store.clone()).await, expected, "{change}");
        vandal
            .execute(
                "UPDATE verification SET outcome = 'failed', risk_score = 100, body = ?2 WHERE id = ?1",
                rusqlite::params![id.as_str(), original],
            )
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_was_taken_back_is_held_against_its_last_decision() {
    let (folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    pass(&service, &cookie, &id).await;
    portal::refuse_session(&service, &cookie).await.unwrap();
    let found = |store: crate::store::Store| async move {
        let work =
            |tx: &rusqlite::Transaction<'_>| evidence::first_disagreement(tx).map_err(ServiceError::from);
        store.read(work).await.unwrap().map(|found| found.what)
    };
    assert_eq!(found(service.store.clone()).await, None);
    let vandal = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    let sql = "SELECT body FROM evidence WHERE kind = 'verification.decided' ORDER BY number";
    let mut statement = vandal.prepare(sql).unwrap();
    let told: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(told.len(), 2, "both decisions are on record");
    assert!(
        told[0].contains("\"passed\"") && told[1].contains("\"failed\""),
        "{told:?}"
    );
    // Back to the pass that it was: what the first decision said is not enough.
    let sql = "UPDATE verification SET outcome = 'passed', risk_level = 'verified' WHERE id = ?1";
    assert_eq!(vandal.execute(sql, [id.as_str()]).unwrap(), 1);
    assert_eq!(
        found(service.store.clone()).await,
        Some("its outcome or risk is not what was decided")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_holds_no_secret_that_opens_anything() {
    let (folder, service, _clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(&service).await);
    let cookie = portal::begin(&service, &token, browser()).await.unwrap();
    let id = VerificationId::parse(&view.id).unwrap();
    let number = view_of(&service, &id).await.call_number.unwrap();
    portal::answer_call_number(&service, &cookie, &number)
        .await
        .unwrap();
    let code = code(&deliver(&service).await);
    service.store.close();
    let mut stored = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        stored.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |secret: &str| {
        stored
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    };
    assert!(holds("INC0010023"), "the search itself works");
    assert!(!holds(&token) && !holds(&cookie));
    assert!(!holds(&format!("\"{code}\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_or_a_verification_that_cannot_be_read_holds_up_nothing_else() {
    let (folder, service, clock) = service();
    let first = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let mut other = caller(service.now(), "t2-unique");
    (other.claims.ticket.sys_id, other.claims.requester.sys_id) = (sys_id('2'), sys_id('c'));
    let second = agent::start(&service, other.clone(), send_link(), None)
        .await
        .unwrap();
    let vandal = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    vandal
        .execute(
            "UPDATE outbox SET payload = '{' WHERE verification_id = ?1",
            [&first.id],
        )
        .unwrap();
    vandal
        .execute("UPDATE verification SET body = '{' WHERE id = ?1", [&first.id])
        .unwrap();

    let delivered = deliver(&service).await;
    assert_eq!(
        delivered
            .iter()
            .filter(|message| matches!(message, Prepared::Link(_)))
            .count(),
        1
    );
    clock.advance_seconds(600);
    assert_eq!(expiry::sweep(&service).await.unwrap(), 1);
    let id = VerificationId::parse(&second.id).unwrap();
    assert_eq!(
        agent::get(&service, other, id).await.unwrap().status,
        Status::Expired
    );
}
