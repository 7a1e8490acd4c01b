//! Service, mail server and identity provider, and the agent who sends links.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use backend::config::Config;
use backend::ports::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imper_tests::harness::clock::AdjustableClock;
use imper_tests::mail::{MailServer, Message};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use shared::agent_api::VerificationView;
use shared::agent_token::TOKEN_TYPE;
use shared::words::Status;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::provider::{CLIENT, Provider, SECRET};

/// Where the links to the requester go.
pub const PRIVATE_MAIL: &str = "mia.private@example.net";
/// The manager on file.
pub const MANAGER_MAIL: &str = "ada.lopez@acme.example";

/// How long a message may take.
const MAIL_WITHIN: Duration = Duration::from_secs(30);
const AGENT_KEY: [u8; 32] = [2; 32];
const INSTANCE: &str = "http://localhost:1";

/// What is asked after the number.
#[derive(Clone, Copy)]
pub enum Asks {
    CompanySignIn,
    ManagerApproval,
    /// The manager first, and the sign-in as the other way.
    Either,
}

impl Asks {
    /// The policy that asks for it.
    fn policy(self) -> String {
        let ways = match self {
            Self::CompanySignIn => r#""company_sign_in""#,
            Self::ManagerApproval => r#""manager_approval""#,
            Self::Either => r#""manager_approval", "company_sign_in""#,
        };
        format!(
            "format = 1\nversion = \"signin\"\n[[plan]]\nsteps = [{{ any_of = [\"call_number\"] }}, {{ any_of = [{ways}] }}]\n"
        )
    }

    /// What a pass permits, as a part of the configuration: with two ways to it, a word that comes late still matters.
    const fn permits(self) -> &'static str {
        match self {
            Self::CompanySignIn | Self::ManagerApproval => "",
            Self::Either => "[[instance.action]]\naction = \"password_reset\"\nconnector = \"manual\"\n",
        }
    }
}

/// See the module. Dropping it stops everything.
pub struct Scene {
    pub clock: AdjustableClock,
    pub mail: MailServer,
    pub service_url: String,
    pub provider: Provider,
    http: reqwest::Client,
    tickets: AtomicU64,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl Scene {
    pub async fn start(asks: Asks) -> Result<Self> {
        let clock = AdjustableClock::default();
        let folder = tempfile::Builder::new().prefix("imper-signin-").tempdir()?;
        let mail = MailServer::start("imper", "smtp-password").await?;
        let public = TcpListener::bind("127.0.0.1:0").await?;
        let operations = TcpListener::bind("127.0.0.1:0").await?;
        let service_url = format!("http://localhost:{}", public.local_addr()?.port());
        let mut provider = Provider::start()?;
        provider.furnish(&format!("{service_url}/verify/sign-in/acme"))?;
        let policy = folder.path().join("policy.toml");
        fs::write(&policy, asks.policy())?;
        let text = format!(
            r#"
[server]
listen = "{public}"
operations_listen = "{operations}"
public_url = "{service_url}"
answers_per_minute = 100000
[storage]
path = {database}
[policy]
file = {policy}
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
url = "{INSTANCE}"
support_contact = "+44 20 7946 0000"
default_region = "GB"
[[instance.agent_key]]
kid = "k1"
algorithm = "HS256"
secret_env = "AGENT_KEY"
[instance.callback]
client_id = "imper"
client_secret_env = "CLIENT_SECRET"
webhook_secret_env = "WEBHOOK_SECRET"
[instance.sign_in]
provider = "Acme Sign-On"
issuer = "{issuer}"
client_id = "{CLIENT}"
client_secret_env = "SIGN_IN_SECRET"
claims = {{ preferred_username = "user_name", email = "email" }}
{permits}"#,
            permits = asks.permits(),
            public = public.local_addr()?,
            operations = operations.local_addr()?,
            database = quoted(&folder.path().join("imper.db").display().to_string()),
            policy = quoted(&policy.display().to_string()),
            mail_host = mail.host(),
            mail_port = mail.port(),
            mail_user = mail.user(),
            ca_file = quoted(&mail.ca_file().display().to_string()),
            issuer = provider.issuer(),
        );
        let secrets: BTreeMap<String, String> = [
            ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
            ("IMPER_SMTP_PASSWORD", mail.password().to_owned()),
            ("AGENT_KEY", STANDARD.encode(AGENT_KEY)),
            ("CLIENT_SECRET", "client-secret".to_owned()),
            ("WEBHOOK_SECRET", format!("whsec_{}", STANDARD.encode([3; 32]))),
            ("SIGN_IN_SECRET", SECRET.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let config = Config::parse(&text, &secrets)?;
        let (stop, mut end) = watch::channel(false);
        let ticking: Arc<dyn Clock> = Arc::new(clock.clone());
        let task = tokio::spawn(async move {
            let until = async move {
                let _ = end.wait_for(|stop| *stop).await;
            };
            if let Err(error) = backend::run(config, public, operations, ticking, until).await {
                eprintln!("the service ended: {error}");
            }
        });
        Ok(Self {
            clock,
            mail,
            service_url,
            provider,
            http: reqwest::Client::builder().no_proxy().build()?,
            tickets: AtomicU64::new(1),
            stop,
            task,
            _folder: folder,
        })
    }

    /// A new call about Mia's password.
    pub fn call(&self) -> Call<'_> {
        Call {
            scene: self,
            ticket: self.tickets.fetch_add(1, Ordering::SeqCst),
        }
    }

    /// The link that begins with `path`, in the newest message to a mailbox; not one that was seen before.
    pub async fn link_to(&self, mailbox: &str, path: &str, seen: &[&str]) -> Result<(String, Message)> {
        let prefix = format!("{}{path}", self.service_url);
        let find = |message: &Message| {
            let mut links = message.text_links().into_iter();
            links.find(|link| link.starts_with(&prefix) && !seen.contains(&link.as_str()))
        };
        let message = self
            .mail
            .mailbox()
            .wait_for(mailbox, |message| find(message).is_some(), MAIL_WITHIN)
            .await?;
        Ok((find(&message).context("no link")?, message))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.task.abort();
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn sys_id(number: u64) -> String {
    format!("{number:032x}")
}

/// The agent with a ticket.
pub struct Call<'a> {
    scene: &'a Scene,
    ticket: u64,
}

impl Call<'_> {
    fn token(&self) -> String {
        let now = self.scene.clock.now().unix_seconds();
        let jti = self.scene.tickets.fetch_add(1, Ordering::SeqCst);
        let claims = json!({
            "iss": INSTANCE, "aud": self.scene.service_url, "sub": sys_id(0xa),
            "iat": now, "nbf": now, "exp": now + 240, "jti": format!("signin-token-{jti:08}"),
            "agent": { "sys_id": sys_id(0xa), "user_name": "beth.anglin", "name": "Beth Anglin" },
            "ticket": { "table": "incident", "sys_id": sys_id(0x1000 + self.ticket),
                "number": format!("INC{:07}", self.ticket), "short_description": "Locked out" },
            "requester": {
                "sys_id": sys_id(0xb), "user_name": "mia.chen", "name": "Mia Chen", "email": "mia.chen@acme.example",
                "contacts": [], "time_zone": "Europe/Berlin", "language": "en",
                "manager": { "sys_id": sys_id(0xc), "name": "Ada Lopez", "email": MANAGER_MAIL },
            },
            "action": "password_reset",
        });
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.into());
        header.kid = Some("k1".into());
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&AGENT_KEY)).expect("it signs")
    }

    /// Sends the link; gives the id and the link that arrived.
    pub async fn send(&self) -> Result<(String, String)> {
        let seen: Vec<String> = self
            .scene
            .mail
            .mailbox()
            .messages_to(PRIVATE_MAIL)?
            .iter()
            .flat_map(Message::text_links)
            .collect();
        let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
        let body = json!({ "channel": "email", "destination": PRIVATE_MAIL }).to_string();
        let sent = self
            .scene
            .http
            .post(format!("{}/api/v1/verifications", self.scene.service_url))
            .bearer_auth(self.token())
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await?;
        ensure!(sent.status().is_success(), "{}", sent.text().await?);
        let view: VerificationView = sent.json().await?;
        let (link, _) = self.scene.link_to(PRIVATE_MAIL, "/v/", &seen).await?;
        Ok((view.id, link))
    }

    /// What the widget shows.
    pub async fn look(&self, id: &str) -> Result<VerificationView> {
        let url = format!("{}/api/v1/verifications/{id}", self.scene.service_url);
        let answer = self.scene.http.get(url).bearer_auth(self.token()).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    pub async fn status(&self, id: &str) -> Result<Status> {
        Ok(self.look(id).await?.status)
    }

    /// The number to read out.
    pub async fn number(&self, id: &str) -> Result<String> {
        self.look(id).await?.call_number.context("no number is asked for")
    }
}
