//! Both keys between an instance and the service are replaced while verifications run, as an administrator does it: in the
//! console on one side, in the app's properties on the other. Nothing is lost, and the old keys are refused afterwards.

use anyhow::{Context, Result, ensure};
use imper_tests::harness::admin::{Admin, hidden};
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story;
use imper_tests::harness::world::{PRIVATE_MAILBOX, World};
use shared::words::{Outcome, Status};

const PAGE: &str = "/console/admin/instance";

/// Makes a new key and gives its id and its secret, which is shown this once.
async fn begin(admin: &Admin, purpose: &str) -> Result<(String, String)> {
    let (status, shown) = admin
        .send(PAGE, &format!("{PAGE}/keys/{purpose}/begin"), &[])
        .await?;
    ensure!(status == 200, "{status}: {shown}");
    let secret = shown
        .split("aria-label=\"Secret\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .context("no secret is shown")?;
    let page = admin.get(PAGE).await?;
    let section = page
        .split(&format!("aria-labelledby=\"{purpose}\""))
        .nth(1)
        .context("no such section")?;
    Ok((hidden(section, "kid")?, secret.replace("&#43;", "+")))
}

/// Makes the new key the only one.
async fn finish(admin: &Admin, purpose: &str, kid: &str) -> Result<(u16, String)> {
    let (status, answer) = admin
        .send(PAGE, &format!("{PAGE}/keys/{purpose}/finish"), &[("kid", kid)])
        .await?;
    Ok((status.as_u16(), answer))
}

fn set(world: &World, name: &str, value: &str) -> Result<()> {
    Ok(world
        .instance
        .set_property(&format!("x_imper_verify.{name}"), value)?)
}

/// What a script of the app gives, as text.
fn script(world: &World, text: &str) -> Result<String> {
    let value = tokio::task::block_in_place(|| world.instance.run_script("x_imper_verify", "admin", text))?;
    Ok(value.as_str().context("no text")?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_keys_are_replaced_under_a_running_verification() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        world,
        agent,
        requester,
        ..
    } = &scene;
    let admin = Admin::of(world).await?;

    // The agent's page holds a token of the old key, and the link is on its way.
    let first = scene.open_ticket("password_reset").await?;
    let link = story::send_link(world, agent).await?;

    // The key of agent tokens: made here, entered there, seen in use, then the only one.
    let (kid, secret) = begin(&admin, "tokens").await?;
    let (status, answer) = finish(&admin, "tokens", &kid).await?;
    ensure!(status == 422, "it was finished unseen: {answer}");
    let old_kid = script(world, "gs.getProperty('x_imper_verify.key_id')")?;
    let old_secret = script(world, "new ImperSecrets().read('token_secret')")?;
    set(world, "key_id", &kid)?;
    set(world, "token_secret", &secret)?;

    // The secret of events: until the instance has it, the old one cannot be ended.
    let (event_kid, event_secret) = begin(&admin, "events").await?;
    let (status, answer) = finish(&admin, "events", &event_kid).await?;
    ensure!(
        status == 422 && answer.contains("The old secret stays"),
        "{status}: {answer}"
    );
    let old = script(world, "new ImperSecrets().read('webhook_secret')")?;
    set(world, "webhook_secret", &format!("{event_secret} {old}"))?;

    // The verification that was begun before comes through while two are valid.
    requester.open_link(&link).await?;
    agent.see_status(Status::Opened).await?;
    story::answer_right(world, agent, requester).await?;
    agent.see_outcome(Outcome::Passed).await?;
    story::ticket_shows(world, &first, Outcome::Passed).await?;

    // A page opened now asks with the new key, which proves it.
    let second = scene.open_ticket("password_reset").await?;
    agent.see_field("required").await?;
    let (status, answer) = finish(&admin, "tokens", &kid).await?;
    ensure!(status == 303, "{status}: {answer}");
    let (status, answer) = finish(&admin, "events", &event_kid).await?;
    ensure!(status == 303, "{status}: {answer}");
    set(world, "webhook_secret", &event_secret)?;
    let page = admin.get(PAGE).await?;
    ensure!(
        !page.contains("new, valid too") && !page.contains("configuration, HS256"),
        "old keys are shown as valid"
    );

    // And one that begins after it all.
    agent.click_send_verification_link().await?;
    agent.send_to(PRIVATE_MAILBOX).await?;
    let newer = story::newer_link(world, &link).await?;
    requester.open_link(&newer).await?;
    agent.see_status(Status::Opened).await?;
    story::answer_wrong(agent, requester).await?;
    agent.see_outcome(Outcome::Failed).await?;
    story::ticket_shows(world, &second, Outcome::Failed).await?;

    // Who still signs with the old key is refused.
    set(world, "key_id", &old_kid)?;
    set(world, "token_secret", &old_secret)?;
    scene.open_ticket("password_reset").await?;
    agent.see_in_field("The agent token is not accepted.").await?;
    scene.end_with(&[401, 422]).await
}
