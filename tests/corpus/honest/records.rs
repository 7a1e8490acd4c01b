//! What ServiceNow has on file, and what it lacks.

use shared::words::{Action, Channel};

use super::{MINE, again};
use crate::people::{
    Browser, COMPANY_MAIL, Desk, LONDON, PHONE_ON_FILE, PRIVATE_MAIL, finish, go_through, mia, requester,
};
use crate::story::{End, Story};
use crate::world::World;

/// Their stories.
pub fn all() -> Vec<Story> {
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
