//! A configuration of the backend for tests: one instance, one mail server, and perhaps a text message gateway.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mail::MailServer;

/// Where requesters would reach the service. Nobody does in these tests: links are read, not opened.
pub const PUBLIC_URL: &str = "https://verify.example.com";

/// Standard Webhooks secret of the text message gateway.
pub const GATEWAY_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How the mail server is reached.
#[derive(Clone, Debug)]
pub enum Smtp {
    /// In clear on this machine, at this port.
    Plain(u16),
    /// Over STARTTLS with a login.
    StartTls {
        /// The port.
        port: u16,
        /// The account, with its password.
        login: (String, String),
        /// The server's certificate authority; without it the system's are trusted.
        ca_file: Option<PathBuf>,
    },
}

impl Smtp {
    /// As `server` wants it.
    pub fn of(server: &MailServer) -> Self {
        Self::StartTls {
            port: server.port(),
            login: (server.user().to_owned(), server.password().to_owned()),
            ca_file: Some(server.ca_file()),
        }
    }
}

/// What differs between tests.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database: PathBuf,
    /// The mail server.
    pub smtp: Smtp,
    /// Time limit of one delivery by email, in seconds.
    pub smtp_seconds: u64,
    /// Base URL of the instance.
    pub instance_url: String,
    /// Where text messages are posted, if there is a gateway.
    pub gateway_url: Option<String>,
    /// Further tables of the instance, as they stand in the file.
    pub instance_tables: String,
    /// Secrets that these name.
    pub further_secrets: Vec<(String, String)>,
}

impl Settings {
    /// A database in `folder`; no instance that answers, and no text messages.
    pub fn new(folder: &Path, smtp: Smtp) -> Self {
        Self {
            database: folder.join("imper.db"),
            smtp,
            smtp_seconds: 10,
            instance_url: "https://acme.service-now.com".to_owned(),
            gateway_url: None,
            instance_tables: String::new(),
            further_secrets: Vec::new(),
        }
    }

    /// The file.
    pub fn text(&self) -> String {
        let smtp = match &self.smtp {
            Smtp::Plain(port) => format!("port = {port}\ntls = \"none\""),
            Smtp::StartTls { port, login, ca_file } => {
                let mut text = format!(
                    "port = {port}\ntls = \"starttls\"\nusername = {}",
                    toml_text(&login.0)
                );
                if let Some(path) = ca_file {
                    let _ = write!(text, "\nca_file = {}", toml_text(&path.display().to_string()));
                }
                text
            }
        };
        let sms = self
            .gateway_url
            .as_ref()
            .map_or_else(String::new, |url| format!("[sms]\nurl = {}", toml_text(url)));
        format!(
            r#"
[server]
listen = "127.0.0.1:0"
operations_listen = "127.0.0.1:0"
public_url = "{PUBLIC_URL}"

[storage]
path = {database}

[smtp]
host = "localhost"
{smtp}
from = "Acme IT service desk <desk@acme.example>"
timeout_seconds = {seconds}

{sms}

[[instance]]
id = "acme"
company = "Acme"
url = {instance}
support_contact = "+44 20 7946 0000"
default_region = "GB"

[[instance.agent_key]]
kid = "k1"
algorithm = "HS256"
secret_env = "ACME_AGENT_KEY"

[instance.callback]
client_id = "imper"
client_secret_env = "ACME_CLIENT_SECRET"
webhook_secret_env = "ACME_WEBHOOK_SECRET"
{tables}
"#,
            tables = self.instance_tables,
            database = toml_text(&self.database.display().to_string()),
            seconds = self.smtp_seconds,
            instance = toml_text(&self.instance_url),
        )
    }

    /// Its secrets, by name.
    pub fn secrets(&self) -> BTreeMap<String, String> {
        let mut secrets = vec![
            ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
            ("ACME_AGENT_KEY", STANDARD.encode(AGENT_KEY)),
            ("ACME_CLIENT_SECRET", "acme-client-secret".to_owned()),
            (
                "ACME_WEBHOOK_SECRET",
                format!("whsec_{}", STANDARD.encode([3; 32])),
            ),
        ];
        if let Smtp::StartTls { login, .. } = &self.smtp {
            secrets.push(("IMPER_SMTP_PASSWORD", login.1.clone()));
        }
        if self.gateway_url.is_some() {
            secrets.push(("IMPER_SMS_SECRET", GATEWAY_SECRET.to_owned()));
        }
        secrets
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(self.further_secrets.iter().cloned())
            .collect()
    }
}

/// The key that signs agent tokens.
pub const AGENT_KEY: [u8; 32] = [2; 32];

/// A TOML string. Its escapes are JSON's.
pub fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
