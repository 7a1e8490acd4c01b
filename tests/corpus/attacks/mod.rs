//! Attacks. Each must end as it says; what cannot be stopped is listed in `main.rs` and in the threat model.

mod automation;
mod colleagues;
mod contacts;
mod desk;
mod factors;
mod links;
mod sessions;
mod tokens;

use shared::words::Channel;

use crate::people::{A_MOMENT, Browser, Desk, PRIVATE_MAIL, link_to, mia};
use crate::story::Story;
use crate::world::World;

/// Every attack.
pub fn all() -> Vec<Story> {
    [
        contacts::all(),
        desk::all(),
        factors::all(),
        links::all(),
        sessions::all(),
        automation::all(),
        tokens::all(),
        colleagues::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An attacker on the phone has a link sent to a mailbox of theirs and begins. Returns the id.
async fn begun(world: &World, desk: &Desk, browser: &mut Browser) -> String {
    let sent = desk.send(world, Channel::Email, PRIVATE_MAIL).await;
    assert!(sent.status < 300, "{}", sent.body);
    let link = link_to(world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    let page = browser.begin(world, &link).await;
    assert_eq!(page.status, 303, "{}", page.body);
    world.wait(A_MOMENT).await;
    sent.view().id
}

/// The same, with the number that the agent read out: the attacker is on the phone.
async fn past_the_number(world: &World, desk: &Desk, browser: &mut Browser) -> String {
    let id = begun(world, desk, browser).await;
    let number = desk.number(world, &id).await;
    browser.answer(world, "number", &number).await;
    let page = browser.get(world, "/verify").await;
    assert!(page.asks("code"), "{}", page.body);
    world.wait(A_MOMENT).await;
    id
}

/// Tries codes until the service has had enough.
async fn guess_codes(world: &World, browser: &mut Browser, right: Option<String>) {
    for guess in 0..6 {
        let mut code = format!("{:06}", 111_111 * guess);
        if Some(&code) == right.as_ref() {
            code = "123456".into();
        }
        browser.answer(world, "code", &code).await;
    }
}

/// A number that is not the right one.
fn other_number(right: &str) -> &'static str {
    if right == "10" { "11" } else { "10" }
}

/// A code that is not the right one.
fn other_code(right: &str) -> &'static str {
    if right == "000000" { "000001" } else { "000000" }
}

/// The call of most stories.
fn call() -> Desk {
    Desk::new(1, &mia())
}
