//! Forged, changed, replayed and misplaced agent tokens; other tenants; enumeration.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shared::words::Channel;
use tokio::time::Instant;

use crate::people::{Call, Desk, PRIVATE_MAIL, call, mia, sign};
use crate::story::{End, Story};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("token_signed_with_another_key", End::Refused(401), |world| {
            forged(world, |_| {}, [9; 32])
        }),
        Story::new("token_of_another_tenant", End::Refused(401), |world| {
            forged(world, |_| {}, [4; 32])
        }),
        Story::new("token_without_signature", End::Refused(401), no_signature),
        Story::new("token_with_a_changed_requester", End::Refused(401), tampered),
        Story::new("token_that_has_run_out", End::Refused(401), |world| {
            forged(world, |claims| move_times(claims, -300), [2; 32])
        }),
        Story::new("token_from_the_future", End::Refused(401), |world| {
            forged(world, |claims| move_times(claims, 300), [2; 32])
        }),
        Story::new("token_that_lives_for_a_day", End::Refused(401), |world| {
            forged(
                world,
                |claims| claims["exp"] = (claims["iat"].as_i64().unwrap() + 86_400).into(),
                [2; 32],
            )
        }),
        Story::new("token_for_another_service", End::Refused(401), |world| {
            forged(
                world,
                |claims| claims["aud"] = "https://other.example.com".into(),
                [2; 32],
            )
        }),
        Story::new("token_used_twice", End::Refused(401), used_twice),
        Story::new("another_tenant_reads", End::Refused(404), |world| {
            other_tenant(world, "GET", "")
        }),
        Story::new("another_tenant_cancels", End::Refused(404), |world| {
            other_tenant(world, "POST", "/cancel")
        }),
        Story::new("agent_of_another_ticket_reads", End::Refused(404), other_ticket),
        Story::new("ids_told_apart_by_the_answer", End::NoGain, enumeration_by_body),
        Story::new("ids_told_apart_by_time", End::NoGain, enumeration_by_time),
    ]
}

fn desk() -> Desk {
    Desk::new(1, &mia())
}

fn globex() -> Desk {
    let mut desk = desk();
    desk.claims.iss = "https://globex.service-now.com".into();
    desk.key = [4; 32];
    desk
}

fn move_times(claims: &mut Value, seconds: i64) {
    for name in ["iat", "nbf", "exp"] {
        claims[name] = (claims[name].as_i64().unwrap() + seconds).into();
    }
}

fn body() -> String {
    json!({ "channel": Channel::Email, "destination": PRIVATE_MAIL }).to_string()
}

async fn start(world: &World, token: &str) -> Call {
    call(world, "POST", "/api/v1/verifications", token, &body()).await
}

async fn forged(world: World, change: impl FnOnce(&mut Value), key: [u8; 32]) -> End {
    let mut claims = desk().fresh_claims(&world);
    change(&mut claims);
    start(&world, &sign(&claims, &key, "k1")).await.end()
}

async fn no_signature(world: World) -> End {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "none", "typ": "imper-agent+jwt", "kid": "k1" });
    let token = format!("{}.{}.", part(&header), part(&desk().fresh_claims(&world)));
    start(&world, &token).await.end()
}

async fn tampered(world: World) -> End {
    let good = desk().token(&world);
    let parts: Vec<&str> = good.split('.').collect();
    let mut claims = desk().fresh_claims(&world);
    claims["requester"]["contacts"] = json!([]);
    let token = format!(
        "{}.{}.{}",
        parts[0],
        URL_SAFE_NO_PAD.encode(claims.to_string()),
        parts[2]
    );
    start(&world, &token).await.end()
}

async fn used_twice(world: World) -> End {
    let token = desk().token(&world);
    let first = start(&world, &token).await;
    assert!(first.status < 300, "{}", first.body);
    start(&world, &token).await.end()
}

async fn other_tenant(world: World, method: &'static str, what: &'static str) -> End {
    let id = desk().mail(&world, PRIVATE_MAIL).await;
    let path = format!("/api/v1/verifications/{id}{what}");
    let answer = call(&world, method, &path, &globex().token(&world), "").await;
    assert_eq!(desk().end(&world, &id).await, End::Undecided);
    answer.end()
}

async fn other_ticket(world: World) -> End {
    let id = desk().mail(&world, PRIVATE_MAIL).await;
    let path = format!("/api/v1/verifications/{id}");
    call(&world, "GET", &path, &Desk::new(2, &mia()).token(&world), "")
        .await
        .end()
}

const UNKNOWN: &str = "VER000000000000";

async fn enumeration_by_body(world: World) -> End {
    let id = desk().mail(&world, PRIVATE_MAIL).await;
    let ask = async |id: &str| {
        let path = format!("/api/v1/verifications/{id}");
        let answer = call(&world, "GET", &path, &globex().token(&world), "").await;
        (answer.status, answer.body)
    };
    if ask(&id).await == ask(UNKNOWN).await {
        End::NoGain
    } else {
        End::Breached
    }
}

/// The medians of many interleaved calls: a foreign id must not take noticeably longer than one that does not exist.
async fn enumeration_by_time(world: World) -> End {
    let id = desk().mail(&world, PRIVATE_MAIL).await;
    let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
    for round in 0..300 {
        let which = round % 2;
        let path = format!("/api/v1/verifications/{}", [id.as_str(), UNKNOWN][which]);
        let token = globex().token(&world);
        let started = Instant::now();
        call(&world, "GET", &path, &token, "").await;
        times[which].push(started.elapsed());
    }
    let [foreign, unknown] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    // Twice as long would be a look at the row; a millisecond is below what a network lets one see.
    let apart = (foreign - unknown).abs();
    if apart < 0.001 || apart < unknown.min(foreign) {
        End::NoGain
    } else {
        End::Breached
    }
}
