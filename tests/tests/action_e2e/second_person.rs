//! A privileged account: the directory says so, and a second person at the desk must agree.

use anyhow::{Result, ensure};
use imper_tests::directory::{self, Directory};
use imper_tests::harness::people::AgentDesk;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story::{self, TicketState};
use imper_tests::harness::world::{
    Account, COMPANY_MAILBOX, OLD_PASSWORD, Plan, REQUESTER, World, requester_dn, update_set,
};
use imper_tests::instance::UserSpec;

use crate::support::{NEW_PASSWORD, directory, verified};

const COLLEAGUE: Account = Account {
    user_name: "carl.ortiz",
    name: "Carl Ortiz",
    password: "carl",
};

#[tokio::test(flavor = "multi_thread")]
async fn a_privileged_account_is_reset_only_after_a_second_agent_agreed() -> Result<()> {
    let account = directory::Account {
        is_privileged: true,
        ..directory::Account::new(REQUESTER.user_name, REQUESTER.name, COMPANY_MAILBOX, OLD_PASSWORD)
    };
    let plan = Plan {
        directory: Some(Directory::start(&[account]).await?),
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
    let colleague = UserSpec::new(COLLEAGUE.user_name, COLLEAGUE.name, COLLEAGUE.password);
    world
        .instance
        .add_user(colleague.role("itil").role("x_imper_verify.agent"))?;

    let ticket = verified(&scene, "password_reset").await?;
    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("A second person must agree").await?;
    story::note_says(world, &ticket, "waits for a second person").await?;
    ensure!(directory(world)?.password_changes() == 0);

    // Whoever started the verification cannot be the second person too.
    agent.release_action().await?;
    agent.see_in_field("A second person must release this").await?;

    let second = AgentDesk::open(driver, world).await?;
    second.log_in_as(COLLEAGUE).await?;
    second.open_ticket(&ticket).await?;
    second.release_action().await?;
    second
        .see_in_field("the requester can do it in the portal now")
        .await?;

    // The requester's page looks again by itself.
    requester.see_words("Choose a new password").await?;
    requester.choose_password(NEW_PASSWORD).await?;
    requester.see_words("Your new password is set").await?;
    ensure!(directory(world)?.accepts(&requester_dn(), NEW_PASSWORD).await?);
    story::ticket_is(world, &ticket, TicketState::Closed).await
}
