//! Ordinary people on ordinary and less ordinary days. Whoever has any usable contact on file must get through without
//! help; who cannot is listed in `main.rs`.

mod colleagues;
mod devices;
mod factors;
mod mishaps;
mod places;
mod records;

use shared::words::Channel;

use crate::people::{Browser, Desk, PHONE_ON_FILE, PRIVATE_MAIL, go_through, mia};
use crate::story::{End, Story};
use crate::world::World;

/// Where Mia reads her link.
const MINE: (Channel, &str) = (Channel::Email, PRIVATE_MAIL);

/// Every honest person.
pub fn all() -> Vec<Story> {
    let mut stories = devices::all();
    stories.extend(places::all());
    stories.extend(mishaps::all());
    stories.extend(records::all());
    stories.extend(factors::all());
    stories.extend(colleagues::all());
    stories
}

/// Mia at one browser, without any trouble.
fn with(name: &'static str, expected: End, browser: fn() -> Browser) -> Story {
    Story::new(name, expected, move |world| plain(world, browser()))
}

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
