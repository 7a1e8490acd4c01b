//! The requester: answers, parallel attempts, time.

use super::*;

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
