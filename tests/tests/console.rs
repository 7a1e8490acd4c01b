//! The console in a real browser, as each role: every page, in light and dark, on a laptop and on the smallest phone.

use anyhow::{Context, Result, ensure};
use imper_tests::harness::accessibility::assert_accessible;
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::console::{ConsoleWorld, PEOPLE};
use imper_tests::harness::second_factor::sign_in;
use thirtyfour::prelude::*;

/// Every page of somebody who may see it, with words that it must show.
fn pages(role: &str, world: &ConsoleWorld) -> Vec<(String, &'static str, &'static str)> {
    let page = |path: &str, name, words| (path.to_owned(), name, words);
    let mut pages = vec![
        page("verifications", "list", "Requester Name & Email"),
        page("verifications?status=failed&q=chen", "list-filtered", "Filters"),
        page("verifications?q=nobody", "list-none", "No verification matches"),
        page(
            &format!("verifications/{}", world.failed),
            "details",
            "Analysis Report",
        ),
        page("overview?days=30", "overview", "Pass rate"),
        page("account", "account", "Where you are signed in"),
    ];
    if role != "viewer" {
        let passed = format!("verifications/{}", world.passed);
        pages.push(page(&passed, "details-passed", "Proceed with action"));
        pages.push(page("agents", "agents", "Beth Anglin"));
    }
    if role == "admin" {
        pages.push(page("audit", "audit", "Signed in"));
        pages.push(page("admin/users", "users", "Last sign-in"));
        pages.push(page("admin/users/new", "user-new", "initial password"));
        pages.push(page("admin/users/2", "user", "Reset sign-in"));
    }
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_for_each_role_in_light_and_dark_and_on_a_phone() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    for (name, role) in PEOPLE {
        let browser = driver.open(Person::ANALYST).await?;
        sign_in(&world, &browser, name).await?;
        for (path, page, words) in pages(role, &world) {
            let title = format!("{page} as {role}");
            browser.be_phone(false).await?;
            browser.prefer_dark(false).await?;
            browser.goto(&format!("{}/console/{path}", world.url)).await?;
            let html = browser.driver().source().await?;
            ensure!(
                html.contains(&words.replace('&', "&amp;")),
                "{title} does not show {words:?}"
            );
            assert_accessible(&browser, &title).await?;
            browser
                .screenshot_whole(&format!("console-{role}-{page}"))
                .await?;
            browser.prefer_dark(true).await?;
            assert_accessible(&browser, &format!("{title}, dark")).await?;
            browser
                .screenshot_whole(&format!("console-{role}-{page}-dark"))
                .await?;
            browser.prefer_dark(false).await?;
            browser.be_phone(true).await?;
            ensure!(
                !browser.scrolls_sideways().await?,
                "{title} scrolls sideways on a phone"
            );
            assert_accessible(&browser, &format!("{title}, on a phone")).await?;
            browser
                .screenshot_whole(&format!("console-{role}-{page}-phone"))
                .await?;
            let errors = browser.console_errors().await?;
            ensure!(errors.is_empty(), "{title}: {errors:?}");
        }
        browser.quit().await?;
    }
    world.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_narrows_orders_saves_and_hears_of_new_rows() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    sign_in(&world, &browser, "ana.reyes").await?;

    // A filter applies when it is chosen, becomes a chip, and goes with it.
    browser.click("#status option[value=failed]").await?;
    let chip = browser.text_of(".chip").await?;
    ensure!(
        chip.contains("Verification Status") && chip.contains("Failed"),
        "the chip says {chip:?}"
    );
    ensure!(
        browser.address().await?.ends_with("?status=failed"),
        "{}",
        browser.address().await?
    );
    browser.click("thead .c-requester a").await?;
    browser.see("th[aria-sort=ascending].c-requester").await?;
    let names = first_words(&browser).await?;
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    ensure!(names == sorted && names.len() > 3, "{names:?} are not in order");

    // The view is saved, left, and found again.
    browser.click("details.menu:nth-child(1) summary").await?;
    browser.type_into("#view-name", "Failed by name").await?;
    browser.click(".save button").await?;
    // The page that shows it, in its closed menu: whoever leaves earlier is brought back to it.
    browser
        .until("the view to be saved", || async {
            let views = browser.driver().find_all(By::Css(".views a")).await?;
            Ok((!views.is_empty()).then_some(()))
        })
        .await?;
    browser
        .goto(&format!("{}/console/verifications", world.url))
        .await?;
    browser.click("details.menu:nth-child(1) summary").await?;
    browser.click(".views a").await?;
    browser.see("th[aria-sort=ascending].c-requester").await?;
    ensure!(
        browser
            .address()
            .await?
            .ends_with("?status=failed&sort=requester")
    );

    // Columns are chosen.
    browser.click("details.menu:nth-child(2) summary").await?;
    browser.click("input[value=score]").await?;
    browser.click("input[value=category]").await?;
    browser.click("details.menu:nth-child(2) button").await?;
    browser.see("thead .c-score").await?;
    browser.see_no("thead .c-category").await?;

    // Keys move through the rows and open one.
    browser
        .goto(&format!("{}/console/verifications", world.url))
        .await?;
    let body = browser.see("body").await?;
    body.send_keys("jj").await?;
    let focused = browser
        .evaluate("return [...document.querySelectorAll('tbody th a')].indexOf(document.activeElement)")
        .await?;
    ensure!(focused == 1, "the second row should have the focus: {focused}");
    let link = browser.driver().active_element().await?;
    link.send_keys(Key::Enter).await?;
    browser.see_text("Analysis Report").await?;

    // Somebody sends a link: the page says so, and shows it when it is asked to.
    browser
        .goto(&format!("{}/console/verifications", world.url))
        .await?;
    browser.see("table.list").await?;
    world.add_one("INC0777777").await?;
    browser.see_text("1 new verification").await?;
    browser.click("#news a").await?;
    browser.see_text("INC0777777").await?;

    // The export is what the filters leave.
    let cookie = browser.driver().get_named_cookie("__Host-imper_console").await?;
    let csv = world
        .fetch("/console/verifications/export/csv?q=INC0777777", &cookie.value)
        .await?;
    ensure!(csv.lines().count() == 2 && csv.contains("INC0777777"), "{csv}");
    let errors = browser.console_errors().await?;
    ensure!(errors.is_empty(), "{errors:?}");
    browser.quit().await?;
    world.stop().await;
    Ok(())
}

async fn first_words(browser: &Browser) -> Result<Vec<String>> {
    let names = browser
        .evaluate("return [...document.querySelectorAll('td .first:not([data-local])')].map((cell) => cell.textContent)")
        .await?;
    let names = names.as_array().context("no list")?;
    Ok(names
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_everything_is_still_there() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    browser
        .devtools(
            "Emulation.setScriptExecutionDisabled",
            serde_json::json!({ "value": true }),
        )
        .await?;
    sign_in(&world, &browser, "ana.reyes").await?;
    browser.click("#risk option[value=high]").await?;
    browser.click("form.filters > button").await?;
    browser.see(".chip").await?;
    ensure!(browser.address().await?.ends_with("?risk=high"));
    browser.click("details.menu:nth-child(3) summary").await?;
    browser.see("a[download]").await?;
    browser.click("tbody tr:first-child th a").await?;
    browser.see(".findings").await?;
    browser.goto(&format!("{}/console/overview", world.url)).await?;
    browser.click("figure details summary").await?;
    browser.see("figure details[open] table").await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}
