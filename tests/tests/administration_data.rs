//! The pages about data that leaves the console, in a real browser: API tokens from the first to the revoked one, the
//! destinations of the push, and the document that describes the API.

use anyhow::{Context, Result, ensure};
use backend::service::console::tokens;
use backend::service::push::{self, Next};
use backend::verification::InstanceId;
use imper_tests::harness::accessibility::assert_sound;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::console::ConsoleWorld;
use imper_tests::harness::second_factor::sign_in;

const TOKENS: &str = "/console/admin/tokens";

/// A long host name, because the page must not become wider than a phone by it.
const DESTINATIONS: &str = r#"
[[instance.push]]
name = "siem"
kind = "syslog"
format = "cef"
audit = true
host = "collector-2.security-operations.emea.acme.example"
port = 6514
[[instance.push]]
name = "lake"
kind = "webhook"
format = "ndjson"
url = "https://lake.acme.example/imper/9f2c"
secret_env = "PUSH_SECRET"
"#;

/// 32 bytes that nothing else uses.
const PUSH_SECRET: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

async fn fill_in(browser: &Browser, name: &str) -> Result<()> {
    browser.type_into("#name", name).await?;
    browser
        .type_into("#networks", "198.51.100.0/24 2001:db8:4c1f:9a00::/56")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_shown_once_used_and_revoked() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    sign_in(&world, &browser, "max.weber").await?;
    browser.goto(&format!("{}{TOKENS}", world.url)).await?;
    browser.see_text("There are no tokens").await?;
    assert_sound(&browser, "tokens-none").await?;
    browser.click("a[href$='/tokens/new']").await?;
    browser.see("#networks").await?;
    assert_sound(&browser, "token-new").await?;

    // What was typed stays, and the reason stands beside the field.
    fill_in(
        &browser,
        "Splunk production, read by the security operations centre",
    )
    .await?;
    browser.type_into("#days", "400").await?;
    browser.click("form.form button.primary").await?;
    browser.see("#name-wrong").await?;
    assert_sound(&browser, "token-wrong-name").await?;
    browser.type_into("#name", "Splunk production").await?;
    browser.click("form.form button.primary").await?;
    browser.see("#days-wrong").await?;
    let kept = browser
        .evaluate("return [document.querySelector('#name').value, document.querySelector('#days').value]")
        .await?;
    ensure!(kept == serde_json::json!(["Splunk production", "400"]), "{kept}");
    assert_sound(&browser, "token-wrong-days").await?;

    browser.type_into("#days", "90").await?;
    browser.click("form.form button.primary").await?;
    browser.see_text("The token Splunk production was made").await?;
    let secret = browser
        .evaluate("return document.querySelector('#secret').value")
        .await?;
    let secret = secret.as_str().context("no token")?.to_owned();
    ensure!(secret.starts_with(tokens::PREFIX), "the token begins otherwise");
    assert_sound(&browser, "token-made").await?;
    browser.click("main a.button.primary").await?;
    browser.see_text("Valid").await?;
    ensure!(!browser.page_text().await?.contains(&secret), "it is shown again");
    assert_sound(&browser, "tokens").await?;

    browser.click("td a[href$='/revoke']").await?;
    browser.see("button.danger").await?;
    assert_sound(&browser, "token-revoke").await?;
    browser.click("main button.danger").await?;
    browser.see_text("Revoked").await?;
    assert_sound(&browser, "tokens-revoked").await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn destinations_of_the_push_are_seen_with_their_trouble() -> Result<()> {
    let world = ConsoleWorld::start_with(DESTINATIONS, &[("PUSH_SECRET", PUSH_SECRET)]).await?;
    let acme = InstanceId::parse("acme").context("no instance")?;
    let settings = world.service.instance(&acme)?.push.clone();
    for one in &settings {
        push::next(&world.service, &acme, one).await?;
    }
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    // Signing in is an entry of the log, which is the first thing to tell.
    sign_in(&world, &browser, "max.weber").await?;
    let page = format!("{}/console/admin/push", world.url);
    browser.goto(&page).await?;
    browser.see_text("Nothing to tell yet").await?;
    assert_sound(&browser, "push-quiet").await?;
    let siem = settings
        .iter()
        .find(|one| one.name == "siem")
        .context("no siem")?;
    let Next::Batch(batch) = push::next(&world.service, &acme, siem).await? else {
        anyhow::bail!("there is nothing to tell");
    };
    let why = "it cannot be reached: connection refused".to_owned();
    push::refused(&world.service, &acme, siem, &batch, why).await?;
    browser.goto(&page).await?;
    browser.see_text("Not taken").await?;
    browser.see_text("After 1 attempt: it cannot be reached").await?;
    assert_sound(&browser, "push-trouble").await?;
    push::taken(&world.service, &acme, siem, &batch).await?;
    browser.goto(&page).await?;
    browser.see_text("Taken").await?;
    let text = browser.page_text().await?;
    ensure!(!text.contains("connection refused"), "the trouble stays: {text}");
    ensure!(!text.contains("9f2c"), "the path of a webhook may be a secret");
    assert_sound(&browser, "push-taken").await?;

    // Nobody needs to be signed in to read what the API answers.
    browser.goto(&format!("{}/api/docs", world.url)).await?;
    browser.see_text("OpenAPI 3.1 document").await?;
    assert_sound(&browser, "api-docs").await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}
