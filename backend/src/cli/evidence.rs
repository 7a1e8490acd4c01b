//! `backend evidence`: whether the chains hold, and where they end.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use backend::config::Config;
use backend::store::Store;
use backend::store::evidence::{self, Anchor, Verdict};
use clap::{Args, Subcommand};

/// See the module.
#[derive(Subcommand)]
pub enum EvidenceCommand {
    /// Walks the hash chains and names the first entry that does not fit.
    Verify(Verify),
    /// Prints the last entry of every chain: instance, number, hash. Keep it where the database is not, and give it to
    /// `verify --anchors` later: without it nobody can see that the end of a chain was cut off.
    Head,
}

/// What a walk looks for.
#[derive(Args)]
pub struct Verify {
    /// A file with earlier output of `evidence head`, any number of lines.
    #[arg(long)]
    anchors: Option<PathBuf>,
}

/// Runs the command. The service may be running.
pub async fn run(config: Config, command: &EvidenceCommand) -> anyhow::Result<()> {
    let store = Store::open(&config.storage.path)?;
    let done = match command {
        EvidenceCommand::Verify(wanted) => verify(&store, wanted).await,
        EvidenceCommand::Head => head(&config, &store).await,
    };
    store.close();
    done
}

async fn verify(store: &Store, wanted: &Verify) -> anyhow::Result<()> {
    let anchors = match &wanted.anchors {
        Some(path) => read_anchors(path)?,
        None => Vec::new(),
    };
    let count = anchors.len();
    match store.read(move |tx| evidence::verify(tx, &anchors)).await? {
        Verdict::Intact { entries } => {
            let to = match count {
                0 => String::new(),
                count => format!(" and lead(s) to {count} anchor(s)"),
            };
            if let Some(found) = store.read(evidence::first_disagreement).await? {
                bail!(
                    "verification {} of instance {} says something else than its evidence: {}",
                    found.verification,
                    found.instance,
                    found.what
                );
            }
            println!("{entries} entries, every hash chain holds{to}; every decision is as it was recorded.");
            Ok(())
        }
        Verdict::Broken {
            instance,
            number,
            what,
        } => bail!("the evidence of instance {instance} is broken at entry {number}: {what}"),
    }
}

fn read_anchors(path: &PathBuf) -> anyhow::Result<Vec<Anchor>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            Anchor::parse(line).with_context(|| {
                format!(
                    "{}: “{line}” is not an anchor; it needs instance, number and hash, as `evidence head` prints them",
                    path.display()
                )
            })
        })
        .collect()
}

async fn head(config: &Config, store: &Store) -> anyhow::Result<()> {
    for instance in config.instances.keys() {
        let of = instance.clone();
        let head = store.read(move |tx| evidence::head(tx, &of)).await?;
        println!("{instance} {} {}", head.number, head.hash);
    }
    Ok(())
}
