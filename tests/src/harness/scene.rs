//! A world with two people in it: the agent, signed in, and the requester.

use std::future::Future;

use anyhow::{Result, ensure};

use super::browser::Driver;
use super::people::{AgentDesk, RequesterPhone};
use super::world::World;

/// See the module.
pub struct Scene {
    /// The help-desk person.
    pub agent: AgentDesk,
    /// The person whom the ticket is for.
    pub requester: RequesterPhone,
    // After the people: browsers close through the driver.
    /// Opens more browsers.
    pub driver: Driver,
    /// What they live in.
    pub world: World,
}

impl Scene {
    /// A scene in a world without a directory: a pass grants nothing.
    pub async fn open() -> Result<Self> {
        Self::open_in(World::start()).await
    }

    /// A scene in this world.
    pub async fn open_in(world: impl Future<Output = Result<World>>) -> Result<Self> {
        let (world, driver) = tokio::try_join!(world, Driver::start())?;
        let agent = AgentDesk::open(&driver, &world).await?;
        let requester = RequesterPhone::open(&driver).await?;
        agent.log_in().await?;
        Ok(Self {
            agent,
            requester,
            driver,
            world,
        })
    }

    /// A ticket that another system opened, in front of the agent.
    pub async fn open_ticket(&self, category: &str) -> Result<String> {
        let ticket = self.world.open_ticket(category, "Cannot sign in")?;
        self.agent.open_ticket(&ticket).await?;
        Ok(ticket)
    }

    /// What must hold at the end of every call.
    pub async fn end(self) -> Result<()> {
        self.end_with(&[]).await
    }

    /// The same, when pages were answered with an error status on purpose, which browsers note on the console.
    pub async fn end_with(self, statuses: &[u16]) -> Result<()> {
        for browser in [self.agent.browser(), self.requester.browser()] {
            let mut errors = browser.console_errors().await?;
            errors.retain(|error| {
                !statuses
                    .iter()
                    .any(|status| error.contains(&format!("a status of {status} ")))
            });
            ensure!(errors.is_empty(), "on the console: {errors:#?}");
        }
        let unsupported = self.world.instance.unsupported();
        ensure!(
            unsupported.is_empty(),
            "the instance does not emulate: {unsupported:#?}"
        );
        let crossed = self.world.instance.cross_scope();
        ensure!(
            crossed.is_empty(),
            "the app uses tables of other scopes without a privilege: {crossed:#?}"
        );
        Ok(())
    }
}
