//! The agent: the whole path, resending, limits, tenants.

use super::*;

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
