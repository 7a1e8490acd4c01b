//! What the tests of this folder share.

use anyhow::{Context, Result};
use backend::store::{Store, evidence};
use backend::verification::{InstanceId, VerificationId};
use imper_tests::directory::Directory;
use imper_tests::harness::scene::Scene;
use imper_tests::harness::story;
use imper_tests::harness::world::World;

/// Taken by the rules of portal and directory.
pub const NEW_PASSWORD: &str = "seven lamps above a quiet harbour";

/// The world's directory.
pub fn directory(world: &World) -> Result<&Directory> {
    world.directory.as_ref().context("this world has no directory")
}

/// A ticket of this category whose requester has just passed; gives its `sys_id`.
pub async fn verified(scene: &Scene, category: &str) -> Result<String> {
    let ticket = scene.open_ticket(category).await?;
    let link = story::send_link(&scene.world, &scene.agent).await?;
    scene.requester.open_link(&link).await?;
    story::answer_right(&scene.world, &scene.agent, &scene.requester).await?;
    Ok(ticket)
}

/// True when the service's files hold a text, in clear.
pub fn holds(world: &World, text: &str) -> Result<bool> {
    let folder = world.database.parent().context("the database has no folder")?;
    for file in std::fs::read_dir(folder)? {
        let bytes = std::fs::read(file?.path())?;
        if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is recorded about the action of the ticket's verification: kind and body, oldest first.
pub async fn recorded(world: &World, ticket: &str) -> Result<Vec<(String, String)>> {
    let id = VerificationId::parse(&world.ticket_column(ticket, "x_imper_verify_id")?)
        .context("the ticket names no verification")?;
    let instance = InstanceId::parse("acme").context("not an instance")?;
    let store = Store::open(&world.database)?;
    let entries = store.read(move |tx| evidence::list(tx, &instance, &id)).await?;
    store.close();
    let told = entries
        .into_iter()
        .map(|entry| (entry.kind, entry.body.unwrap_or_default()));
    Ok(told.filter(|(kind, _)| kind.starts_with("action.")).collect())
}
