//! The pages of the action: light, dark, on a small phone, for screen readers, with the keyboard alone, without scripts.

use anyhow::{Result, ensure};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::Browser;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story;
use imper_tests::harness::world::{COMPANY_MAILBOX, OLD_PASSWORD, World, requester_dn};
use serde_json::json;
use thirtyfour::{By, Key};

use crate::support::{NEW_PASSWORD, directory, verified};

/// Looks at a page in every dress. The screenshots are for people to look at.
pub async fn look(browser: &Browser, page: &str) -> Result<()> {
    for (dark, phone, dress) in [
        (false, false, "light"),
        (true, false, "dark"),
        (false, true, "phone"),
        (true, true, "phone-dark"),
    ] {
        browser.prefer_dark(dark).await?;
        browser.be_phone(phone).await?;
        browser
            .screenshot_whole(&format!("action-{page}-{dress}"))
            .await?;
        assert_accessible(browser, &format!("{page}, {dress}")).await?;
        ensure!(
            !browser.scrolls_sideways().await?,
            "the page {page} must be scrolled sideways ({dress})"
        );
    }
    browser.prefer_dark(false).await?;
    browser.be_phone(false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_password_reset_are_fit_for_everybody() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let browser = requester.browser();
    verified(&scene, "password_reset").await?;
    look(browser, "password").await?;

    // Words while typing, from the server, for the weak and for the strong.
    for (typed, level, words) in [
        ("password", "very_weak", "Very weak"),
        (NEW_PASSWORD, "very_strong", "Very strong"),
    ] {
        browser.type_into("#password", typed).await?;
        browser.see(&format!("#strength[data-level='{level}']")).await?;
        browser.see_text(words).await?;
    }
    look(browser, "password-strong").await?;
    // What was typed can be read, and hidden again.
    browser.click("[data-reveal]").await?;
    let shown = "return document.querySelector('#password').type";
    ensure!(browser.evaluate(shown).await? == "text");
    look(browser, "password-shown").await?;
    browser.click("[data-reveal]").await?;
    ensure!(browser.evaluate(shown).await? == "password");

    requester.choose_password("passwordpassword").await?;
    requester.see_words("attackers try").await?;
    look(browser, "password-common").await?;
    requester.choose_password(OLD_PASSWORD).await?;
    requester.see_words("You have used this password before").await?;
    look(browser, "password-history").await?;

    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    look(browser, "password-done").await?;
    let alarm = story::alarm_link_sent_to(world, COMPANY_MAILBOX).await?;
    browser.goto(&alarm).await?;
    look(browser, "alarm").await?;
    browser.click("form button.stop").await?;
    requester.see_words("The service desk has been told").await?;
    look(browser, "alarm-done").await?;
    scene.end_with(&[422]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_unlocked_with_the_keyboard_alone() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let browser = requester.browser();
    let dn = requester_dn();
    directory(world)?.lock_out(&dn).await?;
    verified(&scene, "account_unlock").await?;
    look(browser, "unlock").await?;
    let focused = "return document.activeElement.textContent.trim()";
    for _ in 0..20 {
        browser
            .driver()
            .active_element()
            .await?
            .send_keys(Key::Tab + "")
            .await?;
        if browser.evaluate(focused).await? == "Unlock my account" {
            break;
        }
    }
    ensure!(
        browser.evaluate(focused).await? == "Unlock my account",
        "the button cannot be reached with the keyboard"
    );
    browser
        .driver()
        .active_element()
        .await?
        .send_keys(Key::Enter + "")
        .await?;
    requester.see_words("Your account is unlocked").await?;
    look(browser, "unlock-done").await?;
    ensure!(!directory(world)?.is_locked(&dn).await?);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_password_is_set_all_the_same() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let browser = requester.browser();
    verified(&scene, "password_reset").await?;
    let no_scripts = json!({ "value": true });
    browser
        .devtools("Emulation.setScriptExecutionDisabled", no_scripts)
        .await?;
    browser.goto(&format!("{}/verify", world.service_url)).await?;
    browser.see("#password").await?;
    // What only a script can do is not offered.
    let hidden = browser.driver().find(By::Css("[data-reveal]")).await?;
    ensure!(!hidden.is_displayed().await?);
    browser.screenshot_whole("action-password-no-script").await?;
    requester.choose_password("short").await?;
    requester
        .see_words("This password is too short. Use at least 15 characters.")
        .await?;
    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    ensure!(directory(world)?.accepts(&requester_dn(), NEW_PASSWORD).await?);
    scene.end_with(&[422]).await
}
