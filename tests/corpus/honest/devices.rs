//! Ordinary and less ordinary devices.

use super::{again, with};
use crate::people::{Browser, Desk, OFFICE, PHONE_ON_FILE, PRIVATE_MAIL, VPN, code_to, finish, link_to, mia};
use crate::story::{End, Story};
use crate::world::World;

/// Their stories.
pub fn all() -> Vec<Story> {
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
