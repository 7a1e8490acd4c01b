//! The pages of the administration that have to do with delivery and running, in a real browser; and every message that
//! requesters get, drawn as its reader sees it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use backend::config::{Branding, Colour, Logo};
use backend::locale::Locale;
use backend::service::look::Look;
use backend::service::templates::{self, Template};
use backend::verification::InstanceId;
use imper_tests::harness::accessibility::{assert_accessible, violations};
use imper_tests::harness::browser::{Browser, Driver, Person};
use imper_tests::harness::console::{ConsoleWorld, configuration};
use imper_tests::harness::second_factor::sign_in;

/// A page, the name of its pictures, and words that it must show.
const PAGES: &[(&str, &str, &str)] = &[
    ("admin", "index", "See each message"),
    ("admin/delivery", "delivery", "Waiting to be sent"),
    ("admin/messages", "messages", "Send a test message"),
    (
        "admin/messages?template=approval&language=ar",
        "messages-ar",
        "As plain text",
    ),
    ("admin/retention", "retention", "What nobody needs any more"),
    ("admin/health", "health", "Chain of evidence"),
    ("admin/branding", "branding", "How the company appears"),
];

/// An email larger than this is cut off by Gmail, the end with the advice first.
const MOST_HTML_BYTES: usize = 100 * 1024;

/// Sends test messages and gives them up, so that there is something to see.
async fn give_up(world: &ConsoleWorld, browser: &Browser) -> Result<()> {
    for why in [
        "The mail server refused this address.",
        "It could not be sent in time. The mail server does not answer.",
    ] {
        send_test(world, browser).await?;
        let due = backend::service::outgoing::due(&world.service, 1).await?;
        let row = due.into_iter().next().context("nothing was queued")?;
        backend::service::outgoing::given_up(&world.service, row, why.into()).await?;
    }
    send_test(world, browser).await
}

async fn send_test(world: &ConsoleWorld, browser: &Browser) -> Result<()> {
    browser
        .goto(&format!("{}/console/admin/messages", world.url))
        .await?;
    browser.type_into("#address", "max.weber@example.org").await?;
    browser.click("form.form button.primary").await?;
    browser.see_text("The test message is on its way").await?;
    browser.see_text("m•••@example.org").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_in_light_and_dark_and_on_a_phone() -> Result<()> {
    let world = ConsoleWorld::start().await?;
    let driver = Driver::start().await?;
    let browser = driver.open(Person::ANALYST).await?;
    sign_in(&world, &browser, "max.weber").await?;
    give_up(&world, &browser).await?;
    for (path, name, words) in PAGES {
        browser.be_phone(false).await?;
        browser.prefer_dark(false).await?;
        browser.goto(&format!("{}/console/{path}", world.url)).await?;
        browser.see_text(words).await?;
        assert_accessible(&browser, name).await?;
        browser.screenshot_whole(&format!("admin-{name}")).await?;
        browser.prefer_dark(true).await?;
        assert_accessible(&browser, &format!("{name}, dark")).await?;
        browser.screenshot_whole(&format!("admin-{name}-dark")).await?;
        browser.prefer_dark(false).await?;
        browser.be_phone(true).await?;
        ensure!(
            !browser.scrolls_sideways().await?,
            "{name} scrolls sideways on a phone"
        );
        assert_accessible(&browser, &format!("{name}, on a phone")).await?;
        browser.screenshot_whole(&format!("admin-{name}-phone")).await?;
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "{name}: {errors:?}");
    }
    browser.be_phone(false).await?;

    // What was given up is tried again.
    browser
        .goto(&format!("{}/console/admin/delivery", world.url))
        .await?;
    browser.click("form[action$=retry] button[type=submit]").await?;
    browser.see("p.notice[role=status]").await?;

    // The email really is drawn in its frame.
    browser
        .goto(&format!("{}/console/admin/messages", world.url))
        .await?;
    let frame = browser.see("iframe.mail").await?;
    frame.enter_frame().await?;
    browser.see_text("INC0000000").await?;
    wears_its_brand(&world, &browser).await?;
    browser.quit().await?;
    world.stop().await;
    Ok(())
}

/// The portal wears what is saved on the page about branding: before, with a strong colour and a logo, and again without.
async fn wears_its_brand(world: &ConsoleWorld, browser: &Browser) -> Result<()> {
    portal_pages(world, browser, "plain").await?;
    let page = format!("{}/console/admin/branding", world.url);
    browser.goto(&page).await?;
    browser.type_into("#colour", "#ffd800").await?;
    browser.click("button[value=preview]").await?;
    browser.see_text("has a contrast of 1.4 to 1").await?;
    browser.goto(&page).await?;
    let logo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/logo.png");
    browser
        .type_into("input[type=file]", &logo.display().to_string())
        .await?;
    browser.type_into("#colour", "#7a0019").await?;
    browser.click("button[value=preview]").await?;
    browser.see_text("Preview, not saved yet").await?;
    browser.see(".sample-logo").await?;
    assert_accessible(browser, "preview of a brand").await?;
    browser.screenshot_whole("admin-branding-preview").await?;
    browser.prefer_dark(true).await?;
    assert_accessible(browser, "preview of a brand, dark").await?;
    browser.screenshot_whole("admin-branding-preview-dark").await?;
    browser.prefer_dark(false).await?;
    browser.click("button[value=save]").await?;
    browser.see_text("Saved.").await?;
    portal_pages(world, browser, "branded").await?;
    let colour = browser
        .evaluate("return getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()")
        .await?;
    ensure!(colour == "#7a0019", "the accent is {colour}");
    let width = browser
        .evaluate("return document.querySelector('img.logo').naturalWidth")
        .await?;
    ensure!(width == 120, "the logo is {width} wide");
    browser.goto(&page).await?;
    browser.click("button.danger").await?;
    browser.see_text("in force again").await?;
    Ok(())
}

/// Pages that need no link: the question before a verification is stopped, and the one without a session.
async fn portal_pages(world: &ConsoleWorld, browser: &Browser, name: &str) -> Result<()> {
    for (path, page) in [("verify", "no-session"), ("v/any/not-me", "not-me")] {
        browser.be_phone(false).await?;
        browser.prefer_dark(false).await?;
        browser.goto(&format!("{}/{path}", world.url)).await?;
        let title = format!("portal-{name}-{page}");
        assert_accessible(browser, &title).await?;
        browser.screenshot_whole(&title).await?;
        browser.prefer_dark(true).await?;
        assert_accessible(browser, &format!("{title}, dark")).await?;
        browser.screenshot_whole(&format!("{title}-dark")).await?;
        browser.prefer_dark(false).await?;
        browser.be_phone(true).await?;
        ensure!(
            !browser.scrolls_sideways().await?,
            "{title} scrolls sideways on a phone"
        );
        browser.screenshot_whole(&format!("{title}-phone")).await?;
        browser.be_phone(false).await?;
    }
    Ok(())
}

/// Rules for whole pages. A message stands inside the page of a mail program, which has the landmarks.
const FOR_PAGES: [&str; 2] = ["landmark-one-main", "region"];

async fn assert_readable(browser: &Browser, name: &str) -> Result<()> {
    let found: Vec<_> = violations(browser)
        .await?
        .into_iter()
        .filter(|one| !FOR_PAGES.contains(&one["id"].as_str().unwrap_or_default()))
        .collect();
    ensure!(found.is_empty(), "axe-core on {name}: {found:#?}");
    Ok(())
}

/// The logo of a company that does not exist.
const LOGO: &[u8] = include_bytes!("../assets/logo.png");

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_small_readable_and_right_in_every_language() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("imper-mail-").tempdir()?;
    let mut config = configuration(&folder, "https://verify.acme.example", "", &[])?;
    let acme = InstanceId::parse("acme").context("no instance")?;
    let instance = config.instances.get_mut(&acme).context("no instance")?;
    instance.branding = Arc::new(Branding {
        colour: Some(Colour([0x7a, 0x00, 0x19])),
        logo: Some(Logo::Embedded {
            media_type: "image/png",
            bytes: LOGO.to_vec(),
        }),
        sender_name: None,
    });
    let look = Look::configured(instance);
    let driver = Driver::start().await?;
    let browser = driver.open(Person::REQUESTER).await?;
    for language in Locale::ALL {
        for template in Template::ALL {
            let name = format!("mail-{template}-{}", language.tag());
            let email = templates::preview(&config, &acme, &look, template, language)?.email;
            ensure!(
                email.html.len() <= MOST_HTML_BYTES,
                "{name} has {} bytes",
                email.html.len()
            );
            ensure!(
                !email.text.contains(['<', '>']) && !email.text.contains("&#"),
                "{name} as plain text has marks: {}",
                email.text
            );
            ensure!(
                email.text.lines().all(|line| line.len() < 998),
                "{name} has a line that mail servers break"
            );
            let page = folder.path().join("mail.html");
            std::fs::write(&page, &email.html)?;
            for is_phone in [false, true] {
                browser.be_phone(is_phone).await?;
                browser.prefer_dark(false).await?;
                browser.goto(&format!("file://{}", page.display())).await?;
                browser.see("[role=article]").await?;
                ensure!(!browser.scrolls_sideways().await?, "{name} scrolls sideways");
            }
            let facts = browser
                .evaluate(
                    "const card = document.querySelector('[role=article]');
                     return [getComputedStyle(card).direction, document.documentElement.lang,
                             getComputedStyle(card).textAlign, card.innerText.length];",
                )
                .await?;
            let direction = if language == Locale::Arabic { "rtl" } else { "ltr" };
            ensure!(facts[0] == direction, "{name} runs {facts}");
            ensure!(facts[1] == language.tag(), "{name} is marked as {facts}");
            ensure!(facts[3].as_u64() > Some(60), "{name} says nothing: {facts}");
            assert_readable(&browser, &name).await?;
            browser.screenshot_whole(&name).await?;
            browser.prefer_dark(true).await?;
            assert_readable(&browser, &format!("{name}, dark")).await?;
            browser.screenshot_whole(&format!("{name}-dark")).await?;
        }
    }
    browser.quit().await?;
    Ok(())
}
