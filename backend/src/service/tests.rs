//! The use cases on a real database, with a clock that the tests move.

use shared::words::{Channel, Outcome, RiskLevel, Status};

use super::error::LinkProblem;
use super::outgoing::Prepared;
use super::portal::{Ending, Step};
use super::{ServiceError, agent, expiry, outgoing, portal};
use crate::service::Service;
use crate::store::{evidence, outbox};
use crate::testing::{caller, send_link, service, sys_id};
use crate::verification::limits::LimitReached;
use crate::verification::{ClientFacts, VerificationId};

fn browser() -> ClientFacts {
    ClientFacts {
        user_agent: "Mozilla/5.0 (Macintosh) Safari/605".into(),
        device_digest: "device".into(),
        accept_language: "en-GB".into(),
        script_ran: true,
        time_zone: "Europe/London".into(),
        ..ClientFacts::default()
    }
}

/// Takes everything that is due out of the outbox, as the worker would, and says that it was accepted.
async fn deliver(service: &Service) -> Vec<Prepared> {
    let mut delivered = Vec::new();
    loop {
        let due = outgoing::due(service, 50).await.unwrap();
        if due.is_empty() {
            return delivered;
        }
        for row in due {
            match outgoing::prepare(service, &row).await.unwrap() {
                Some(message) => {
                    delivered.push(message);
                    outgoing::sent(service, row).await.unwrap();
                }
                None => outgoing::skipped(service, row).await.unwrap(),
            }
        }
    }
}

fn link_token(delivered: &[Prepared]) -> String {
    let url = delivered.iter().find_map(|message| match message {
        Prepared::Link(link) => Some(link.url.clone()),
        _ => None,
    });
    url.unwrap()
        .strip_prefix("https://verify.example.com/v/")
        .unwrap()
        .to_owned()
}

fn code(delivered: &[Prepared]) -> String {
    let code = delivered.iter().find_map(|message| match message {
        Prepared::Code(code) => Some(code.code.clone()),
        _ => None,
    });
    code.unwrap()
}

fn event_kinds(delivered: &[Prepared]) -> Vec<String> {
    let event = |message: &Prepared| match message {
        Prepared::Event { body, .. } => {
            let event: shared::events::ResultEvent = serde_json::from_str(body).unwrap();
            Some(format!("{} {}", event.sequence, event.kind))
        }
        _ => None,
    };
    delivered.iter().filter_map(event).collect()
}

/// Starts and begins a verification; returns the token's cookie and the id.
async fn begun(service: &Service) -> (String, VerificationId) {
    let view = agent::start(service, caller(service.now(), "begun-token"), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(service).await);
    let cookie = portal::begin(service, &token, browser()).await.unwrap();
    (cookie, VerificationId::parse(&view.id).unwrap())
}

async fn view_of(service: &Service, id: &VerificationId) -> shared::agent_api::VerificationView {
    agent::get(service, caller(service.now(), "read"), id.clone())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_requester_passes_and_the_instance_hears_every_milestone_in_order() {
    let (_folder, service, _clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    assert_eq!(
        (view.status, view.destination.as_str(), view.destination_on_file),
        (Status::Sending, "m•••@gmail.com", false)
    );
    let first = deliver(&service).await;
    let token = link_token(&first);
    portal::open(&service, &token, "device".into()).await.unwrap();
    let cookie = portal::begin(&service, &token, browser()).await.unwrap();
    let id = VerificationId::parse(&view.id).unwrap();

    let number = view_of(&service, &id)
        .await
        .call_number
        .expect("the agent sees the number while it is asked for");
    let page = portal::answer_call_number(&service, &cookie, &number)
        .await
        .unwrap()
        .page;
    assert!(matches!(&page.step, Step::OnFileCode { contact, .. } if contact == "m•••@acme.example"));
    assert_eq!(view_of(&service, &id).await.call_number, None);
    let second = deliver(&service).await;
    let page = portal::answer_code(&service, &cookie, &code(&second))
        .await
        .unwrap()
        .page;
    assert_eq!(page.step, Step::Finished(Ending::Confirmed));
    let third = deliver(&service).await;

    let view = view_of(&service, &id).await;
    assert_eq!(
        (view.outcome, view.risk_level),
        (Some(Outcome::Passed), Some(RiskLevel::Verified))
    );
    let events: Vec<String> = [first, second, third]
        .iter()
        .flat_map(|batch| event_kinds(batch))
        .collect();
    assert_eq!(
        events,
        [
            "1 verification.sent",
            "2 verification.in_progress",
            "3 verification.passed"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_numbers_fail_and_nothing_can_be_answered_afterwards() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    let right = view_of(&service, &id).await.call_number.unwrap();
    for left in [2, 1] {
        let answered = portal::answer_call_number(&service, &cookie, "00").await.unwrap();
        assert!(answered.wrong);
        assert_eq!(answered.page.step, Step::CallNumber { tries_left: left });
    }
    let ended = portal::answer_call_number(&service, &cookie, "00").await.unwrap();
    assert_eq!(ended.page.step, Step::Finished(Ending::NotConfirmed));
    let late = portal::answer_call_number(&service, &cookie, &right)
        .await
        .unwrap();
    assert_eq!(late.page.step, Step::Finished(Ending::NotConfirmed));
    let view = view_of(&service, &id).await;
    assert_eq!(
        (view.status, view.risk_level),
        (Status::Failed, Some(RiskLevel::High))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_browsers_that_begin_at_once_are_one_success() {
    let (_folder, service, _clock) = service();
    agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(&service).await);
    let attempts = (0..50).map(|_| {
        let (service, token) = (service.clone(), token.clone());
        tokio::spawn(async move { portal::begin(&service, &token, browser()).await.is_ok() })
    });
    let won = futures_util::future::join_all(attempts)
        .await
        .into_iter()
        .filter(|result| matches!(result, Ok(true)));
    assert_eq!(won.count(), 1);
    let again = portal::begin(&service, &token, browser()).await;
    assert!(matches!(again, Err(ServiceError::Link(LinkProblem::Used))));
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_guesses_of_one_code_count_as_five() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    let number = view_of(&service, &id).await.call_number.unwrap();
    portal::answer_call_number(&service, &cookie, &number)
        .await
        .unwrap();
    let right = code(&deliver(&service).await);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let guesses = (0..50).map(|_| {
        let (service, cookie) = (service.clone(), cookie.clone());
        tokio::spawn(async move { portal::answer_code(&service, &cookie, wrong).await.unwrap().wrong })
    });
    let counted = futures_util::future::join_all(guesses)
        .await
        .into_iter()
        .filter(|wrong| matches!(wrong, Ok(true)));
    // The fifth wrong answer ends the check, so four of them are told that they may try again.
    assert_eq!(counted.count(), 4);
    let late = portal::answer_code(&service, &cookie, &right).await.unwrap();
    assert_eq!(late.page.step, Step::Finished(Ending::NotConfirmed));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_minutes_a_code_neither_passes_nor_costs_a_try() {
    let (_folder, service, clock) = service();
    let (cookie, id) = begun(&service).await;
    let number = view_of(&service, &id).await.call_number.unwrap();
    portal::answer_call_number(&service, &cookie, &number)
        .await
        .unwrap();
    let code = code(&deliver(&service).await);
    clock.advance_seconds(600);
    let answered = portal::answer_code(&service, &cookie, &code).await.unwrap();
    assert!(matches!(
        answered.page.step,
        Step::OnFileCode {
            tries_left: 5,
            code_is_valid: false,
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_voids_the_old_link_and_waits_two_minutes() {
    let (_folder, service, clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let id = VerificationId::parse(&view.id).unwrap();
    let old = link_token(&deliver(&service).await);
    let early = agent::resend(&service, caller(service.now(), "t2-unique"), id.clone()).await;
    assert!(matches!(early, Err(ServiceError::Transition(_))));
    clock.advance_seconds(120);
    agent::resend(&service, caller(service.now(), "t3-unique"), id)
        .await
        .unwrap();
    let new = link_token(&deliver(&service).await);
    let refused = portal::open(&service, &old, "device".into()).await;
    assert!(matches!(refused, Err(ServiceError::Link(LinkProblem::Replaced))));
    assert!(portal::begin(&service, &new, browser()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn time_runs_out_for_links_and_sessions() {
    let (_folder, service, clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let token = link_token(&deliver(&service).await);
    clock.advance_seconds(600);
    let late = portal::begin(&service, &token, browser()).await;
    assert!(matches!(late, Err(ServiceError::Link(LinkProblem::Expired))));
    assert_eq!(expiry::sweep(&service).await.unwrap(), 1);
    assert_eq!(expiry::sweep(&service).await.unwrap(), 0);
    let id = VerificationId::parse(&view.id).unwrap();
    assert_eq!(view_of(&service, &id).await.status, Status::Expired);
    assert_eq!(event_kinds(&deliver(&service).await), ["2 verification.expired"]);

    let (cookie, _) = begun(&service).await;
    clock.advance_seconds(900);
    let page = portal::page(&service, &cookie).await.unwrap();
    assert_eq!(page.step, Step::Finished(Ending::Expired));
}

#[tokio::test(flavor = "multi_thread")]
async fn this_is_not_me_fails_with_high_risk() {
    let (_folder, service, _clock) = service();
    let (cookie, id) = begun(&service).await;
    let page = portal::refuse_session(&service, &cookie).await.unwrap();
    assert_eq!(page.step, Step::Finished(Ending::Refused));
    let view = view_of(&service, &id).await;
    assert_eq!(
        (view.status, view.risk_level, view.risk_score),
        (Status::Failed, Some(RiskLevel::High), Some(100))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_spent_once_and_a_repeated_request_is_answered_as_before() {
    let (_folder, service, _clock) = service();
    let key = Some("key-1".to_owned());
    let first = agent::start(
        &service,
        caller(service.now(), "t1-unique"),
        send_link(),
        key.clone(),
    )
    .await
    .unwrap();
    let replayed = agent::start(
        &service,
        caller(service.now(), "t1-unique"),
        send_link(),
        key.clone(),
    )
    .await;
    assert!(matches!(replayed, Err(ServiceError::TokenSpent)));
    let repeated = agent::start(
        &service,
        caller(service.now(), "t2-unique"),
        send_link(),
        key.clone(),
    )
    .await
    .unwrap();
    assert_eq!(repeated.id, first.id);
    let mut other = send_link();
    other.destination = "someone.else@gmail.com".into();
    let conflict = agent::start(&service, caller(service.now(), "t3-unique"), other, key).await;
    assert!(matches!(conflict, Err(ServiceError::IdempotencyConflict)));
    let second = agent::start(&service, caller(service.now(), "t4-unique"), send_link(), None).await;
    assert!(matches!(second, Err(ServiceError::AlreadyRunning)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_that_is_being_reset_is_refused_and_so_is_a_channel_that_is_not_set_up() {
    let (_folder, service, _clock) = service();
    let mut own = send_link();
    own.destination = "Mia.Chen@ACME.example".into();
    let refused = agent::start(&service, caller(service.now(), "t1-unique"), own, None).await;
    assert!(matches!(refused, Err(ServiceError::DestinationIsTheAccount)));
    let mut sms = send_link();
    (sms.channel, sms.destination) = (Channel::Sms, "+442079460958".into());
    let refused = agent::start(&service, caller(service.now(), "t2-unique"), sms, None).await;
    assert!(matches!(refused, Err(ServiceError::ChannelNotConfigured)));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ticket_or_instance_sees_nothing() {
    let (_folder, service, _clock) = service();
    let view = agent::start(&service, caller(service.now(), "t1-unique"), send_link(), None)
        .await
        .unwrap();
    let id = VerificationId::parse(&view.id).unwrap();
    let mut other_ticket = caller(service.now(), "t2-unique");
    other_ticket.claims.ticket.sys_id = sys_id('9');
    let mut other_instance = caller(service.now(), "t3-unique");
    other_instance.instance = crate::verification::InstanceId::parse("globex").unwrap();
    for stranger in [other_ticket, other_instance] {
        let read = agent::get(&service, stranger.clone(), id.clone()).await;
        assert!(matches!(read, Err(ServiceError::NotFound)));
        let cancelled = agent::cancel(&service, stranger.clone(), id.clone()).await;
        assert!(matches!(cancelled, Err(ServiceError::NotFound)));
        assert!(
            agent::list(&service, stranger)
                .await
                .unwrap()
                .verifications
                .is_empty()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_destination_receives_three_links_an_hour() {
    let (_folder, service, clock) = service();
    for n in 0..3 {
        let view = agent::start(
            &service,
            caller(service.now(), &format!("start-{n}")),
            send_link(),
            None,
        )
        .await
        .unwrap();
        let id = VerificationId::parse(&view.id).unwrap();
        agent::cancel(&service, caller(service.now(), &format!("cancel-{n}")), id)
            .await
            .unwrap();
    }
    clock.advance_seconds(600);
    let fourth = agent::start(&service, caller(service.now(), "start-4"), send_link(), None).await;
    assert!(matches!(
        fourth,
        Err(ServiceError::Limit(LimitReached::Destination(3000)))
    ));
    clock.advance_seconds(3000);
    assert!(
        agent::start(&service, caller(service.now(), "start-5"), send_link(), None)
            .await
            .is_ok()
    );
}

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
        "event.delivered",
        "event.delivered",
    ];
    assert_eq!(kinds, expected);
    let verdict = |store: crate::store::Store| async move {
        store
            .read(|tx| evidence::verify(tx).map_err(ServiceError::from))
            .await
            .unwrap()
    };
    assert_eq!(
        verdict(service.store.clone()).await,
        evidence::Verdict::Intact { entries: 8 }
    );
    let tamper = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    tamper
        .execute(
            "UPDATE evidence SET body = replace(body, 'false', 'true') WHERE kind = 'check.answered'",
            [],
        )
        .unwrap();
    assert!(tamper.execute("UPDATE evidence SET kind = 'x'", []).is_err());
    assert!(tamper.execute("DELETE FROM evidence", []).is_err());
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
