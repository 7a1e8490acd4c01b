//! `backend report`: signed reports, and checking them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::signed_report::{Reader, Who, instance_of, issue};
use backend::service::{Service, ServiceError};
use backend::signed_report::{PublicKey, open};
use backend::store::Store;
use backend::verification::VerificationId;
use backend::verification::statement::Statement;
use clap::{Args, Subcommand};

/// The longest report that is read. Real ones have a few kilobytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// See the module.
#[derive(Subcommand)]
pub enum ReportCommand {
    /// Writes the signed report of a decided verification.
    Export(Export),
    /// Checks a report: that this service made it and nobody has changed a byte since.
    Verify(Verify),
    /// Prints the public key that reports are checked with (PEM), and its name.
    Key,
}

/// Which report.
#[derive(Args)]
pub struct Export {
    /// Id of the verification.
    #[arg(long)]
    verification: String,
    /// The file to write; standard output without it.
    #[arg(long)]
    output: Option<PathBuf>,
    /// The page for people instead of the signed document.
    #[arg(long)]
    html: bool,
}

/// What to check, and with which key.
#[derive(Args)]
pub struct Verify {
    /// The report.
    file: PathBuf,
    /// The public key (PEM). Without it the key of the configuration is taken; with it no configuration is needed.
    #[arg(long)]
    pub public_key: Option<PathBuf>,
}

/// Runs the command.
pub async fn run(config: Config, command: &ReportCommand) -> anyhow::Result<()> {
    match command {
        ReportCommand::Verify(wanted) => verify(wanted, Some(&config)),
        ReportCommand::Key => {
            let key = config.report_key.public();
            print!("{}", key.to_pem());
            eprintln!("Key id: {}", key.id());
            Ok(())
        }
        ReportCommand::Export(wanted) => {
            let store = Store::open(&config.storage.path)?;
            let service = Service::new(
                Arc::new(config),
                store,
                Arc::new(SystemClock),
                Arc::new(SystemEntropy),
            );
            let done = export(&service, wanted).await;
            service.store.close();
            done
        }
    }
}

async fn export(service: &Service, wanted: &Export) -> anyhow::Result<()> {
    let Some(id) = VerificationId::parse(&wanted.verification) else {
        bail!("“{}” is not the id of a verification", wanted.verification);
    };
    let reader = Reader {
        who: Who::Operator,
        client_address: String::new(),
    };
    let issued = async {
        let instance = instance_of(service, id.clone()).await?;
        issue(service, instance, id.clone(), reader).await
    };
    let report = match issued.await {
        Err(ServiceError::NotFound) => bail!("there is no decided verification {id}"),
        other => other?,
    };
    let text = if wanted.html {
        backend::web::console::report::page(&report)?
    } else {
        report.sealed.file
    };
    if let Some(path) = &wanted.output {
        return write_new(path, &text);
    }
    print!("{text}");
    Ok(())
}

/// Never over an existing file: it may be evidence.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file =
        std::fs::File::create_new(path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    println!("{} was written.", path.display());
    Ok(())
}

/// Checks a report, offline.
pub fn verify(wanted: &Verify, config: Option<&Config>) -> anyhow::Result<()> {
    let key = match (&wanted.public_key, config) {
        (Some(path), _) => {
            let pem = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            PublicKey::from_pem(&pem).map_err(|error| anyhow!("{} {error}", path.display()))?
        }
        (None, Some(config)) => config.report_key.public(),
        (None, None) => bail!("give the public key with --public-key"),
    };
    let name = wanted.file.display();
    let size = std::fs::metadata(&wanted.file)
        .with_context(|| format!("{name} cannot be read"))?
        .len();
    if size > MAX_BYTES {
        bail!("{name} is too long to be a report");
    }
    let file = std::fs::read(&wanted.file).with_context(|| format!("{name} cannot be read"))?;
    let statement = open(key, &file).map_err(|error| anyhow!("{name} is refused. {error}"))?;
    tell(&statement, &key.id());
    Ok(())
}

fn tell(statement: &Statement, key_id: &str) {
    let of = &statement.verification;
    println!("The report is genuine: signed with the key {key_id}, and unchanged.");
    println!(
        "{} for {} of {}: {}, risk {} ({} of 100). {}",
        of.id,
        statement.ticket.number,
        statement.instance.company,
        of.outcome.label(),
        of.risk_level.label(),
        of.risk_score,
        of.recommendation_text,
    );
    println!(
        "Decided at {} by policy {}; issued at {}.",
        statement.times.decided_at, of.policy, statement.issued_at
    );
    let head = &statement.evidence.head;
    println!(
        "Head of the evidence then, in the form of `evidence head`:\n{} {} {}",
        statement.instance.id, head.number, head.hash
    );
}
