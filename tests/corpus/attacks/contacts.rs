//! Attackers who hold a mailbox or a phone.

use shared::words::{Action, Channel};

use super::{begun, call, guess_codes, past_the_number};
use crate::people::{
    A_MOMENT, BRAZIL, Browser, COMPANY_MAIL, Desk, NEW_YORK, PHONE_ON_FILE, PRIVATE_MAIL, TOR, VPN, code_to,
    finish, go_through, mia, requester,
};
use crate::story::{End, Story};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("fresh_mailbox_and_nothing_else", End::Rejected, fresh_mailbox),
        Story::new(
            "fresh_mailbox_and_nothing_on_file",
            End::Rejected,
            nothing_on_file,
        ),
        Story::new("fresh_phone_and_nothing_else", End::Rejected, fresh_phone),
        Story::new("disposable_mailbox_with_swapped_sim", End::Flagged, disposable),
        Story::new(
            "sim_swapped_phone_before_anything_was_known",
            End::Verified,
            |w| swapped(w, Browser::windows()),
        ),
        Story::new("sim_swapped_phone_from_abroad", End::Flagged, |w| {
            swapped(
                w,
                Browser::windows().at(BRAZIL).in_zone("America/Sao_Paulo", "-180"),
            )
        }),
        Story::new(
            "sim_swapped_phone_abroad_with_a_forged_clock",
            End::Flagged,
            |w| swapped(w, Browser::windows().at(BRAZIL)),
        ),
        Story::new("sim_swapped_phone_through_tor", End::Rejected, |w| {
            swapped(w, Browser::windows().at(TOR))
        }),
        Story::new(
            "vpn_of_the_right_country_with_the_wrong_clock",
            End::Flagged,
            |w| swapped(w, Browser::windows().at(VPN).in_zone("America/Sao_Paulo", "-180")),
        ),
        Story::new("zone_name_set_but_not_the_clock", End::Flagged, |w| {
            swapped(w, Browser::windows().at(VPN).telling("utc_offset", "-180"))
        }),
        Story::new(
            "impossible_travel_after_the_real_one",
            End::Rejected,
            impossible_travel,
        ),
        Story::new("phone_on_file_changed_last_week", End::Flagged, changed_phone),
        Story::new(
            "stolen_company_mailbox_with_a_phone_on_file",
            End::Undecided,
            mailbox_and_phone,
        ),
        Story::new(
            "stolen_company_mailbox_without_a_phone_on_file",
            End::Verified,
            mailbox_only,
        ),
        Story::new(
            "mailbox_being_reset_as_destination",
            End::Refused(422),
            own_mailbox,
        ),
        Story::new(
            "mailbox_being_reset_in_other_letters",
            End::Refused(422),
            own_mailbox_in_capitals,
        ),
        Story::new("only_contact_is_the_destination", End::Flagged, only_contact),
        Story::new("live_relay_on_a_parallel_call", End::Verified, live_relay),
        Story::new("relayed_number_without_the_code", End::Undecided, relayed_number),
        Story::new(
            "victim_says_not_me_on_the_landing_page",
            End::Rejected,
            not_me_at_once,
        ),
        Story::new("victim_says_not_me_in_the_session", End::Rejected, not_me_later),
        Story::new("victim_says_not_me_after_the_pass", End::Rejected, not_me_last),
        Story::new("privileged_account_with_swapped_sim", End::Rejected, privileged),
    ]
}

async fn fresh_mailbox(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    let right = code_to(&world, PHONE_ON_FILE).await;
    guess_codes(&world, &mut browser, right).await;
    desk.end(&world, &id).await
}

async fn nothing_on_file(world: World) -> End {
    let desk = Desk::new(1, &requester(0xb, "Mia Chen", "", &[]));
    let mut browser = Browser::windows();
    let id = begun(&world, &desk, &mut browser).await;
    let number = desk.number(&world, &id).await;
    browser.answer(&world, "number", &number).await;
    desk.end(&world, &id).await
}

async fn fresh_phone(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::android());
    let mine = "+447400123123";
    let id = desk.send(&world, Channel::Sms, mine).await.view().id;
    finish(&world, &desk, &mut browser, &id, mine, "nobody").await;
    let right = code_to(&world, PHONE_ON_FILE).await;
    guess_codes(&world, &mut browser, right).await;
    desk.end(&world, &id).await
}

/// The attacker holds the phone on file and types a mailbox of their own.
async fn swapped(world: World, mut browser: Browser) -> End {
    let desk = call();
    let id = go_through(
        &world,
        &desk,
        &mut browser,
        (Channel::Email, PRIVATE_MAIL),
        PHONE_ON_FILE,
    )
    .await;
    desk.end(&world, &id).await
}

async fn disposable(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let to = (Channel::Email, "mia77@mailinator.com");
    let id = go_through(&world, &desk, &mut browser, to, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

async fn impossible_travel(world: World) -> End {
    let desk = call();
    let mine = (Channel::Email, PRIVATE_MAIL);
    let first = go_through(&world, &desk, &mut Browser::iphone(), mine, PHONE_ON_FILE).await;
    assert_eq!(desk.end(&world, &first).await, End::Verified);
    world.wait(20 * 60).await;
    let mut attacker = Browser::windows()
        .at(NEW_YORK)
        .in_zone("America/New_York", "-300");
    let theirs = (Channel::Email, "mia.c.private@outlook.com");
    let second = Desk::new(2, &mia());
    let id = go_through(&world, &second, &mut attacker, theirs, PHONE_ON_FILE).await;
    second.end(&world, &id).await
}

async fn changed_phone(world: World) -> End {
    let desk = call();
    let mine = (Channel::Email, PRIVATE_MAIL);
    go_through(&world, &desk, &mut Browser::iphone(), mine, PHONE_ON_FILE).await;
    world.wait(30 * 86_400).await;
    // Somebody talked the desk into another number; a first call with it fails, the second comes days later.
    let theirs = "+447400123123";
    let changed = Desk::new(2, &requester(0xb, "Mia Chen", COMPANY_MAIL, &[theirs]));
    let to = (Channel::Email, "mia.c.private@outlook.com");
    let id = go_through(&world, &changed, &mut Browser::windows(), to, theirs).await;
    changed.end(&world, &id).await
}

async fn mailbox_and_phone(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    assert_eq!(
        world.count_to(COMPANY_MAIL).await,
        0,
        "the stolen mailbox must get no code"
    );
    world.wait(15 * 60).await;
    desk.end(&world, &id).await
}

async fn mailbox_only(world: World) -> End {
    let desk = Desk::new(1, &requester(0xb, "Mia Chen", COMPANY_MAIL, &[]));
    let mine = (Channel::Email, PRIVATE_MAIL);
    let id = go_through(&world, &desk, &mut Browser::windows(), mine, COMPANY_MAIL).await;
    desk.end(&world, &id).await
}

async fn own_mailbox(world: World) -> End {
    call().send(&world, Channel::Email, COMPANY_MAIL).await.end()
}

async fn own_mailbox_in_capitals(world: World) -> End {
    call()
        .send(&world, Channel::Email, "  MIA.Chen@ACME.example ")
        .await
        .end()
}

async fn only_contact(world: World) -> End {
    let desk = Desk::new(1, &requester(0xb, "Mia Chen", "", &[PHONE_ON_FILE]));
    let phone = (Channel::Sms, PHONE_ON_FILE);
    let id = go_through(&world, &desk, &mut Browser::android(), phone, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

/// The attacker calls Mia at the same time, as "the service desk", and asks her to read the code out.
async fn live_relay(world: World) -> End {
    swapped(world, Browser::windows()).await
}

async fn relayed_number(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::windows());
    let id = past_the_number(&world, &desk, &mut browser).await;
    world.wait(20 * 60).await;
    desk.end(&world, &id).await
}

async fn not_me_at_once(world: World) -> End {
    let (desk, mut browser) = (call().asking(None), Browser::iphone());
    let id = desk.mail(&world, COMPANY_MAIL).await;
    let link = crate::people::link_to(&world, COMPANY_MAIL).await;
    browser.get(&world, &format!("{link}/not-me")).await;
    browser.post(&world, &format!("{link}/not-me"), &[]).await;
    desk.end(&world, &id).await
}

async fn not_me_later(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::iphone());
    let id = begun(&world, &desk, &mut browser).await;
    world.wait(A_MOMENT).await;
    browser.not_me(&world).await;
    desk.end(&world, &id).await
}

/// The victim was led through everything on a second call, and understands it when the page says that they have passed.
async fn not_me_last(world: World) -> End {
    let (desk, mut browser) = (call(), Browser::iphone());
    let id = past_the_number(&world, &desk, &mut browser).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap_or_default();
    browser.answer(&world, "code", &code).await;
    world.wait(A_MOMENT).await;
    browser.not_me(&world).await;
    desk.end(&world, &id).await
}

async fn privileged(world: World) -> End {
    let mut desk = call().asking(Some(Action::MfaReset));
    desk.claims.assurance = Some(shared::words::Assurance::High);
    let mut browser = Browser::windows();
    let id = begun(&world, &desk, &mut browser).await;
    let number = desk.number(&world, &id).await;
    browser.answer(&world, "number", &number).await;
    if let Some(code) = code_to(&world, PHONE_ON_FILE).await {
        browser.answer(&world, "code", &code).await;
    }
    desk.end(&world, &id).await
}
