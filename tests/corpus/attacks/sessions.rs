//! Sessions, numbers and codes: stolen, guessed, replayed, out of order.

use super::{begun, call, guess_codes, other_code, other_number, past_the_number};
use crate::people::{A_MOMENT, BRAZIL, Browser, Desk, PHONE_ON_FILE, code_to, go_through, mia, requester};
use crate::story::{End, Story};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("stolen_session_cookie", End::Rejected, stolen_cookie),
        Story::new("number_guessed_three_times", End::Rejected, number_guessing),
        Story::new(
            "code_guessed_across_new_codes",
            End::Rejected,
            guessing_across_resends,
        ),
        Story::new("fifty_codes_at_once", End::Rejected, parallel_guessing),
        Story::new("fifty_right_codes_at_once", End::NoGain, parallel_right_codes),
        Story::new("code_of_another_verification", End::Refused(422), code_of_another),
        Story::new(
            "code_of_an_earlier_verification",
            End::Refused(422),
            code_of_earlier,
        ),
        Story::new("older_code_after_a_new_one", End::Refused(422), older_code),
        Story::new("right_code_after_ten_minutes", End::Refused(422), late_code),
        Story::new("code_before_the_number", End::NoGain, out_of_order),
        Story::new("form_without_its_token", End::Refused(403), no_form_token),
        Story::new(
            "form_token_of_another_session",
            End::Refused(403),
            foreign_form_token,
        ),
        Story::new("form_from_another_site", End::Refused(403), foreign_form),
        Story::new("made_up_session_cookie", End::Refused(404), made_up_cookie),
        Story::new("session_after_fifteen_minutes", End::Undecided, late_session),
        Story::new("codes_sent_without_end", End::NoGain, many_codes),
    ]
}

async fn stolen_cookie(world: World) -> End {
    let (desk, mut owner) = (call(), Browser::iphone());
    let id = past_the_number(&world, &desk, &mut owner).await;
    let mut thief = Browser::windows().at(BRAZIL);
    thief.cookies.clone_from(&owner.cookies);
    let right = code_to(&world, PHONE_ON_FILE).await;
    guess_codes(&world, &mut thief, right).await;
    desk.end(&world, &id).await
}

async fn number_guessing(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = begun(&world, &desk, &mut browser).await;
    let wrong = other_number(&desk.number(&world, &id).await);
    for _ in 0..3 {
        browser.answer(&world, "number", wrong).await;
    }
    desk.end(&world, &id).await
}

async fn guessing_across_resends(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    for _ in 0..3 {
        let wrong = other_code(&code_to(&world, PHONE_ON_FILE).await.unwrap());
        browser.answer(&world, "code", wrong).await;
    }
    world.wait(121).await;
    let token = browser.get(&world, "/verify").await.form_token();
    browser
        .post(&world, "/verify/code/resend", &[("form_token", &token)])
        .await;
    for _ in 0..2 {
        let wrong = other_code(&code_to(&world, PHONE_ON_FILE).await.unwrap());
        browser.answer(&world, "code", wrong).await;
    }
    desk.end(&world, &id).await
}

/// Sends all `codes` at once with one session.
async fn all_at_once(world: &World, browser: &Browser, codes: Vec<String>) -> Vec<u16> {
    let mut watcher = browser.clone();
    let token = watcher.get(world, "/verify").await.form_token();
    let sent = codes.into_iter().map(|code| {
        let (world, mut browser, token) = (world.clone(), browser.clone(), token.clone());
        tokio::spawn(async move {
            let fields = [("form_token", token.as_str()), ("code", code.as_str())];
            browser.post(&world, "/verify/code", &fields).await.status
        })
    });
    let mut statuses = Vec::new();
    for one in sent.collect::<Vec<_>>() {
        statuses.push(one.await.unwrap());
    }
    statuses
}

async fn parallel_guessing(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    let right = code_to(&world, PHONE_ON_FILE).await.unwrap();
    let guesses = (0..50).map(|n| format!("{n:06}")).filter(|code| *code != right);
    let statuses = all_at_once(&world, &browser, guesses.collect()).await;
    // Four wrong answers are shown as wrong; the fifth ends it, and nothing after it is looked at.
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 4);
    desk.end(&world, &id).await
}

async fn parallel_right_codes(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::iphone());
    let id = past_the_number(&world, &desk, &mut browser).await;
    let right = code_to(&world, PHONE_ON_FILE).await.unwrap();
    all_at_once(&world, &browser, vec![right; 50]).await;
    assert_eq!(desk.end(&world, &id).await, End::Verified);
    let decided = evidence(&world, &id)
        .await
        .into_iter()
        .filter(|kind| kind == "verification.decided");
    if decided.count() == 1 {
        End::NoGain
    } else {
        End::Breached
    }
}

/// The kinds of the evidence about a verification.
async fn evidence(world: &World, id: &str) -> Vec<String> {
    use backend::store::evidence;
    use backend::verification::{InstanceId, VerificationId};
    let (instance, id) = (
        InstanceId::parse("acme").unwrap(),
        VerificationId::parse(id).unwrap(),
    );
    let entries = world
        .service()
        .store
        .read(move |tx| evidence::list(tx, &instance, &id))
        .await
        .unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

async fn code_of_another(world: World) -> End {
    let other = Desk::new(
        2,
        &requester(0xc, "Joe Doe", "joe@acme.example", &["+447400123111"]),
    );
    let mut joe = Browser::windows();
    past_the_number(&world, &other, &mut joe).await;
    let own_code = code_to(&world, "+447400123111").await.unwrap();
    let (desk, mut browser) = (call(), Browser::windows());
    past_the_number(&world, &desk, &mut browser).await;
    let right = code_to(&world, PHONE_ON_FILE).await.unwrap();
    assert_ne!(own_code, right, "one in a million");
    browser.answer(&world, "code", &own_code).await.end()
}

async fn code_of_earlier(world: World) -> End {
    let desk = call();
    let mine = (shared::words::Channel::Email, crate::people::PRIVATE_MAIL);
    go_through(&world, &desk, &mut Browser::iphone(), mine, PHONE_ON_FILE).await;
    let earlier = code_to(&world, PHONE_ON_FILE).await.unwrap();
    let again = Desk::new(2, &mia());
    let mut thief = Browser::windows();
    past_the_number(&world, &again, &mut thief).await;
    assert_ne!(
        code_to(&world, PHONE_ON_FILE).await.unwrap(),
        earlier,
        "one in a million"
    );
    thief.answer(&world, "code", &earlier).await.end()
}

async fn older_code(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    past_the_number(&world, &desk, &mut browser).await;
    let older = code_to(&world, PHONE_ON_FILE).await.unwrap();
    world.wait(121).await;
    let token = browser.get(&world, "/verify").await.form_token();
    browser
        .post(&world, "/verify/code/resend", &[("form_token", &token)])
        .await;
    assert_ne!(
        code_to(&world, PHONE_ON_FILE).await.unwrap(),
        older,
        "one in a million"
    );
    browser.answer(&world, "code", &older).await.end()
}

async fn late_code(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    let right = code_to(&world, PHONE_ON_FILE).await.unwrap();
    world.wait(600).await;
    let page = browser.answer(&world, "code", &right).await;
    match desk.end(&world, &id).await {
        End::Undecided if page.status < 400 => End::Refused(422),
        End::Undecided => page.end(),
        _ => End::Breached,
    }
}

async fn out_of_order(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = begun(&world, &desk, &mut browser).await;
    let token = browser.get(&world, "/verify").await.form_token();
    browser
        .post(
            &world,
            "/verify/code",
            &[("form_token", &token), ("code", "000000")],
        )
        .await;
    browser
        .post(&world, "/verify/code/resend", &[("form_token", &token)])
        .await;
    let page = browser.get(&world, "/verify").await;
    let untouched = page.asks("number") && world.count_to(PHONE_ON_FILE).await == 0;
    if untouched && desk.end(&world, &id).await == End::Undecided {
        End::NoGain
    } else {
        End::Breached
    }
}

async fn no_form_token(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = begun(&world, &desk, &mut browser).await;
    let number = desk.number(&world, &id).await;
    browser
        .post(&world, "/verify/number", &[("number", &number)])
        .await
        .end()
}

async fn foreign_form_token(world: World) -> End {
    let other = Desk::new(
        2,
        &requester(0xc, "Joe Doe", "joe@acme.example", &["+447400123111"]),
    );
    let mut thief = Browser::windows();
    begun(&world, &other, &mut thief).await;
    let own_token = thief.get(&world, "/verify").await.form_token();
    let (desk, mut browser) = (call(), Browser::iphone());
    let id = begun(&world, &desk, &mut browser).await;
    let number = desk.number(&world, &id).await;
    let fields = [("form_token", own_token.as_str()), ("number", number.as_str())];
    browser.post(&world, "/verify/number", &fields).await.end()
}

async fn foreign_form(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::iphone());
    let id = begun(&world, &desk, &mut browser).await;
    let token = browser.get(&world, "/verify").await.form_token();
    let mut lured = browser.header("origin", "https://evil.example");
    let page = lured
        .post(&world, "/verify/not-me", &[("form_token", &token)])
        .await;
    assert_eq!(desk.end(&world, &id).await, End::Undecided);
    page.end()
}

async fn made_up_cookie(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::iphone());
    begun(&world, &desk, &mut browser).await;
    let mut thief = Browser::windows();
    thief
        .cookies
        .insert("__Host-imper_session".into(), "ab".repeat(32));
    thief.get(&world, "/verify").await.end()
}

async fn late_session(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = begun(&world, &desk, &mut browser).await;
    let number = desk.number(&world, &id).await;
    world.wait(15 * 60).await;
    browser.answer(&world, "number", &number).await;
    desk.end(&world, &id).await
}

/// Mia's phone must not become a nuisance: four codes, then no more.
async fn many_codes(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    past_the_number(&world, &desk, &mut browser).await;
    for _ in 0..6 {
        world.wait(121).await;
        let token = browser.get(&world, "/verify").await.form_token();
        browser
            .post(&world, "/verify/code/resend", &[("form_token", &token)])
            .await;
        world.wait(A_MOMENT).await;
    }
    let codes = world.count_to(PHONE_ON_FILE).await;
    if (1..=4).contains(&codes) {
        End::NoGain
    } else {
        End::Breached
    }
}
