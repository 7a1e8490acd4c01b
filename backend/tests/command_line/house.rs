//! A folder with a configuration, the real binary, and what it needs around it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use backend::config::Config;
use backend::ports::{Clock, SystemClock, SystemEntropy};
use backend::service::agent::{self, Caller};
use backend::service::outgoing::{self, Prepared};
use backend::service::{Service, portal};
use backend::store::Store;
use backend::verification::InstanceId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use shared::agent_api::SendLink;
use shared::agent_token::{Agent, AgentClaims, Contact, Requester, TOKEN_TYPE, Ticket};
use shared::words::{Action, Channel};

/// How long the binary may take for anything. Generous: other work shares the machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// See the module.
pub struct House {
    pub folder: tempfile::TempDir,
    pub public_port: u16,
    pub operations_port: u16,
    secrets: BTreeMap<String, String>,
}

/// What a finished command said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl House {
    pub fn new() -> Self {
        let secrets = [
            ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
            ("ACME_AGENT_KEY", STANDARD.encode([2; 32])),
            ("ACME_CLIENT_SECRET", "client-secret".to_owned()),
            (
                "ACME_WEBHOOK_SECRET",
                format!("whsec_{}", STANDARD.encode([3; 32])),
            ),
        ];
        let house = Self {
            folder: tempfile::tempdir().unwrap(),
            public_port: free_port(),
            operations_port: free_port(),
            secrets: secrets
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        };
        house.write("imper.toml", &house.configuration("imper.db"));
        house
    }

    /// A right configuration, with the database at `database` in the folder.
    pub fn configuration(&self, database: &str) -> String {
        format!(
            r#"
[server]
listen = "127.0.0.1:{public}"
operations_listen = "127.0.0.1:{operations}"
public_url = "http://localhost:{public}"
[storage]
path = "{folder}/{database}"
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
default_region = "GB"
[[instance.agent_key]]
kid = "k1"
algorithm = "HS256"
secret_env = "ACME_AGENT_KEY"
[instance.callback]
client_id = "imper"
client_secret_env = "ACME_CLIENT_SECRET"
webhook_secret_env = "ACME_WEBHOOK_SECRET"
"#,
            public = self.public_port,
            operations = self.operations_port,
            folder = self.folder.path().display(),
        )
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary with the folder's configuration, and with no other environment than its secrets.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backend"));
        command
            .args(["--config", &self.path("imper.toml").display().to_string()])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(&self.secrets)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().unwrap().into()
    }

    /// The same, with something on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// The service as a library, on the same database. Close its store afterwards.
    pub fn service(&self) -> Service {
        let text = std::fs::read_to_string(self.path("imper.toml")).unwrap();
        let config = Config::parse(&text, &self.secrets).unwrap();
        let store = Store::open(&config.storage.path).unwrap();
        Service::new(
            Arc::new(config),
            store,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
    }

    /// Puts a verification into the database that its requester has refused; returns its id.
    pub async fn decided_verification(&self) -> String {
        let service = self.service();
        let caller = Caller {
            instance: InstanceId::parse("acme").unwrap(),
            claims: self.claims("decided-verification", 'd'),
        };
        let request = SendLink {
            channel: Channel::Email,
            destination: "mia.private@gmail.com".into(),
        };
        let view = agent::start(&service, caller, request, None).await.unwrap();
        let row = outgoing::due(&service, 1).await.unwrap().remove(0);
        let Some(Prepared::Link(link)) = outgoing::prepare(&service, &row).await.unwrap() else {
            panic!("no link is due");
        };
        let token = link.url.rsplit_once('/').unwrap().1;
        portal::refuse_link(&service, token).await.unwrap();
        service.store.close();
        view.id
    }

    fn claims(&self, jti: &str, digit: char) -> AgentClaims {
        let now = SystemClock.now().unix_seconds();
        let sys_id = String::from(digit).repeat(32);
        AgentClaims {
            iss: "http://localhost:9".into(),
            aud: format!("http://localhost:{}", self.public_port),
            sub: sys_id.clone(),
            iat: now,
            nbf: now,
            exp: now + 240,
            jti: jti.into(),
            agent: Agent {
                sys_id: sys_id.clone(),
                user_name: "beth.anglin".into(),
                name: "Beth Anglin".into(),
            },
            ticket: Ticket {
                table: "incident".into(),
                sys_id: sys_id.clone(),
                number: format!("INC{digit}"),
                short_description: "Locked out".into(),
                description: String::new(),
                category: "Password Reset".into(),
            },
            requester: Requester {
                sys_id,
                user_name: "mia.chen".into(),
                name: "Mia Chen".into(),
                email: "mia.chen@acme.example".into(),
                contacts: vec![Contact {
                    channel: Channel::Email,
                    address: "mia.chen@acme.example".into(),
                    source: "email".into(),
                }],
                time_zone: "Europe/London".into(),
                language: "en".into(),
                manager: None,
            },
            action: Some(Action::PasswordReset),
            assurance: None,
        }
    }

    /// The `Authorization` header of the agent who works in the ticket `digit`.
    pub fn token(&self, jti: &str, digit: char) -> String {
        backend::crypto::install();
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.into());
        header.kid = Some("k1".into());
        let key = EncodingKey::from_secret(&[2; 32]);
        let token = jsonwebtoken::encode(&header, &self.claims(jti, digit), &key).unwrap();
        format!("Bearer {token}")
    }

    /// Starts `serve` and waits until it is ready.
    pub async fn serve(&self) -> Server {
        let child = self.command(&["serve"]).spawn().unwrap();
        let mut server = Server { child };
        let ready = format!("http://127.0.0.1:{}/readyz", self.operations_port);
        let client = client();
        let wait = async {
            while !client
                .get(&ready)
                .send()
                .await
                .is_ok_and(|answer| answer.status() == 200)
            {
                if let Some(status) = server.child.try_wait().unwrap() {
                    panic!("the service ended with {status}: {}", server.errors());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let is_ready = tokio::time::timeout(PATIENCE, wait).await;
        assert!(is_ready.is_ok(), "the service is not ready");
        server
    }
}

/// A running service. Dropping it ends it at once.
pub struct Server {
    child: Child,
}

impl Server {
    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("/bin/sh")
            .args(["-c", "kill -s TERM \"$1\"", "sh", &id])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub async fn ended(&mut self) -> ExitStatus {
        let wait = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, wait).await;
        assert!(ended.is_ok(), "the service does not end");
        ended.unwrap()
    }

    fn errors(&mut self) -> String {
        let mut text = String::new();
        let _ = self.child.stderr.take().unwrap().read_to_string(&mut text);
        text
    }

    /// Everything that an ended service wrote to its log.
    pub fn log(&mut self) -> String {
        let mut text = String::new();
        let _ = self.child.stdout.take().unwrap().read_to_string(&mut text);
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client for the tests' own server on this machine"
)]
pub fn client() -> reqwest::Client {
    backend::crypto::install();
    reqwest::Client::new()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Changes one byte in the middle of a file.
pub fn spoil(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}
