//! The action after a pass, against a real directory: what is set there, and what becomes of the ticket.

#[path = "action_e2e/interrupted.rs"]
mod interrupted;
#[path = "action_e2e/mfa_reset.rs"]
mod mfa_reset;
#[path = "action_e2e/okta.rs"]
mod okta;
#[path = "action_e2e/pages.rs"]
mod pages;
#[path = "action_e2e/second_person.rs"]
mod second_person;
#[path = "action_e2e/submissions.rs"]
mod submissions;
#[path = "action_e2e/support.rs"]
mod support;

use anyhow::{Context, Result, ensure};
use imper_tests::directory::Proxy;
use imper_tests::directory::proxy::Way;
use imper_tests::harness::people::AnalystDesk;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story::{self, TicketState};
use imper_tests::harness::world::{
    COMPANY_MAILBOX, OLD_PASSWORD, Plan, World, company_directory, requester_dn, update_set,
};
use shared::words::Outcome;
use support::{NEW_PASSWORD, directory, holds, verified};

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_out_requester_resets_the_password_and_the_ticket_closes_itself() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene {
        world,
        agent,
        requester,
        driver,
    } = &scene;
    let (directory, dn) = (directory(world)?, requester_dn());
    ensure!(directory.accepts(&dn, OLD_PASSWORD).await?);
    directory.lock_out(&dn).await?;
    ensure!(
        !directory.accepts(&dn, OLD_PASSWORD).await?,
        "a locked account takes no password"
    );

    let ticket = agent
        .create_ticket(world, "password_reset", "Locked out since this morning")
        .await?;
    agent.open_ticket(&ticket).await?;
    agent.mark_page().await?;
    let link = story::send_link(world, agent).await?;
    requester.open_link(&link).await?;
    story::answer_right(world, agent, requester).await?;
    agent.see_outcome(Outcome::Passed).await?;

    // The directory's own rules stand on the page, before the mistake.
    requester.see_words("At least 15 characters").await?;
    requester.see_words("the last 5 are refused").await?;
    requester.choose_password(OLD_PASSWORD).await?;
    requester
        .see_words("You have used this password before. Choose another one.")
        .await?;
    story::note_says(world, &ticket, "it was used before").await?;
    ensure!(
        world.ticket_column(&ticket, "state")? == "1",
        "a failed action closes nothing"
    );
    ensure!(
        directory.is_locked(&dn).await?,
        "a refused password opens no lock"
    );

    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    ensure!(directory.accepts(&dn, NEW_PASSWORD).await?, "the new password");
    ensure!(!directory.accepts(&dn, OLD_PASSWORD).await?, "the old password");
    ensure!(!directory.is_locked(&dn).await?, "the lock");
    ensure!(directory.password_changes() == 2, "one refused, one done");

    // The ticket closes itself, with the receipt, in front of the agent.
    story::ticket_is(world, &ticket, TicketState::Closed).await?;
    let note = story::note_says(world, &ticket, "Password reset performed").await?;
    ensure!(
        note.contains("Receipt: RCP") && note.contains("The requester set a new password"),
        "{note}"
    );
    let columns = world.ticket(&ticket)?;
    ensure!(
        columns["x_imper_verify_action"] == "performed" && !columns["close_code"].is_empty(),
        "{columns:#?}"
    );
    ensure!(columns["close_notes"].contains("RCP"), "{columns:#?}");
    agent.see_in_field("Password reset by the requester").await?;
    agent.see_in_field("· ticket closed").await?;
    agent.see_same_page().await?;

    // The people on file are told.
    let alarm = story::alarm_link_sent_to(world, COMPANY_MAILBOX).await?;
    requester.browser().goto(&alarm).await?;
    requester.see_words("This was not you?").await?;

    // The console shows the receipt, and nobody the password.
    let (_, details) = agent.see_details_link().await?;
    let analyst = AnalystDesk::open(driver).await?;
    analyst.follow(&details).await?;
    for words in ["Receipt", "RCP", "Performed", "The requester set a new password"] {
        analyst.browser().see_text(words).await?;
    }
    analyst.browser().screenshot_whole("console-receipt").await?;
    let everything = [
        world.instance.journal(&ticket, "work_notes").join("\n"),
        format!("{columns:?}"),
        format!("{:?}", world.mailbox().messages()?),
        analyst.browser().page_text().await?,
    ];
    ensure!(
        !everything.iter().any(|text| text.contains(NEW_PASSWORD)),
        "{everything:#?}"
    );
    ensure!(!holds(world, NEW_PASSWORD)?, "the password is in the database");
    scene.end_with(&[422]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_is_opened_and_keeps_its_password() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let (directory, dn) = (directory(world)?, requester_dn());
    directory.lock_out(&dn).await?;
    let ticket = verified(&scene, "account_unlock").await?;
    requester.see_words("Unlock your account").await?;
    requester.perform_action().await?;
    requester.see_words("Your account is unlocked").await?;
    ensure!(!directory.is_locked(&dn).await?);
    ensure!(
        directory.accepts(&dn, OLD_PASSWORD).await?,
        "the password stays as it is"
    );
    story::ticket_is(world, &ticket, TicketState::Closed).await?;
    story::note_says(world, &ticket, "The account was unlocked").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_a_contact_on_file_can_say_that_it_was_not_they() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene { world, requester, .. } = &scene;
    let ticket = verified(&scene, "password_reset").await?;
    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    let alarm = story::alarm_link_sent_to(world, COMPANY_MAILBOX).await?;
    // A mail scanner opens it: nothing happens.
    let scanned = reqwest::get(&alarm).await?;
    ensure!(scanned.status() == 200, "{}", scanned.status());
    requester.browser().goto(&alarm).await?;
    requester.browser().click("form button.stop").await?;
    requester.see_words("The service desk has been told").await?;
    story::note_says(world, &ticket, "Password reset disputed").await?;
    // The app writes the ticket first and its own record after it.
    let contact = requester.browser();
    let taken_back = || async {
        let records = world.verification_records(&ticket)?;
        let is_so = records[0]["outcome"] == "failed" && records[0]["risk_level"] == "high";
        Ok(is_so.then_some(()))
    };
    contact.until("the pass to be taken back", taken_back).await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_the_requester_disowns_fails_in_the_open_form_and_in_the_ticket() -> Result<()> {
    let scene = Scene::open_in(World::start_with_directory()).await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    let ticket = verified(&scene, "password_reset").await?;
    agent.see_outcome(Outcome::Passed).await?;
    ensure!(world.ticket_column(&ticket, "x_imper_verify_outcome")? == "passed");
    requester.browser().click("a[href='/verify/not-me']").await?;
    requester.browser().click("form button.stop").await?;
    requester.see_words("The verification is stopped").await?;
    let said = agent.see_outcome(Outcome::Failed).await?;
    ensure!(
        said.contains("High risk detected - Reject this request") && said.contains("did not ask for this"),
        "{said}"
    );
    story::note_says(world, &ticket, "Password reset taken back").await?;
    let columns = world.ticket(&ticket)?;
    ensure!(
        columns["x_imper_verify_outcome"] == "failed" && columns["x_imper_verify_risk"] == "high",
        "{columns:#?}"
    );
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_be_reached_leaves_the_ticket_open_and_may_be_tried_again() -> Result<()> {
    let directory = company_directory().await?;
    let proxy = Proxy::start(directory.plain_port()).await?;
    let plan = Plan {
        directory: Some(directory),
        directory_url: Some(proxy.url()),
        ..Plan::default()
    };
    let set = std::fs::read_to_string(update_set()?)?;
    let scene = Scene::open_in(World::build(plan, &set)).await?;
    let Scene { world, requester, .. } = &scene;
    let ticket = verified(&scene, "password_reset").await?;
    proxy.set(Way::Closed);
    requester.choose_password(NEW_PASSWORD).await?;
    requester
        .see_words("This did not work just now, and nothing was changed")
        .await?;
    let note = story::note_says(world, &ticket, "The directory could not be reached").await?;
    ensure!(note.contains("may try again"), "{note}");
    ensure!(world.ticket_column(&ticket, "state")? == "1");

    proxy.set(Way::Open);
    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    story::ticket_is(world, &ticket, TicketState::Closed).await?;
    let directory = world.directory.as_ref().context("no directory")?;
    ensure!(directory.accepts(&requester_dn(), NEW_PASSWORD).await?);
    scene.end_with(&[422]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_does_by_hand_is_confirmed_and_leaves_the_ticket_to_the_desk() -> Result<()> {
    let plan = Plan {
        directory: Some(company_directory().await?),
        by_hand: true,
        ..Plan::default()
    };
    let set = std::fs::read_to_string(update_set()?)?;
    let scene = Scene::open_in(World::build(plan, &set)).await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    let ticket = verified(&scene, "password_reset").await?;
    requester.see_words("Beth Anglin now does this for you").await?;
    agent.confirm_action().await?;
    let note = story::note_says(world, &ticket, "Password reset performed").await?;
    ensure!(note.contains("Beth Anglin"), "{note}");
    ensure!(
        world.ticket_column(&ticket, "state")? == "1",
        "the agent closes the ticket"
    );
    ensure!(directory(world)?.password_changes() == 0);
    scene.end().await
}
