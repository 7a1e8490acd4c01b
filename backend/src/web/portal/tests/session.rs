//! The questions and the end.

use warp::http::StatusCode;

use super::Portal;
use crate::service::agent;
use crate::testing;
use shared::words::{Outcome, Status};

#[tokio::test]
async fn the_right_number_and_the_right_code_confirm_the_identity() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let page = browser.get("/verify").await;
    assert_eq!(
        (page.status, page.heading()),
        (StatusCode::OK, "Enter the number you hear")
    );
    assert!(page.body.contains("Step 1 of 2"));
    browser.answer_number().await;
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "Enter the code we sent you");
    assert!(page.body.contains("Step 2 of 2") && page.body.contains("m•••@acme.example"));
    assert!(page.body.contains(r#"autocomplete="one-time-code""#));
    let code = browser.code().await;
    let spaced = format!("{}+{}", &code[..3], &code[3..]);
    let answer = browser.post("/verify/code", &format!("code={spaced}")).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    let end = browser.get("/verify").await;
    assert_eq!(
        (end.status, end.heading()),
        (StatusCode::OK, "Your identity is confirmed")
    );
    assert_eq!(
        portal.verification(&browser.id).await.decision().unwrap().outcome,
        Outcome::Passed
    );
}

#[tokio::test]
async fn a_wrong_number_may_be_corrected_twice_and_the_third_ends_it() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let wrong = format!("number={}", browser.wrong_number());
    for left in ["2 tries left.", "1 try left."] {
        let again = browser.post("/verify/number", &wrong).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            again
                .body
                .contains(&format!("That number does not match. {left}")),
            "{}",
            again.body
        );
        assert!(again.body.contains("<title>Error: ") && again.body.contains(r#"aria-invalid="true""#));
    }
    let third = browser.post("/verify/number", &wrong).await;
    assert_eq!(
        (third.status, third.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    let end = browser.get("/verify").await;
    assert_eq!(end.heading(), "We could not confirm your identity");
    assert!(end.body.contains("on the number you already have"));
    assert_eq!(portal.verification(&browser.id).await.status(), Status::Failed);
    let right = browser
        .post("/verify/number", &format!("number={}", browser.number()))
        .await;
    assert_eq!(right.status, StatusCode::SEE_OTHER);
    assert_eq!(portal.verification(&browser.id).await.status(), Status::Failed);
}

#[tokio::test]
async fn the_fifth_wrong_code_ends_it_and_a_new_code_gives_no_new_tries() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    browser.answer_number().await;
    for left in [4, 3] {
        let again = browser
            .post("/verify/code", &format!("code={}", browser.wrong_code().await))
            .await;
        assert!(
            again
                .body
                .contains(&format!("That code does not match. {left} tries left.")),
            "{}",
            again.body
        );
    }
    portal.clock.advance_seconds(120);
    assert_eq!(
        browser.post("/verify/code/resend", "").await.header("location"),
        "/verify?sent"
    );
    let again = browser
        .post("/verify/code", &format!("code={}", browser.wrong_code().await))
        .await;
    assert!(again.body.contains("2 tries left."));
    for _ in 0..2 {
        browser
            .post("/verify/code", &format!("code={}", browser.wrong_code().await))
            .await;
    }
    assert_eq!(
        browser.get("/verify").await.heading(),
        "We could not confirm your identity"
    );
}

#[tokio::test]
async fn an_answer_that_cannot_be_one_costs_no_try() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    for fields in ["", "number=", "number=abc", "number=1", "number=123", "other=12"] {
        let again = browser.post("/verify/number", fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            again
                .body
                .contains("Enter the two digits that you hear on the phone."),
            "{fields}"
        );
    }
    browser.answer_number().await;
    let again = browser.post("/verify/code", "code=12345").await;
    assert!(again.body.contains("Enter all six digits of the code."));
    let verification = portal.verification(&browser.id).await;
    let mut checks = verification.session().unwrap().checks();
    assert!(checks.all(|check| check.wrong_answers == 0));
}

#[tokio::test]
async fn a_new_code_can_be_asked_for_after_two_minutes_and_voids_the_old_one() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    browser.answer_number().await;
    let old = browser.code().await;
    let page = browser.get("/verify").await;
    assert!(page.body.contains(r#"hidden data-after="120""#) && page.body.contains("about 2 minutes"));
    browser.post("/verify/code/resend", "").await;
    assert_eq!(browser.code().await, old, "too early: nothing is sent");
    portal.clock.advance_seconds(120);
    assert!(!browser.get("/verify").await.body.contains("data-after"));
    browser.post("/verify/code/resend", "").await;
    assert!(
        browser
            .get("/verify?sent")
            .await
            .body
            .contains("A new code is on its way.")
    );
    let answer = browser.post("/verify/code", &format!("code={old}")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = browser
        .post("/verify/code", &format!("code={}", browser.code().await))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_contact_that_got_too_many_codes_gets_no_more_and_the_page_says_when() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    browser.answer_number().await;
    for _ in 0..2 {
        portal.clock.advance_seconds(120);
        assert_eq!(
            browser.post("/verify/code/resend", "").await.status,
            StatusCode::SEE_OTHER
        );
    }
    portal.clock.advance_seconds(120);
    let limited = browser.post("/verify/code/resend", "").await;
    assert_eq!(
        (limited.status, limited.heading()),
        (StatusCode::TOO_MANY_REQUESTS, "Too many messages were sent")
    );
    assert_eq!(limited.header("retry-after"), "3240");
    assert!(limited.body.contains("about 54 minutes") && limited.body.contains(r#"href="/verify""#));
}

#[tokio::test]
async fn a_code_that_has_run_out_is_not_asked_for() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    browser.answer_number().await;
    portal.clock.advance_seconds(600);
    let page = browser.get("/verify").await;
    assert_eq!(page.heading(), "Ask for a new code");
    assert!(page.body.contains("Send a new code") && !page.body.contains(r#"name="code""#));
}

#[tokio::test]
async fn a_session_ends_after_fifteen_minutes() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    portal.clock.advance_seconds(899);
    assert_eq!(
        browser.get("/verify").await.heading(),
        "Enter the number you hear"
    );
    portal.clock.advance_seconds(1);
    let end = browser.get("/verify").await;
    assert_eq!(
        (end.status, end.heading()),
        (StatusCode::OK, "The time has run out")
    );
    assert_eq!(portal.verification(&browser.id).await.status(), Status::Expired);
}

#[tokio::test]
async fn a_session_that_the_agent_cancels_ends() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    agent::cancel(
        &portal.service,
        testing::caller(portal.service.now(), "cancel"),
        browser.id.clone(),
    )
    .await
    .unwrap();
    assert_eq!(
        browser.get("/verify").await.heading(),
        "The service desk stopped this verification"
    );
    assert_eq!(browser.get("/verify/not-me").await.header("location"), "/verify");
    let late = browser
        .post("/verify/number", &format!("number={}", browser.number()))
        .await;
    assert_eq!(late.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_requester_who_did_not_ask_stops_it_from_the_session() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let asked = browser.get("/verify/not-me").await;
    assert_eq!(asked.heading(), "You did not ask for this?");
    let stopped = browser
        .post_as("/verify/not-me", &format!("form_token={}", asked.form_token()))
        .await;
    assert_eq!(
        (stopped.status, stopped.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    assert_eq!(
        browser.get("/verify").await.heading(),
        "The verification is stopped"
    );
    assert_eq!(portal.verification(&browser.id).await.status(), Status::Failed);
}

#[tokio::test]
async fn without_a_session_there_is_nothing_to_answer() {
    let portal = Portal::new();
    let unknown = "ab".repeat(32);
    for cookie in [None, Some("short"), Some(unknown.as_str())] {
        let page = portal.answer(Portal::request("GET", "/verify", cookie)).await;
        assert_eq!(
            (page.status, page.heading()),
            (StatusCode::NOT_FOUND, "No verification is open in this browser")
        );
    }
    for path in [
        "/verify/number",
        "/verify/code",
        "/verify/code/resend",
        "/verify/not-me",
    ] {
        assert_eq!(
            portal.post(path, "number=12").await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_form_without_the_token_of_its_session_is_not_counted() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let other = super::super::guard::form_token(&portal.service.config.keys, &"ab".repeat(32));
    for token in ["", "x", other.as_str()] {
        for path in [
            "/verify/number",
            "/verify/code",
            "/verify/code/resend",
            "/verify/not-me",
        ] {
            let body = format!("form_token={token}&number={}", browser.wrong_number());
            let refused = browser.post_as(path, &body).await;
            assert_eq!(
                (refused.status, refused.heading()),
                (StatusCode::FORBIDDEN, "This page was out of date")
            );
        }
    }
    let verification = portal.verification(&browser.id).await;
    let mut checks = verification.session().unwrap().checks();
    assert!(checks.all(|check| check.wrong_answers == 0));
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let waiting = testing::caller(portal.service.now(), "other");
    let waiting = {
        let mut caller = waiting;
        caller.claims.ticket.sys_id = testing::sys_id('2');
        portal.start_as(caller).await
    };
    let link = portal.link(&waiting).await;
    let token = super::super::guard::form_token(&portal.service.config.keys, &browser.cookie);
    let body = format!("form_token={token}&number={}", browser.number());
    let before = (
        portal.verification(&browser.id).await,
        portal.verification(&waiting).await,
    );
    let signs = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for path in [
        "/verify/number",
        "/verify/code",
        "/verify/code/resend",
        "/verify/not-me",
        &format!("{link}/begin"),
        &format!("{link}/not-me"),
    ] {
        for (name, value) in signs {
            let request = Portal::request("POST", path, Some(&browser.cookie))
                .header(name, value)
                .body(&body);
            let refused = portal.answer(request).await;
            assert_eq!(
                (refused.status, refused.heading()),
                (StatusCode::FORBIDDEN, "This did not come from our page")
            );
        }
    }
    assert_eq!(
        (
            portal.verification(&browser.id).await,
            portal.verification(&waiting).await
        ),
        before
    );
}

#[tokio::test]
async fn a_page_can_tell_that_it_is_no_longer_right() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let mark = |page: &super::Answer| {
        let rest = page.body.split("data-follow=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let first = mark(&browser.get("/verify").await);
    let state = browser.get("/verify/state").await;
    assert_eq!(
        (state.status, state.body.as_str()),
        (StatusCode::OK, first.as_str())
    );
    assert_eq!(state.header("cache-control"), "no-store");
    // A wrong answer and time that passes change nothing that somebody else would have to know.
    browser
        .post("/verify/number", &format!("number={}", browser.wrong_number()))
        .await;
    assert_eq!(browser.get("/verify/state").await.body, first);
    browser.answer_number().await;
    let second = browser.get("/verify/state").await.body;
    assert_ne!(second, first);
    assert_eq!(mark(&browser.get("/verify").await), second);
    // The code's ten minutes end while the page lies there.
    portal.clock.advance_seconds(601);
    assert_ne!(browser.get("/verify/state").await.body, second);
}
