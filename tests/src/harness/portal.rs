//! The service alone, with a requester in front of it: what agent, mailbox and directory would do is done by hand, so
//! that a test of the portal's pages needs no instance and no mail.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use backend::config::Config;
use backend::ports::{Clock, SystemEntropy};
use backend::service::Service;
use backend::service::agent::{self, Caller};
use backend::service::delivery_reports::{self, Fate, MessageKey};
use backend::store::{Store, StoreError, verifications};
use backend::verification::{InstanceId, Verification, VerificationId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::agent_api::SendLink;
use shared::agent_token::{Agent, AgentClaims, Contact, Requester, Ticket};
use shared::words::{Action, Channel, CheckKind};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use warp::Filter as _;

use super::clock::AdjustableClock;

const DAY: Duration = Duration::from_hours(24);

/// What the directory says when it is asked to do something.
const DIRECTORY_ANSWER: &str = r#"{"state":"performed","summary":"The directory took it."}"#;

/// See the module. Dropping it stops everything.
pub struct Portal {
    /// The clock of the service.
    pub clock: AdjustableClock,
    /// Base URL of the service.
    pub url: String,
    /// The same service as a library, on the same database.
    service: Service,
    people: AtomicU32,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    // Last: the database must be closed before its folder goes.
    _folder: TempDir,
}

impl Portal {
    /// Starts the service on a free port. Its directory does whatever it is told.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("imper-portal-").tempdir()?;
        let (stop, stopped) = watch::channel(false);
        let public = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let operations = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let directory = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://localhost:{}", public.local_addr()?.port());
        let text = configuration(&folder, &url, directory.local_addr()?.port());
        let secrets = secrets();

        let clock = AdjustableClock::default();
        let store = Store::open(&folder.path().join("imper.db"))?;
        let ticking: Arc<dyn Clock> = Arc::new(clock.clone());
        let service = Service::new(
            Arc::new(Config::parse(&text, &secrets)?),
            store,
            Arc::clone(&ticking),
            Arc::new(SystemEntropy),
        );
        let config = Config::parse(&text, &secrets)?;
        let until = |mut stopped: watch::Receiver<bool>| async move {
            // An error means that the portal is gone, which is a stop as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let end = until(stopped.clone());
        let served = tokio::spawn(async move {
            if let Err(error) = backend::run(config, public, operations, ticking, end).await {
                tracing::error!(%error, "the service ended");
            }
        });
        let orders = warp::post().map(|| DIRECTORY_ANSWER);
        let directory = warp::serve(orders)
            .incoming(directory)
            .graceful(until(stopped))
            .run();
        Ok(Self {
            clock,
            url,
            service,
            people: AtomicU32::new(0),
            stop,
            tasks: vec![served, tokio::spawn(directory)],
            _folder: folder,
        })
    }

    /// An agent starts a verification of somebody new, for a ticket of its own, each on a day of its own: many people
    /// within an hour from one network would raise the risk.
    pub async fn ask(&self, action: Option<Action>) -> Result<VerificationId> {
        let number = self.people.fetch_add(1, Ordering::SeqCst);
        let claims = self.claims(number, action);
        self.start_for(number, claims).await
    }

    /// The same for somebody who has a second mailbox on file.
    pub async fn ask_with_second_mailbox(&self) -> Result<VerificationId> {
        let number = self.people.fetch_add(1, Ordering::SeqCst);
        let mut claims = self.claims(number, None);
        claims.requester.contacts.push(Contact {
            channel: Channel::Email,
            address: format!("kovacs{number}@globex.example"),
            source: "notification device".into(),
        });
        self.start_for(number, claims).await
    }

    async fn start_for(&self, number: u32, mut claims: AgentClaims) -> Result<VerificationId> {
        self.clock.advance(DAY);
        let now = self.clock.now().unix_seconds();
        (claims.iat, claims.nbf, claims.exp) = (now, now, now + 240);
        let caller = Caller {
            instance: acme()?,
            claims,
        };
        let request = SendLink {
            channel: Channel::Email,
            destination: format!("private{number}@example.net"),
        };
        let view = agent::start(&self.service, caller, request, None).await?;
        VerificationId::parse(&view.id).context("no id")
    }

    /// The person of an earlier verification calls again: a ticket without an action, and another private mailbox.
    pub async fn ask_again(&self, earlier: &VerificationId) -> Result<VerificationId> {
        let number = self.people.fetch_add(1, Ordering::SeqCst);
        let mut claims = self.claims(number, None);
        claims.requester = self.verification(earlier).await?.requester;
        let caller = Caller {
            instance: acme()?,
            claims,
        };
        let request = SendLink {
            channel: Channel::Email,
            destination: format!("private{number}@example.net"),
        };
        let view = agent::start(&self.service, caller, request, None).await?;
        VerificationId::parse(&view.id).context("no id")
    }

    /// The agent stops it.
    pub async fn cancel(&self, id: &VerificationId) -> Result<()> {
        let of = self.verification(id).await?;
        let mut claims = self.claims(0, None);
        claims.jti = format!("cancel-{id}");
        claims.ticket = of.ticket;
        let caller = Caller {
            instance: acme()?,
            claims,
        };
        agent::cancel(&self.service, caller, id.clone()).await?;
        Ok(())
    }

    /// The carrier's news that the code, which it had taken, will not arrive.
    pub async fn lose_code(&self, id: &VerificationId) -> Result<()> {
        let of = self.verification(id).await?;
        let session = of.session().context("nobody has begun")?;
        let check = session.check(CheckKind::OnFileCode).context("no code is asked")?;
        let number = check.detail.on_file_code().map_or(0, |code| code.code_number);
        let fate = Fate::Undelivered("This mailbox does not exist.");
        Ok(delivery_reports::take(&self.service, MessageKey::Code(id.clone(), number), fate).await?)
    }

    /// The link that the mail would hold.
    pub async fn link(&self, id: &VerificationId) -> Result<String> {
        let of = self.verification(id).await?;
        let token = self.service.config.keys.link_token(of.link.id);
        Ok(format!("{}/v/{token}", self.url))
    }

    /// The number that the agent would read out.
    pub async fn call_number(&self, id: &VerificationId) -> Result<String> {
        let of = self.verification(id).await?;
        let session = of.session().context("nobody has begun")?;
        Ok(self.service.config.keys.call_number(id, &session.cookie_digest))
    }

    /// The code that the mail would hold.
    pub async fn code(&self, id: &VerificationId) -> Result<String> {
        let of = self.verification(id).await?;
        let session = of.session().context("nobody has begun")?;
        let check = session.check(CheckKind::OnFileCode).context("no code is asked")?;
        let number = check.detail.on_file_code().map_or(0, |code| code.code_number);
        Ok(self
            .service
            .config
            .keys
            .on_file_code(id, &session.cookie_digest, number))
    }

    /// How it stands.
    pub async fn verification(&self, id: &VerificationId) -> Result<Verification> {
        let (instance, id) = (acme()?, id.clone());
        let found = self
            .service
            .store
            .read(move |tx| verifications::lookup(tx, &instance, &id))
            .await;
        found
            .map_err(|error: StoreError| anyhow::Error::from(error))?
            .context("the verification is gone")
    }

    fn claims(&self, number: u32, action: Option<Action>) -> AgentClaims {
        let now = self.clock.now().unix_seconds();
        let sys_id = format!("{number:032}");
        let address = format!("marta{number}@acme.example");
        AgentClaims {
            iss: "http://localhost:9".into(),
            aud: self.url.clone(),
            sub: sys_id.clone(),
            iat: now,
            nbf: now,
            exp: now + 240,
            jti: format!("token-of-ticket-{number}"),
            agent: Agent {
                sys_id: sys_id.clone(),
                user_name: "beth.anglin".into(),
                name: "Beth Anglin".into(),
            },
            ticket: Ticket {
                table: "incident".into(),
                sys_id: sys_id.clone(),
                number: format!("INC{number:07}"),
                short_description: "Cannot sign in".into(),
                description: String::new(),
                category: "Password Reset".into(),
            },
            requester: Requester {
                sys_id,
                user_name: "marta.kovacs".into(),
                name: "Marta Kovacs".into(),
                email: address.clone(),
                contacts: vec![Contact {
                    channel: Channel::Email,
                    address,
                    source: "email".into(),
                }],
                time_zone: "Europe/Berlin".into(),
                language: "en".into(),
                manager: None,
            },
            action,
            assurance: None,
        }
    }

    /// Stops everything and waits until it has.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        for task in self.tasks.drain(..) {
            // A task that panicked has said so already.
            let _ = task.await;
        }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn acme() -> Result<InstanceId> {
    InstanceId::parse("acme").context("no id of an instance")
}

fn secrets() -> BTreeMap<String, String> {
    let webhook = |byte: u8| format!("whsec_{}", STANDARD.encode([byte; 32]));
    [
        ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
        ("ACME_AGENT_KEY", STANDARD.encode([2; 32])),
        ("ACME_CLIENT_SECRET", "acme-client-secret".to_owned()),
        ("ACME_WEBHOOK_SECRET", webhook(3)),
        ("ACME_DIRECTORY_SECRET", webhook(4)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn configuration(folder: &TempDir, url: &str, directory: u16) -> String {
    let database = serde_json::Value::from(folder.path().join("imper.db").display().to_string());
    let action =
        |name: &str| format!("[[instance.action]]\naction = \"{name}\"\nconnector = \"directory\"\n");
    format!(
        r#"
[server]
listen = "127.0.0.1:0"
operations_listen = "127.0.0.1:0"
public_url = "{url}"
# One browser plays many people here.
answers_per_minute = 1000
[storage]
path = {database}
[smtp]
host = "127.0.0.1"
port = 9
tls = "none"
from = "Acme service desk <desk@acme.example>"
[[instance]]
id = "acme"
company = "Acme"
url = "http://localhost:9"
support_contact = "+44 20 7946 0000"
[[instance.agent_key]]
kid = "k1"
algorithm = "HS256"
secret_env = "ACME_AGENT_KEY"
[instance.callback]
client_id = "imper"
client_secret_env = "ACME_CLIENT_SECRET"
webhook_secret_env = "ACME_WEBHOOK_SECRET"
[[instance.connector]]
kind = "webhook"
name = "directory"
url = "http://localhost:{directory}/orders"
secret_env = "ACME_DIRECTORY_SECRET"
{password}{unlock}{mfa}"#,
        password = action("password_reset"),
        unlock = action("account_unlock"),
        mfa = action("mfa_reset"),
    )
}
