//! The service is killed while the directory has the order. It is a process of its own here, and it is really killed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use imper_tests::directory::Proxy;
use imper_tests::directory::proxy::Way;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story::{self, TicketState};
use imper_tests::harness::world::{OLD_PASSWORD, Plan, World, company_directory, requester_dn, update_set};

use crate::submissions::Submission;
use crate::support::{NEW_PASSWORD, directory, recorded, verified};

/// After so long an execution counts as interrupted.
const LATER: Duration = Duration::from_secs(61);

struct Killed {
    scene: Scene,
    proxy: Proxy,
    ticket: String,
    submission: Submission,
}

/// The requester has sent the form, the order is held up on its way there or back, and the service is dead.
async fn killed(way: Way) -> Result<Killed> {
    let directory = company_directory().await?;
    let proxy = Proxy::start(directory.plain_port()).await?;
    let plan = Plan {
        directory: Some(directory),
        directory_url: Some(proxy.url()),
        program: Some(env!("CARGO_BIN_EXE_service").into()),
        ..Plan::default()
    };
    let set = std::fs::read_to_string(update_set()?)?;
    let mut scene = Scene::open_in(World::build(plan, &set)).await?;
    let ticket = verified(&scene, "password_reset").await?;
    let submission = Submission::of(&scene.world, &scene.requester).await?;
    proxy.set(way);
    let sending = {
        let submission = submission.clone();
        tokio::spawn(async move { submission.send(NEW_PASSWORD).await })
    };
    tokio::time::timeout(Duration::from_secs(30), proxy.until_held())
        .await
        .context("the directory was never asked")?;
    scene.world.process.as_mut().context("no process")?.kill();
    ensure!(sending.await?.is_err(), "nobody was left to answer");
    Ok(Killed {
        scene,
        proxy,
        ticket,
        submission,
    })
}

impl Killed {
    /// Starts the service again, when the execution counts as interrupted.
    async fn start_again(&mut self) -> Result<()> {
        let world = &mut self.scene.world;
        world.clock.advance(LATER);
        let clock = world.clock.clone();
        world.process.as_mut().context("no process")?.start(&clock).await
    }

    async fn look(&self, words: &str) -> Result<()> {
        let requester = &self.scene.requester;
        let page = format!("{}/verify", self.scene.world.service_url);
        requester.browser().goto(&page).await?;
        requester.see_words(words).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_did_before_the_service_died_is_found_out() -> Result<()> {
    let mut killed = killed(Way::Unanswered).await?;
    killed.proxy.set(Way::Open);
    killed.start_again().await?;
    let Killed { scene, ticket, .. } = &killed;
    story::ticket_is(&scene.world, ticket, TicketState::Closed).await?;
    story::note_says(
        &scene.world,
        ticket,
        "The service was interrupted, but the directory shows",
    )
    .await?;
    killed.look("Your new password is set").await?;
    killed.submission.send("another quiet harbour below").await?;
    let directory = directory(&scene.world)?;
    ensure!(directory.password_changes() == 1);
    ensure!(directory.accepts(&requester_dn(), NEW_PASSWORD).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_never_got_may_be_tried_again() -> Result<()> {
    let mut killed = killed(Way::Lost).await?;
    killed.proxy.set(Way::Open);
    killed.start_again().await?;
    let Killed { scene, ticket, .. } = &killed;
    story::note_says(
        &scene.world,
        ticket,
        "interrupted before the directory changed anything",
    )
    .await?;
    let directory = directory(&scene.world)?;
    ensure!(directory.password_changes() == 0);
    ensure!(directory.accepts(&requester_dn(), OLD_PASSWORD).await?);
    ensure!(scene.world.ticket_column(ticket, "state")? == "1");
    killed.look("Choose a new password").await?;
    scene.requester.choose_password(NEW_PASSWORD).await?;
    scene.requester.see_words("Your new password is set").await?;
    ensure!(directory.password_changes() == 1);
    story::ticket_is(&scene.world, ticket, TicketState::Closed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_find_out_is_said_and_never_repeated() -> Result<()> {
    let mut killed = killed(Way::Unanswered).await?;
    killed.proxy.set(Way::Closed);
    killed.start_again().await?;
    let Killed { scene, ticket, .. } = &killed;
    let note = story::note_says(&scene.world, ticket, "It is not known whether").await?;
    ensure!(note.contains("Look there before you go on"), "{note}");
    killed.look("We do not know yet whether this worked").await?;
    killed.proxy.set(Way::Open);
    killed.submission.send("another quiet harbour below").await?;
    ensure!(directory(&scene.world)?.password_changes() == 1);
    ensure!(
        scene.world.ticket_column(ticket, "state")? == "1",
        "a person must look first"
    );
    let recorded = recorded(&scene.world, ticket).await?;
    let kinds: Vec<&str> = recorded.iter().map(|(kind, _)| kind.as_str()).collect();
    ensure!(
        kinds
            == [
                "action.granted",
                "action.started",
                "action.unknown",
                "action.refused"
            ],
        "{recorded:#?}"
    );
    Ok(())
}
