//! The requester's way from the link to the result, in a real browser: with the keyboard alone, without scripts, from
//! right to left.

use anyhow::{Result, ensure};
use backend::verification::{State, VerificationId};
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::portal::Portal;
use shared::words::{Action, Status};
use thirtyfour::prelude::*;

const BEGIN: &str = "form[action$='/begin'] button";
const PASSWORD: &str = "a lamp between two quiet rivers";

struct Scene {
    browser: Browser,
    // After the browser: it closes through the driver.
    _driver: Driver,
    portal: Portal,
}

async fn scene() -> Result<Scene> {
    let (portal, driver) = tokio::try_join!(Portal::start(), Driver::start())?;
    Ok(Scene {
        browser: driver.open(Person::REQUESTER).await?,
        _driver: driver,
        portal,
    })
}

async fn heading(browser: &Browser) -> Result<String> {
    browser.text_of("h1").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_leads_from_the_link_to_a_new_password() -> Result<()> {
    let Scene { browser, portal, .. } = &scene().await?;
    let id = portal.ask(Some(Action::PasswordReset)).await?;
    browser.goto(&portal.link(&id).await?).await?;
    heading(browser).await?;
    browser.tab_to(BEGIN).await?;
    browser.press(Key::Enter).await?;

    // The field has the focus already: the number can be typed at once.
    browser.see("#number").await?;
    browser.press(portal.call_number(&id).await?).await?;
    browser.press(Key::Enter).await?;
    browser.see("#code").await?;
    browser.press("000000").await?;
    browser.press(Key::Enter).await?;
    // What was wrong stands first, and leads to the field.
    browser.see(".problem").await?;
    browser.tab_to(".problem a").await?;
    browser.press(Key::Enter).await?;
    browser
        .until("the field to have the focus", || async {
            let focused = browser.evaluate("return document.activeElement.id").await?;
            Ok((focused == "code").then_some(()))
        })
        .await?;
    browser.press(portal.code(&id).await?).await?;
    browser.press(Key::Enter).await?;

    browser.see("#password").await?;
    browser.press(PASSWORD).await?;
    browser.tab_to("[data-reveal]").await?;
    browser.press(Key::Enter).await?;
    let shown = browser
        .evaluate("return document.getElementById('password').type")
        .await?;
    ensure!(shown == "text", "the password is not shown: {shown}");
    browser
        .tab_to("form[action='/verify/action'] button[type='submit']")
        .await?;
    browser.press(Key::Enter).await?;
    browser.see(".result.passed").await?;
    ensure!(portal.verification(&id).await?.status() == Status::Passed);
    // And on to the last thing that can be said on this page.
    browser.tab_to("a[href='/verify/not-me']").await?;
    browser.press(Key::Enter).await?;
    browser.tab_to("button.stop").await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_everything_works_from_the_link_to_the_action() -> Result<()> {
    let Scene { browser, portal, .. } = &scene().await?;
    browser.run_scripts(false).await?;
    for action in [Action::PasswordReset, Action::AccountUnlock, Action::MfaReset] {
        let id = portal.ask(Some(action)).await?;
        // Everybody has a device of their own.
        browser.driver().delete_all_cookies().await?;
        browser.goto(&portal.link(&id).await?).await?;
        browser.click(BEGIN).await?;
        answer_number(browser, portal, &id).await?;
        browser.type_into("#code", "000000").await?;
        browser.click("form[action='/verify/code'] button").await?;
        browser.see(".problem").await?;
        browser.type_into("#code", &portal.code(&id).await?).await?;
        browser.click("form[action='/verify/code'] button").await?;
        let button = "form[action='/verify/action'] button[type='submit']";
        if action == Action::PasswordReset {
            browser.type_into("#password", "short").await?;
            browser.click(button).await?;
            browser.see(".problem").await?;
            // What only a script could fill or work is not shown.
            for hidden in ["#strength", "[data-reveal]"] {
                let element = browser.driver().find(By::Css(hidden)).await?;
                ensure!(
                    !element.is_displayed().await?,
                    "{hidden} is shown without scripts"
                );
            }
            browser.type_into("#password", PASSWORD).await?;
        }
        browser.click(button).await?;
        browser.see(".result.passed").await?;
        let of = portal.verification(&id).await?;
        let State::Decided(decided) = &of.state else {
            anyhow::bail!("not decided");
        };
        let client = decided.session.as_ref().map(|session| &session.client);
        ensure!(
            client.is_some_and(|client| !client.script_ran && client.time_zone.is_empty()),
            "a script ran: {client:?}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_it_can_be_stopped_and_a_new_code_asked_for() -> Result<()> {
    let Scene { browser, portal, .. } = &scene().await?;
    browser.run_scripts(false).await?;
    let id = portal.ask(None).await?;
    browser.goto(&portal.link(&id).await?).await?;
    browser.click(BEGIN).await?;
    answer_number(browser, portal, &id).await?;
    browser.see(".wait").await?;
    portal.clock.advance(std::time::Duration::from_secs(121));
    // Without a script nothing counts down: the page offers to be loaded again.
    browser.click(".aside a[href='/verify']").await?;
    browser.click("form[action='/verify/code/resend'] button").await?;
    browser.see(".news:not([hidden])").await?;
    browser.click("a[href='/verify/not-me']").await?;
    browser.click("button.stop").await?;
    browser.see(".result").await?;
    ensure!(portal.verification(&id).await?.status() == Status::Failed);

    let id = portal.ask(None).await?;
    browser.goto(&portal.link(&id).await?).await?;
    browser.click("a[href$='/not-me']").await?;
    browser.click("button.stop").await?;
    browser.see(".result").await?;
    ensure!(portal.verification(&id).await?.status() == Status::Failed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_can_be_changed_without_scripts_on_any_page_and_stays() -> Result<()> {
    let Scene { browser, portal, .. } = &scene().await?;
    browser.run_scripts(false).await?;
    let id = portal.ask(None).await?;
    browser.goto(&portal.link(&id).await?).await?;
    let choose = async |tag: &str| -> Result<()> {
        browser.click(".languages summary").await?;
        browser.click(&format!(".languages button[lang='{tag}']")).await?;
        browser.see(&format!("html[lang='{tag}'] h1")).await.map(drop)
    };
    let english = heading(browser).await?;
    choose("ja").await?;
    ensure!(heading(browser).await? != english, "the words are the same");
    browser.click(BEGIN).await?;
    browser.see("html[lang='ja'] #number").await?;
    choose("de").await?;
    browser.see("#number").await?;
    answer_number(browser, portal, &id).await?;
    browser.see("html[lang='de'] #code").await?;
    browser.click("a[href='/verify/not-me']").await?;
    choose("fr").await?;
    browser.click("button.stop").await?;
    browser.see("html[lang='fr'] .result").await.map(drop)
}

/// Up to the page that asks for the code.
async fn reach_code(browser: &Browser, portal: &Portal, id: &VerificationId) -> Result<()> {
    browser.goto(&portal.link(id).await?).await?;
    browser.click(BEGIN).await?;
    answer_number(browser, portal, id).await?;
    browser.see("#code").await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_follows_what_happens_elsewhere_and_takes_nothing_that_was_typed() -> Result<()> {
    let Scene { browser, portal, .. } = &scene().await?;

    // The code could not be delivered and went to the other mailbox: the page says where it is now.
    let id = portal.ask_with_second_mailbox().await?;
    reach_code(browser, portal, &id).await?;
    let first = browser.text_of("#code-hint").await?;
    ensure!(first.contains("@acme.example"), "{first}");
    portal.lose_code(&id).await?;
    browser.see_text("could not be reached").await?;
    let second = browser.text_of("#code-hint").await?;
    ensure!(second.contains("@globex.example"), "{second}");
    for (name, dark, wide) in [
        ("portal-code-redirected-light", false, None),
        ("portal-code-redirected-dark", true, None),
        ("portal-code-redirected-narrow", false, Some(360)),
    ] {
        browser.prefer_dark(dark).await?;
        browser.be_wide(wide).await?;
        browser.screenshot_whole(name).await?;
    }
    browser.be_wide(None).await?;
    browser.type_into("#code", &portal.code(&id).await?).await?;
    browser.press(Key::Enter).await?;
    browser.see(".result").await?;
    ensure!(portal.verification(&id).await?.status() == Status::Passed);

    // The agent stops it while the code is being typed: nothing is taken away, and the reader is told.
    let id = portal.ask(None).await?;
    reach_code(browser, portal, &id).await?;
    browser.type_into("#code", "123").await?;
    portal.cancel(&id).await?;
    browser.see("[data-changed]:not([hidden])").await?;
    let typed = "return document.getElementById('code').value";
    ensure!(browser.evaluate(typed).await? == "123");
    browser.prefer_dark(true).await?;
    browser.screenshot_whole("portal-changed-dark").await?;
    browser.prefer_dark(false).await?;
    browser.be_wide(Some(360)).await?;
    browser.screenshot_whole("portal-changed-narrow").await?;
    browser.be_wide(None).await?;
    browser.click("[data-changed] a").await?;
    browser.see(".result").await?;

    // Nothing was typed: the page changes by itself.
    let id = portal.ask(None).await?;
    reach_code(browser, portal, &id).await?;
    portal.cancel(&id).await?;
    browser.see(".result").await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn arabic_pages_run_from_right_to_left_and_numbers_do_not() -> Result<()> {
    let Scene { browser, portal, .. } = &scene().await?;
    browser.speak("ar").await?;
    let id = portal.ask(None).await?;
    browser.goto(&portal.link(&id).await?).await?;
    browser.see("html[lang='ar'][dir='rtl'] h1").await?;
    let mirrored = "const at = (css) => document.querySelector(css).getBoundingClientRect();
        return at('.top .mark').left > at('.languages').left";
    ensure!(
        browser.evaluate(mirrored).await? == true,
        "the page is not mirrored"
    );
    let list = "return getComputedStyle(document.querySelector('main')).direction";
    ensure!(browser.evaluate(list).await? == "rtl");
    browser.screenshot_whole("portal-landing-arabic").await?;
    browser.click(BEGIN).await?;
    browser.see("#number").await?;
    let direction = "return getComputedStyle(document.getElementById('number')).direction";
    ensure!(browser.evaluate(direction).await? == "ltr");
    for wide in [Some(320), None] {
        browser.be_wide(wide).await?;
        ensure!(
            !browser.scrolls_sideways().await?,
            "it scrolls sideways at {wide:?}"
        );
    }
    answer_number(browser, portal, &id).await?;
    browser.screenshot_whole("portal-code-arabic").await?;
    // The masked address of the contact keeps its own direction inside the sentence.
    let hint = browser.text_of("#code-hint").await?;
    ensure!(hint.contains("@acme.example"), "{hint}");
    Ok(())
}

async fn answer_number(browser: &Browser, portal: &Portal, id: &VerificationId) -> Result<()> {
    browser.see("#number").await?;
    browser
        .type_into("#number", &portal.call_number(id).await?)
        .await?;
    browser.click("form[action='/verify/number'] button").await?;
    browser.see("#code").await.map(drop)
}
