//! Configuration: one TOML file, secrets from the environment. Every mistake is named at once, and a service with a
//! mistake does not start.

mod check;
mod raw;
mod secrets;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};
use lettre::message::Mailbox;
use secrecy::SecretString;
use shared::words::Channel;
use url::Url;

pub use secrets::{Environment, SecretSource};

use crate::keys::Keys;
use crate::locale::Locale;
use crate::verification::{InstanceId, Policy};

/// The whole configuration, checked.
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[storage]`
    pub storage: Storage,
    /// `[smtp]`
    pub smtp: Smtp,
    /// `[sms]`, if text messages can be sent.
    pub sms: Option<Sms>,
    /// Standard Webhooks secret of delivery reports, if `[delivery_reports]` is set.
    pub delivery_reports: Option<SecretString>,
    /// `[[instance]]`, by id.
    pub instances: BTreeMap<InstanceId, Instance>,
    /// The risk policy.
    pub policy: Policy,
    /// Secrets derived from `IMPER_MASTER_KEY`.
    pub keys: Keys,
}

/// Where the service listens and how it is reached.
#[derive(Clone, Debug)]
pub struct Server {
    /// Address of the public listener.
    pub listen: SocketAddr,
    /// Address of the listener for `/metrics`, `/healthz` and `/readyz`; never the public one.
    pub operations_listen: SocketAddr,
    /// How requesters and widgets reach the service: scheme, host and port, no trailing slash. Links are made from
    /// it, never from a `Host` header.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// The database.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The SQLite file.
    pub path: PathBuf,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte (port 465).
    Implicit,
    /// `STARTTLS`, required.
    StartTls,
    /// None; allowed only to a loopback address.
    None,
}

/// The mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Host name, checked against its certificate.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: SmtpTls,
    /// Name and password, if the server asks for them.
    pub login: Option<(String, SecretString)>,
    /// Sender of every message.
    pub from: Mailbox,
    /// PEM of an own certificate authority.
    pub ca_pem: Option<Vec<u8>>,
    /// Time limit of one delivery.
    pub timeout: Duration,
}

/// The text message gateway: a signed webhook.
#[derive(Clone, Debug)]
pub struct Sms {
    /// Where messages are posted.
    pub url: Url,
    /// Standard Webhooks secret (`whsec_…`) that signs them.
    pub secret: SecretString,
}

/// One ServiceNow instance, which is one tenant.
pub struct Instance {
    /// Its id in rows, logs and paths.
    pub id: InstanceId,
    /// The company, as requesters know it.
    pub company: String,
    /// Scheme and host of the instance, no trailing slash; also the only allowed CORS origin and JWT issuer.
    pub url: String,
    /// How requesters reach their service desk on a known way, shown in messages and pages.
    pub support_contact: String,
    /// ISO 3166 code for phone numbers without a country code.
    pub default_region: Option<String>,
    /// The language of whoever has none on file and asks for none that the portal speaks.
    pub default_language: Locale,
    /// How long a link lives, in seconds (600 unless raised, at most 86 400).
    pub link_seconds: i64,
    /// Keys that may sign agent tokens, by `kid`.
    pub agent_keys: BTreeMap<String, AgentKey>,
    /// How results get to the instance.
    pub callback: Callback,
}

/// One key that may sign agent tokens: one key, one algorithm (RFC 8725, section 3.1).
pub struct AgentKey {
    /// The only algorithm accepted with it.
    pub algorithm: Algorithm,
    /// The key.
    pub key: DecodingKey,
}

/// How results get to the instance.
pub struct Callback {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: SecretString,
    /// Standard Webhooks secret that signs each event.
    pub webhook_secret: SecretString,
}

/// Every mistake in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has {} mistake(s):\n{}", .mistakes.len(), .mistakes.iter().map(|m| format!("  - {m}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError {
    /// One sentence each, naming the setting.
    pub mistakes: Vec<String>,
}

impl Config {
    /// Reads and checks a configuration file.
    pub fn load(path: &Path, secrets: &dyn SecretSource) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
            mistakes: vec![format!("{} cannot be read: {error}", path.display())],
        })?;
        Self::parse(&text, secrets)
    }

    /// Checks the text of a configuration file.
    pub fn parse(text: &str, secrets: &dyn SecretSource) -> Result<Self, ConfigError> {
        let raw: raw::Raw = toml::from_str(text).map_err(|error| ConfigError {
            mistakes: vec![error.to_string()],
        })?;
        check::check(raw, secrets)
    }

    /// The channels that messages can be sent by.
    pub fn channels(&self) -> Vec<Channel> {
        let mut channels = vec![Channel::Email];
        channels.extend(self.sms.as_ref().map(|_| Channel::Sms));
        channels
    }

    /// The instance with this URL, which is the issuer of its tokens.
    pub fn instance_by_url(&self, url: &str) -> Option<&Instance> {
        self.instances.values().find(|instance| instance.url == url)
    }
}
