//! From the link to the session.

use futures_util::future::join_all;
use warp::http::StatusCode;

use super::{PHONE, Portal};
use crate::keys::sha256_hex;
use crate::service::agent;
use crate::testing;
use crate::verification::Opens;

#[tokio::test]
async fn opening_a_link_twenty_times_changes_nothing_but_the_counter() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    let mut before = portal.verification(&id).await;
    for _ in 0..20 {
        let opened = portal.get(&link).await;
        assert_eq!(
            (opened.status, opened.heading()),
            (StatusCode::OK, "Confirm your identity")
        );
        assert_eq!(opened.header("set-cookie"), "");
        let head = portal.answer(Portal::request("HEAD", &link, None)).await;
        assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
        assert_eq!(portal.get(&format!("{link}/not-me")).await.status, StatusCode::OK);
    }
    let after = portal.verification(&id).await;
    let devices = vec![sha256_hex(PHONE.as_bytes())];
    before.opens = Opens {
        first_at: Some(portal.service.now()),
        count: 20,
        devices,
    };
    assert_eq!(after, before);
    assert_eq!(
        portal.post(&format!("{link}/begin"), "").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn of_fifty_who_begin_at_once_exactly_one_does() {
    let portal = Portal::new();
    let id = portal.start().await;
    let path = format!("{}/begin", portal.link(&id).await);
    let answers = join_all((0..50).map(|_| portal.post(&path, ""))).await;
    let (begun, late): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::SEE_OTHER);
    assert_eq!((begun.len(), late.len()), (1, 49));
    assert!(
        late.iter()
            .all(|answer| answer.status == StatusCode::GONE && answer.header("set-cookie").is_empty())
    );
    assert_eq!(late[0].heading(), "This link was already used");
}

#[tokio::test]
async fn begin_sets_a_strict_host_cookie_and_leaves_the_token_behind() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    let begun = portal.post(&format!("{link}/begin"), "").await;
    assert_eq!(
        (begun.status, begun.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    let (cookie, attributes) = begun.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/; Max-Age=1800; Secure; HttpOnly; SameSite=Strict"
    );
    let (name, secret) = cookie.split_once('=').unwrap();
    assert_eq!((name, secret.len()), ("__Host-imper_session", 64));
    let page = portal
        .answer(Portal::request("GET", "/verify", Some(secret)))
        .await;
    assert!(
        !page.body.contains("/v/") && !page.body.contains(secret),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn what_the_browser_says_of_itself_is_recorded() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let client = portal
        .verification(&browser.id)
        .await
        .session()
        .unwrap()
        .client
        .clone();
    assert_eq!(
        (client.user_agent.as_str(), client.time_zone.as_str()),
        (PHONE, "Europe/London")
    );
    assert!(client.script_ran && !client.webdriver);
    assert_eq!(client.utc_offset_minutes, Some(0));
}

#[tokio::test]
async fn an_unknown_link_and_a_garbled_one_look_the_same() {
    let portal = Portal::new();
    let id = portal.start().await;
    let real = portal.link(&id).await;
    let first = portal.get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(
        (first.status, first.heading()),
        (StatusCode::NOT_FOUND, "This link does not work")
    );
    let truncated = &real[..real.len() - 1];
    for path in [
        truncated,
        "/v/",
        "/v/x",
        "/v/%00%ff",
        "/v/..%2f..%2fetc",
        "/v/'--",
    ] {
        let answer = portal.get(path).await;
        assert_eq!(
            (answer.status, answer.headers.clone(), answer.body_for_anybody()),
            (first.status, first.headers.clone(), first.body_for_anybody()),
            "{path}"
        );
    }
    for path in ["/v/x/begin", "/v/x/not-me"] {
        let answer = portal.post(path, "").await;
        assert_eq!(
            (answer.status, answer.body_for_anybody()),
            (first.status, first.body_for_anybody()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    portal.clock.advance_seconds(599);
    assert_eq!(portal.get(&link).await.status, StatusCode::OK);
    portal.clock.advance_seconds(1);
    for answer in [
        portal.get(&link).await,
        portal.post(&format!("{link}/begin"), "").await,
    ] {
        assert_eq!(
            (answer.status, answer.heading()),
            (StatusCode::GONE, "This link has expired")
        );
        assert!(
            answer
                .body
                .contains("Ask your service desk to send you a new link.")
        );
    }
}

#[tokio::test]
async fn a_replaced_link_and_a_cancelled_one_say_so() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    portal.clock.advance_seconds(120);
    let caller = |jti| testing::caller(portal.service.now(), jti);
    agent::resend(&portal.service, caller("resend"), id.clone())
        .await
        .unwrap();
    let old = portal.get(&link).await;
    assert_eq!(
        (old.status, old.heading()),
        (StatusCode::GONE, "There is a newer link")
    );
    let newer = portal.link(&id).await;
    assert_eq!(portal.get(&newer).await.status, StatusCode::OK);
    agent::cancel(&portal.service, caller("cancel"), id.clone())
        .await
        .unwrap();
    let cancelled = portal.get(&newer).await;
    assert_eq!(
        (cancelled.status, cancelled.heading()),
        (StatusCode::GONE, "The service desk stopped this verification")
    );
}

#[tokio::test]
async fn a_used_link_leads_on_in_the_browser_that_used_it_and_in_no_other() {
    let portal = Portal::new();
    let browser = portal.begin().await;
    let link = portal.link(&browser.id).await;
    let same = browser.get(&link).await;
    assert_eq!(
        (same.status, same.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    let pressed_twice = browser.post_as(&format!("{link}/begin"), "").await;
    assert_eq!(
        (pressed_twice.status, pressed_twice.header("location")),
        (StatusCode::SEE_OTHER, "/verify")
    );
    let other = portal.get(&link).await;
    assert_eq!(
        (other.status, other.heading()),
        (StatusCode::GONE, "This link was already used")
    );
    // A webmail's browser keeps the strict cookie back until a link of ours is followed.
    assert!(other.body.contains(r#"href="/verify""#));
}

#[tokio::test]
async fn a_used_link_does_not_lead_to_the_session_of_another_verification() {
    let portal = Portal::new();
    let used = portal.begin().await;
    let mut caller = testing::caller(portal.service.now(), "another-ticket");
    (caller.claims.ticket.sys_id, caller.claims.requester.sys_id) =
        (testing::sys_id('2'), testing::sys_id('c'));
    let other = portal.start_as(caller).await;
    let browser = portal.begin_of(other).await;
    let answer = browser.get(&portal.link(&used.id).await).await;
    assert_eq!(
        (answer.status, answer.heading()),
        (StatusCode::GONE, "This link was already used")
    );
}

#[tokio::test]
async fn a_requester_who_did_not_ask_stops_it_from_the_link() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    let asked = portal.get(&format!("{link}/not-me")).await;
    assert_eq!(asked.heading(), "You did not ask for this?");
    assert!(!portal.verification(&id).await.status().is_final());
    let stopped = portal.post(&format!("{link}/not-me"), "").await;
    assert_eq!(
        (stopped.status, stopped.heading()),
        (StatusCode::OK, "The verification is stopped")
    );
    let decided = portal.verification(&id).await;
    assert!(decided.decision().unwrap().facts.refused_by_requester);
    assert_eq!(
        portal.post(&format!("{link}/begin"), "").await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn some_mail_programs_add_a_slash() {
    let portal = Portal::new();
    let id = portal.start().await;
    let link = portal.link(&id).await;
    assert_eq!(portal.get(&format!("{link}/")).await.status, StatusCode::OK);
}
