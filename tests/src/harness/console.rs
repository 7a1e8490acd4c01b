//! A console with something in it: a service of its own under a clock of its own, a month of sample rows, and a few
//! verifications that really took place.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result};
use backend::config::Config;
use backend::keys::sha256_hex;
use backend::ports::{Clock, SystemEntropy};
use backend::service::agent::{self, Caller};
use backend::service::console::{Role, add_user};
use backend::service::{Service, Visitor, actions, outgoing, portal};
use backend::store::{Store, verifications};
use backend::verification::{ClientFacts, InstanceId, VerificationId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::agent_api::SendLink;
use shared::agent_token::{Agent, AgentClaims, Contact, Manager, Requester, Ticket};
use shared::words::{Action, Channel, UnixMillis};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::sample::{self, Plan};
use super::second_factor;

/// Users of the console, by role.
pub const PEOPLE: [(&str, &str); 3] = [
    ("vera.lind", "viewer"),
    ("ana.reyes", "analyst"),
    ("max.weber", "admin"),
];
/// The password of each.
pub const PASSWORD: &str = "a-long-demo-password";

/// 2026-11-22T16:20:00Z.
const NOW: UnixMillis = UnixMillis(1_795_364_400_000);

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

/// See the module. Dropping it stops it.
pub struct ConsoleWorld {
    /// Base URL.
    pub url: String,
    /// Id of a verification that failed for many reasons.
    pub failed: String,
    /// Id of one that passed, with its action performed.
    pub passed: String,
    /// The service itself, for what no page does.
    pub service: Service,
    clock: Arc<HandClock>,
    instance: InstanceId,
    server: JoinHandle<()>,
    _folder: TempDir,
}

/// Somebody who needs help, and how they come.
struct Case {
    ticket: &'static str,
    subject: &'static str,
    name: &'static str,
    device: &'static str,
    address: &'static str,
    user_agent: &'static str,
    time_zone: &'static str,
}

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1";
const LAPTOP: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

impl ConsoleWorld {
    /// Starts it.
    pub async fn start() -> Result<Self> {
        Self::start_with("", &[]).await
    }

    /// Starts it with another section for its instance, and the secrets that it names.
    pub async fn start_with(section: &str, secrets: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("imper-console-").tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        // `localhost`, because browsers trust it like https, and Secure cookies are stored.
        let url = format!("http://localhost:{}", listener.local_addr()?.port());
        let config = Arc::new(configuration(&folder, &url, section, secrets)?);
        let store = Store::open(&config.storage.path)?;
        let clock = Arc::new(HandClock(AtomicI64::new(NOW.0)));
        let instance = config.instances.keys().next().cloned().context("no instance")?;
        let ports = Arc::<HandClock>::clone(&clock);
        let service = Service::new(config, store, ports, Arc::new(SystemEntropy));
        let mut world = Self {
            server: tokio::spawn(
                warp::serve(backend::web::public(&service))
                    .incoming(listener)
                    .run(),
            ),
            url,
            failed: String::new(),
            passed: String::new(),
            service,
            clock,
            instance,
            _folder: folder,
        };
        world.fill().await?;
        Ok(world)
    }

    async fn fill(&mut self) -> Result<()> {
        for (name, role) in PEOPLE {
            let role = Role::parse(role).context("no such role")?;
            let user = add_user(&self.service, &self.instance, name, role, PASSWORD.into()).await?;
            if role == Role::Admin {
                second_factor::seed(&self.service, &user).await?;
            }
        }
        let plan = Plan {
            instance: self.instance.clone(),
            rows: 900,
            requesters: 700,
            agents: 14,
            span_seconds: 30 * 86_400,
            now: UnixMillis(NOW.0 - 3 * 3_600_000),
        };
        let rows = plan.make(0, plan.rows)?;
        self.service
            .store
            .write(move |tx| sample::write(tx, &rows))
            .await?;
        let own = |ticket, name, device| Case {
            ticket,
            subject: "Cannot sign in after the holiday",
            name,
            device,
            address: "192.0.2.10",
            user_agent: PHONE,
            time_zone: "Europe/London",
        };
        let stranger = |ticket, name| Case {
            ticket,
            subject: "New phone, please reset my password",
            name,
            device: "stranger",
            address: "203.0.113.77",
            user_agent: LAPTOP,
            time_zone: "Asia/Almaty",
        };
        self.passes(&own("INC0011201", "Mia Chen", "mia")).await?;
        self.advance(3600);
        self.passed = self
            .passes(&own("INC0011207", "Mia Chen", "mia"))
            .await?
            .to_string();
        for (ticket, name) in [
            ("INC0011212", "Abel Tuter"),
            ("INC0011214", "Lee Ong"),
            ("INC0011215", "Eva Novak"),
        ] {
            self.advance(240);
            self.fails(&stranger(ticket, name)).await?;
        }
        self.advance(300);
        self.failed = self.fails(&stranger("INC0011219", "Mia Chen")).await?.to_string();
        self.advance(120);
        self.begin(&own("INC0011221", "Fred Luddy", "fred")).await?;
        self.advance(40);
        Ok(())
    }

    fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// The present moment of the service.
    pub fn now(&self) -> UnixMillis {
        self.service.now()
    }

    /// Lets time pass, so that an authenticator app shows its next code.
    pub fn wait(&self, seconds: i64) {
        self.advance(seconds);
    }

    /// An agent sends one more link.
    pub async fn add_one(&self, ticket: &'static str) -> Result<()> {
        let case = Case {
            ticket,
            subject: "Locked out",
            name: "Zoe Young",
            device: "zoe",
            address: "192.0.2.40",
            user_agent: PHONE,
            time_zone: "Europe/London",
        };
        self.send(&case).await.map(drop)
    }

    async fn send(&self, case: &Case) -> Result<VerificationId> {
        let caller = self.caller(case, "beth.anglin");
        let link = SendLink {
            channel: Channel::Email,
            destination: format!("{}@gmail.com", case.name.to_lowercase().replace(' ', ".")),
        };
        let view = agent::start(&self.service, caller, link, None).await?;
        self.deliver().await?;
        VerificationId::parse(&view.id).context("no id")
    }

    async fn begin(&self, case: &Case) -> Result<(VerificationId, String)> {
        let id = self.send(case).await?;
        self.advance(35);
        let (own, key) = (self.instance.clone(), id.clone());
        let found = self
            .service
            .store
            .read(move |tx| verifications::lookup(tx, &own, &key))
            .await?;
        let token = self
            .service
            .config
            .keys
            .link_token(found.context("no verification")?.link.id);
        let client = ClientFacts {
            user_agent: case.user_agent.into(),
            device_digest: sha256_hex(case.user_agent.as_bytes()),
            accept_language: "en-GB,en;q=0.9".into(),
            script_ran: true,
            time_zone: case.time_zone.into(),
            utc_offset_minutes: Some(if case.time_zone == "Europe/London" { 0 } else { 300 }),
            ..ClientFacts::default()
        };
        let address: IpAddr = case.address.parse()?;
        let opening = backend::service::Opening {
            device_digest: client.device_digest.clone(),
            address: Some(address),
        };
        portal::open(&self.service, &token, opening).await?;
        self.advance(12);
        let visitor = Visitor {
            client,
            address: Some(address),
            device: Some(sha256_hex(case.device.as_bytes())),
        };
        Ok((id, portal::begin(&self.service, &token, visitor).await?))
    }

    async fn passes(&self, case: &Case) -> Result<VerificationId> {
        let (id, cookie) = self.begin(case).await?;
        let digest = sha256_hex(cookie.as_bytes());
        let keys = &self.service.config.keys;
        self.advance(20);
        portal::answer_call_number(&self.service, &cookie, &keys.call_number(&id, &digest)).await?;
        self.deliver().await?;
        self.advance(34);
        portal::answer_code(&self.service, &cookie, &keys.on_file_code(&id, &digest, 1)).await?;
        self.deliver().await?;
        self.advance(90);
        actions::confirm(&self.service, self.caller(case, "beth.anglin"), id.clone()).await?;
        self.deliver().await?;
        Ok(id)
    }

    async fn fails(&self, case: &Case) -> Result<VerificationId> {
        let (id, cookie) = self.begin(case).await?;
        for _ in 0..3 {
            self.advance(9);
            portal::answer_call_number(&self.service, &cookie, "00").await?;
        }
        self.deliver().await?;
        Ok(id)
    }

    async fn deliver(&self) -> Result<()> {
        while let Some(due) = outgoing::due(&self.service, 1).await?.pop() {
            self.advance(1);
            outgoing::sent(&self.service, due).await?;
        }
        Ok(())
    }

    fn caller(&self, case: &Case, agent: &str) -> Caller {
        let now = self.service.now();
        let user = case.name.to_lowercase().replace(' ', ".");
        let email = format!("{user}@acme.example");
        let contact = |channel, address: &str, source: &str| Contact {
            channel,
            address: address.into(),
            source: source.into(),
        };
        Caller {
            instance: self.instance.clone(),
            claims: AgentClaims {
                iss: "https://acme.service-now.example".into(),
                aud: self.url.clone(),
                sub: sha256_hex(agent.as_bytes())[..32].into(),
                iat: now.unix_seconds(),
                nbf: now.unix_seconds(),
                exp: now.unix_seconds() + 240,
                jti: format!("{}-{}", case.ticket, now.0),
                agent: Agent {
                    sys_id: sha256_hex(agent.as_bytes())[..32].into(),
                    user_name: agent.into(),
                    name: "Beth Anglin".into(),
                },
                ticket: Ticket {
                    table: "incident".into(),
                    sys_id: sha256_hex(case.ticket.as_bytes())[..32].into(),
                    number: case.ticket.into(),
                    short_description: case.subject.into(),
                    description: "The caller says that the usual password is refused since this morning, and asks for a new one.".into(),
                    category: "Password Reset".into(),
                },
                requester: Requester {
                    sys_id: sha256_hex(user.as_bytes())[..32].into(),
                    user_name: user,
                    name: case.name.into(),
                    contacts: vec![
                        contact(Channel::Email, &email, "email"),
                        contact(Channel::Sms, "+442079460958", "mobile_phone"),
                    ],
                    email,
                    time_zone: "Europe/London".into(),
                    language: "en".into(),
                    manager: Some(Manager {
                        sys_id: "d".repeat(32),
                        name: "Grace Okafor".into(),
                        email: "grace.okafor@acme.example".into(),
                    }),
                },
                action: Some(Action::PasswordReset),
                assurance: None,
            },
        }
    }

    /// A page or file, with the cookie of a session.
    pub async fn fetch(&self, path: &str, cookie: &str) -> Result<String> {
        let client = reqwest::Client::builder().build()?;
        let request = client
            .get(format!("{}{path}", self.url))
            .header("cookie", format!("__Host-imper_console={cookie}"));
        Ok(request.send().await?.error_for_status()?.text().await?)
    }

    /// Stops it.
    pub async fn stop(self) {
        let _ = self.service.stopping.send(true);
        self.server.abort();
        let _ = self.server.await;
    }
}

/// Its configuration: one instance, email and text messages, and what a test adds.
pub fn configuration(
    folder: &TempDir,
    url: &str,
    section: &str,
    more_secrets: &[(&str, &str)],
) -> Result<Config> {
    let path = serde_json::Value::from(folder.path().join("imper.db").display().to_string());
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
operations_listen = "127.0.0.1:0"
public_url = "{url}"
[storage]
path = {path}
[smtp]
host = "localhost"
port = 2525
tls = "none"
from = "Acme IT service desk <servicedesk@acme.example>"
[sms]
url = "https://gateway.acme.example/messages"
[[instance]]
id = "acme"
company = "Acme"
url = "https://acme.service-now.example"
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
[[instance.action]]
action = "password_reset"
connector = "manual"
{section}
"#
    );
    let secret = |byte: u8| STANDARD.encode([byte; 32]);
    let secrets: BTreeMap<String, String> = [
        ("IMPER_MASTER_KEY", secret(1)),
        ("IMPER_SMS_SECRET", format!("whsec_{}", secret(6))),
        ("ACME_AGENT_KEY", secret(2)),
        ("ACME_CLIENT_SECRET", secret(3)),
        ("ACME_WEBHOOK_SECRET", format!("whsec_{}", secret(4))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .chain(
        more_secrets
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
    .collect();
    Ok(Config::parse(&text, &secrets)?)
}
