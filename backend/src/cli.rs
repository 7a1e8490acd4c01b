//! One binary with sub-commands.

mod evidence;
mod outbox;
mod render;
mod report;
mod retention;
mod risk;
mod token;

use std::future::Future;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use backend::config::{Config, Environment};
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::{Service, console};
use backend::store::Store;
use backend::verification::InstanceId;
use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
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
    User(UserCommand),
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
    /// Policy files.
    #[command(subcommand)]
    Policy(risk::PolicyCommand),
    /// The risk of stored verifications.
    #[command(subcommand)]
    Risk(risk::RiskCommand),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds a user. The password is read from standard input.
    Add(AddUser),
}

#[derive(Args)]
struct AddUser {
    /// The instance whose verifications the user may see.
    #[arg(long)]
    instance: String,
    /// What the user may do.
    #[arg(long, default_value = "analyst")]
    role: String,
    /// The name to sign in with.
    name: String,
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
    if let Command::Policy(risk::PolicyCommand::Check { file }) = &cli.command {
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
                "{} is right: {} instance(s).",
                cli.config.display(),
                config.instances.len()
            );
            Ok(())
        }
        Command::User(UserCommand::Add(user)) => block_on(add_user(config, user))?,
        Command::Token(command) => block_on(token::run(config, command))?,
        Command::Backup { target } => backup(&config, target),
        Command::Evidence(command) => block_on(evidence::run(config, command))?,
        Command::Report(command) => block_on(report::run(config, command))?,
        Command::Retention(command) => block_on(retention::run(config, command))?,
        Command::Outbox(command) => block_on(outbox::run(config, command))?,
        Command::Render(wanted) => render::run(&config, wanted),
        Command::Risk(risk::RiskCommand::Replay(wanted)) => return block_on(risk::replay(config, wanted))?,
        // Needs no configuration: done above.
        Command::Policy(_) => Ok(()),
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

async fn add_user(config: Config, user: &AddUser) -> anyhow::Result<()> {
    let Some(instance) = InstanceId::parse(&user.instance) else {
        bail!("“{}” is not the id of an instance", user.instance);
    };
    let Some(role) = console::Role::parse(&user.role) else {
        let known: Vec<&str> = console::Role::ALL.iter().map(|role| role.as_str()).collect();
        bail!("“{}” is not a role; these are: {}", user.role, known.join(", "));
    };
    eprint!("Password: ");
    std::io::stderr().flush()?;
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password: SecretString = password.trim_end_matches(['\r', '\n']).into();
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let added = console::add_user(&service, &instance, &user.name, role, password).await;
    service.store.close();
    println!("{} may sign in to the console of {instance}.", added?.name);
    Ok(())
}

fn backup(config: &Config, target: &Path) -> anyhow::Result<()> {
    backend::store::backup(&config.storage.path, target)?;
    println!("{} was written.", target.display());
    Ok(())
}
