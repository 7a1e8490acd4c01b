//! Links that others read, use, replay or guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{call, other_number};
use crate::people::{A_MOMENT, Browser, HOSTING, PHONE_ON_FILE, PRIVATE_MAIL, VPN, finish, link_to};
use crate::story::{End, Story};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("stolen_link_used_first", End::Rejected, used_first),
        Story::new("stolen_link_used_second", End::Refused(410), used_second),
        Story::new("link_replayed_after_the_end", End::Refused(410), replayed),
        Story::new("older_link_after_a_new_one", End::Refused(410), replaced),
        Story::new("link_after_ten_minutes", End::Refused(410), expired),
        Story::new("link_of_a_cancelled_verification", End::Refused(410), cancelled),
        Story::new("guessed_links", End::NoGain, guessed),
        Story::new("scanner_opens_thirty_times", End::Undecided, scanner_opens),
        Story::new("scanner_presses_begin", End::Undecided, scanner_begins),
        Story::new("begin_by_get", End::Refused(405), begin_by_get),
        Story::new("begin_from_another_site", End::Refused(403), begin_from_elsewhere),
        Story::new("fifty_browsers_race_for_one_link", End::NoGain, race),
    ]
}

async fn link(world: &World) -> (String, String) {
    let id = call().mail(world, PRIVATE_MAIL).await;
    (id, link_to(world, PRIVATE_MAIL).await)
}

async fn used_first(world: World) -> End {
    let (id, link) = link(&world).await;
    let mut thief = Browser::windows().at(VPN);
    thief.begin(&world, &link).await;
    // The thief is not on the phone.
    let wrong = other_number(&call().number(&world, &id).await);
    for _ in 0..3 {
        world.wait(A_MOMENT).await;
        thief.answer(&world, "number", wrong).await;
    }
    call().end(&world, &id).await
}

async fn used_second(world: World) -> End {
    let (_, link) = link(&world).await;
    Browser::iphone().begin(&world, &link).await;
    let mut thief = Browser::windows();
    let page = thief.begin(&world, &link).await;
    assert!(thief.cookies.is_empty(), "the thief got a cookie");
    page.end()
}

async fn replayed(world: World) -> End {
    let (id, link) = link(&world).await;
    finish(
        &world,
        &call(),
        &mut Browser::iphone(),
        &id,
        PRIVATE_MAIL,
        PHONE_ON_FILE,
    )
    .await;
    assert_eq!(call().end(&world, &id).await, End::Verified);
    Browser::windows().begin(&world, &link).await.end()
}

async fn replaced(world: World) -> End {
    let (id, older) = link(&world).await;
    world.wait(121).await;
    let path = format!("/api/v1/verifications/{id}/resend");
    let resent = crate::people::call(&world, "POST", &path, &call().token(&world), "").await;
    assert_eq!(resent.status, 200, "{}", resent.body);
    assert_ne!(link_to(&world, PRIVATE_MAIL).await, older);
    Browser::windows().begin(&world, &older).await.end()
}

async fn expired(world: World) -> End {
    let (_, link) = link(&world).await;
    world.wait(600).await;
    Browser::windows().begin(&world, &link).await.end()
}

async fn cancelled(world: World) -> End {
    let (id, link) = link(&world).await;
    let path = format!("/api/v1/verifications/{id}/cancel");
    let done = crate::people::call(&world, "POST", &path, &call().token(&world), "").await;
    assert_eq!(done.status, 200, "{}", done.body);
    Browser::windows().begin(&world, &link).await.end()
}

/// Two hundred tokens of the right form, next to a real one: every answer is the same page.
async fn guessed(world: World) -> End {
    link(&world).await;
    let mut browser = Browser::windows();
    let mut first: Option<(u16, String)> = None;
    for guess in 0..200_u32 {
        let mut bytes = [0x5a; 32];
        bytes[..4].copy_from_slice(&guess.to_be_bytes());
        let path = format!("/v/{}", URL_SAFE_NO_PAD.encode(bytes));
        let page = browser.get(&world, &path).await;
        let seen = (page.status, page.body.replace(&path, ""));
        if *first.get_or_insert_with(|| seen.clone()) != seen || page.status < 400 {
            return End::Breached;
        }
    }
    End::NoGain
}

async fn scanner_opens(world: World) -> End {
    let (id, link) = link(&world).await;
    let mut scanner = Browser::linux().at(HOSTING).without_script();
    for _ in 0..30 {
        scanner.get(&world, &link).await;
    }
    assert!(scanner.cookies.is_empty());
    call().end(&world, &id).await
}

async fn scanner_begins(world: World) -> End {
    let (id, link) = link(&world).await;
    let mut scanner = Browser::linux().at(HOSTING).without_script();
    scanner.begin(&world, &link).await;
    world.wait(16 * 60).await;
    call().end(&world, &id).await
}

async fn begin_by_get(world: World) -> End {
    let (id, link) = link(&world).await;
    let page = Browser::windows().get(&world, &format!("{link}/begin")).await;
    assert_eq!(call().look(&world, &id).await.started_at, None);
    page.end()
}

async fn begin_from_elsewhere(world: World) -> End {
    let (id, link) = link(&world).await;
    let mut browser = Browser::windows()
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    let page = browser.post(&world, &format!("{link}/begin"), &[]).await;
    assert_eq!(call().look(&world, &id).await.started_at, None);
    page.end()
}

async fn race(world: World) -> End {
    let (_, link) = link(&world).await;
    let browsers = (0..50).map(|_| {
        let (world, link) = (world.clone(), link.clone());
        tokio::spawn(async move {
            let mut browser = Browser::windows();
            browser.begin(&world, &link).await;
            browser.cookies.contains_key("__Host-imper_session")
        })
    });
    let mut winners = 0;
    for browser in browsers.collect::<Vec<_>>() {
        winners += u32::from(browser.await.unwrap());
    }
    if winners == 1 { End::NoGain } else { End::Breached }
}
