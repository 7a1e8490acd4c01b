//! `backend retention`: what the hourly upkeep does, by hand.

use std::sync::Arc;

use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::retention::{self, Erased};
use backend::service::{Service, ServiceError};
use backend::store::Store;
use backend::verification::InstanceId;
use backend::words::counted;
use clap::{Args, Subcommand};

/// See the module.
#[derive(Subcommand)]
pub enum RetentionCommand {
    /// Erases what is due by the rules of `[instance.retention]`. The service may be running.
    Run(Run),
}

/// How to run.
#[derive(Args)]
pub struct Run {
    /// Only count, change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub async fn run(config: Config, command: &RetentionCommand) -> anyhow::Result<()> {
    let RetentionCommand::Run(wanted) = command;
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let found = if wanted.dry_run {
        retention::due(&service).await
    } else {
        retention::run(&service).await
    };
    service.store.close();
    tell(found, wanted.dry_run)
}

fn tell(found: Result<Vec<(InstanceId, Erased)>, ServiceError>, is_dry: bool) -> anyhow::Result<()> {
    let verb = if is_dry { "would be erased" } else { "erased" };
    for (instance, erased) in found? {
        println!(
            "{instance}: {verb}: addresses of {}, personal data of {}, evidence of {}; {}, {}, {}",
            counted(erased.addresses, "verification", "verifications"),
            erased.personal,
            erased.evidence,
            counted(erased.origins, "origin", "origins"),
            counted(erased.messages, "message", "messages"),
            counted(erased.audit, "audit entry", "audit entries"),
        );
    }
    Ok(())
}
