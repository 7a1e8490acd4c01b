//! Ordinary people on ordinary and less ordinary days. Whoever has any usable contact on file must get through without
//! help; who cannot is listed in `main.rs`.

mod colleagues;

use shared::words::{Action, Channel};

use crate::factors;
use crate::people::{
    A_MOMENT, BRAZIL, Browser, COMPANY_MAIL, Desk, HOSTING, LONDON, OFFICE, PHONE_ON_FILE, PRIVATE_MAIL, VPN,
    call, code_to, finish, go_through, link_to, mia, requester,
};
use crate::story::{End, Story};
use crate::world::World;

/// Every honest person.
pub fn all() -> Vec<Story> {
    let mut stories = devices();
    stories.extend(places());
    stories.extend(mishaps());
    stories.extend(records());
    stories.extend(own_factors());
    stories.extend(colleagues::all());
    stories
}

/// Mia at one browser, without any trouble.
fn with(name: &'static str, expected: End, browser: fn() -> Browser) -> Story {
    Story::new(name, expected, move |world| plain(world, browser()))
}

/// People who added a factor of their own after an earlier pass.
fn own_factors() -> Vec<Story> {
    vec![
        Story::new("passkey_the_second_time", End::Verified, passkey_again),
        Story::new("authenticator_app_the_second_time", End::Verified, app_again),
        Story::new("passkey_left_at_home", End::Verified, passkey_at_home),
        Story::new("passkey_but_no_scripts", End::Verified, passkey_without_scripts),
        Story::new("lost_phone_and_a_recovery_code", End::Flagged, recovery_code),
    ]
}

async fn passkey_again(world: World) -> End {
    let mut browser = Browser::iphone();
    let passkey = factors::with_passkey(&world, &mut browser).await;
    let (desk, id) = factors::next_call(&world, &mut browser, 2).await;
    let answered = factors::sign(&world, &mut browser, &passkey).await;
    assert_eq!(answered.status, 303, "{}", answered.body);
    desk.end(&world, &id).await
}

async fn app_again(world: World) -> End {
    let mut browser = Browser::android();
    let (key, _) = factors::with_app(&world, &mut browser).await;
    let (desk, id) = factors::next_call(&world, &mut browser, 2).await;
    let code = factors::code_at(&world, &key);
    factors::answer(&world, &mut browser, "app", ("code", &code)).await;
    desk.end(&world, &id).await
}

/// The passkey is on the notebook, and only the phone is at hand.
async fn passkey_at_home(world: World) -> End {
    factors::with_passkey(&world, &mut Browser::windows()).await;
    let mut phone = Browser::iphone();
    let (desk, id) = factors::next_call(&world, &mut phone, 2).await;
    by_code_instead(&world, &mut phone).await;
    desk.end(&world, &id).await
}

async fn passkey_without_scripts(world: World) -> End {
    factors::with_passkey(&world, &mut Browser::windows()).await;
    let mut browser = Browser::windows().without_script();
    let (desk, id) = factors::next_call(&world, &mut browser, 2).await;
    let page = browser.get(&world, "/verify").await;
    assert!(page.body.contains("<noscript>") && page.body.contains("/verify/other"));
    by_code_instead(&world, &mut browser).await;
    desk.end(&world, &id).await
}

async fn by_code_instead(world: &World, browser: &mut Browser) {
    factors::answer(world, browser, "other", ("way", "on_file_code")).await;
    world.wait(A_MOMENT).await;
    let code = code_to(world, PHONE_ON_FILE).await.unwrap();
    browser.answer(world, "code", &code).await;
}

async fn recovery_code(world: World) -> End {
    let (_, codes) = factors::with_app(&world, &mut Browser::android()).await;
    let mut browser = Browser::windows();
    let (desk, id) = factors::next_call(&world, &mut browser, 2).await;
    factors::answer(&world, &mut browser, "other", ("way", "recovery_code")).await;
    world.wait(A_MOMENT).await;
    factors::answer(&world, &mut browser, "recovery", ("recovery", &codes[2])).await;
    desk.end(&world, &id).await
}

fn devices() -> Vec<Story> {
    vec![
        with("iphone", End::Verified, Browser::iphone),
        with("android_phone", End::Verified, Browser::android),
        with("windows_notebook", End::Verified, Browser::windows),
        with("firefox_on_linux", End::Verified, Browser::linux),
        with("ipad_that_calls_itself_a_mac", End::Verified, Browser::ipad),
        with("no_scripts", End::Verified, || {
            Browser::windows().without_script()
        }),
        with("no_scripts_and_a_vpn", End::Verified, || {
            Browser::linux().without_script().at(VPN)
        }),
        with("browser_that_hides_its_renderer_and_zone", End::Verified, || {
            Browser::linux()
                .telling("renderer", "")
                .telling("platform", "")
                .in_zone("UTC", "0")
        }),
        with("virtual_desktop", End::Verified, || {
            Browser::windows()
                .telling("renderer", "VMware SVGA 3D")
                .at(OFFICE)
        }),
        with("remote_desktop_without_graphics", End::Verified, || {
            Browser::windows().telling("renderer", "Microsoft Basic Render Driver")
        }),
        Story::new("known_device", End::Verified, known_device),
        Story::new("new_phone", End::Verified, new_phone),
        Story::new("opened_at_the_desk_done_on_the_phone", End::Verified, two_devices),
        Story::new("screen_reader_takes_its_time", End::Verified, screen_reader),
    ]
}

fn places() -> Vec<Story> {
    vec![
        with("corporate_vpn", End::Verified, || Browser::windows().at(VPN)),
        with("company_proxy_in_another_country", End::Flagged, || {
            Browser::windows().at(HOSTING)
        }),
        with("roaming_abroad", End::Flagged, || {
            Browser::iphone().at(BRAZIL).in_zone("America/Sao_Paulo", "-180")
        }),
        with("clock_still_at_home_while_abroad", End::Flagged, || {
            Browser::iphone().at(BRAZIL)
        }),
        with("holiday_in_lisbon_on_the_home_network", End::Verified, || {
            Browser::iphone().in_zone("Europe/Lisbon", "0")
        }),
        with("back_home_with_the_clock_still_abroad", End::Verified, || {
            Browser::iphone().in_zone("Asia/Tokyo", "540")
        }),
        with("browser_in_another_language", End::Verified, || {
            Browser::windows().speaking("de-DE,de;q=0.9")
        }),
        Story::new("colleague_in_berlin", End::Verified, berlin),
        Story::new("night_shift", End::Verified, night_shift),
        Story::new("moved_house", End::Verified, moved_house),
        Story::new("shared_home_network", End::Verified, home_network),
        Story::new("shared_family_tablet", End::Flagged, family_tablet),
        Story::new("password_day_in_one_office", End::Verified, office_day),
    ]
}

fn mishaps() -> Vec<Story> {
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

fn records() -> Vec<Story> {
    vec![
        Story::new("link_to_a_private_phone", End::Verified, private_phone),
        Story::new("no_company_mailbox", End::Verified, no_mailbox),
        Story::new("only_a_company_mailbox", End::Verified, no_phone),
        Story::new("link_to_the_phone_on_file", End::Verified, phone_on_file),
        Story::new("only_one_contact_on_file", End::Flagged, one_contact),
        Story::new("no_zone_and_language_on_file", End::Verified, bare_record),
        Story::new("phone_number_changed_last_month", End::Verified, |world| {
            new_number(world, 30)
        }),
        Story::new("phone_number_changed_this_week", End::Flagged, |world| {
            new_number(world, 3)
        }),
        Story::new("ticket_without_an_action", End::Verified, no_action),
        Story::new("nothing_on_file", End::Rejected, nothing_on_file),
    ]
}

const MINE: (Channel, &str) = (Channel::Email, PRIVATE_MAIL);

async fn plain(world: World, mut browser: Browser) -> End {
    let desk = Desk::new(1, &mia());
    let id = go_through(&world, &desk, &mut browser, MINE, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

/// Mia once more, in another ticket, some days later.
async fn again(world: &World, ticket: u32, days: i64, browser: &mut Browser) -> End {
    world.wait(days * 86_400).await;
    let desk = Desk::new(ticket, &mia());
    let id = go_through(world, &desk, browser, MINE, PHONE_ON_FILE).await;
    desk.end(world, &id).await
}

async fn known_device(world: World) -> End {
    let mut browser = Browser::iphone();
    assert_eq!(again(&world, 1, 0, &mut browser).await, End::Verified);
    again(&world, 2, 60, &mut browser).await
}

async fn new_phone(world: World) -> End {
    assert_eq!(again(&world, 1, 0, &mut Browser::iphone()).await, End::Verified);
    again(&world, 2, 60, &mut Browser::android()).await
}

async fn two_devices(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    Browser::windows().at(OFFICE).get(&world, &link).await;
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

async fn screen_reader(world: World) -> End {
    let (desk, mut browser) = (Desk::new(1, &mia()), Browser::windows());
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    world.wait(180).await;
    browser.begin(&world, &link).await;
    world.wait(240).await;
    let number = desk.number(&world, &id).await;
    browser.answer(&world, "number", &number).await;
    world.wait(300).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}

async fn berlin(world: World) -> End {
    let mut record = requester(0xd, "Jonas Weber", "jonas.weber@acme.example", &["+4930123456"]);
    record.time_zone = "Europe/Berlin".into();
    record.language = "de".into();
    let desk = Desk::new(1, &record);
    let mut browser = Browser::windows()
        .at("2001:db8:1::5")
        .in_zone("Europe/Berlin", "60")
        .speaking("de-DE,de;q=0.9,en;q=0.8");
    let id = go_through(
        &world,
        &desk,
        &mut browser,
        (Channel::Email, "jonas@gmx.de"),
        "+4930123456",
    )
    .await;
    desk.end(&world, &id).await
}

async fn night_shift(world: World) -> End {
    world.wait(17 * 3600).await;
    plain(world, Browser::android()).await
}

async fn moved_house(world: World) -> End {
    let mut browser = Browser::iphone();
    assert_eq!(again(&world, 1, 0, &mut browser).await, End::Verified);
    // A provider that no database knows.
    let mut moved = browser.clone().at("100.64.7.7");
    again(&world, 2, 30, &mut moved).await
}

async fn home_network(world: World) -> End {
    let spouse = Desk::new(
        1,
        &requester(0xe, "Kim Chen", "kim.chen@acme.example", &["+447400123222"]),
    );
    let to = (Channel::Email, "kim@outlook.com");
    let id = go_through(&world, &spouse, &mut Browser::android(), to, "+447400123222").await;
    assert_eq!(spouse.end(&world, &id).await, End::Verified);
    world.wait(600).await;
    again(&world, 2, 0, &mut Browser::iphone()).await
}

async fn family_tablet(world: World) -> End {
    let mut tablet = Browser::ipad();
    let spouse = Desk::new(
        1,
        &requester(0xe, "Kim Chen", "kim.chen@acme.example", &["+447400123222"]),
    );
    let to = (Channel::Email, "kim@outlook.com");
    go_through(&world, &spouse, &mut tablet, to, "+447400123222").await;
    again(&world, 2, 5, &mut tablet).await
}

async fn office_day(world: World) -> End {
    for number in 0..12 {
        let phone = format!("+44740012{:04}", 3_000 + number);
        let record = requester(
            0x200 + number,
            "Somebody",
            &format!("s{number}@acme.example"),
            &[&phone],
        );
        let desk = Desk::new(200 + number, &record).by_agent(0x600 + number / 6);
        let to = format!("private.{number}@gmail.com");
        let mut browser = Browser::windows().at(OFFICE);
        let id = go_through(&world, &desk, &mut browser, (Channel::Email, &to), &phone).await;
        assert_eq!(desk.end(&world, &id).await, End::Verified, "number {number}");
    }
    plain(world, Browser::windows().at(OFFICE)).await
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

async fn private_phone(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let to = (Channel::Sms, "07400 123456");
    let sent = desk.send(&world, to.0, to.1).await;
    assert!(sent.status < 300, "{}", sent.body);
    let id = sent.view().id;
    finish(
        &world,
        &desk,
        &mut Browser::android(),
        &id,
        "+447400123456",
        PHONE_ON_FILE,
    )
    .await;
    desk.end(&world, &id).await
}

/// A requester with this record, and the code to `contact`.
async fn record(world: World, email: &str, phones: &[&str], contact: &str) -> End {
    let desk = Desk::new(1, &requester(0xb, "Mia Chen", email, phones));
    let id = go_through(&world, &desk, &mut Browser::android(), MINE, contact).await;
    desk.end(&world, &id).await
}

async fn no_mailbox(world: World) -> End {
    record(world, "", &[PHONE_ON_FILE], PHONE_ON_FILE).await
}

async fn no_phone(world: World) -> End {
    record(world, COMPANY_MAIL, &[], COMPANY_MAIL).await
}

async fn nothing_on_file(world: World) -> End {
    record(world, "", &[], "nobody").await
}

async fn phone_on_file(world: World) -> End {
    let desk = Desk::new(1, &mia());
    let to = (Channel::Sms, PHONE_ON_FILE);
    let id = go_through(&world, &desk, &mut Browser::android(), to, COMPANY_MAIL).await;
    desk.end(&world, &id).await
}

async fn one_contact(world: World) -> End {
    let desk = Desk::new(1, &requester(0xb, "Mia Chen", "", &[PHONE_ON_FILE]));
    let to = (Channel::Sms, PHONE_ON_FILE);
    let id = go_through(&world, &desk, &mut Browser::android(), to, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

async fn bare_record(world: World) -> End {
    let mut record = mia();
    record.time_zone = String::new();
    record.language = String::new();
    let desk = Desk::new(1, &record);
    let mut browser = Browser::iphone().at(LONDON);
    let id = go_through(&world, &desk, &mut browser, MINE, PHONE_ON_FILE).await;
    desk.end(&world, &id).await
}

/// Mia got a new number, was verified with it once, and calls again so many days later.
async fn new_number(world: World, days: i64) -> End {
    let mut browser = Browser::iphone();
    assert_eq!(again(&world, 1, 0, &mut browser).await, End::Verified);
    world.wait(100 * 86_400).await;
    let number = "+447400123333";
    let changed = |ticket| Desk::new(ticket, &requester(0xb, "Mia Chen", COMPANY_MAIL, &[number]));
    let first = changed(2);
    let id = go_through(&world, &first, &mut browser, MINE, number).await;
    assert_eq!(first.end(&world, &id).await, End::Flagged);
    world.wait(days * 86_400).await;
    let second = changed(3);
    let id = go_through(&world, &second, &mut browser, MINE, number).await;
    second.end(&world, &id).await
}

async fn no_action(world: World) -> End {
    let desk = Desk::new(1, &mia()).asking(None::<Action>);
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    finish(
        &world,
        &desk,
        &mut Browser::windows(),
        &id,
        PRIVATE_MAIL,
        COMPANY_MAIL,
    )
    .await;
    desk.end(&world, &id).await
}
