//! Configuration: one TOML file, secrets from the environment. Every mistake is named at once, and a service with a
//! mistake does not start.

pub mod branding;
mod check;
mod colour;
mod connectors;
mod network;
mod policy;
mod raw;
pub mod retention;
mod secrets;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};
use lettre::message::Mailbox;
use secrecy::SecretString;
use shared::words::{Action, Channel};
use url::Url;

pub use colour::{Accent, Colour};
pub use policy::PolicySource;
pub use retention::Retention;
pub use secrets::{Environment, SecretSource};

use crate::actions::settings::{ActionSettings, ConnectorSettings};
use crate::identity::oidc::ProviderSettings;
use crate::keys::Keys;
use crate::locale::Locale;
use crate::network::Networks;
use crate::push::settings::Settings as PushSettings;
use crate::signed_report::ReportKey;
use crate::store::console::accounts::Role;
use crate::verification::InstanceId;
use crate::verification::checks::company_sign_in::OnFileField;
use crate::words::counted;

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
    /// `[sendgrid]`, if its event webhook is used.
    pub sendgrid: Option<SendGrid>,
    /// `[[instance]]`, by id.
    pub instances: BTreeMap<InstanceId, Instance>,
    /// `[policy]`: the risk policy of instances that have none of their own.
    pub policy: PolicySource,
    /// `[network]`: what is known about addresses.
    pub networks: Networks,
    /// Secrets derived from `IMPER_MASTER_KEY`.
    pub keys: Keys,
    /// Signs reports: derived from the master key, or its own key if `[report_key]` is set.
    pub report_key: ReportKey,
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
    /// Answers that one client address may send to the portal within a minute.
    pub answers_per_minute: NonZeroU32,
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
    /// Messages per second at most, if the server sets such a limit.
    pub per_second: Option<u32>,
    /// `[smtp.dkim]`, if messages are signed here.
    pub dkim: Option<Dkim>,
}

/// How messages are signed (RFC 6376).
#[derive(Clone, Debug)]
pub struct Dkim {
    /// The domain that answers for them.
    pub domain: String,
    /// Under which name its key is published: `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// PEM of the private key (PKCS #8; RSA of at least 2048 bits, or Ed25519).
    pub key_pem: SecretString,
}

/// The text message gateway.
#[derive(Clone, Debug)]
pub enum Sms {
    /// Signed webhooks.
    Webhook(SmsWebhook),
    /// Twilio's Messages API.
    Twilio(Twilio),
}

impl Sms {
    /// Messages per second at most, if the gateway sets such a limit.
    pub const fn per_second(&self) -> Option<u32> {
        match self {
            Self::Webhook(webhook) => webhook.per_second,
            Self::Twilio(twilio) => twilio.per_second,
        }
    }
}

/// A gateway that takes signed webhooks.
#[derive(Clone, Debug)]
pub struct SmsWebhook {
    /// Where messages are posted.
    pub url: Url,
    /// Standard Webhooks secret (`whsec_…`) that signs them.
    pub secret: SecretString,
    /// See [`Sms::per_second`].
    pub per_second: Option<u32>,
}

/// A Twilio account.
#[derive(Clone, Debug)]
pub struct Twilio {
    /// `AC` and 32 hex digits.
    pub account_sid: String,
    /// Signs the status callbacks, and authorises calls unless an API key does.
    pub auth_token: SecretString,
    /// SID (`SK…`) and secret of an API key.
    pub api_key: Option<(String, SecretString)>,
    /// Who sends.
    pub sender: TwilioSender,
    /// Scheme and host of the API, no trailing slash.
    pub base_url: String,
    /// See [`Sms::per_second`].
    pub per_second: Option<u32>,
}

/// Who sends a text message at Twilio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwilioSender {
    /// The SID of a messaging service, which chooses a number.
    MessagingService(String),
    /// A number in E.164, a short code or an alphanumeric sender.
    From(String),
}

/// SendGrid's signed event webhook.
#[derive(Clone, Debug)]
pub struct SendGrid {
    /// DER of the verification key (ECDSA on P-256).
    pub verification_key: Vec<u8>,
}

/// A logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logo {
    /// Travels inside the message.
    Embedded {
        /// `image/png`, `image/jpeg` or `image/gif`.
        media_type: &'static str,
        /// The file.
        bytes: Vec<u8>,
    },
    /// Is fetched by the reader's mail program, if it fetches images at all. The same for everybody, so that it tells
    /// nobody who has read what.
    Url(Url),
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
    /// How messages look.
    pub branding: Arc<Branding>,
    /// How long things are kept.
    pub retention: Retention,
    /// Starts per hour at most, over all agents.
    pub starts_per_hour: u32,
    /// Seconds between two questions for tickets that were resolved without verification.
    pub bypass_seconds: u32,
    /// Its own risk policy, if `policy_file` is set.
    pub policy: Option<PolicySource>,
    /// Keys that may sign agent tokens, by `kid`.
    pub agent_keys: BTreeMap<String, AgentKey>,
    /// How results get to the instance.
    pub callback: Callback,
    /// `[instance.sign_in]`: where its people sign in, if company sign-in is offered.
    pub sign_in: Option<SignIn>,
    /// `[instance.console_sign_in]`: where the users of its console sign in, if not (only) with a password.
    pub console_sign_in: Option<ConsoleSignIn>,
    /// `[[instance.push]]`: who is told what happened.
    pub push: Vec<PushSettings>,
    /// `[[instance.connector]]`, by name; `manual` is always there.
    pub connectors: BTreeMap<String, ConnectorSettings>,
    /// `[[instance.action]]`: which connector performs which action. One that is not here is not granted.
    pub actions: BTreeMap<Action, ActionSettings>,
}

/// How an instance's messages look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branding {
    /// Colour of buttons and links, checked for contrast.
    pub colour: Option<Colour>,
    /// The logo, shown above the company's name.
    pub logo: Option<Logo>,
    /// The name beside the sender's address, in place of that in `smtp.from`.
    pub sender_name: Option<String>,
}

/// One key that may sign agent tokens: one key, one algorithm (RFC 8725, section 3.1).
#[derive(Clone)]
pub struct AgentKey {
    /// The only algorithm accepted with it.
    pub algorithm: Algorithm,
    /// The key.
    pub key: DecodingKey,
}

/// Where the people of an instance sign in, and how they are recognised there.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The identity provider.
    pub provider: ProviderSettings,
    /// Claims of its ID token, and the field on file that each must equal. All of them must; there is at least one.
    pub matches: Vec<(String, OnFileField)>,
}

/// Where the users of an instance's console sign in, and what they may do there.
#[derive(Clone, Debug)]
pub struct ConsoleSignIn {
    /// The identity provider.
    pub provider: ProviderSettings,
    /// The claim of its ID token that becomes the user's name.
    pub name_claim: String,
    /// The claim that holds the person's groups: a text, or a list of texts.
    pub role_claim: String,
    /// Its values, and the role that each gives. Of several the greatest counts; without any there is no entry.
    pub roles: Vec<(String, Role)>,
    /// Passwords of this service do, too. If not, then only those of users for emergencies.
    pub local_sign_in: bool,
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
#[error("the configuration has {}:\n{}", counted(.mistakes.len(), "mistake", "mistakes"), .mistakes.iter().map(|m| format!("  - {m}")).collect::<Vec<_>>().join("\n"))]
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
