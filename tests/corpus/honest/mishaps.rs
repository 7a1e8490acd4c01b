//! What goes wrong on an ordinary day.

use super::{MINE, again};
use crate::people::{
    A_MOMENT, Browser, Desk, HOSTING, PHONE_ON_FILE, PRIVATE_MAIL, call, code_to, finish, go_through,
    link_to, mia,
};
use crate::story::{End, Story};
use crate::world::World;

/// Their stories.
pub fn all() -> Vec<Story> {
    vec![
        Story::new("slow_mail", End::Verified, slow_mail),
        Story::new("link_too_late_and_a_new_one", End::Verified, late_link),
        Story::new("link_sent_again", End::Verified, resent_link),
        Story::new("slow_text_message", End::Verified, slow_code),
        Story::new("number_misheard_once", End::Verified, misheard),
        Story::new("code_mistyped_twice", End::Verified, mistyped),
        Story::new("code_with_spaces", End::Verified, spaces),
        Story::new("pressed_begin_twice", End::Verified, double_click),
        Story::new("went_back_through_the_mail", End::Verified, back_through_the_mail),
        Story::new("mail_scanner_opens_first", End::Verified, scanner),
        Story::new("busy_scanners_of_three_products", End::Verified, busy_scanners),
        Story::new("second_call_of_the_day", End::Verified, second_call),
        Story::new("failed_in_the_morning", End::Verified, failed_before),
        Story::new("lost_phone_and_mailbox", End::Undecided, lost_everything),
    ]
}

async fn slow_mail(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    world.wait(8 * 60).await;
    finish(
        &world,
        &desk,
        &mut Browser::iphone(),
        &id,
        PRIVATE_MAIL,
        PHONE_ON_FILE,
    )
    .await;
    desk.end(&world, &id).await
}

async fn late_link(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    world.wait(11 * 60).await;
    assert_eq!(browser.get(&world, &link).await.status, 410);
    let id = go_through(&world, &desk, &mut browser, MINE, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

async fn resent_link(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    world.wait(150).await;
    let path = format!("/api/v1/verifications/{id}/resend");
    let resent = call(&world, "POST", &path, &desk.token(&world), "").await;
    assert_eq!(resent.status, 200, "{}", resent.body);
    finish(
        &world,
        &desk,
        &mut Browser::iphone(),
        &id,
        PRIVATE_MAIL,
        PHONE_ON_FILE,
    )
    .await;
    desk.end(&world, &id).await
}

/// Mia has begun and entered the number; the code is on its way.
async fn waits_for_the_code(world: &World, desk: &Desk, browser: &mut Browser) -> String {
    let id = desk.mail(world, PRIVATE_MAIL).await;
    let link = link_to(world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    browser.begin(world, &link).await;
    world.wait(A_MOMENT).await;
    let number = desk.number(world, &id).await;
    browser.answer(world, "number", &number).await;
    world.wait(A_MOMENT).await;
    id
}

async fn slow_code(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = waits_for_the_code(&world, &desk, &mut browser).await;
    world.wait(130).await;
    let token = browser.get(&world, "/verify").await.form_token();
    browser
        .post(&world, "/verify/code/resend", &[("form_token", &token)])
        .await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn misheard(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    browser.begin(&world, &link).await;
    world.wait(A_MOMENT).await;
    let number = desk.number(&world, &id).await;
    let misheard = if number == "15" { "50" } else { "15" };
    assert_eq!(browser.answer(&world, "number", misheard).await.status, 422);
    world.wait(A_MOMENT).await;
    browser.answer(&world, "number", &number).await;
    world.wait(A_MOMENT).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn mistyped(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = waits_for_the_code(&world, &desk, &mut browser).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    let typo: String = code.chars().rev().collect();
    let wrong = if typo == code { "135790" } else { &typo };
    browser.answer(&world, "code", wrong).await;
    browser.answer(&world, "code", wrong).await;
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn spaces(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = waits_for_the_code(&world, &desk, &mut browser).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    browser.answer(&world, "code", &spaced).await;
    desk.end(&world, &id).await
}

async fn double_click(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    browser.begin(&world, &link).await;
    let second = browser.begin(&world, &link).await;
    assert_eq!((second.status, second.location.as_str()), (303, "/verify"));
    world.wait(A_MOMENT).await;
    let number = desk.number(&world, &id).await;
    browser.answer(&world, "number", &number).await;
    world.wait(A_MOMENT).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn back_through_the_mail(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    browser.begin(&world, &link).await;
    let number = desk.number(&world, &id).await;
    world.wait(A_MOMENT).await;
    browser.answer(&world, "number", &number).await;
    // The page was closed; the link in the mail leads on.
    let back = browser.get(&world, &link).await;
    assert_eq!((back.status, back.location.as_str()), (303, "/verify"));
    world.wait(A_MOMENT).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn scanner(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    let mut scanner = Browser::linux().at(HOSTING).without_script();
    for _ in 0..3 {
        scanner.get(&world, &link).await;
    }
    finish(
        &world,
        &desk,
        &mut Browser::iphone(),
        &id,
        PRIVATE_MAIL,
        PHONE_ON_FILE,
    )
    .await;
    desk.end(&world, &id).await
}

async fn busy_scanners(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    for (address, browser) in [
        (HOSTING, Browser::linux()),
        ("100.64.1.1", Browser::windows()),
        ("100.64.2.2", Browser::windows()),
    ] {
        let mut scanner = browser.at(address).without_script();
        for _ in 0..4 {
            scanner.get(&world, &link).await;
        }
    }
    finish(
        &world,
        &desk,
        &mut Browser::iphone(),
        &id,
        PRIVATE_MAIL,
        PHONE_ON_FILE,
    )
    .await;
    desk.end(&world, &id).await
}

async fn second_call(world: World) -> End {
    let mut browser = Browser::iphone();
    again(&world, 1, 0, &mut browser).await;
    world.wait(5 * 3600).await;
    again(&world, 2, 0, &mut browser).await
}

async fn failed_before(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::iphone());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    browser.begin(&world, &link).await;
    let number = desk.number(&world, &id).await;
    let wrong = if number == "10" { "11" } else { "10" };
    for _ in 0..3 {
        browser.answer(&world, "number", wrong).await;
    }
    assert_eq!(desk.end(&world, &id).await, End::Rejected);
    world.wait(3 * 3600).await;
    again(&world, 2, 0, &mut browser).await
}

async fn lost_everything(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::windows());
    let id = waits_for_the_code(&world, &desk, &mut browser).await;
    world.wait(16 * 60).await;
    desk.end(&world, &id).await
}
