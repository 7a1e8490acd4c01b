//! Other places, other hours.

use shared::words::Channel;

use super::{again, plain, with};
use crate::people::{BRAZIL, Browser, Desk, HOSTING, OFFICE, VPN, go_through, requester};
use crate::story::{End, Story};
use crate::world::World;

/// Their stories.
pub fn all() -> Vec<Story> {
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
