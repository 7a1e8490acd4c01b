//! Manager approval through the real routes.

mod late;

use shared::agent_token::Manager;
use shared::words::{CheckKind, Outcome, Status};

use super::*;
use crate::config::PolicySource;
use crate::service::delivery_reports::{self, Fate, MessageKey};
use crate::service::outgoing::{self, Prepared};

/// Only the number and the manager are asked.
const POLICY: &str = "format = 1\nversion = \"manager\"\n[levels]\nhighest_passing = \"medium\"\n[[plan]]\nsteps = [{ any_of = [\"call_number\"] }, { any_of = [\"manager_approval\"] }]\n";
const APPROVE: &str = "answer=approve&spoke=yes";
const REFUSE: &str = "answer=refuse";

fn portal() -> Portal {
    Portal::with(|config| config.policy = PolicySource::read("policy.toml", POLICY.into()).unwrap())
}

/// A browser that may ask Ada.
async fn before(portal: &Portal) -> Browser<'_> {
    let mut caller = testing::caller(portal.service.now(), "start");
    caller.claims.requester.manager = Some(Manager {
        sys_id: testing::sys_id('c'),
        name: "Ada Lopez".into(),
        email: "ada.lopez@acme.example".into(),
    });
    let browser = portal.begin_of(portal.start_as(caller).await).await;
    browser.answer_number().await;
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "Ask your manager to confirm");
    assert_eq!(page.header("refresh"), "");
    browser
}

/// Presses the button; gives the path of the link.
async fn ask(browser: &Browser<'_>) -> String {
    let asked = browser.post("/verify/manager", "").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    link(browser).await
}

/// The path of the link in force.
async fn link(browser: &Browser<'_>) -> String {
    let verification = browser.portal.verification(&browser.id).await;
    let check = verification.session().unwrap().check(CheckKind::ManagerApproval);
    let request = check.unwrap().detail.manager_approval().unwrap().request.clone();
    let keys = &browser.portal.service.config.keys;
    format!("/approve/{}", keys.approval_token(request.unwrap().link))
}

async fn status(browser: &Browser<'_>) -> Status {
    browser.portal.verification(&browser.id).await.status()
}

/// How many entries of evidence there are of a kind.
async fn count(browser: &Browser<'_>, kind: &'static str) -> usize {
    let (instance, id) = (InstanceId::parse("acme").unwrap(), browser.id.clone());
    let entries = browser
        .portal
        .service
        .store
        .read(move |tx| crate::store::evidence::list(tx, &instance, &id))
        .await
        .unwrap();
    entries.iter().filter(|entry| entry.kind == kind).count()
}

#[tokio::test]
async fn the_manager_gets_an_email_and_the_requester_waits() {
    let portal = portal();
    let browser = before(&portal).await;
    ask(&browser).await;
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "We asked Ada Lopez");
    assert_eq!(page.header("refresh"), "10; url=/verify");
    assert!(page.body.contains("Minutes left to answer: 10"), "{}", page.body);

    let due = outgoing::due(&portal.service, 10).await.unwrap();
    let mut found = None;
    for row in due {
        if let Some(Prepared::Approval(message)) = outgoing::prepare(&portal.service, &row).await.unwrap() {
            found = Some(message);
        }
    }
    let message = found.expect("a message to the manager");
    assert_eq!(message.envelope.to.address(), "ada.lopez@acme.example");
    assert_eq!(
        (message.requester.as_str(), message.replaces_earlier),
        ("Mia Chen", false)
    );
    assert_eq!(
        message.url,
        format!("https://verify.example.com{}", link(&browser).await)
    );
    assert!(!format!("{message:?}").contains(&message.url));
}

#[tokio::test]
async fn opening_the_link_changes_nothing() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let before = portal.verification(&browser.id).await;
    for _ in 0..5 {
        let page = portal.get(&link).await;
        assert_eq!(page.heading(), "Did Mia Chen ask for this?");
        for said in [
            "Beth Anglin",
            "INC0010023",
            "password reset",
            "on a number that you already know",
        ] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let head = portal.answer(Portal::request("HEAD", &link, None)).await;
        assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    }
    // A scanner that presses a button without ticking the box approves nothing.
    let pressed = portal.post(&link, "answer=approve").await;
    assert_eq!(pressed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        pressed
            .body
            .contains("To approve, confirm that you spoke with Mia Chen.")
    );
    assert_eq!(portal.post(&link, "").await.status, StatusCode::OK);
    assert_eq!(portal.verification(&browser.id).await, before);
}

#[tokio::test]
async fn an_approval_completes_but_never_verifies() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let page = portal.post(&link, APPROVE).await;
    assert_eq!(
        (page.status, page.heading()),
        (StatusCode::OK, "You approved the request")
    );
    assert_eq!(
        browser.get("/verify").await.heading(),
        "Your identity is confirmed"
    );
    let verification = portal.verification(&browser.id).await;
    let decision = verification.decision().unwrap();
    assert_eq!(
        (decision.outcome, decision.level),
        (Outcome::Passed, shared::words::RiskLevel::Medium)
    );
    for (again, heading) in [(APPROVE, "already answered"), (REFUSE, "already answered")] {
        let page = portal.post(&link, again).await;
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.heading().contains(heading), "{}", page.heading());
    }
    assert!(portal.get(&link).await.heading().contains("already answered"));
    assert_eq!(portal.verification(&browser.id).await, verification);
}

#[tokio::test]
async fn a_refusal_fails_the_verification() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let page = portal.post(&link, REFUSE).await;
    assert_eq!(
        (page.status, page.heading()),
        (StatusCode::OK, "You refused the request")
    );
    assert_eq!(status(&browser).await, Status::Failed);
    let verification = portal.verification(&browser.id).await;
    let findings = &verification.decision().unwrap().report.findings;
    assert!(findings.iter().any(|finding| finding.code == "manager_refused"));
    assert_eq!(
        browser.get("/verify").await.heading(),
        "We could not confirm your identity"
    );
}

#[tokio::test]
async fn a_newer_request_voids_the_older_and_too_early_or_too_often_changes_nothing() {
    let portal = portal();
    let browser = before(&portal).await;
    let first = ask(&browser).await;
    portal.clock.advance_seconds(119);
    assert_eq!(ask(&browser).await, first, "too early");
    portal.clock.advance_seconds(1);
    let second = ask(&browser).await;
    assert_ne!(second, first);
    let old = portal.post(&first, APPROVE).await;
    assert_eq!(
        (old.status, old.heading()),
        (StatusCode::GONE, "There is a newer request")
    );
    assert_eq!(status(&browser).await, Status::InProgress);
    portal.clock.advance_seconds(120);
    let third = ask(&browser).await;
    portal.clock.advance_seconds(120);
    assert_eq!(ask(&browser).await, third, "three times is enough");
    assert!(
        browser
            .get("/verify")
            .await
            .body
            .contains("No more requests can be sent")
    );
    assert_eq!(count(&browser, "approval.queued").await, 3);
    assert_eq!(portal.post(&third, APPROVE).await.status, StatusCode::OK);
    assert_eq!(status(&browser).await, Status::Passed);
}

#[tokio::test]
async fn an_answer_after_its_time_or_after_the_end_is_told_so() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    portal.clock.advance_seconds(600);
    let late = portal.post(&link, APPROVE).await;
    assert_eq!(
        (late.status, late.heading()),
        (StatusCode::GONE, "This request has ended")
    );
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "Ada Lopez has not answered");
    assert_eq!(page.header("refresh"), "");
    let link = ask(&browser).await;
    portal.clock.advance_seconds(301);
    let ended = portal.post(&link, APPROVE).await;
    assert_eq!(
        (ended.status, ended.heading()),
        (StatusCode::GONE, "Your answer is no longer needed")
    );
    assert_eq!(status(&browser).await, Status::Expired);
}

#[tokio::test]
async fn a_cancelled_verification_needs_no_answer_but_a_late_word_is_kept() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let caller = testing::caller(portal.service.now(), "cancel");
    agent::cancel(&portal.service, caller, browser.id.clone())
        .await
        .unwrap();
    let page = portal.post(&link, REFUSE).await;
    assert_eq!(
        (page.status, page.heading()),
        (StatusCode::GONE, "Your answer is no longer needed")
    );
    portal.post(&link, REFUSE).await;
    assert_eq!(status(&browser).await, Status::Cancelled);
    assert_eq!(count(&browser, "approval.late").await, 1);
}

#[tokio::test]
async fn the_requester_cannot_answer_for_the_manager() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let own = browser.post_as(&link, APPROVE).await;
    assert_eq!(
        (own.status, own.heading()),
        (StatusCode::FORBIDDEN, "This link is for the manager")
    );
    assert_eq!(status(&browser).await, Status::InProgress);
    assert_eq!(count(&browser, "approval.own_browser").await, 1);
    // The link itself is not spent by that.
    assert_eq!(portal.post(&link, APPROVE).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_requesters_browser_is_known_without_its_session_too() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let device = "d".repeat(64);
    let digest = portal.service.config.keys.device_digest(&device);
    let id = browser.id.as_str().to_owned();
    portal
        .service
        .store
        .write(move |tx| {
            let sql = "UPDATE origin SET device_digest = ?1 WHERE verification_id = ?2";
            tx.execute(sql, [digest, id])?;
            Ok::<_, crate::store::StoreError>(())
        })
        .await
        .unwrap();
    let request = Portal::request("POST", &link, None)
        .header("cookie", format!("__Host-imper_device={device}"))
        .body(APPROVE);
    assert_eq!(portal.answer(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(status(&browser).await, Status::InProgress);
}

#[tokio::test]
async fn of_many_answers_at_once_one_counts() {
    let portal = portal();
    let browser = before(&portal).await;
    let link = ask(&browser).await;
    let answers = (0..51).map(|number| {
        let (routes, link) = (portal.routes.clone(), link.clone());
        tokio::spawn(async move {
            let body = if number == 25 { REFUSE } else { APPROVE };
            let request = Portal::request("POST", &link, None).body(body);
            (body, request.reply(&routes).await.status())
        })
    });
    let mut counted = Vec::new();
    for answer in answers.collect::<Vec<_>>() {
        let (body, status) = answer.await.unwrap();
        if status == StatusCode::OK {
            counted.push(body);
        } else {
            assert_eq!(status, StatusCode::GONE);
        }
    }
    assert_eq!(counted.len(), 1);
    let expected = if counted == [APPROVE] {
        Status::Passed
    } else {
        Status::Failed
    };
    assert_eq!(status(&browser).await, expected);
    assert_eq!(count(&browser, "verification.decided").await, 1);
}

#[tokio::test]
async fn a_message_that_cannot_arrive_ends_the_check() {
    let portal = portal();
    let browser = before(&portal).await;
    ask(&browser).await;
    let due = outgoing::due(&portal.service, 10).await.unwrap();
    let row = due
        .into_iter()
        .find(|row| row.message.kind() == "approval")
        .unwrap();
    outgoing::given_up(&portal.service, row, "no such mailbox".into())
        .await
        .unwrap();
    let verification = portal.verification(&browser.id).await;
    let findings = &verification.decision().unwrap().report.findings;
    assert!(
        findings
            .iter()
            .any(|finding| finding.code == "manager_unavailable")
    );
    assert_eq!(
        browser.get("/verify").await.heading(),
        "We cannot confirm your identity here"
    );
}

#[tokio::test]
async fn a_message_that_bounces_ends_the_check_unless_it_was_replaced() {
    let portal = portal();
    let browser = before(&portal).await;
    ask(&browser).await;
    portal.clock.advance_seconds(120);
    ask(&browser).await;
    let news = |number: u8| {
        let key = MessageKey::parse(&format!("approval-{}-{number}", browser.id)).unwrap();
        delivery_reports::take(
            &portal.service,
            key,
            Fate::Undelivered("Nobody has this address."),
        )
    };
    news(1).await.unwrap();
    assert_eq!(status(&browser).await, Status::InProgress, "the older one");
    news(2).await.unwrap();
    assert_eq!(status(&browser).await, Status::Failed);
    assert_eq!(count(&browser, "approval.undeliverable").await, 1);
}

#[tokio::test]
async fn a_link_that_nobody_made_opens_nothing() {
    let portal = portal();
    let page = portal.get(&format!("/approve/{}", "A".repeat(43))).await;
    assert_eq!(
        (page.status, page.heading()),
        (StatusCode::NOT_FOUND, "This link does not work")
    );
    let page = portal
        .post(&format!("/approve/{}", "A".repeat(43)), APPROVE)
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
