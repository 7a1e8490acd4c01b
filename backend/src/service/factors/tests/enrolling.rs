//! Who may add a factor, when, and how it is taken away again.

use super::*;
use crate::service::outgoing::Prepared;

async fn refusal(desk: &Desk, browser: Browser<'_>) -> EnrolmentClosed {
    match ask_to_add_passkey(&desk.service, browser).await {
        Err(ServiceError::Enrolment(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_added_before_a_pass_after_a_failure_or_after_the_time() {
    let desk = Desk::new();
    let sitting = desk.sit_down(1).await;
    assert_eq!(
        refusal(&desk, sitting.browser()).await,
        EnrolmentClosed::NotVerified
    );
    portal::refuse_session(&desk.service, &sitting.cookie)
        .await
        .unwrap();
    assert_eq!(
        refusal(&desk, sitting.browser()).await,
        EnrolmentClosed::NotVerified
    );

    // The failure is still fresh: the next pass is worth Medium, which is not enough.
    let doubtful = desk.pass_at(3, RiskLevel::Medium).await;
    assert_eq!(
        refusal(&desk, doubtful.browser()).await,
        EnrolmentClosed::NotVerified
    );
    desk.clock.advance_seconds(86_401);

    let passed = desk.pass_by_code(2).await;
    assert!(
        portal::page(&desk.service, &passed.cookie)
            .await
            .unwrap()
            .may_enrol
    );
    desk.clock.advance_seconds(899);
    begin_app(&desk.service, passed.browser()).await.unwrap();
    desk.clock.advance_seconds(1);
    assert_eq!(refusal(&desk, passed.browser()).await, EnrolmentClosed::TimeOver);
    assert!(
        !portal::page(&desk.service, &passed.cookie)
            .await
            .unwrap()
            .may_enrol
    );
    for result in [
        begin_app(&desk.service, passed.browser()).await.err(),
        super::super::add_app(&desk.service, passed.browser(), "123456")
            .await
            .err(),
        make_codes(&desk.service, passed.browser()).await.err(),
        super::super::add_passkey(&desk.service, passed.browser(), "{}")
            .await
            .err(),
    ] {
        assert!(matches!(
            result,
            Some(ServiceError::Enrolment(EnrolmentClosed::TimeOver))
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_alone_adds_nothing() {
    let desk = Desk::new();
    let passed = desk.pass_by_code(1).await;
    for device in [None, Some("another browser")] {
        let thief = Browser {
            session: &passed.cookie,
            device,
        };
        assert_eq!(refusal(&desk, thief).await, EnrolmentClosed::OtherBrowser);
    }
    assert!(ask_to_add_passkey(&desk.service, passed.browser()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pass_allows_five_enrolments() {
    let desk = Desk::new();
    let passed = desk.pass_by_code(1).await;
    for _ in 0..5 {
        assert!(
            make_codes(&desk.service, passed.browser())
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(refusal(&desk, passed.browser()).await, EnrolmentClosed::Enough);
    assert!(!offer(&desk.service, passed.browser()).await.unwrap().is_open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_answered_once_and_only_by_its_own_browser() {
    let desk = Desk::new();
    let passed = desk.pass_by_code(1).await;
    let (service, passkey) = (&desk.service, SoftPasskey::new(ORIGIN));
    let options = ask_to_add_passkey(service, passed.browser()).await.unwrap();
    let elsewhere = SoftPasskey::new(ORIGIN).on("https://evil.example");
    for (answer, why) in [
        (elsewhere.create(&options), "made on another site"),
        (passkey.create(&options), "its challenge is spent"),
    ] {
        let added = super::super::add_passkey(service, passed.browser(), &answer)
            .await
            .unwrap();
        assert!(added.is_none(), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_confirmed_by_its_code_within_five_tries() {
    let desk = Desk::new();
    let passed = desk.pass_by_code(1).await;
    let service = &desk.service;
    begin_app(service, passed.browser()).await.unwrap();
    let app = app_to_add(service, passed.browser()).await.unwrap().unwrap();
    let right = code_at(&app.key, service.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert!(
            super::super::add_app(service, passed.browser(), wrong)
                .await
                .unwrap()
                .is_none()
        );
    }
    assert!(
        super::super::add_app(service, passed.browser(), &right)
            .await
            .unwrap()
            .is_none()
    );
    assert!(app_to_add(service, passed.browser()).await.unwrap().is_none());
    let (_, added) = desk.add_app(&passed).await;
    assert_eq!(added.factor, Factor::AuthenticatorApp);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_is_in_the_evidence_and_the_contacts_are_told() {
    let desk = Desk::new();
    let passed = desk.pass_by_code(1).await;
    desk.add_passkey(&passed).await;
    let told = deliver(&desk.service).await;
    let notices: Vec<_> = told
        .iter()
        .filter_map(|message| match message {
            Prepared::Enrolled(enrolled) => {
                Some((enrolled.envelope.to.address().to_owned(), enrolled.factor))
            }
            _ => None,
        })
        .collect();
    assert_eq!(notices, [("mia.chen@acme.example".to_owned(), Factor::Passkey)]);
    let kinds = desk.evidence(&passed).await;
    for kind in ["factor.enrolled", "notice.queued", "notice.accepted"] {
        assert!(kinds.iter().any(|own| own == kind), "{kind}: {kinds:?}");
    }
}

fn alarm_token(told: &[Prepared]) -> String {
    let url = told.iter().find_map(|message| match message {
        Prepared::Enrolled(enrolled) => Some(enrolled.url.clone()),
        _ => None,
    });
    let url = url.unwrap();
    url.strip_prefix("https://verify.example.com/alarm/factor/")
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn this_was_not_me_removes_what_was_added_and_closes_the_door() {
    let desk = Desk::new();
    let (service, earlier) = (&desk.service, desk.pass_by_code(1).await);
    let (own, _) = desk.add_passkey(&earlier).await;
    desk.clock.advance_seconds(86_401);
    let passed = desk.pass_by_code(2).await;
    desk.add_passkey(&passed).await;
    let (_, added) = desk.add_app(&passed).await;
    assert_eq!(added.offer.passkeys, 2);
    let token = alarm_token(&deliver(service).await);

    let looked = look_at_alarm(service, &token).await.unwrap();
    assert!(!looked.is_repeated);
    assert_eq!(
        offer(service, passed.browser()).await.unwrap().passkeys,
        2,
        "looking changes nothing"
    );
    assert!(!alarm(service, &token).await.unwrap().is_repeated);
    assert!(alarm(service, &token).await.unwrap().is_repeated);
    assert_eq!(refusal(&desk, passed.browser()).await, EnrolmentClosed::Disputed);
    let kinds = desk.evidence(&passed).await;
    assert!(
        kinds.iter().any(|kind| kind == "factor.disputed")
            && kinds.iter().any(|kind| kind == "factor.removed")
    );
    let events = event_kinds(&deliver(service).await);
    assert!(
        events
            .iter()
            .any(|event| event.ends_with("verification.disputed")),
        "{events:?}"
    );
    let id = passed.id.clone();
    let find =
        move |tx: &Transaction<'_>| verifications::find_in_any_instance(tx, &id).map_err(ServiceError::from);
    let of = service.store.read(find).await.unwrap().unwrap();
    let decision = of.decision().unwrap();
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Failed, RiskLevel::High),
        "the pass is taken back"
    );
    let said = |f: &crate::verification::report::Finding| f.code == "disowned_by_contact";
    assert!(decision.report.findings.iter().any(said));

    // What she had for longer is still hers.
    let later = desk.sit_down(3).await;
    assert_eq!(desk.step(&later).await, Step::Passkey { tries_left: 5 });
    assert_eq!(desk.sign(&later, &own).await, Verdict::Settled);
    let ways = portal::page(service, &desk.sit_down(4).await.cookie)
        .await
        .unwrap()
        .other_ways;
    assert!(!ways.contains(&CheckKind::AuthenticatorApp), "{ways:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_takes_back_its_own_additions_and_nothing_that_was_there_before() {
    let desk = Desk::new();
    let (own, _) = desk.add_passkey(&desk.pass_by_code(1).await).await;
    let passed = desk.pass_by_code(2).await;
    desk.add_app(&passed).await;
    portal::refuse_session(&desk.service, &passed.cookie)
        .await
        .unwrap();
    assert_eq!(refusal(&desk, passed.browser()).await, EnrolmentClosed::Disputed);

    // Whoever fails says “this was not me” in vain, too.
    let failed = desk.sit_down(3).await;
    portal::give_up(&desk.service, &failed.cookie).await.unwrap();
    portal::refuse_session(&desk.service, &failed.cookie)
        .await
        .unwrap();
    let next = desk.sit_down(4).await;
    let page = portal::page(&desk.service, &next.cookie).await.unwrap();
    assert_eq!(page.step, Step::Passkey { tries_left: 5 });
    assert!(
        !page.other_ways.contains(&CheckKind::AuthenticatorApp),
        "{:?}",
        page.other_ways
    );
    assert_eq!(desk.sign(&next, &own).await, Verdict::Settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_me_from_the_session_removes_it_too_and_a_link_ends_after_a_day() {
    let desk = Desk::new();
    let passed = desk.pass_by_code(1).await;
    desk.add_app(&passed).await;
    let token = alarm_token(&deliver(&desk.service).await);
    portal::refuse_session(&desk.service, &passed.cookie)
        .await
        .unwrap();
    let next = desk.sit_down(2).await;
    assert!(matches!(desk.step(&next).await, Step::OnFileCode { .. }));
    desk.clock.advance_seconds(86_400);
    let late = look_at_alarm(&desk.service, &token).await;
    assert!(matches!(
        late,
        Err(ServiceError::Link(crate::service::error::LinkProblem::Expired))
    ));
}
