//! Programs instead of people. All of these hold the swapped phone on file: only the browser gives them away.

use shared::words::Channel;

use super::call;
use crate::people::{Browser, HOSTING, PHONE_ON_FILE, PRIVATE_MAIL, code_to, go_through, link_to};
use crate::story::{End, Story};
use crate::world::World;

pub fn all() -> Vec<Story> {
    vec![
        Story::new("headless_browser", End::Rejected, |world| {
            let mut browser = Browser::linux().telling("webdriver", "1");
            browser.user_agent = browser.user_agent.replace("Firefox/", "HeadlessChrome/");
            at_human_speed(world, browser)
        }),
        Story::new("driven_browser", End::Flagged, |world| {
            at_human_speed(world, Browser::windows().telling("webdriver", "1"))
        }),
        Story::new("browser_without_a_window", End::Flagged, |world| {
            at_human_speed(world, Browser::windows().telling("window_size", "0"))
        }),
        Story::new("headless_only_in_the_client_hints", End::Flagged, |world| {
            let browser = Browser::windows().header("sec-ch-ua", "\"HeadlessChrome\";v=\"156\"");
            at_human_speed(world, browser)
        }),
        Story::new("http_client_at_machine_speed", End::Rejected, |world| {
            let mut browser = Browser::linux().without_script();
            browser.user_agent = "python-requests/2.32".into();
            at_machine_speed(world, browser)
        }),
        Story::new("phone_emulator_on_a_desktop", End::Flagged, |world| {
            at_human_speed(world, Browser::iphone().telling("platform", "Win32"))
        }),
        Story::new("phone_without_touch", End::Flagged, |world| {
            at_human_speed(world, Browser::iphone().telling("touch_points", "0"))
        }),
        Story::new("windows_on_a_linux_server", End::Flagged, |world| {
            let browser = Browser::windows()
                .telling("platform", "Linux x86_64")
                .telling("renderer", "ANGLE (Google, Vulkan 1.3 (SwiftShader Device))");
            at_human_speed(world, browser)
        }),
        Story::new("relay_bot_in_a_data_centre", End::Rejected, |world| {
            at_machine_speed(world, Browser::windows().at(HOSTING))
        }),
    ]
}

async fn at_human_speed(world: World, mut browser: Browser) -> End {
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

async fn at_machine_speed(world: World, mut browser: Browser) -> End {
    let desk = call();
    let id = desk.mail(&world, PRIVATE_MAIL).await;
    let link = link_to(&world, PRIVATE_MAIL).await;
    browser.begin(&world, &link).await;
    let number = desk.number(&world, &id).await;
    browser.answer(&world, "number", &number).await;
    let code = code_to(&world, PHONE_ON_FILE).await.unwrap();
    browser.answer(&world, "code", &code).await;
    desk.end(&world, &id).await
}
