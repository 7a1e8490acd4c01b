//! `backend outbox`: what was given up, and trying it again.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::{Service, ServiceError, dead_letters};
use backend::store::Store;
use backend::verification::InstanceId;
use clap::{Args, Subcommand};

/// Rows read at once.
const MOST: u32 = 1_000;
/// Who wanted it, in the evidence.
const BY: &str = "the command line";

/// See the module.
#[derive(Subcommand)]
pub enum OutboxCommand {
    /// Lists what was given up, the newest first.
    List {
        /// Only of this instance.
        #[arg(long)]
        instance: Option<String>,
    },
    /// Tries something again. Results for ServiceNow keep their id, so nothing is applied twice; a link or a code can be
    /// tried again only while its verification still waits for it.
    Retry(Retry),
}

/// What to try again.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Retry {
    /// Numbers of rows, as `list` shows them.
    ids: Vec<i64>,
    /// Everything that can be.
    #[arg(long)]
    all: bool,
}

/// Runs the command. The service may be running: it sees what changed within a second.
pub async fn run(config: Config, command: &OutboxCommand) -> anyhow::Result<()> {
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let done = match command {
        OutboxCommand::List { instance } => list(&service, instance.as_deref()).await,
        OutboxCommand::Retry(retry) => try_again(&service, retry).await,
    };
    service.store.close();
    done
}

async fn list(service: &Service, instance: Option<&str>) -> anyhow::Result<()> {
    let instance = instance
        .map(|text| InstanceId::parse(text).with_context(|| format!("“{text}” is not the id of an instance")))
        .transpose()?;
    let dead = dead_letters::list(service, instance, MOST).await?;
    if dead.is_empty() {
        println!("Nothing was given up.");
        return Ok(());
    }
    for row in &dead {
        let ended = jiff::Timestamp::from_millisecond(row.ended_at.0)
            .map_or_else(|_| String::new(), |time| format!("{time:.0}"));
        println!(
            "{}  {}  {}  {}  {}  {} attempts  {}",
            row.id, ended, row.instance, row.verification, row.kind, row.attempts, row.error
        );
    }
    if dead.len() >= usize::try_from(MOST)? {
        println!("There are more than these {MOST}.");
    }
    Ok(())
}

async fn try_again(service: &Service, retry: &Retry) -> anyhow::Result<()> {
    let ids = if retry.all {
        let dead = dead_letters::list(service, None, MOST).await?;
        // The oldest first, so that events keep their order.
        dead.iter().rev().map(|row| row.id).collect()
    } else {
        retry.ids.clone()
    };
    let (mut revived, mut refused) = (0, 0);
    for id in ids {
        match dead_letters::retry(service, None, id, BY).await {
            Ok(()) => {
                println!("{id}: is tried again.");
                revived += 1;
            }
            Err(ServiceError::NotFound) => {
                println!("{id}: no such row was given up.");
                refused += 1;
            }
            Err(error @ ServiceError::Outdated) => {
                println!("{id}: {error}");
                refused += usize::from(!retry.all);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if refused > 0 {
        bail!("{refused} could not be tried again.");
    }
    println!("{revived} tried again.");
    Ok(())
}
