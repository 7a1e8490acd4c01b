//! `[[instance.push]]`, checked.

use secrecy::SecretString;

/// In which form an event leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object of our own.
    Ndjson,
    /// An event of the Open Cybersecurity Schema Framework.
    Ocsf,
    /// `ArcSight`'s Common Event Format.
    Cef,
}

impl Form {
    /// Reads the form of the configuration.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ndjson" => Some(Self::Ndjson),
            "ocsf" => Some(Self::Ocsf),
            "cef" => Some(Self::Cef),
            _ => None,
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ndjson => "JSON lines",
            Self::Ocsf => "OCSF",
            Self::Cef => "CEF",
        }
    }
}

/// One destination.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name: lower-case letters, digits and hyphens.
    pub name: String,
    /// In which form.
    pub form: Form,
    /// Entries of the console's log are sent, too.
    pub audit: bool,
    /// How.
    pub way: Way,
}

/// How a destination is reached.
#[derive(Clone, Debug)]
pub enum Way {
    /// Signed webhooks.
    Webhook(WebhookSettings),
    /// Syslog over TLS.
    Syslog(SyslogSettings),
}

/// A signed webhook.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Where batches are posted.
    pub url: String,
    /// Standard Webhooks secret that signs them.
    pub secret: SecretString,
}

/// Syslog over TLS (RFC 5425).
#[derive(Clone, Debug)]
pub struct SyslogSettings {
    /// Name or address, checked against the server's certificate.
    pub host: String,
    /// Port.
    pub port: u16,
    /// PEM of the authority that signed the server's certificate; `None` for those that the system trusts.
    pub ca_pem: Option<Vec<u8>>,
    /// PEM of the client's certificates, and of its key, if the server wants one.
    pub client: Option<(Vec<u8>, SecretString)>,
}
