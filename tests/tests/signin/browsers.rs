//! Both ways in real browsers: cookies, policies and scripts as people meet them.

use anyhow::{Result, ensure};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::people::RequesterPhone;
use shared::words::Status;

use super::scene::{Asks, Call, MANAGER_MAIL, Scene};

/// The manager at work.
const MANAGER: Person = Person {
    name: "manager",
    time_zone: "Europe/Berlin",
    hides_automation: true,
};

/// Looks at a page in light and dark, and on the smallest phone; axe-core must find nothing.
async fn inspect(browser: &Browser, name: &str) -> Result<()> {
    for (dark, phone, look) in [
        (false, false, "light"),
        (true, false, "dark"),
        (false, true, "phone"),
        (true, true, "phone-dark"),
    ] {
        browser.prefer_dark(dark).await?;
        browser.be_phone(phone).await?;
        assert_accessible(browser, name).await?;
        ensure!(
            !browser.scrolls_sideways().await?,
            "{name} scrolls sideways ({look})"
        );
        browser.screenshot_whole(&format!("{name}-{look}")).await?;
    }
    browser.prefer_dark(false).await?;
    browser.be_phone(false).await
}

/// The same page in every language that the portal speaks, on the smallest phone.
async fn in_every_language(browser: &Browser, name: &str) -> Result<()> {
    let address = browser.address().await?;
    browser.be_phone(true).await?;
    for language in ["de", "fr", "es", "ja", "ar", "en"] {
        browser.speak(language).await?;
        browser.goto(&address).await?;
        browser.see(&format!("html[lang='{language}'] h1")).await?;
        let name = format!("{name}-{language}-phone");
        assert_accessible(browser, &name).await?;
        ensure!(!browser.scrolls_sideways().await?, "{name} scrolls sideways");
        browser.screenshot_whole(&name).await?;
    }
    browser.be_phone(false).await
}

/// Begins and answers the number.
async fn past_the_number(call: &Call<'_>, phone: &RequesterPhone) -> Result<String> {
    let (id, link) = call.send().await?;
    phone.open_link(&link).await?;
    phone.click_begin().await?;
    phone.browser().see("form[action='/verify/number']").await?;
    let number = call.number(&id).await?;
    phone.enter_call_number(&number).await?;
    Ok(id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requester_signs_in_at_the_company_and_comes_back() -> Result<()> {
    let scene = Scene::start(Asks::CompanySignIn).await?;
    let driver = Driver::start().await?;
    let phone = RequesterPhone::open(&driver).await?;
    let call = scene.call();
    let id = past_the_number(&call, &phone).await?;
    let browser = phone.browser();
    phone.see_words("Sign in with your Acme account").await?;
    inspect(browser, "sign-in").await?;
    in_every_language(browser, "sign-in").await?;

    // Ended at the provider: back at the question, with the reason.
    browser.click("form[action='/verify/sign-in'] button").await?;
    browser.click("#cancel").await?;
    phone.see_words("The sign-in was not finished").await?;
    inspect(browser, "sign-in-declined").await?;

    browser.click("form[action='/verify/sign-in'] button").await?;
    browser.type_into("#account", "mia.chen").await?;
    ensure!(
        browser.address().await?.starts_with(scene.provider.issuer()),
        "not at the provider"
    );
    browser.click("#sign-in").await?;
    phone.see_words("Your identity is confirmed").await?;
    ensure!(call.status(&id).await? == Status::Passed);
    ensure!(
        browser.address().await? == format!("{}/verify", scene.service_url),
        "the answer of the provider stays in the address"
    );
    let errors: Vec<String> = browser.console_errors().await?;
    ensure!(
        errors.iter().all(|error| error.contains("422")),
        "the browser complains: {errors:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manager_approves_and_the_requesters_page_goes_on() -> Result<()> {
    let scene = Scene::start(Asks::ManagerApproval).await?;
    let driver = Driver::start().await?;
    let phone = RequesterPhone::open(&driver).await?;
    let call = scene.call();
    let id = past_the_number(&call, &phone).await?;
    phone.see_words("Ask your manager to confirm").await?;
    inspect(phone.browser(), "manager-ask").await?;
    in_every_language(phone.browser(), "manager-ask").await?;
    phone
        .browser()
        .click("form[action='/verify/manager'] button")
        .await?;
    phone.see_words("We asked Ada Lopez").await?;
    inspect(phone.browser(), "manager-waiting").await?;
    in_every_language(phone.browser(), "manager-waiting").await?;

    let (link, _) = scene.link_to(MANAGER_MAIL, "/approve/", &[]).await?;
    let ada = driver.open(MANAGER).await?;
    ada.goto(&link).await?;
    ada.see_text("Did Mia Chen ask for this?").await?;
    inspect(&ada, "approval").await?;
    in_every_language(&ada, "approval").await?;
    ada.click("button[value='approve']").await?;
    ada.see_text("To approve, confirm that you spoke with Mia Chen")
        .await?;
    inspect(&ada, "approval-unconfirmed").await?;
    ada.click("#spoke").await?;
    ada.click("button[value='approve']").await?;
    ada.see_text("You approved the request").await?;
    inspect(&ada, "approval-done").await?;

    // The requester pressed nothing.
    phone.see_words("Your identity is confirmed").await?;
    ensure!(call.status(&id).await? == Status::Passed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_reach_the_manager_chooses_to_sign_in() -> Result<()> {
    let scene = Scene::start(Asks::Either).await?;
    let driver = Driver::start().await?;
    let phone = RequesterPhone::open(&driver).await?;
    let call = scene.call();
    let id = past_the_number(&call, &phone).await?;
    let browser = phone.browser();
    browser.click("form[action='/verify/manager'] button").await?;
    phone.see_words("We asked Ada Lopez").await?;
    let (link, _) = scene.link_to(MANAGER_MAIL, "/approve/", &[]).await?;
    browser.click("a[href='/verify/other']").await?;
    browser.click("input[value='company_sign_in']").await?;
    browser.click("main form button").await?;
    phone.see_words("Sign in with your Acme account").await?;
    browser.click("form[action='/verify/sign-in'] button").await?;
    browser.type_into("#account", "mia.chen").await?;
    browser.click("#sign-in").await?;
    phone.see_words("Your identity is confirmed").await?;
    ensure!(call.status(&id).await? == Status::Passed);
    // The manager is not asked any more, but can stop what the pass permitted.
    let ada = driver.open(MANAGER).await?;
    ada.goto(&link).await?;
    ada.see_text("Mia Chen has been confirmed without your answer")
        .await?;
    inspect(&ada, "approval-late").await?;
    in_every_language(&ada, "approval-late").await?;
    ada.click("button[value='refuse']").await?;
    ada.see_text("You refused the request").await?;
    ada.goto(&link).await?;
    ada.see_text("This request was already answered").await?;
    browser.goto(&format!("{}/verify", scene.service_url)).await?;
    phone.see_words("This is no longer possible").await?;
    inspect(browser, "taken-back").await
}
