//! The field in the ticket and the console for everybody: with the keyboard, on a narrow screen, in the dark, and with
//! nothing for axe-core to find.

use std::time::Duration;

use anyhow::{Result, ensure};
use imper_tests::harness::accessibility::{assert_accessible, violations};
use imper_tests::harness::browser::{Browser, Driver};
use imper_tests::harness::people::{AgentDesk, AnalystDesk, RequesterPhone};
use imper_tests::harness::story;
use imper_tests::harness::world::{PRIVATE_MAILBOX, World};
use shared::words::{Outcome, Status};
use thirtyfour::prelude::*;

/// WCAG 2.2, success criterion 1.4.10.
const NARROW: u32 = 320;

struct Scene {
    agent: AgentDesk,
    requester: RequesterPhone,
    // After the people: browsers close through the driver.
    driver: Driver,
    world: World,
}

async fn scene() -> Result<Scene> {
    let (world, driver) = tokio::try_join!(World::start(), Driver::start())?;
    let agent = AgentDesk::open(&driver, &world).await?;
    let requester = RequesterPhone::open(&driver).await?;
    agent.log_in().await?;
    Ok(Scene {
        agent,
        requester,
        driver,
        world,
    })
}

impl Scene {
    async fn ticket(&self) -> Result<String> {
        let ticket = self.world.open_ticket("password_reset", "Cannot sign in")?;
        self.agent.open_ticket(&ticket).await?;
        Ok(ticket)
    }
}

/// Looks at the field in every way, in the state in which it is.
async fn look(agent: &AgentDesk, state: &str) -> Result<()> {
    let browser = agent.browser();
    agent.look_into_frame().await?;
    for dark in [false, true] {
        browser.prefer_dark(dark).await?;
        let mut found = violations(browser).await?;
        // The heading is that of the ticket, around the frame.
        found.retain(|one| one["id"] != "page-has-heading-one");
        ensure!(found.is_empty(), "the field, {state}, dark {dark}: {found:#?}");
    }
    browser.be_wide(Some(NARROW)).await?;
    let sideways = browser.scrolls_sideways().await?;
    for (dark, how) in [(true, "-dark"), (false, "")] {
        browser.prefer_dark(dark).await?;
        // Of the frame: the pages around it move as well.
        browser
            .evaluate("document.body.scrollIntoView({ block: 'center' })")
            .await?;
        browser.screenshot(&format!("field-{state}-narrow{how}")).await?;
    }
    browser.be_wide(None).await?;
    ensure!(!sideways, "the field, {state}, is wider than its frame");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_opens_sends_and_closes_and_the_focus_comes_back() -> Result<()> {
    let scene = scene().await?;
    let Scene { world, agent, .. } = &scene;
    scene.ticket().await?;
    agent.see_field("required").await?;
    agent.open_dialog_by_keyboard().await?;
    agent.browser().press(Key::Escape).await?;
    agent.see_no_dialog().await?;
    agent.see_focus("send").await?;
    ensure!(world.mailbox().messages()?.is_empty(), "Escape must send nothing");

    agent.open_dialog_by_keyboard().await?;
    agent.in_field("dialog[open] #destination").await?.clear().await?;
    agent.see_focus("destination").await?;
    agent.browser().press(PRIVATE_MAILBOX).await?;
    agent.browser().press(Key::Enter).await?;
    story::link_sent_to(world, PRIVATE_MAILBOX).await?;
    agent.see_status(Status::Sent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_up_to_passed_is_fit_for_everybody() -> Result<()> {
    let scene = scene().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    scene.ticket().await?;
    agent.see_field("required").await?;
    look(agent, "required").await?;
    agent.click_send_verification_link().await?;
    look(agent, "dialog").await?;
    agent.send_to("marta at example").await?;
    agent.see_mistake().await?;
    look(agent, "dialog-mistake").await?;
    agent.send_to(PRIVATE_MAILBOX).await?;
    let link = story::link_sent_to(world, PRIVATE_MAILBOX).await?;
    agent.see_status(Status::Sent).await?;
    look(agent, "sent").await?;
    requester.open_link(&link).await?;
    agent.see_status(Status::Opened).await?;
    look(agent, "opened").await?;
    requester.click_begin().await?;
    let number = agent.see_call_number().await?;
    look(agent, "call-number").await?;
    requester.enter_call_number(&number).await?;
    requester.see_code_question().await?;
    let code = story::code_sent_to(world, imper_tests::harness::world::COMPANY_MAILBOX).await?;
    requester.enter_code(&code).await?;
    agent.see_outcome(Outcome::Passed).await?;
    look(agent, "passed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_end_is_fit_for_everybody() -> Result<()> {
    let scene = scene().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    scene.ticket().await?;
    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    story::answer_wrong(agent, requester).await?;
    agent.see_outcome(Outcome::Failed).await?;
    look(agent, "failed").await?;

    scene.ticket().await?;
    agent.click_send_verification_link().await?;
    agent.send_to("marta@nowhere.invalid").await?;
    agent.see_status(Status::Undeliverable).await?;
    look(agent, "undeliverable").await?;

    scene.ticket().await?;
    agent.click_send_verification_link().await?;
    agent.send_to("marta.other@example.net").await?;
    agent.see_status(Status::Sent).await?;
    world.clock.advance(Duration::from_mins(11));
    agent.see_status(Status::Expired).await?;
    look(agent, "expired").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_console_is_fit_for_everybody() -> Result<()> {
    let scene = scene().await?;
    let Scene {
        world,
        agent,
        requester,
        driver,
    } = &scene;
    scene.ticket().await?;
    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    story::answer_wrong(agent, requester).await?;
    agent.see_outcome(Outcome::Failed).await?;
    let (_, url) = agent.see_details_link().await?;

    let analyst = AnalystDesk::open(driver).await?;
    let browser = analyst.browser();
    browser.goto(&url).await?;
    look_at_console(browser, "sign-in").await?;
    analyst.follow(&url).await?;
    look_at_console(browser, "details").await?;
    analyst.open_verifications(&world.service_url).await?;
    look_at_console(browser, "list").await?;
    browser
        .goto(&format!("{}/console/verifications?q=nobody", world.service_url))
        .await?;
    look_at_console(browser, "nothing-found").await?;
    browser
        .goto(&format!("{}/console/nothing", world.service_url))
        .await?;
    look_at_console(browser, "not-found").await?;
    browser.goto(&format!("{url}/report.html")).await?;
    look_at_console(browser, "report").await?;
    browser.screenshot_whole("console-report").await.map(drop)
}

async fn look_at_console(browser: &Browser, page: &str) -> Result<()> {
    browser.see("h1").await?;
    for dark in [false, true] {
        browser.prefer_dark(dark).await?;
        let shade = if dark { "dark" } else { "light" };
        assert_accessible(browser, &format!("the console, {page}, {shade}")).await?;
    }
    browser.prefer_dark(false).await?;
    browser.be_wide(Some(NARROW)).await?;
    let sideways = browser.scrolls_sideways().await?;
    browser
        .screenshot_whole(&format!("console-{page}-narrow"))
        .await?;
    browser.be_wide(None).await?;
    ensure!(!sideways, "the console's page {page} must be scrolled sideways");
    Ok(())
}
