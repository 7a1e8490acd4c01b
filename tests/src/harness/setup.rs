//! How a world is set up: the secrets that its parts share, what an admin does on the instance, what an operator writes
//! into the configuration, and who is in the company's directory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use aws_lc_rs::rand;
use backend::config::Config;
use backend::ports::{SystemClock, SystemEntropy};
use backend::service::{Service, console};
use backend::store::Store;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;

use super::world::{AGENT, Account, COMPANY_MAILBOX, OLD_PASSWORD, REQUESTER};
use crate::directory::{self, Directory};
use crate::instance::{Instance, UserSpec};
use crate::mail::MailServer;

/// What service and instance share, fresh for every world.
pub(super) struct Secrets {
    master_key: String,
    pub(super) smtp_password: String,
    agent_key: String,
    client_secret: String,
    webhook_secret: String,
    directory_password: String,
}

impl Secrets {
    pub(super) fn new(directory: Option<&Directory>) -> Result<Self> {
        Ok(Self {
            master_key: random_base64()?,
            smtp_password: random_base64()?,
            agent_key: random_base64()?,
            client_secret: random_base64()?,
            webhook_secret: format!("whsec_{}", random_base64()?),
            directory_password: directory.map_or_else(String::new, |one| one.service_password().to_owned()),
        })
    }

    pub(super) fn by_name(&self) -> BTreeMap<String, String> {
        [
            ("IMPER_MASTER_KEY", &self.master_key),
            ("IMPER_SMTP_PASSWORD", &self.smtp_password),
            ("ACME_AGENT_KEY", &self.agent_key),
            ("ACME_CLIENT_SECRET", &self.client_secret),
            ("ACME_WEBHOOK_SECRET", &self.webhook_secret),
            ("ACME_DIRECTORY_PASSWORD", &self.directory_password),
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
pub(super) fn furnish(instance: &Instance, service_url: &str, secrets: &Secrets) -> Result<String> {
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
pub(super) async fn add_user(config: Config, account: Account, role: console::Role) -> Result<()> {
    let instance = config.instances.keys().next().cloned().context("no instance")?;
    let store = Store::open(&config.storage.path)?;
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let (name, password) = (account.user_name, account.password.into());
    let added = console::add_user(&service, &instance, name, role, password).await;
    service.store.close();
    added?;
    Ok(())
}

pub(super) fn configuration(
    mail: &MailServer,
    database: &Path,
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
# Everybody in this world has one address.
answers_per_minute = 1000

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
        database = path(database),
        mail_host = mail.host(),
        mail_port = mail.port(),
        mail_user = mail.user(),
        ca_file = path(&mail.ca_file()),
    ))
}

/// The company's directory, with the requester in it.
pub async fn company_directory() -> Result<Directory> {
    let account = directory::Account::new(REQUESTER.user_name, REQUESTER.name, COMPANY_MAILBOX, OLD_PASSWORD);
    Ok(Directory::start(&[account]).await?)
}

/// Name of the requester's entry in the company's directory.
pub fn requester_dn() -> String {
    directory::entries::dn(REQUESTER.user_name, directory::entries::UNITS[0])
}

/// Who performs which action: what an operator adds as the operations guide says.
pub(super) fn actions(directory: &Directory, url: Option<&str>, by_hand: bool) -> String {
    use directory::entries::{BASE_DN, POLICY_DN, SERVICE_DN};
    let url = url.map_or_else(|| directory.url(), str::to_owned);
    let resets = if by_hand { "manual" } else { "directory" };
    format!(
        r#"
[[instance.connector]]
name = "directory"
kind = "ldap"
url = "{url}"
ca_file = {ca_file}
bind_dn = "{SERVICE_DN}"
bind_password_env = "ACME_DIRECTORY_PASSWORD"
base_dn = "{BASE_DN}"
privileged_filter = "(employeeType=privileged)"
policy_dn = "{POLICY_DN}"

[[instance.action]]
action = "password_reset"
connector = "{resets}"

[[instance.action]]
action = "account_unlock"
connector = "directory"

[[instance.action]]
action = "mfa_reset"
connector = "manual"
"#,
        ca_file = toml_text(&directory.ca_file().display().to_string()),
    )
}

/// A TOML string. Its escapes are JSON's.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
