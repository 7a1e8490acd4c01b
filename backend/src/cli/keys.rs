//! `backend keys`: the way back to the keys of the configuration.

use std::sync::Arc;

use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::{Service, instance_keys};
use backend::store::Store;
use backend::words::counted;
use clap::Subcommand;

use super::policy::Of;

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Ends every key that was made in the console: those of the configuration count again, at once.
    UseConfig(Of),
}

/// `backend keys use-config`.
pub async fn run(config: Config, command: &KeysCommand) -> anyhow::Result<()> {
    let KeysCommand::UseConfig(of) = command;
    let of = of.find(&config)?;
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let ended = instance_keys::use_config(&service, &of).await;
    service.store.close();
    println!(
        "{} of {of} ended: those of the configuration count.",
        counted(ended?, "key", "keys")
    );
    Ok(())
}
