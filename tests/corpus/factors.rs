//! What people do with passkeys, authenticator apps and recovery codes: the steps that stories share.

use imper_tests::harness::soft_passkey::SoftPasskey;
use shared::words::Channel;

use crate::people::{A_MOMENT, Browser, Desk, PHONE_ON_FILE, PRIVATE_MAIL, Page, go_through, link_to, mia};
use crate::story::End;
use crate::world::World;

/// Where the portal is.
const ORIGIN: &str = "https://verify.example.com";

/// Mia passes by the code to her phone; her ticket has the number 1.
pub async fn pass(world: &World, browser: &mut Browser) -> (Desk, String) {
    let desk = Desk::new(1, &mia());
    let id = go_through(
        world,
        &desk,
        browser,
        (Channel::Email, PRIVATE_MAIL),
        PHONE_ON_FILE,
    )
    .await;
    assert_eq!(desk.end(world, &id).await, End::Verified);
    (desk, id)
}

/// Mia adds a passkey to the pass that this browser has.
pub async fn add_passkey(world: &World, browser: &mut Browser) -> (SoftPasskey, Page) {
    let passkey = SoftPasskey::new(ORIGIN);
    let options = enrol(world, browser, "options", ("", "")).await;
    let added = match options.status {
        200 => {
            enrol(
                world,
                browser,
                "passkey",
                ("credential", &passkey.create(&options.body)),
            )
            .await
        }
        _ => options,
    };
    (passkey, added)
}

/// Mia has passed and added a passkey.
pub async fn with_passkey(world: &World, browser: &mut Browser) -> SoftPasskey {
    pass(world, browser).await;
    let (passkey, added) = add_passkey(world, browser).await;
    assert_eq!(added.status, 200, "{}", added.body);
    passkey
}

/// Mia has passed and added an app: its key, and her recovery codes.
pub async fn with_app(world: &World, browser: &mut Browser) -> (String, Vec<String>) {
    pass(world, browser).await;
    enrol(world, browser, "begin-app", ("", "")).await;
    let page = browser.get(world, "/verify/enrol/app").await;
    let key = between(&page.body, r#"<code dir="ltr">"#, "<");
    let added = enrol(world, browser, "app", ("code", &code_at(world, &key))).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let codes = added.body.split("<li><code>").skip(1);
    let codes = codes.map(|item| item.split('<').next().unwrap_or_default().to_owned());
    (key, codes.collect())
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split(after).next().unwrap_or_default().to_owned()
}

/// What the app shows now.
pub fn code_at(world: &World, key: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(key.replace(' ', "")).unwrap();
    let app = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name("app")
        .build()
        .unwrap();
    app.generate(world.now().unix_seconds().unsigned_abs())
        .to_string()
}

/// An hour later Mia calls again, with ticket number `ticket`, and enters the number that she hears.
pub async fn next_call(world: &World, browser: &mut Browser, ticket: u32) -> (Desk, String) {
    world.wait(3600).await;
    let desk = Desk::new(ticket, &mia());
    let id = desk.mail(world, PRIVATE_MAIL).await;
    let link = link_to(world, PRIVATE_MAIL).await;
    world.wait(A_MOMENT).await;
    browser.begin(world, &link).await;
    world.wait(A_MOMENT).await;
    let number = desk.number(world, &id).await;
    browser.answer(world, "number", &number).await;
    world.wait(A_MOMENT).await;
    (desk, id)
}

/// Sends a form of the session, with its token.
pub async fn answer(world: &World, browser: &mut Browser, path: &str, field: (&str, &str)) -> Page {
    let token = browser.get(world, "/verify/not-me").await.form_token();
    post(world, browser, &format!("/verify/{path}"), &token, field).await
}

/// Sends a form of the pages where something is added.
pub async fn enrol(world: &World, browser: &mut Browser, path: &str, field: (&str, &str)) -> Page {
    // The token is that of the session, whatever page carries it.
    let token = browser.get(world, "/verify/enrol").await.form_token();
    post(world, browser, &format!("/verify/enrol/{path}"), &token, field).await
}

async fn post(world: &World, browser: &mut Browser, path: &str, token: &str, field: (&str, &str)) -> Page {
    browser.post(world, path, &[("form_token", token), field]).await
}

/// Signs with a passkey where one is asked for.
pub async fn sign(world: &World, browser: &mut Browser, passkey: &SoftPasskey) -> Page {
    let options = answer(world, browser, "passkey/options", ("", "")).await;
    assert_eq!(options.status, 200, "{}", options.body);
    answer(
        world,
        browser,
        "passkey",
        ("credential", &passkey.sign(&options.body)),
    )
    .await
}
