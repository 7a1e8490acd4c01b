//! API tokens of the console's data.

use std::sync::Arc;

use anyhow::bail;
use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::Service;
use backend::service::console::tokens::{self, By, NewToken, Scope, Standing};
use backend::store::Store;
use backend::verification::InstanceId;
use clap::{Args, Subcommand};

/// See the module.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Makes a token and prints it: it can never be read again.
    Add(Add),
    /// Lists the tokens of an instance, the newest first.
    List {
        /// The instance.
        #[arg(long)]
        instance: String,
    },
    /// Revokes a token, from this moment on.
    Revoke {
        /// The instance.
        #[arg(long)]
        instance: String,
        /// The token's name.
        name: String,
    },
}

/// A new token.
#[derive(Args)]
pub struct Add {
    /// The instance whose data it reads.
    #[arg(long)]
    instance: String,
    /// What it may read, for example `verifications:read`; may be given several times.
    #[arg(long = "scope", required = true)]
    scopes: Vec<String>,
    /// After how many days it ends, 365 at most.
    #[arg(long)]
    days: u32,
    /// An address or network that it may be used from; may be given several times. None: from anywhere.
    #[arg(long = "network")]
    networks: Vec<String>,
    /// Its name, which the audit log shows.
    name: String,
}

/// Runs one of the commands.
pub async fn run(config: Config, command: &TokenCommand) -> anyhow::Result<()> {
    let (TokenCommand::Add(Add { instance, .. })
    | TokenCommand::List { instance }
    | TokenCommand::Revoke { instance, .. }) = command;
    let known = InstanceId::parse(instance).filter(|id| config.instances.contains_key(id));
    let Some(instance) = known else {
        bail!("there is no instance “{instance}” in the configuration");
    };
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let done = match command {
        TokenCommand::Add(wanted) => add(&service, instance, wanted).await,
        TokenCommand::List { .. } => list(&service, instance).await,
        TokenCommand::Revoke { name, .. } => revoke(&service, instance, name).await,
    };
    service.store.close();
    done
}

async fn add(service: &Service, instance: InstanceId, wanted: &Add) -> anyhow::Result<()> {
    let mut scopes = Vec::new();
    for word in &wanted.scopes {
        let Some(scope) = Scope::parse(word) else {
            let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
            bail!("“{word}” is not a scope; these are: {}", known.join(", "));
        };
        scopes.push(scope);
    }
    let new = NewToken {
        name: wanted.name.clone(),
        scopes,
        days: wanted.days,
        networks: wanted.networks.join(" "),
    };
    let secret = tokens::add_token(service, By::operator(instance), new).await?;
    println!("{}", secret.expose());
    eprintln!("It is shown only this once.");
    Ok(())
}

async fn list(service: &Service, instance: InstanceId) -> anyhow::Result<()> {
    for token in tokens::list_tokens(service, instance).await? {
        let standing = match token.standing {
            Standing::Valid => "valid",
            Standing::Expired => "expired",
            Standing::Revoked => "revoked",
        };
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let moment = backend::verification::statement::rfc3339;
        let used = token.last_use.map_or_else(
            || "never".to_owned(),
            |(at, from)| format!("{} from {from}", moment(at)),
        );
        println!(
            "{} | {standing} | {} | {} | ends {} | last used {used}",
            token.name,
            scopes.join(" "),
            if token.networks.is_empty() {
                "anywhere".to_owned()
            } else {
                token.networks.join(" ")
            },
            moment(token.expires_at),
        );
    }
    Ok(())
}

async fn revoke(service: &Service, instance: InstanceId, name: &str) -> anyhow::Result<()> {
    let all = tokens::list_tokens(service, instance.clone()).await?;
    let Some(token) = all.iter().find(|token| token.name.eq_ignore_ascii_case(name)) else {
        bail!("{instance} has no token “{name}”");
    };
    tokens::revoke_token(service, By::operator(instance), token.id).await?;
    println!("{} is refused from now on.", token.name);
    Ok(())
}
