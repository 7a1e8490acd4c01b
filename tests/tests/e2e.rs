//! The whole product, in real browsers: each test is one call to the help desk.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use imper_tests::harness::people::AnalystDesk;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story;
use imper_tests::harness::world::{COMPANY_MAILBOX, PRIVATE_MAILBOX};
use shared::words::{Outcome, Recommendation, Status};

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_who_answers_right_passes_and_the_open_ticket_shows_it() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    let ticket = agent
        .create_ticket(world, "password_reset", "Forgot the password")
        .await?;
    agent.open_ticket(&ticket).await?;
    agent.mark_page().await?;

    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    agent.see_status(Status::Opened).await?;
    story::answer_right(world, agent, requester).await?;

    let said = agent.see_outcome(Outcome::Passed).await?;
    ensure!(
        said.contains(Recommendation::Proceed.label()),
        "the field says: {said}"
    );
    agent.see_same_page().await?;
    let (id, url) = agent.see_details_link().await?;

    story::ticket_shows(world, &ticket, Outcome::Passed).await?;
    let columns = world.ticket(&ticket)?;
    ensure!(
        columns["x_imper_verify_id"] == id && columns["x_imper_verify_url"] == url,
        "{columns:#?}"
    );
    ensure!(columns["x_imper_verify_risk"] == "verified", "{columns:#?}");
    let notes = world.instance.journal(&ticket, "work_notes").join("\n");
    for expected in [
        id.as_str(),
        url.as_str(),
        "Passed",
        Recommendation::Proceed.label(),
    ] {
        ensure!(
            notes.contains(expected),
            "no {expected:?} in the work notes:\n{notes}"
        );
    }
    ensure!(
        !notes.contains(PRIVATE_MAILBOX),
        "a full private address is in the work notes:\n{notes}"
    );
    let records = world.verification_records(&ticket)?;
    let record = records.first().context("no verification record")?;
    ensure!(
        records.len() == 1 && record["number"] == id && record["outcome"] == "passed",
        "{records:#?}"
    );
    ensure!(record["url"] == url && record["ticket"] == ticket, "{record:#?}");

    // Whoever opens the ticket later sees the same.
    agent.open_ticket(&ticket).await?;
    agent.see_outcome(Outcome::Passed).await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_in_the_ticket_leads_an_analyst_to_the_report() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        driver,
    } = &scene;
    let ticket = scene.open_ticket("password_reset").await?;
    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    story::answer_right(world, agent, requester).await?;
    agent.see_outcome(Outcome::Passed).await?;
    let (id, url) = agent.see_details_link().await?;

    let analyst = AnalystDesk::open(driver).await?;
    analyst.follow(&url).await?;
    let number = world.ticket_column(&ticket, "number")?;
    for words in [
        id.as_str(),
        number.as_str(),
        "Cannot sign in",
        "Password reset",
        "Marta Kovacs",
        COMPANY_MAILBOX,
        "Passed",
        "Verified",
        "Beth Anglin",
        Recommendation::Proceed.label(),
        "The link went to a destination that is not on file.",
        "A code sent to a contact on file came back.",
    ] {
        analyst.browser().see_text(words).await?;
    }
    let page = analyst.browser().page_text().await?;
    ensure!(
        !page.contains(PRIVATE_MAILBOX),
        "a full private address is on the page"
    );
    analyst.open_verifications(&world.service_url).await?;
    for words in [number.as_str(), "Marta Kovacs", "Beth Anglin"] {
        analyst.browser().see_text(words).await?;
    }
    let errors = analyst.browser().console_errors().await?;
    ensure!(errors.is_empty(), "on the console: {errors:#?}");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_who_answers_wrong_fails_and_the_open_ticket_shows_it() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    let ticket = scene.open_ticket("password_reset").await?;
    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    story::answer_wrong(agent, requester).await?;

    let said = agent.see_outcome(Outcome::Failed).await?;
    ensure!(
        said.contains(Recommendation::Reject.label()),
        "the field says: {said}"
    );
    story::ticket_shows(world, &ticket, Outcome::Failed).await?;
    ensure!(world.ticket_column(&ticket, "x_imper_verify_risk")? == "high");
    let notes = world.instance.journal(&ticket, "work_notes").join("\n");
    ensure!(
        notes.contains("Failed") && notes.contains(Recommendation::Reject.label()),
        "{notes}"
    );
    scene.end_with(&[422]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_opened_too_late_says_so_and_the_field_shows_it() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    let ticket = scene.open_ticket("password_reset").await?;
    let link = story::send_link(world, agent).await?;

    world.clock.advance(Duration::from_mins(11));
    requester.open_link(&link).await?;
    requester.see_words("This link has expired").await?;
    agent.see_status(Status::Expired).await?;
    story::record_shows(world, &ticket, Status::Expired).await?;
    let outcome = world.ticket_column(&ticket, "x_imper_verify_outcome")?;
    ensure!(
        outcome.is_empty(),
        "an expired link decides nothing, but the ticket shows {outcome:?}"
    );
    scene.end_with(&[410]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_scanner_that_opens_the_link_twenty_times_spends_nothing() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    scene.open_ticket("password_reset").await?;
    let link = story::send_link(world, agent).await?;

    let scanner = reqwest::Client::builder()
        .user_agent("Mozilla/5.0 (compatible; a mail scanner)")
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()?;
    for visit in 0..20 {
        let request = if visit % 2 == 0 {
            scanner.get(&link)
        } else {
            scanner.head(&link)
        };
        let answer = request.send().await?;
        ensure!(answer.status() == 200, "visit {visit}: {}", answer.status());
        ensure!(
            !answer.headers().contains_key("set-cookie"),
            "a visit alone must not start a session"
        );
    }

    requester.open_link(&link).await?;
    story::answer_right(world, agent, requester).await?;
    agent.see_outcome(Outcome::Passed).await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_whose_category_needs_no_verification_shows_no_field() -> Result<()> {
    let scene = Scene::open().await?;
    scene.open_ticket("hardware").await?;
    scene.agent.see_no_field().await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_is_refused_in_the_dialog_and_nothing_is_sent() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, .. } = &scene;
    let ticket = scene.open_ticket("password_reset").await?;
    agent.click_send_verification_link().await?;
    agent.send_to("marta at example").await?;
    let mistake = agent.see_mistake().await?;
    ensure!(mistake.contains("email address"), "the dialog says: {mistake}");
    ensure!(world.mailbox().messages()?.is_empty(), "mail was sent");
    ensure!(
        world.verification_records(&ticket)?.is_empty(),
        "a verification was recorded"
    );
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_refuses_the_address_is_shown_to_the_agent() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene { world, agent, .. } = &scene;
    let ticket = scene.open_ticket("password_reset").await?;
    agent.click_send_verification_link().await?;
    agent.send_to("marta@nowhere.invalid").await?;
    agent.see_status(Status::Undeliverable).await?;
    story::record_shows(world, &ticket, Status::Undeliverable).await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn field_and_portal_work_on_the_smallest_phone_in_the_dark() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    for browser in [agent.browser(), requester.browser()] {
        browser.prefer_dark(true).await?;
        browser.be_phone(true).await?;
    }
    scene.open_ticket("password_reset").await?;
    agent.see_field("required").await?;
    agent.click_send_verification_link().await?;
    ensure!(
        !agent.browser().scrolls_sideways().await?,
        "the dialog is wider than its frame"
    );
    agent.look_at_form().await?;
    agent.browser().screenshot("field-dialog-phone-dark").await?;
    agent.send_to(PRIVATE_MAILBOX).await?;
    let link = story::link_sent_to(world, PRIVATE_MAILBOX).await?;

    requester.open_link(&link).await?;
    let look = async |page: &str| -> Result<()> {
        requester
            .browser()
            .screenshot_whole(&format!("portal-{page}-phone-dark"))
            .await?;
        ensure!(
            !requester.browser().scrolls_sideways().await?,
            "the page {page} must be scrolled sideways"
        );
        Ok(())
    };
    look("landing").await?;
    requester.click_begin().await?;
    let number = agent.see_call_number().await?;
    look("number").await?;
    requester.enter_call_number(&number).await?;
    requester.see_code_question().await?;
    look("code").await?;
    requester
        .enter_code(&story::code_sent_to(world, COMPANY_MAILBOX).await?)
        .await?;
    requester.see_words("Your identity is confirmed").await?;
    look("confirmed").await?;
    agent.see_outcome(Outcome::Passed).await?;
    ensure!(
        !agent.browser().scrolls_sideways().await?,
        "the field is wider than its frame"
    );
    agent.look_at_form().await?;
    agent.browser().screenshot("field-passed-phone-dark").await?;
    scene.end().await
}
