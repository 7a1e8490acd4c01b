//! `backend policy`: which policy is in force, and the way back to that of the configuration.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::policies::{self, Known, Origin, Policies};
use backend::service::{Service, ServiceError};
use backend::store::policies::Activation;
use backend::store::{self, Store};
use backend::verification::InstanceId;
use clap::{Args, Subcommand};

/// Activations that are printed.
const LISTED: u32 = 1000;
/// Longest note, in characters: as in the console.
const MAX_NOTE: usize = 300;

#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Reads a policy file and names every mistake. Needs no configuration.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Prints the policy in force.
    Show(Of),
    /// Prints who activated which policy, and why.
    History(Of),
    /// Puts the policy of the configuration in force again, in place of one that was activated in the console.
    UseFile(UseFile),
}

#[derive(Args)]
pub struct Of {
    /// The instance; may be left out if there is only one.
    #[arg(long)]
    instance: Option<String>,
}

#[derive(Args)]
pub struct UseFile {
    #[command(flatten)]
    of: Of,
    /// Why; it stays in the history.
    #[arg(long)]
    note: String,
}

impl Of {
    pub fn find(&self, config: &Config) -> anyhow::Result<InstanceId> {
        let mut known = config.instances.keys();
        let found = match (&self.instance, known.next(), known.next()) {
            (None, Some(only), None) => Some(only.clone()),
            (None, ..) => bail!("there are several instances; choose one with --instance"),
            (Some(name), ..) => InstanceId::parse(name).filter(|id| config.instances.contains_key(id)),
        };
        match found {
            Some(id) => Ok(id),
            None => bail!("that is not the id of a configured instance"),
        }
    }
}

/// `backend policy show`, `history` and `use-file`.
pub async fn run(config: Config, command: &PolicyCommand) -> anyhow::Result<()> {
    let of = match command {
        // Needs no configuration: done before.
        PolicyCommand::Check { .. } => return Ok(()),
        PolicyCommand::Show(of) | PolicyCommand::History(of) => of.find(&config)?,
        PolicyCommand::UseFile(wanted) => {
            check_note(wanted.note.trim())?;
            wanted.of.find(&config)?
        }
    };
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let text = match command {
        PolicyCommand::Check { .. } => Ok(String::new()),
        PolicyCommand::Show(_) => policies::active(&service, &of)
            .await
            .map(|known| format!("# {}\n{}", line(&of, &known), known.text)),
        PolicyCommand::History(_) => policies::history(&service.store, &of, LISTED)
            .await
            .map(|history| table(&history)),
        PolicyCommand::UseFile(wanted) => use_file(&service, &of, &wanted.note).await,
    };
    service.store.close();
    print!("{}", text?);
    Ok(())
}

fn check_note(note: &str) -> anyhow::Result<()> {
    if note.is_empty() || note.chars().count() > MAX_NOTE || note.chars().any(char::is_control) {
        bail!("nothing was changed: --note must be one line of 1 to {MAX_NOTE} characters");
    }
    Ok(())
}

async fn use_file(service: &Service, of: &InstanceId, note: &str) -> Result<String, ServiceError> {
    Ok(
        match policies::use_file(service, of, note.trim().to_owned()).await? {
            Some(number) => format!("Number {number}: {of} uses the policy of the configuration again.\n"),
            None => format!("Nothing was changed: {of} uses the policy of the configuration already.\n"),
        },
    )
}

/// Which policy is in force, in one line.
fn line(of: &InstanceId, known: &Known) -> String {
    let origin = match &known.origin {
        Origin::Shipped => "shipped with this program".to_owned(),
        Origin::File(path) => format!("from {path}"),
        Origin::Console => "activated in the console".to_owned(),
    };
    let number = match known.number() {
        0 => String::new(),
        number => format!(", number {number}"),
    };
    format!("{of}: policy {}, {origin}{number}", known.policy.version)
}

fn table(history: &[Activation]) -> String {
    let mut text = String::new();
    for one in history {
        let when = jiff::Timestamp::from_millisecond(one.at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let who = if one.user.is_empty() {
            "command line"
        } else {
            &one.user
        };
        let what = if one.text.is_some() {
            ""
        } else {
            " (the configuration's)"
        };
        let _ = writeln!(
            text,
            "{:>4}  {}  {:<16}  {}{what}  {}",
            one.number,
            when.strftime("%Y-%m-%dT%H:%MZ"),
            who,
            one.version,
            one.note
        );
    }
    if text.is_empty() {
        text.push_str("No policy was ever activated: that of the configuration is in force.\n");
    }
    text
}

/// What `check-config` says about the policies in force. Looks into the database beside the service, if there is one.
pub fn in_force(config: Config) -> anyhow::Result<String> {
    let config = Arc::new(config);
    let policies = Policies::new(Arc::clone(&config));
    let mut text = String::new();
    for of in config.instances.keys() {
        let known = store::peek(&config.storage.path, |tx| policies.known_in_force(tx, of))?;
        let known = known.unwrap_or_else(|| policies.known_in_configuration(of));
        let _ = writeln!(text, "{}", line(of, &known));
    }
    Ok(text)
}
