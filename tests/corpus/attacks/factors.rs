//! Passkeys, authenticator apps and recovery codes: replayed, relayed, and added by whoever should not.

use imper_tests::harness::soft_passkey::SoftPasskey;

use super::{call, guess_codes, other_number, past_the_number};
use crate::factors::{add_passkey, answer, code_at, enrol, next_call, pass, sign, with_app, with_passkey};
use crate::people::{
    A_MOMENT, BRAZIL, Browser, HOSTING, PHONE_ON_FILE, PRIVATE_MAIL, Page, VPN, code_to, finish, link_to,
};
use crate::story::{End, Story};
use crate::world::{Content, World};

pub fn all() -> Vec<Story> {
    vec![
        Story::new(
            "app_code_replayed_within_its_step",
            End::Refused(422),
            replayed_step,
        ),
        Story::new(
            "app_code_of_the_enrolment_replayed",
            End::Refused(422),
            replayed_confirmation,
        ),
        Story::new("app_codes_guessed", End::Rejected, guessed_app),
        Story::new("recovery_code_used_twice", End::Refused(422), reused_recovery),
        Story::new("fifty_recovery_codes_at_once", End::NoGain, parallel_recovery),
        Story::new("recovery_codes_found_on_paper", End::Flagged, found_on_paper),
        Story::new(
            "passkey_asked_for_on_a_look_alike_page",
            End::Refused(422),
            look_alike,
        ),
        Story::new(
            "swapped_sim_of_somebody_with_a_passkey",
            End::Flagged,
            sim_instead_of_passkey,
        ),
        Story::new("passkey_of_somebody_else", End::Rejected, foreign_passkey),
        Story::new("passkey_answer_replayed", End::Refused(422), replayed_answer),
        Story::new(
            "stolen_session_cookie_adds_a_passkey",
            End::Refused(403),
            stolen_cookie,
        ),
        Story::new(
            "stolen_browser_profile_adds_a_passkey",
            End::Rejected,
            stolen_profile,
        ),
        Story::new(
            "passkey_added_before_the_pass",
            End::Refused(403),
            before_the_pass,
        ),
        Story::new("passkey_added_after_a_failure", End::Refused(403), after_failure),
        Story::new("passkey_added_after_medium", End::Refused(403), after_medium),
        Story::new(
            "passkey_added_after_the_session",
            End::Refused(403),
            after_the_session,
        ),
        Story::new(
            "passkey_added_from_another_site",
            End::Refused(403),
            from_elsewhere,
        ),
    ]
}

/// Two calls of Mia; somebody looks over her shoulder in the first one.
async fn replayed_step(world: World) -> End {
    let (key, _) = with_app(&world, &mut Browser::android()).await;
    let mut own = Browser::android();
    next_call(&world, &mut own, 2).await;
    let mut thief = Browser::windows();
    let desk = crate::people::Desk::new(3, &crate::people::mia()).by_agent(0xf);
    let id = desk.mail(&world, "thief@gmail.com").await;
    let link = link_to(&world, "thief@gmail.com").await;
    thief.begin(&world, &link).await;
    let number = desk.number(&world, &id).await;
    thief.answer(&world, "number", &number).await;
    let code = code_at(&world, &key);
    let taken = answer(&world, &mut own, "app", ("code", &code)).await;
    assert_eq!(taken.status, 303, "{}", taken.body);
    answer(&world, &mut thief, "app", ("code", &code)).await.end()
}

/// The code that confirmed the app, seen on the screen, in a call at the same moment.
async fn replayed_confirmation(world: World) -> End {
    let mut own = Browser::android();
    let (key, _) = with_app(&world, &mut own).await;
    let seen = code_at(&world, &key);
    let mut thief = Browser::windows();
    let desk = crate::people::Desk::new(2, &crate::people::mia());
    let id = desk.mail(&world, "thief@gmail.com").await;
    thief
        .begin(&world, &link_to(&world, "thief@gmail.com").await)
        .await;
    let number = desk.number(&world, &id).await;
    thief.answer(&world, "number", &number).await;
    assert_eq!(code_at(&world, &key), seen, "still within its step");
    answer(&world, &mut thief, "app", ("code", &seen)).await.end()
}

async fn guessed_app(world: World) -> End {
    let (key, _) = with_app(&world, &mut Browser::android()).await;
    let mut thief = Browser::windows();
    let (desk, id) = next_call(&world, &mut thief, 2).await;
    for guess in 0..6 {
        let mut code = format!("{:06}", 111_111 * guess);
        if code == code_at(&world, &key) {
            code = "123456".into();
        }
        answer(&world, &mut thief, "app", ("code", &code)).await;
    }
    desk.end(&world, &id).await
}

async fn by_recovery(world: &World, browser: &mut Browser, code: &str) -> Page {
    answer(world, browser, "other", ("way", "recovery_code")).await;
    answer(world, browser, "recovery", ("recovery", code)).await
}

async fn reused_recovery(world: World) -> End {
    let (_, codes) = with_app(&world, &mut Browser::android()).await;
    let mut own = Browser::windows();
    next_call(&world, &mut own, 2).await;
    assert_eq!(by_recovery(&world, &mut own, &codes[0]).await.status, 303);
    let mut thief = Browser::windows();
    next_call(&world, &mut thief, 3).await;
    by_recovery(&world, &mut thief, &codes[0]).await.end()
}

async fn parallel_recovery(world: World) -> End {
    let (_, codes) = with_app(&world, &mut Browser::android()).await;
    let mut browsers = Vec::new();
    for ticket in 2..=4 {
        let mut browser = Browser::windows();
        let (desk, id) = next_call(&world, &mut browser, ticket).await;
        answer(&world, &mut browser, "other", ("way", "recovery_code")).await;
        let token = browser.get(&world, "/verify").await.form_token();
        browsers.push((desk, id, browser, token));
    }
    let tries = (0..50).map(|number| {
        let (_, _, browser, token) = &browsers[number % browsers.len()];
        let (world, mut browser, token, code) =
            (world.clone(), browser.clone(), token.clone(), codes[0].clone());
        tokio::spawn(async move {
            let fields = [("form_token", token.as_str()), ("recovery", code.as_str())];
            browser.post(&world, "/verify/recovery", &fields).await;
        })
    });
    for one in tries.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let mut passes = 0;
    for (desk, id, _, _) in &browsers {
        passes += u32::from(!desk.end(&world, id).await.is_stopped());
    }
    if passes == 1 { End::NoGain } else { End::Breached }
}

/// The sheet with the codes: it passes, but no further than Medium, and it opens no way to stay.
async fn found_on_paper(world: World) -> End {
    let (_, codes) = with_app(&world, &mut Browser::android()).await;
    let mut thief = Browser::windows();
    let (desk, id) = next_call(&world, &mut thief, 2).await;
    by_recovery(&world, &mut thief, &codes[7]).await;
    let (_, added) = add_passkey(&world, &mut thief).await;
    assert_eq!(added.status, 403, "{}", added.body);
    desk.end(&world, &id).await
}

/// The challenge is relayed to the owner's browser, which signs for the page that it shows.
async fn look_alike(world: World) -> End {
    let passkey = with_passkey(&world, &mut Browser::iphone()).await;
    let fooled = passkey.on("https://verify.example.com.login.example");
    let mut relay = Browser::windows();
    next_call(&world, &mut relay, 2).await;
    sign(&world, &mut relay, &fooled).await.end()
}

/// The thief has Mia's number but not her passkey, and takes the way that the number opens.
async fn sim_instead_of_passkey(world: World) -> End {
    with_passkey(&world, &mut Browser::iphone()).await;
    world.wait(3600).await;
    let mut thief = Browser::windows().at(VPN);
    let desk = crate::people::Desk::new(2, &crate::people::mia());
    let id = desk.mail(&world, "thief@gmail.com").await;
    let link = link_to(&world, "thief@gmail.com").await;
    world.wait(A_MOMENT).await;
    thief.begin(&world, &link).await;
    world.wait(A_MOMENT).await;
    let number = desk.number(&world, &id).await;
    thief.answer(&world, "number", &number).await;
    world.wait(A_MOMENT).await;
    answer(&world, &mut thief, "other", ("way", "on_file_code")).await;
    world.wait(A_MOMENT).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    thief.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn foreign_passkey(world: World) -> End {
    with_passkey(&world, &mut Browser::iphone()).await;
    let mut thief = Browser::windows();
    let (desk, id) = next_call(&world, &mut thief, 2).await;
    let own = SoftPasskey::new("https://verify.example.com");
    for _ in 0..5 {
        sign(&world, &mut thief, &own).await;
    }
    desk.end(&world, &id).await
}

async fn replayed_answer(world: World) -> End {
    let passkey = with_passkey(&world, &mut Browser::iphone()).await;
    let mut own = Browser::iphone();
    next_call(&world, &mut own, 2).await;
    let options = answer(&world, &mut own, "passkey/options", ("", "")).await;
    let signed = passkey.sign(&options.body);
    answer(&world, &mut own, "passkey", ("credential", &signed)).await;
    let mut thief = Browser::windows();
    next_call(&world, &mut thief, 3).await;
    answer(&world, &mut thief, "passkey/options", ("", "")).await;
    answer(&world, &mut thief, "passkey", ("credential", &signed))
        .await
        .end()
}

/// Of the cookies only the session's was taken, as by a log or a proxy.
async fn stolen_cookie(world: World) -> End {
    let mut owner = Browser::iphone();
    pass(&world, &mut owner).await;
    let mut thief = Browser::windows().at(BRAZIL);
    let token = owner.get(&world, "/verify/enrol").await.form_token();
    let session = owner.cookies["__Host-imper_session"].clone();
    thief.cookies.insert("__Host-imper_session".into(), session);
    thief
        .post(&world, "/verify/enrol/options", &[("form_token", &token)])
        .await
        .end()
}

/// Every cookie was taken, so the passkey is added. The contacts on file are told, the owner says that it was not her,
/// and the thief's passkey is gone before it is of use.
async fn stolen_profile(world: World) -> End {
    let mut owner = Browser::iphone();
    pass(&world, &mut owner).await;
    let mut thief = Browser::windows().at(BRAZIL);
    thief.cookies.clone_from(&owner.cookies);
    let (_, added) = add_passkey(&world, &mut thief).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let Some(Content::Alarm(path)) = world.mail_to(PHONE_ON_FILE).await else {
        return End::Breached;
    };
    let said = owner.post(&world, &path, &[]).await;
    assert_eq!(said.status, 200, "{}", said.body);
    let (desk, id) = next_call(&world, &mut thief, 2).await;
    let page = thief.get(&world, "/verify").await;
    if page.asks("passkey") {
        return End::Breached;
    }
    let right = code_to(&world, PHONE_ON_FILE).await;
    guess_codes(&world, &mut thief, right).await;
    desk.end(&world, &id).await
}

async fn before_the_pass(world: World) -> End {
    let mut thief = Browser::windows();
    past_the_number(&world, &call(), &mut thief).await;
    let token = thief.get(&world, "/verify").await.form_token();
    thief
        .post(&world, "/verify/enrol/options", &[("form_token", &token)])
        .await
        .end()
}

async fn after_failure(world: World) -> End {
    let (desk, mut thief) = (call(), Browser::windows());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    thief.begin(&world, &link_to(&world, PRIVATE_MAIL).await).await;
    let token = thief.get(&world, "/verify").await.form_token();
    let wrong = other_number(&desk.number(&world, &id).await);
    for _ in 0..3 {
        thief.answer(&world, "number", wrong).await;
    }
    assert_eq!(desk.end(&world, &id).await, End::Rejected);
    thief
        .post(&world, "/verify/enrol/options", &[("form_token", &token)])
        .await
        .end()
}

/// A phone whose number was ported, used from a rented server: it passes with Medium, and cannot stay.
async fn after_medium(world: World) -> End {
    let (desk, mut thief) = (call(), Browser::windows().at(HOSTING));
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let token = {
        finish(&world, &desk, &mut thief, &id, PRIVATE_MAIL, PHONE_ON_FILE).await;
        assert_eq!(desk.end(&world, &id).await, End::Flagged);
        thief.get(&world, "/verify/not-me").await.form_token()
    };
    thief
        .post(&world, "/verify/enrol/options", &[("form_token", &token)])
        .await
        .end()
}

/// The browser of a public computer, left open.
async fn after_the_session(world: World) -> End {
    let mut browser = Browser::windows();
    pass(&world, &mut browser).await;
    let token = browser.get(&world, "/verify/enrol").await.form_token();
    world.wait(15 * 60).await;
    browser
        .post(&world, "/verify/enrol/codes", &[("form_token", &token)])
        .await
        .end()
}

async fn from_elsewhere(world: World) -> End {
    let mut browser = Browser::windows();
    pass(&world, &mut browser).await;
    let mut lured = browser
        .clone()
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    enrol(&world, &mut lured, "codes", ("", "")).await.end()
}
