//! People who added a factor of their own after an earlier pass.

use crate::factors;
use crate::people::{A_MOMENT, Browser, PHONE_ON_FILE, code_to};
use crate::story::{End, Story};
use crate::world::World;

/// Their stories.
pub fn all() -> Vec<Story> {
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
