//! `backend user`: users of the console.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::console::{self, Account, By, Change, NewUser, Role};
use backend::service::{Service, ServiceError};
use backend::store::Store;
use backend::verification::InstanceId;
use backend::words::counted;
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};

#[derive(Subcommand)]
pub enum UserCommand {
    /// Adds a user. The password is read from standard input.
    Add(AddUser),
    /// Lists the users of an instance.
    List {
        /// The instance.
        #[arg(long)]
        instance: String,
    },
    /// Switches a user off and ends their sessions.
    Disable(Who),
    /// Switches a user on again.
    Enable(Who),
    /// Removes the second factors of a user, ends their sessions, and prints an initial password for them.
    ResetFactor(Who),
}

#[derive(Args)]
pub struct AddUser {
    /// The instance whose verifications the user may see.
    #[arg(long)]
    instance: String,
    /// What the user may do.
    #[arg(long, default_value = "analyst")]
    role: String,
    /// Makes an initial password and prints it, instead of reading one. The user must replace it.
    #[arg(long)]
    initial: bool,
    /// Lets the user sign in with a password even where `local_sign_in` is off, for the day when the company's
    /// provider cannot be reached. Implies --initial.
    #[arg(long)]
    emergency: bool,
    /// The name to sign in with.
    name: String,
}

#[derive(Args)]
pub struct Who {
    /// The instance of the user.
    #[arg(long)]
    instance: String,
    /// The user's name.
    name: String,
}

/// Runs a command.
pub async fn run(config: Config, command: &UserCommand) -> anyhow::Result<()> {
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let done = execute(&service, command).await;
    service.store.close();
    done
}

async fn execute(service: &Service, command: &UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(user) => add(service, user).await,
        UserCommand::List { instance } => list(service, instance).await,
        UserCommand::Disable(who) => {
            change(service, who, Change::Disable).await?;
            println!("{} is disabled; their sessions have ended.", who.name);
            Ok(())
        }
        UserCommand::Enable(who) => {
            change(service, who, Change::Enable).await?;
            println!("{} may sign in again.", who.name);
            Ok(())
        }
        UserCommand::ResetFactor(who) => {
            let initial = change(service, who, Change::Reset).await?;
            println!(
                "{} has no second factor any more, and this initial password:",
                who.name
            );
            println!(
                "{}",
                initial.context("no initial password was made")?.expose_secret()
            );
            Ok(())
        }
    }
}

fn known_instance(service: &Service, text: &str) -> anyhow::Result<InstanceId> {
    let Some(instance) = InstanceId::parse(text) else {
        bail!("“{text}” is not the id of an instance");
    };
    if !service.config.instances.contains_key(&instance) {
        bail!("there is no instance “{instance}” in the configuration");
    }
    Ok(instance)
}

async fn add(service: &Service, user: &AddUser) -> anyhow::Result<()> {
    let instance = known_instance(service, &user.instance)?;
    let Some(role) = Role::parse(&user.role) else {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        bail!("“{}” is not a role; these are: {}", user.role, known.join(", "));
    };
    let new = NewUser {
        name: user.name.clone(),
        role,
        is_emergency: user.emergency,
    };
    let by = By::CommandLine(&instance);
    let name = if user.initial || user.emergency {
        let (added, initial) = console::create_user(service, by, new).await?;
        println!("Initial password: {}", initial.0.expose_secret());
        added.name
    } else {
        console::add_user(service, &instance, &user.name, role, read_password()?)
            .await?
            .name
    };
    println!("{name} may sign in to the console of {instance}.");
    if role == Role::Admin {
        println!("At the first sign-in, an admin sets up a second factor.");
    }
    Ok(())
}

fn read_password() -> anyhow::Result<SecretString> {
    eprint!("Password: ");
    std::io::stderr().flush()?;
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    Ok(password.trim_end_matches(['\r', '\n']).into())
}

async fn list(service: &Service, instance: &str) -> anyhow::Result<()> {
    let instance = known_instance(service, instance)?;
    let users = console::users(service, By::CommandLine(&instance)).await?;
    for Account {
        user,
        is_active,
        last_sign_in_at,
        has_app,
        passkeys,
        ..
    } in users
    {
        let last = last_sign_in_at
            .and_then(|at| jiff::Timestamp::from_second(at.unix_seconds()).ok())
            .map_or_else(|| "never signed in".to_owned(), |at| format!("last {at}"));
        let state = if is_active { "active" } else { "disabled" };
        let app = if has_app { "app" } else { "no app" };
        println!(
            "{}\t{}\t{state}\t{}\t{app}, {}\t{last}",
            user.name,
            user.role.as_str(),
            user.kind.label().to_lowercase(),
            counted(passkeys, "passkey", "passkeys"),
        );
    }
    Ok(())
}

async fn change(service: &Service, who: &Who, change: Change) -> anyhow::Result<Option<SecretString>> {
    let instance = known_instance(service, &who.instance)?;
    let by = By::CommandLine(&instance);
    let id = match console::find_user(service, by, &who.name).await {
        Err(ServiceError::NotFound) => bail!("there is no user “{}” of {instance}", who.name),
        found => found?,
    };
    let initial = console::change_user(service, by, id, change).await?;
    Ok(initial.map(|password| password.0))
}
