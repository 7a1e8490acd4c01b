//! One binary with sub-commands.

mod evidence;
mod keys;
mod outbox;
mod policy;
mod render;
mod report;
mod retention;
mod risk;
mod token;
mod users;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use backend::config::{Config, Environment};
use backend::ports::SystemClock;
use backend::words::counted;
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// The migration runner tells of every start at the level info, and warp calls a browser that goes away an error.
const DEFAULT_LOG: &str = "info,refinery_core=warn,warp::server=off";

/// imper.ai Verification for ServiceNow: the backend service.
#[derive(Parser)]
#[command(name = "backend", version)]
pub struct Cli {
    /// The configuration file. Secrets come from the environment; see the operations guide.
    #[arg(
        long,
        short,
        global = true,
        default_value = "imper.toml",
        env = "IMPER_CONFIG"
    )]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service until SIGTERM or Ctrl-C.
    Serve,
    /// Checks the configuration and names every mistake.
    CheckConfig,
    /// Users of the console.
    #[command(subcommand)]
    User(users::UserCommand),
    /// API tokens, with which other systems read the console's data.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Copies the database while the service runs.
    Backup {
        /// The file to write; it must not exist.
        target: PathBuf,
    },
    /// The evidence of what happened.
    #[command(subcommand)]
    Evidence(evidence::EvidenceCommand),
    /// Signed reports of decided verifications.
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Erasing what nobody needs any more.
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Messages and events that were given up.
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// Prints a message with sample data, to look at.
    Render(render::Render),
    /// Keys between ServiceNow and this service.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Policies: files, and what is in force.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// The risk of stored verifications.
    #[command(subcommand)]
    Risk(risk::RiskCommand),
}

/// Runs one command; errors go to standard error, in words.
pub fn run(cli: &Cli) -> ExitCode {
    match execute(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: &Cli) -> anyhow::Result<ExitCode> {
    if let Command::Policy(policy::PolicyCommand::Check { file }) = &cli.command {
        return risk::check(file);
    }
    if let Command::Report(report::ReportCommand::Verify(wanted)) = &cli.command
        && wanted.public_key.is_some()
    {
        return report::verify(wanted, None).map(|()| ExitCode::SUCCESS);
    }
    let config = Config::load(&cli.config, &Environment)?;
    let done = match &cli.command {
        Command::Serve => block_on(serve(config))?,
        Command::CheckConfig => {
            println!(
                "{} is right: {}.",
                cli.config.display(),
                counted(config.instances.len(), "instance", "instances")
            );
            policy::in_force(config).map(|lines| print!("{lines}"))
        }
        Command::User(command) => block_on(users::run(config, command))?,
        Command::Token(command) => block_on(token::run(config, command))?,
        Command::Backup { target } => backup(&config, target),
        Command::Evidence(command) => block_on(evidence::run(config, command))?,
        Command::Report(command) => block_on(report::run(config, command))?,
        Command::Retention(command) => block_on(retention::run(config, command))?,
        Command::Outbox(command) => block_on(outbox::run(config, command))?,
        Command::Render(wanted) => render::run(&config, wanted),
        Command::Risk(risk::RiskCommand::Replay(wanted)) => return block_on(risk::replay(config, wanted))?,
        Command::Keys(command) => block_on(keys::run(config, command))?,
        Command::Policy(command) => block_on(policy::run(config, command))?,
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn block_on<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_LOG.into()))
        .init();
    let bind = async |name: &str, address| {
        TcpListener::bind(address)
            .await
            .with_context(|| format!("server.{name}: {address} cannot be listened on"))
    };
    let public = bind("listen", config.server.listen).await?;
    let operations = bind("operations_listen", config.server.operations_listen).await?;
    let shutdown = signal()?;
    backend::run(config, public, operations, Arc::new(SystemClock), shutdown).await?;
    Ok(())
}

/// Resolves at SIGTERM or Ctrl-C.
fn signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn backup(config: &Config, target: &Path) -> anyhow::Result<()> {
    backend::store::backup(&config.storage.path, target)?;
    println!("{} was written.", target.display());
    Ok(())
}
