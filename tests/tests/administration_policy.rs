//! The policy and the keys in the console, in a real browser: edited, tried on a month of decisions, activated and rolled
//! back; a key made, shown once, and made the only one.

use anyhow::{Result, ensure};
use imper_tests::harness::accessibility::assert_sound;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::console::ConsoleWorld;
use imper_tests::harness::second_factor::sign_in;

const POLICY: &str = "/console/admin/policy";

/// Looks at the page as people do.
async fn look(browser: &Browser, page: &str) -> Result<()> {
    assert_sound(browser, &format!("administration-{page}")).await
}

/// Replaces a piece of what stands in the field.
async fn edit(browser: &Browser, old: &str, new: &str) -> Result<()> {
    let script = format!(
        "const field = document.querySelector('#text');
         if (!field.value.includes({old:?})) return false;
         field.value = field.value.replace({old:?}, {new:?});
         return true;"
    );
    let found = browser.evaluate(&script).await?;
    ensure!(
        found.as_bool() == Some(true),
        "{old:?} does not stand in the field"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_edited_tried_activated_and_rolled_back() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    sign_in(&world, &browser, "max.weber").await?;

    browser.goto(&format!("{}{POLICY}", world.url)).await?;
    ensure!(
        browser
            .text_of("main")
            .await?
            .contains("Shipped with this program")
    );
    look(&browser, "policy-shipped").await?;

    // A mistake is named with its line, and what was typed stays.
    browser.click("a[href$='/edit']").await?;
    browser.see("#text").await?;
    edit(&browser, "medium_from = 30", "medium_from = 300").await?;
    edit(&browser, "no_script = 10", "no_scirpt = 10").await?;
    browser.click("form.form button.primary").await?;
    let problem = browser.text_of("#problem").await?;
    ensure!(problem.contains("2 things are wrong"), "{problem}");
    ensure!(
        problem.contains("levels.medium_from: 300 must be between 1 and 100"),
        "{problem}"
    );
    ensure!(problem.contains("did you mean “no_script”?"), "{problem}");
    look(&browser, "policy-mistakes").await?;
    edit(&browser, "no_scirpt = 10", "no_script = 25").await?;
    edit(&browser, "medium_from = 300", "medium_from = 10").await?;
    edit(
        &browser,
        "independent_contact_proven = -20",
        "independent_contact_proven = 0",
    )
    .await?;
    edit(&browser, "version = \"standard-4\"", "version = \"acme-1\"").await?;
    edit(
        &browser,
        "highest_passing = \"medium\"",
        "highest_passing = \"verified\"",
    )
    .await?;
    browser.click("form.form button.primary").await?;

    // The draft is tried before it can be activated.
    browser.see("#difference").await?;
    ensure!(browser.text_of(".diff").await?.contains("acme-1"));
    look(&browser, "policy-draft").await?;
    browser.click("form[action$='/replay'] button").await?;
    browser.see("#note").await?;
    let found = browser.text_of("section[aria-labelledby=replay]").await?;
    ensure!(found.contains("would come out otherwise"), "{found}");
    ensure!(found.contains("would fail instead of pass"), "{found}");
    look(&browser, "policy-replayed").await?;

    browser.type_into("#note", "Only the lowest level passes").await?;
    browser.click("form[action$='/activate'] button").await?;
    browser.see("#in-force").await?;
    let page = browser.text_of("main").await?;
    for words in ["acme-1+", "This console", "Only the lowest level passes"] {
        ensure!(page.contains(words), "{words} in {page}");
    }
    look(&browser, "policy-activated").await?;

    browser.click("a[href$='/versions/1']").await?;
    look(&browser, "policy-version").await?;
    browser.goto(&format!("{}{POLICY}/versions/0", world.url)).await?;
    browser.type_into("#note", "Too many failed").await?;
    browser.click("form[action$='/roll-back'] button").await?;
    browser.see("#in-force").await?;
    let page = browser.text_of("main").await?;
    ensure!(
        page.contains("Shipped with this program") && page.contains("Too many failed"),
        "{page}"
    );
    look(&browser, "policy-rolled-back").await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_shown_once_and_made_the_only_one() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    sign_in(&world, &browser, "max.weber").await?;
    let page = format!("{}/console/admin/instance", world.url);
    browser.goto(&page).await?;
    look(&browser, "instance").await?;

    browser.click("form[action$='/events/begin'] button").await?;
    let secret = browser.text_of("pre.code").await?;
    ensure!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    look(&browser, "key-new").await?;
    browser.click("main a.button").await?;
    browser.see("form[action$='/events/finish']").await?;
    ensure!(!browser.page_text().await?.contains(&secret), "it is shown again");
    look(&browser, "key-two-valid").await?;

    // No such instance exists, so that it cannot be asked, and somebody must vouch for it.
    browser
        .see_no("form[action$='/events/finish'] input[name=confirm]")
        .await?;
    browser.click("form[action$='/events/finish'] button").await?;
    let vouch = "form[action$='/events/finish'] input[name=confirm]";
    browser.see(vouch).await?;
    browser
        .see_text("could not be asked whether it has the new secret")
        .await?;
    look(&browser, "key-unasked").await?;
    browser.click(vouch).await?;
    browser.click("form[action$='/events/finish'] button").await?;
    browser.see("form[action$='/events/begin']").await?;
    let keys = browser.text_of("section[aria-labelledby=events]").await?;
    ensure!(
        keys.contains("made here just now by max.weber") && !keys.contains("configuration"),
        "{keys}"
    );
    look(&browser, "key-replaced").await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}
