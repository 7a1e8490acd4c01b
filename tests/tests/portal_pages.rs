//! Every page of the portal, in every language, light and dark, on the narrowest screen: nothing for axe-core to find,
//! nothing that must be scrolled sideways.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::portal::Portal;
use shared::words::Action;

/// WCAG 2.2, success criterion 1.4.10.
const NARROW: u32 = 320;

/// Looks at the page that the browser shows, in every way.
async fn look(browser: &Browser, language: &str, page: &str) -> Result<()> {
    let name = format!("{page} ({language})");
    browser
        .see(&format!("html[lang='{language}'] h1"))
        .await
        .with_context(|| name.clone())?;
    for dark in [false, true] {
        browser.prefer_dark(dark).await?;
        let shade = if dark { "dark" } else { "light" };
        assert_accessible(browser, &format!("{name}, {shade}")).await?;
    }
    browser.be_wide(Some(NARROW)).await?;
    ensure!(
        !browser.scrolls_sideways().await?,
        "{name} must be scrolled sideways: {}",
        browser.screenshot_whole("failed-too-wide").await?.display()
    );
    // It is dark now; both are for people to look at.
    browser
        .screenshot_whole(&format!("portal-{page}-{language}-narrow-dark"))
        .await?;
    browser.prefer_dark(false).await?;
    browser
        .screenshot_whole(&format!("portal-{page}-{language}-narrow"))
        .await?;
    browser.be_wide(None).await
}

async fn answer(browser: &Browser, field: &str, text: &str) -> Result<()> {
    browser.type_into(&format!("#{field}"), text).await?;
    let old = browser.see("h1").await?;
    browser
        .click(&format!("form[action='/verify/{field}'] button[type='submit']"))
        .await?;
    browser
        .until("the answer to be taken", || async {
            Ok(old.tag_name().await.is_err().then_some(()))
        })
        .await
}

/// Opens the link of somebody else's private device, and begins.
async fn begin(browser: &Browser, link: &str) -> Result<()> {
    browser.driver().delete_all_cookies().await?;
    browser.goto(link).await?;
    browser.click("form[action$='/begin'] button").await?;
    browser.see("#number").await.map(drop)
}

/// Everything that somebody meets who answers right, after one mistake each.
async fn the_way_to_a_new_password(browser: &Browser, portal: &Portal, language: &str) -> Result<()> {
    let id = portal.ask(Some(Action::PasswordReset)).await?;
    let link = portal.link(&id).await?;
    browser.goto(&link).await?;
    look(browser, language, "landing").await?;
    browser.click("a[href$='/not-me']").await?;
    browser.see("button.stop").await?;
    look(browser, language, "not-me").await?;
    begin(browser, &link).await?;
    look(browser, language, "number").await?;
    let number = portal.call_number(&id).await?;
    answer(browser, "number", if number == "11" { "12" } else { "11" }).await?;
    look(browser, language, "number-wrong").await?;
    answer(browser, "number", &number).await?;
    browser.see("#code").await?;
    look(browser, language, "code").await?;
    answer(browser, "code", "12").await?;
    look(browser, language, "code-incomplete").await?;
    portal.clock.advance(Duration::from_secs(121));
    browser.goto(&format!("{}/verify?sent", portal.url)).await?;
    look(browser, language, "code-resend").await?;
    answer(browser, "code", &portal.code(&id).await?).await?;
    browser.see("#password").await?;
    look(browser, language, "password").await?;
    browser.type_into("#password", "short").await?;
    browser
        .click("form[action='/verify/action'] button[type='submit']")
        .await?;
    browser.see(".problem").await?;
    look(browser, language, "password-refused").await?;
    browser
        .type_into("#password", "a lamp between two quiet rivers")
        .await?;
    browser
        .click("form[action='/verify/action'] button[type='submit']")
        .await?;
    browser.see(".result.passed").await?;
    look(browser, language, "password-done").await?;
    browser.click("a[href='/verify/not-me']").await?;
    browser.see("button.stop").await?;
    look(browser, language, "dispute").await?;
    browser.click("button.stop").await?;
    browser.see(".result").await?;
    look(browser, language, "disputed").await
}

/// The other actions, and the ends without one.
async fn other_ends(browser: &Browser, portal: &Portal, language: &str) -> Result<()> {
    let form = "form[action='/verify/action']";
    for (action, page, sign) in [
        (Some(Action::AccountUnlock), "unlock", form),
        (Some(Action::MfaReset), "mfa-reset", form),
        (None, "confirmed", ".result.passed"),
    ] {
        let id = portal.ask(action).await?;
        begin(browser, &portal.link(&id).await?).await?;
        answer(browser, "number", &portal.call_number(&id).await?).await?;
        answer(browser, "code", &portal.code(&id).await?).await?;
        browser.see(sign).await?;
        look(browser, language, page).await?;
    }
    let id = portal.ask(None).await?;
    begin(browser, &portal.link(&id).await?).await?;
    let number = portal.call_number(&id).await?;
    for _ in 0..3 {
        answer(browser, "number", if number == "11" { "12" } else { "11" }).await?;
    }
    look(browser, language, "not-confirmed").await?;

    let id = portal.ask(None).await?;
    begin(browser, &portal.link(&id).await?).await?;
    browser.click("a[href='/verify/not-me']").await?;
    browser.click("button.stop").await?;
    browser.see(".result").await?;
    look(browser, language, "stopped").await
}

/// Links and addresses that open nothing.
async fn dead_ends(browser: &Browser, portal: &Portal, language: &str) -> Result<()> {
    let id = portal.ask(None).await?;
    let link = portal.link(&id).await?;
    portal.cancel(&id).await?;
    browser.goto(&link).await?;
    look(browser, language, "cancelled").await?;
    let id = portal.ask(None).await?;
    let link = portal.link(&id).await?;
    begin(browser, &link).await?;
    browser.driver().delete_all_cookies().await?;
    browser.goto(&link).await?;
    look(browser, language, "used").await?;
    browser.goto(&format!("{}/verify", portal.url)).await?;
    look(browser, language, "no-session").await?;
    for (path, page) in [
        ("/v/unknown", "unknown"),
        ("/verify/elsewhere", "nothing-here"),
        ("/verify/number", "wrong-method"),
    ] {
        browser.goto(&format!("{}{path}", portal.url)).await?;
        look(browser, language, page).await?;
    }
    let id = portal.ask(None).await?;
    let link = portal.link(&id).await?;
    portal.clock.advance(Duration::from_mins(11));
    browser.goto(&link).await?;
    look(browser, language, "expired").await
}

async fn every_page_in(language: &'static str) -> Result<()> {
    let (portal, driver) = tokio::try_join!(Portal::start(), Driver::start())?;
    let browser = driver.open(Person::REQUESTER).await?;
    browser.speak(language).await?;
    the_way_to_a_new_password(&browser, &portal, language).await?;
    other_ends(&browser, &portal, language).await?;
    dead_ends(&browser, &portal, language).await?;
    browser.quit().await?;
    portal.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_english() -> Result<()> {
    every_page_in("en").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_german() -> Result<()> {
    every_page_in("de").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_french() -> Result<()> {
    every_page_in("fr").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_spanish() -> Result<()> {
    every_page_in("es").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_japanese() -> Result<()> {
    every_page_in("ja").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_arabic() -> Result<()> {
    every_page_in("ar").await
}
