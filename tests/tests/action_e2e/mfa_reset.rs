//! Somebody lost the second sign-in step. Such a ticket asks for high assurance: a passkey and the manager's word.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use imper_tests::harness::browser::Browser;
use imper_tests::harness::people::{AnalystDesk, RequesterPhone};
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story::{self, TicketState};
use imper_tests::harness::world::{COMPANY_MAILBOX, PRIVATE_MAILBOX, Plan, World, update_set};
use imper_tests::instance::UserSpec;
use serde_json::json;
use shared::words::Outcome;

use crate::okta::Okta;
use crate::pages::look;
use crate::support::{recorded, verified};

const MANAGER_MAIL: &str = "ada.lopez@acme.example";

/// A phone that verifies its owner by itself.
async fn add_authenticator(browser: &Browser) -> Result<()> {
    browser.devtools("WebAuthn.enable", json!({})).await?;
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    let added = browser.devtools("WebAuthn.addVirtualAuthenticator", options);
    added.await.map(drop)
}

async fn link_to_manager(world: &World) -> Result<String> {
    let prefix = format!("{}/approve/", world.service_url);
    let message = world
        .mailbox()
        .wait_for(
            MANAGER_MAIL,
            |message| message.text.contains(&prefix),
            Duration::from_mins(1),
        )
        .await?;
    let links = message.text_links();
    let link = links.into_iter().find(|link| link.starts_with(&prefix));
    link.context("the message has no link")
}

/// Ada opens the link of the message on a device of her own, and approves.
async fn manager_approves(scene: &Scene) -> Result<()> {
    let manager = RequesterPhone::open(&scene.driver).await?;
    manager.open_link(&link_to_manager(&scene.world).await?).await?;
    manager.see_words("Did Marta Kovacs ask for this?").await?;
    look(manager.browser(), "mfa-6-approval").await?;
    manager.browser().click("#spoke").await?;
    manager.browser().click("button[value='approve']").await?;
    manager.see_words("You approved the request").await?;
    look(manager.browser(), "mfa-7-approved").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_second_step_is_reset_after_passkey_and_manager_and_the_ticket_closes_itself() -> Result<()> {
    let okta = Okta::start(COMPANY_MAILBOX).await?;
    let (text, secret) = okta.configuration();
    let plan = Plan {
        more: Some((text, [secret].into())),
        ..Plan::default()
    };
    let set = std::fs::read_to_string(update_set()?)?;
    let scene = Scene::open_in(World::build(plan, &set)).await?;
    let Scene {
        world,
        agent,
        requester,
        driver,
    } = &scene;
    let ada = UserSpec::new("ada.lopez", "Ada Lopez", "ada").email(MANAGER_MAIL);
    let ada = world.instance.add_user(ada)?;
    world
        .instance
        .update("sys_user", &world.requester_id, &[("manager", &ada)])?;
    let phone = requester.browser();

    // Weeks ago, so to speak: another ticket, after which a passkey was added.
    verified(&scene, "password_reset").await?;
    add_authenticator(phone).await?;
    phone.click("a[href='/verify/enrol']").await?;
    phone.click("form[data-passkey] button").await?;
    requester.see_words("Your passkey is added").await?;
    world.clock.advance(Duration::from_hours(1));

    // A link for another ticket: this one asks for more.
    let ticket = scene.open_ticket("mfa_reset").await?;
    agent.see_field("required").await?;
    agent.click_send_verification_link().await?;
    let before = story::link_sent_to(world, PRIVATE_MAILBOX).await?;
    agent.send_to(PRIVATE_MAILBOX).await?;
    let link = story::newer_link(world, &before).await?;
    requester.open_link(&link).await?;
    look(phone, "mfa-1-landing").await?;
    requester.click_begin().await?;
    let number = agent.see_call_number().await?;
    look(phone, "mfa-2-number").await?;
    requester.enter_call_number(&number).await?;
    requester.see_words("Use your passkey").await?;
    look(phone, "mfa-3-passkey").await?;
    phone.click("form[data-passkey] button").await?;
    requester.see_words("Ask your manager to confirm").await?;
    look(phone, "mfa-4-manager").await?;
    phone.click("form[action='/verify/manager'] button").await?;
    requester.see_words("We asked Ada Lopez").await?;
    look(phone, "mfa-5-waiting").await?;

    manager_approves(&scene).await?;

    // The waiting page looks again by itself.
    requester.see_words("Your identity is confirmed").await?;
    agent.see_outcome(Outcome::Passed).await?;
    ensure!(
        okta.done()?.is_empty(),
        "nothing is done before the requester wants it"
    );
    look(phone, "mfa-8-perform").await?;
    requester.perform_action().await?;
    requester.see_words("Your second sign-in step is reset").await?;
    look(phone, "mfa-9-done").await?;
    ensure!(
        okta.done()? == ["reset_factors", "end_sessions"],
        "{:?}",
        okta.done()?
    );

    story::ticket_is(world, &ticket, TicketState::Closed).await?;
    let note = story::note_says(world, &ticket, "MFA reset performed").await?;
    ensure!(
        note.contains("Receipt: RCP") && note.contains("Performed by: Okta, automatically"),
        "{note}"
    );
    ensure!(world.ticket_column(&ticket, "x_imper_verify_action")? == "performed");
    agent.see_in_field("MFA reset by the requester").await?;
    agent.browser().driver().enter_default_frame().await?;
    agent.browser().screenshot_whole("action-mfa-agent").await?;
    let kinds: Vec<String> = recorded(world, &ticket)
        .await?
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    ensure!(
        kinds == ["action.granted", "action.started", "action.performed"],
        "{kinds:?}"
    );

    // Whoever reads the contact on file hears of it.
    story::alarm_link_sent_to(world, COMPANY_MAILBOX).await?;
    let (_, details) = agent.see_details_link().await?;
    let analyst = AnalystDesk::open(driver).await?;
    analyst.follow(&details).await?;
    for words in [
        "Receipt",
        "RCP",
        "Ada Lopez",
        "passkey",
        "second sign-in steps were removed",
    ] {
        analyst.browser().see_text(words).await?;
    }
    analyst.browser().screenshot_whole("action-mfa-console").await?;
    scene.end().await
}
