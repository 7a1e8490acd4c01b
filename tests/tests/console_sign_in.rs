//! Signing in to the console in a real browser: second factors, a user's first day, and a real OpenID provider.

#[path = "signin/provider.rs"]
mod provider;

use anyhow::{Context, Result, ensure};
use backend::ports::{Clock as _, SystemClock};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::console::{ConsoleWorld, PASSWORD};
use imper_tests::harness::second_factor::{code_at, give_code};
use serde_json::json;

use provider::Provider;

/// Looks at a page in light and dark, and on the smallest phone; axe-core must find nothing.
async fn inspect(browser: &Browser, name: &str) -> Result<()> {
    for (dark, phone, look) in [
        (false, false, "light"),
        (true, false, "dark"),
        (false, true, "phone"),
    ] {
        browser.prefer_dark(dark).await?;
        browser.be_phone(phone).await?;
        assert_accessible(browser, name).await?;
        ensure!(
            !browser.scrolls_sideways().await?,
            "{name} scrolls sideways ({look})"
        );
        browser
            .screenshot_whole(&format!("console-sign-in-{name}-{look}"))
            .await?;
    }
    browser.prefer_dark(false).await?;
    browser.be_phone(false).await
}

async fn give_password(world: &ConsoleWorld, browser: &Browser, name: &str, password: &str) -> Result<()> {
    browser.goto(&format!("{}/console/sign-in", world.url)).await?;
    browser.type_into("#name", name).await?;
    browser.type_into("#password", password).await?;
    browser.click("button.primary").await?;
    browser.see_no("#name").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_admin_chooses_a_password_and_sets_up_an_app() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let max = driver.open(Person::ANALYST).await?;
    give_password(&world, &max, "max.weber", PASSWORD).await?;
    inspect(&max, "factor").await?;
    max.type_into("#code", "000000").await?;
    max.click("form[action='/console/sign-in/code'] button").await?;
    max.see("[role=alert]").await?;
    inspect(&max, "factor-wrong").await?;
    give_code(&world, &max).await?;
    max.goto(&format!("{}/console/admin/users/new", world.url))
        .await?;
    max.type_into("#name", "nina.roth").await?;
    max.click("input[value=admin]").await?;
    max.click("main form button.primary").await?;
    let initial = max.see("#initial").await?.text().await?;
    inspect(&max, "initial-password").await?;

    let nina = driver.open(Person::ANALYST).await?;
    give_password(&world, &nina, "nina.roth", &initial).await?;
    inspect(&nina, "choose-password").await?;
    nina.type_into("#password", "a horse of my own").await?;
    nina.type_into("#again", "a horse of my own").await?;
    nina.click("button.primary").await?;
    nina.see("form[action='/console/sign-in/app']").await?;
    inspect(&nina, "set-up").await?;
    // Nowhere else.
    nina.goto(&format!("{}/console/verifications", world.url)).await?;
    nina.click("form[action='/console/sign-in/app'] button").await?;
    let key = nina.see("code.key").await?.text().await?;
    inspect(&nina, "add-app").await?;
    let secret = totp_rs::Secret::try_from_base32(key.replace(' ', ""))
        .ok()
        .context("the key is not base 32")?;
    nina.type_into("#code", &code_at(secret, world.now())?).await?;
    nina.click("button.primary").await?;
    nina.see("#codes").await?;
    inspect(&nina, "codes").await?;
    nina.click("a.button.primary").await?;
    nina.see(".side").await?;
    nina.goto(&format!("{}/console/account", world.url)).await?;
    nina.see_text("10 left").await?;
    inspect(&nina, "account").await?;
    max.goto(&format!("{}/console/admin/users", world.url)).await?;
    max.see_text("nina.roth").await?;
    inspect(&max, "users").await?;
    max.quit().await?;
    nina.quit().await?;
    world.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_comes_in_by_a_real_provider_if_a_group_says_so() -> Result<()> {
    let mut provider = Provider::start()?;
    let section = format!(
        r#"
[instance.console_sign_in]
provider = "Acme Sign-On"
issuer = "{}"
client_id = "{}"
client_secret_env = "CONSOLE_SECRET"
role_claim = "preferred_username"
roles = {{ "mia.chen" = "admin" }}
"#,
        provider.issuer(),
        provider::CLIENT,
    );
    let world = ConsoleWorld::start_with(&section, &[("CONSOLE_SECRET", provider::SECRET)]).await?;
    provider.furnish(&format!("{}/console/sign-in/company/acme", world.url))?;
    // The provider lives in the present.
    world.wait(SystemClock.now().unix_seconds() - world.now().unix_seconds());

    let driver = Driver::start().await?;
    for (name, comes_in) in [("mia.chen", true), ("trudy.miller", false)] {
        let browser = driver.open(Person::ANALYST).await?;
        browser.goto(&format!("{}/console/audit", world.url)).await?;
        if comes_in {
            inspect(&browser, "company").await?;
        }
        browser.click("button[formaction]").await?;
        browser.type_into("#account", name).await?;
        browser.click("#sign-in").await?;
        if comes_in {
            browser.see(".side").await?;
            browser.see_text("company sign-in").await?;
            browser.goto(&format!("{}/console/account", world.url)).await?;
            browser.see_text("You sign in at your company").await?;
            inspect(&browser, "company-account").await?;
        } else {
            browser.see_text("none of your groups").await?;
            inspect(&browser, "company-refused").await?;
        }
        browser.quit().await?;
    }
    world.stop().await;
    Ok(())
}

/// A device that verifies its owner by itself, as a laptop with a fingerprint does.
async fn add_authenticator(browser: &Browser) -> Result<()> {
    browser.devtools("WebAuthn.enable", json!({})).await?;
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    browser
        .devtools("WebAuthn.addVirtualAuthenticator", options)
        .await
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_and_signs_in() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    add_authenticator(&browser).await?;
    give_password(&world, &browser, "ana.reyes", PASSWORD).await?;
    browser.goto(&format!("{}/console/account", world.url)).await?;
    browser.click("details:has(#add-passkey) summary").await?;
    browser.type_into("#add-passkey", PASSWORD).await?;
    browser
        .click("form[action='/console/account/passkeys'] button")
        .await?;
    browser.see("#codes").await?;
    browser.click("a.button.primary").await?;
    browser.see_text("Your passkey is added").await?;
    inspect(&browser, "account-passkey").await?;
    browser.click("form[action='/console/sign-out'] button").await?;
    browser.see("#name").await?;

    give_password(&world, &browser, "ana.reyes", PASSWORD).await?;
    browser.see("form[data-passkey] button").await?;
    inspect(&browser, "passkey").await?;
    browser.click("form[data-passkey] button").await?;
    browser.see(".side").await?;
    let errors = browser.console_errors().await?;
    ensure!(errors.is_empty(), "on the console: {errors:#?}");
    browser.quit().await?;
    world.stop().await;
    Ok(())
}
