//! The whole product on one machine: service, emulated instance and mail server, under one clock.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use aws_lc_rs::rand;
use backend::config::Config;
use backend::ports::{Clock, SystemClock, SystemEntropy};
use backend::service::{Service, console};
use backend::store::Store;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock::AdjustableClock;
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

    /// Starts everything, with the instance and the service on these ports if they are free.
    pub async fn start_on(ports: Ports, update_set: &str) -> Result<Self> {
        let clock = AdjustableClock::default();
        let folder = tempfile::Builder::new().prefix("imper-world-").tempdir()?;
        let secrets = Secrets::new()?;
        let mail = MailServer::start("imper", &secrets.smtp_password).await?;

        let public = listen(ports.service).await?;
        let operations = listen(0).await?;
        let instance_listener = listen(ports.instance).await?;
        let service_url = url_of(&public)?;
        let operations_url = url_of(&operations)?;
        let instance_url = url_of(&instance_listener)?;

        let instance = Instance::new(InstanceConfig::new(&instance_url, clock.for_instance()))?;
        instance
            .install(update_set)
            .context("the instance refuses the update set")?;
        let requester_id = furnish(&instance, &service_url, &secrets)?;

        let text = configuration(
            &mail,
            folder.path(),
            &public,
            &operations,
            &service_url,
            &instance_url,
        )?;
        let config = Config::parse(&text, &secrets.by_name())?;
        add_analyst(Config::parse(&text, &secrets.by_name())?).await?;

        let (stop, stopped) = watch::channel(false);
        let service = tokio::spawn(serve(
            config,
            public,
            operations,
            clock.clone(),
            until(stopped.clone()),
        ));
        let served = instance.clone();
        let platform = tokio::spawn(async move { served.serve(instance_listener, until(stopped)).await });
        Ok(Self {
            clock,
            mail,
            instance,
            service_url,
            operations_url,
            requester_id,
            stop,
            tasks: vec![service, platform],
            _folder: folder,
        })
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

/// What service and instance share, fresh for every world.
struct Secrets {
    master_key: String,
    smtp_password: String,
    agent_key: String,
    client_secret: String,
    webhook_secret: String,
}

impl Secrets {
    fn new() -> Result<Self> {
        Ok(Self {
            master_key: random_base64()?,
            smtp_password: random_base64()?,
            agent_key: random_base64()?,
            client_secret: random_base64()?,
            webhook_secret: format!("whsec_{}", random_base64()?),
        })
    }

    fn by_name(&self) -> BTreeMap<String, String> {
        [
            ("IMPER_MASTER_KEY", &self.master_key),
            ("IMPER_SMTP_PASSWORD", &self.smtp_password),
            ("ACME_AGENT_KEY", &self.agent_key),
            ("ACME_CLIENT_SECRET", &self.client_secret),
            ("ACME_WEBHOOK_SECRET", &self.webhook_secret),
        ]
        .into_iter()
        .map(|(name, secret)| (name.to_owned(), secret.clone()))
        .collect()
    }
}

fn random_base64() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes)
        .ok()
        .context("the operating system gave no random bytes")?;
    Ok(STANDARD.encode(bytes))
}

const KEY_ID: &str = "k1";
const CLIENT_ID: &str = "imper-backend";
const INTEGRATION_USER: &str = "imper.integration";

/// What an admin does after installing the app, as the installation guide says; returns the requester's `sys_id`.
fn furnish(instance: &Instance, service_url: &str, secrets: &Secrets) -> Result<String> {
    for (name, value) in [
        ("x_imper_verify.backend_url", service_url),
        ("x_imper_verify.key_id", KEY_ID),
        ("x_imper_verify.token_secret", &secrets.agent_key),
        ("x_imper_verify.webhook_secret", &secrets.webhook_secret),
    ] {
        instance.set_property(name, value)?;
    }
    let agent = UserSpec::new(AGENT.user_name, AGENT.name, AGENT.password).email("beth.anglin@acme.example");
    instance.add_user(agent.role("itil").role("x_imper_verify.agent"))?;
    let integration = UserSpec::new(INTEGRATION_USER, "imper.ai Integration", &secrets.client_secret);
    instance.add_user(integration.role("x_imper_verify.integration"))?;
    instance.add_oauth_client(CLIENT_ID, &secrets.client_secret, INTEGRATION_USER)?;
    let requester = UserSpec::new(REQUESTER.user_name, REQUESTER.name, REQUESTER.password)
        .email(COMPANY_MAILBOX)
        .field("time_zone", "Europe/Berlin")
        .field("preferred_language", "en");
    Ok(instance.add_user(requester)?)
}

/// What an operator does with `backend user add`.
async fn add_analyst(config: Config) -> Result<()> {
    let instance = config.instances.keys().next().cloned().context("no instance")?;
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let (name, password) = (ANALYST.user_name, ANALYST.password.into());
    let added = console::add_user(&service, &instance, name, console::Role::Analyst, password).await;
    service.store.close();
    added?;
    Ok(())
}

fn configuration(
    mail: &MailServer,
    folder: &Path,
    public: &TcpListener,
    operations: &TcpListener,
    service_url: &str,
    instance_url: &str,
) -> Result<String> {
    let path = |path: &Path| toml_text(&path.display().to_string());
    Ok(format!(
        r#"
[server]
listen = "{public}"
operations_listen = "{operations}"
public_url = "{service_url}"

[storage]
path = {database}

[smtp]
host = "{mail_host}"
port = {mail_port}
tls = "starttls"
username = "{mail_user}"
from = "Acme IT service desk <servicedesk@acme.example>"
ca_file = {ca_file}

[[instance]]
id = "acme"
company = "Acme"
url = "{instance_url}"
support_contact = "+44 20 7946 0000"
default_region = "GB"

[[instance.agent_key]]
kid = "{KEY_ID}"
algorithm = "HS256"
secret_env = "ACME_AGENT_KEY"

[instance.callback]
client_id = "{CLIENT_ID}"
client_secret_env = "ACME_CLIENT_SECRET"
webhook_secret_env = "ACME_WEBHOOK_SECRET"
"#,
        public = public.local_addr()?,
        operations = operations.local_addr()?,
        database = path(&folder.join("imper.db")),
        mail_host = mail.host(),
        mail_port = mail.port(),
        mail_user = mail.user(),
        ca_file = path(&mail.ca_file()),
    ))
}

/// A TOML string. Its escapes are JSON's.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
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
