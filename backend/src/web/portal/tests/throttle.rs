//! Too much from one address.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use warp::http::StatusCode;

use super::{Answer, Portal};

async fn post_from(portal: &Portal, peer: &str, path: &str) -> Answer {
    let peer: SocketAddr = peer.parse().unwrap();
    let request = Portal::request("POST", path, None).remote_addr(peer);
    portal.answer(request.body("")).await
}

#[tokio::test]
async fn guessing_from_one_address_is_slowed_down_and_others_are_not() {
    let portal = Portal::with(|config| config.server.answers_per_minute = NonZeroU32::new(3).unwrap());
    let guess = format!("/v/{}/begin", "A".repeat(43));
    for _ in 0..3 {
        let answer = post_from(&portal, "203.0.113.9:4711", &guess).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let refused = post_from(&portal, "203.0.113.9:4712", &guess).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.heading(), "Too many attempts in a short time");
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
    let other = post_from(&portal, "198.51.100.7:1", &guess).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refused_answer_costs_no_try() {
    let portal = Portal::with(|config| config.server.answers_per_minute = NonZeroU32::MIN);
    let browser = portal.begin().await;
    let token = crate::web::portal::guard::form_token(&portal.service.config.keys, &browser.cookie);
    let body = format!("form_token={token}&number={}", browser.wrong_number());
    for expected in [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS] {
        let peer: SocketAddr = "203.0.113.9:4711".parse().unwrap();
        let request = Portal::request("POST", "/verify/number", Some(&browser.cookie)).remote_addr(peer);
        assert_eq!(portal.answer(request.body(&body)).await.status, expected);
    }
    let verification = portal.verification(&browser.id).await;
    let tries = verification
        .session()
        .and_then(|session| Some(session.current_check()?.wrong_answers));
    assert_eq!(tries, Some(1));
}
