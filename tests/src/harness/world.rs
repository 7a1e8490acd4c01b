//! The whole product on one machine: service, emulated instance and mail server, under one clock.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use backend::config::Config;
use backend::ports::Clock;
use backend::service::console::Role;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock::AdjustableClock;
use super::service::ServiceProcess;
use super::setup::{Secrets, actions, add_user, configuration, furnish};
pub use super::setup::{company_directory, requester_dn};
use crate::directory::Directory;
use crate::instance::{Instance, InstanceConfig, UserSpec};
use crate::mail::{MailServer, Mailbox};

/// Names the update set to install; without it the newest of `target/package` is taken.
pub const UPDATE_SET_VARIABLE: &str = "IMPER_UPDATE_SET";

/// Someone with an account on the instance.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// Login name.
    pub user_name: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Password.
    pub password: &'static str,
}

/// The help-desk person.
pub const AGENT: Account = Account {
    user_name: "beth.anglin",
    name: "Beth Anglin",
    password: "beth",
};

/// The person that tickets are for.
pub const REQUESTER: Account = Account {
    user_name: "marta.kovacs",
    name: "Marta Kovacs",
    password: "marta",
};

/// The person who reads the console, with a password of the length that it asks for.
pub const ANALYST: Account = Account {
    user_name: "ana.reyes",
    name: "Ana Reyes",
    password: "a-long-demo-password",
};

/// The person who looks after the console. Sets up a second factor at the first sign-in, as every admin does.
pub const ADMIN: Account = Account {
    user_name: "max.weber",
    name: "Max Weber",
    password: "another-long-demo-password",
};

/// The requester's manager, where a world has one.
pub const MANAGER: Account = Account {
    user_name: "grace.okafor",
    name: "Grace Okafor",
    password: "grace",
};

/// The manager's mailbox.
pub const MANAGER_MAILBOX: &str = "grace.okafor@acme.example";

/// The requester's company mailbox, which the instance has on file.
pub const COMPANY_MAILBOX: &str = "marta.kovacs@acme.example";

/// The requester's private mailbox, which the instance does not know.
pub const PRIVATE_MAILBOX: &str = "marta.private@example.net";

/// Preferred ports; 0 takes any free one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// The emulated instance.
    pub instance: u16,
    /// The service's public listener.
    pub service: u16,
}

/// The password that the requester has in the directory before anything happens.
pub const OLD_PASSWORD: &str = "marta-has-this-one-since-may";

/// What a world is made of.
#[derive(Default)]
pub struct Plan {
    /// Where instance and service listen.
    pub ports: Ports,
    /// Performs password resets and unlocks; an MFA reset is then done by hand. Without it a pass grants nothing.
    pub directory: Option<Directory>,
    /// Password resets are done by hand all the same.
    pub by_hand: bool,
    /// Where the service finds the directory, if something stands between them.
    pub directory_url: Option<String>,
    /// The program to run the service as a process of its own: see [`ServiceProcess`].
    pub program: Option<PathBuf>,
    /// More of the instance's configuration, in TOML, and the secrets that it names.
    pub more: Option<(String, BTreeMap<String, String>)>,
    /// How far the instance's clock is ahead of the service's, in seconds.
    pub instance_ahead: i64,
}

/// Everything that runs. Dropping it stops everything.
pub struct World {
    /// The clock of service and instance.
    pub clock: AdjustableClock,
    /// The mail server.
    pub mail: MailServer,
    /// The emulated instance.
    pub instance: Instance,
    /// Base URL of the service.
    pub service_url: String,
    /// Base URL of the service's listener for health and metrics.
    pub operations_url: String,
    /// `sys_id` of the requester on the instance.
    pub requester_id: String,
    /// The company's directory, if the plan has one.
    pub directory: Option<Directory>,
    /// The service, if it runs as a process of its own.
    pub process: Option<ServiceProcess>,
    /// The service's database.
    pub database: PathBuf,
    pub(super) configuration: (String, BTreeMap<String, String>),
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    // Last: the database must be closed before its folder goes.
    _folder: TempDir,
}

impl World {
    /// Starts everything on free ports.
    pub async fn start() -> Result<Self> {
        Self::start_on(Ports::default(), &fs::read_to_string(update_set()?)?).await
    }

    /// The same with a directory, in which the requester has an account with [`OLD_PASSWORD`].
    pub async fn start_with_directory() -> Result<Self> {
        let plan = Plan {
            directory: Some(company_directory().await?),
            ..Plan::default()
        };
        Self::build(plan, &fs::read_to_string(update_set()?)?).await
    }

    /// Starts everything, with the instance and the service on these ports if they are free.
    pub async fn start_on(ports: Ports, update_set: &str) -> Result<Self> {
        let plan = Plan {
            ports,
            ..Plan::default()
        };
        Self::build(plan, update_set).await
    }

    /// Starts what the plan says.
    pub async fn build(plan: Plan, update_set: &str) -> Result<Self> {
        // So many parts make a large future, which would be part of every test's own.
        Box::pin(Self::assemble(plan, update_set)).await
    }

    async fn assemble(plan: Plan, update_set: &str) -> Result<Self> {
        let Plan {
            ports,
            directory,
            by_hand,
            directory_url,
            program,
            more,
            instance_ahead,
        } = plan;
        let clock = AdjustableClock::default();
        let folder = tempfile::Builder::new().prefix("imper-world-").tempdir()?;
        let secrets = Secrets::new(directory.as_ref())?;
        let mail = MailServer::start("imper", &secrets.smtp_password).await?;

        let public = listen(ports.service).await?;
        let operations = listen(0).await?;
        let instance_listener = listen(ports.instance).await?;
        let service_url = url_of(&public)?;
        let operations_url = url_of(&operations)?;
        let instance_url = url_of(&instance_listener)?;

        let instance = Instance::new(InstanceConfig::new(
            &instance_url,
            clock.for_instance(instance_ahead),
        ))?;
        instance
            .install(update_set)
            .context("the instance refuses the update set")?;
        let requester_id = furnish(&instance, &service_url, &secrets)?;

        let database = folder.path().join("imper.db");
        let mut text = configuration(
            &mail,
            &database,
            &public,
            &operations,
            &service_url,
            &instance_url,
        )?;
        if let Some(directory) = &directory {
            text.push_str(&actions(directory, directory_url.as_deref(), by_hand));
        }
        let mut named = secrets.by_name();
        if let Some((configuration, secrets)) = more {
            text.push_str(&configuration);
            named.extend(secrets);
        }
        let config = Config::parse(&text, &named)?;
        add_user(Config::parse(&text, &named)?, ANALYST, Role::Analyst).await?;

        let configuration = (text.clone(), named.clone());
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        let process = if let Some(program) = program {
            // It listens by itself.
            drop((public, operations));
            let file = folder.path().join("imper.toml");
            fs::write(&file, &text)?;
            let process = ServiceProcess::new(program, file, named, service_url.clone());
            Some(process.started(&clock).await?)
        } else {
            tasks.push(tokio::spawn(serve(
                config,
                public,
                operations,
                clock.clone(),
                until(stopped.clone()),
            )));
            None
        };
        let served = instance.clone();
        let platform = async move { served.serve(instance_listener, until(stopped)).await };
        tasks.push(tokio::spawn(platform));
        Ok(Self {
            clock,
            mail,
            instance,
            service_url,
            operations_url,
            requester_id,
            directory,
            process,
            database,
            configuration,
            stop,
            tasks,
            _folder: folder,
        })
    }

    /// Lets [`ADMIN`] sign in to the console.
    pub async fn add_admin(&self) -> Result<()> {
        let (text, secrets) = &self.configuration;
        add_user(Config::parse(text, secrets)?, ADMIN, Role::Admin).await
    }

    /// Puts [`MANAGER`] on file for the requester.
    pub fn add_manager(&self) -> Result<()> {
        let manager = UserSpec::new(MANAGER.user_name, MANAGER.name, MANAGER.password).email(MANAGER_MAILBOX);
        let manager = self.instance.add_user(manager)?;
        let fields = [("manager", manager.as_str())];
        Ok(self.instance.update("sys_user", &self.requester_id, &fields)?)
    }

    /// Everything that was mailed.
    pub fn mailbox(&self) -> Mailbox {
        self.mail.mailbox()
    }

    /// Opens a ticket for the requester, as another department's system would; returns its `sys_id`.
    pub fn open_ticket(&self, category: &str, short_description: &str) -> Result<String> {
        let fields = [
            ("caller_id", self.requester_id.as_str()),
            ("category", category),
            ("short_description", short_description),
            (
                "description",
                "The caller says that the password does not work any more since this morning.",
            ),
        ];
        Ok(self.instance.insert("incident", &fields)?)
    }

    /// The ticket's columns.
    pub fn ticket(&self, sys_id: &str) -> Result<BTreeMap<String, String>> {
        self.instance
            .record("incident", sys_id)
            .context("the ticket is gone")
    }

    /// One column of the ticket, empty when it was never set.
    pub fn ticket_column(&self, sys_id: &str, column: &str) -> Result<String> {
        Ok(self.ticket(sys_id)?.remove(column).unwrap_or_default())
    }

    /// The ticket's verification records, the oldest first.
    pub fn verification_records(&self, ticket: &str) -> Result<Vec<BTreeMap<String, String>>> {
        let query = format!("ticket={ticket}^ORDERBYsys_created_on");
        Ok(self.instance.query("x_imper_verify_verification", &query)?)
    }

    /// Stops service and instance and waits until they have.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        for task in self.tasks.drain(..) {
            // A task that panicked has said so already.
            let _ = task.await;
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn serve(
    config: Config,
    public: TcpListener,
    operations: TcpListener,
    clock: AdjustableClock,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let clock: Arc<dyn Clock> = Arc::new(clock);
    if let Err(error) = backend::run(config, public, operations, clock, shutdown).await {
        tracing::error!(%error, "the service ended");
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the world is gone, which is a stop as well.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Listens on `port`, or on any free one when it is taken.
async fn listen(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(_) if port != 0 => Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?),
        Err(error) => Err(error).context("no port to listen on"),
    }
}

/// `localhost`, because browsers trust it like https, and Secure cookies are stored.
fn url_of(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://localhost:{}", listener.local_addr()?.port()))
}

/// The update set to install.
pub fn update_set() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(UPDATE_SET_VARIABLE) {
        return Ok(path.into());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/package");
    let mut sets: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    sets.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    sets.sort_by_key(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
    match sets.pop() {
        Some(path) => Ok(path),
        None => bail!("no update set to install: run `cargo xtask package` first"),
    }
}
