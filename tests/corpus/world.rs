//! One service with its routes, database and outbox, in this process, under a clock that stands still.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};

use backend::config::Config;
use backend::ports::{Clock, SystemEntropy};
use backend::service::outgoing::{self, Prepared};
use backend::service::{Service, expiry};
use backend::store::Store;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::words::UnixMillis;
use tempfile::TempDir;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::provider::PROVIDER;

/// 2026-11-24T10:00:00Z, a Tuesday morning in London.
pub const START: UnixMillis = UnixMillis(1_795_514_400_000);

/// The clock of a story.
struct StoryClock(AtomicI64);

impl Clock for StoryClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

/// A message that left the service.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The full address or number.
    pub to: String,
    /// The path of the link, or the code.
    pub content: Content,
}

/// What a message carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A link: its path.
    Link(String),
    /// A code.
    Code(String),
    /// A notice that a factor was enrolled: the path of “this was not me”.
    Alarm(String),
}

/// See the module. Cheap to clone: clones are the same world.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
}

struct Inner {
    service: Service,
    clock: Arc<StoryClock>,
    routes: BoxedFilter<(Response,)>,
    mails: Mutex<Vec<Mail>>,
    jti: AtomicU64,
    _folder: TempDir,
}

impl World {
    /// A fresh world.
    pub fn new() -> Self {
        static CRYPTO: Once = Once::new();
        CRYPTO.call_once(backend::crypto::install);
        let folder = tempfile::tempdir().unwrap();
        let (text, secrets) = configuration(folder.path());
        let config = Config::parse(&text, &secrets).unwrap();
        let store = Store::open(&config.storage.path).unwrap();
        let clock = Arc::new(StoryClock(AtomicI64::new(START.0)));
        let service = Service::new(
            Arc::new(config),
            store,
            Arc::<StoryClock>::clone(&clock),
            Arc::new(SystemEntropy),
        );
        let routes = backend::web::public(&service);
        Self {
            inner: Arc::new(Inner {
                service,
                clock,
                routes,
                mails: Mutex::new(Vec::new()),
                jti: AtomicU64::new(0),
                _folder: folder,
            }),
        }
    }

    /// The service, for what no route shows.
    pub fn service(&self) -> &Service {
        &self.inner.service
    }

    /// The routes.
    pub fn routes(&self) -> &BoxedFilter<(Response,)> {
        &self.inner.routes
    }

    /// The present moment.
    pub fn now(&self) -> UnixMillis {
        self.inner.clock.now()
    }

    /// Lets time pass, and ends what runs out by it.
    pub async fn wait(&self, seconds: i64) {
        self.inner.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
        while expiry::sweep(self.service()).await.unwrap() > 0 {}
    }

    /// A token id that nobody has used.
    pub fn jti(&self) -> String {
        format!("story-token-{:08}", self.inner.jti.fetch_add(1, Ordering::SeqCst))
    }

    /// Lets everything leave that is due, and returns the newest message to `address`.
    pub async fn mail_to(&self, address: &str) -> Option<Content> {
        self.deliver().await;
        let mails = self.inner.mails.lock().unwrap();
        let mut to_them = mails.iter().rev().filter(|mail| mail.to == address);
        to_them.next().map(|mail| mail.content.clone())
    }

    /// How many messages went to `address`.
    pub async fn count_to(&self, address: &str) -> usize {
        self.deliver().await;
        let mails = self.inner.mails.lock().unwrap();
        mails.iter().filter(|mail| mail.to == address).count()
    }

    /// The outbox worker's part, with a carrier that takes everything.
    async fn deliver(&self) {
        loop {
            let due = outgoing::due(self.service(), 100).await.unwrap();
            if due.is_empty() {
                return;
            }
            for row in due {
                match outgoing::prepare(self.service(), &row).await.unwrap() {
                    Some(prepared) => {
                        self.keep(prepared);
                        outgoing::sent(self.service(), row).await.unwrap();
                    }
                    None => outgoing::skipped(self.service(), row).await.unwrap(),
                }
            }
        }
    }

    fn keep(&self, prepared: Prepared) {
        let mail = match prepared {
            Prepared::Link(message) => Mail {
                to: message.envelope.to.address().to_owned(),
                content: Content::Link(message.url.replace("https://verify.example.com", "")),
            },
            Prepared::Code(message) => Mail {
                to: message.envelope.to.address().to_owned(),
                content: Content::Code(message.code),
            },
            Prepared::Enrolled(message) => Mail {
                to: message.envelope.to.address().to_owned(),
                content: Content::Alarm(message.url.replace("https://verify.example.com", "")),
            },
            Prepared::Approval(message) => Mail {
                to: message.envelope.to.address().to_owned(),
                content: Content::Link(message.url.replace("https://verify.example.com", "")),
            },
            Prepared::Notice(_) | Prepared::Warning(_) | Prepared::Test(_) | Prepared::Event { .. } => return,
        };
        self.inner.mails.lock().unwrap().push(mail);
    }
}

/// Three tenants, mail and text messages, and the test databases of the backend.
fn configuration(folder: &Path) -> (String, BTreeMap<String, String>) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/testdata");
    let quoted = |path: &Path| serde_json::Value::from(path.display().to_string()).to_string();
    let list = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        quoted(&path)
    };
    let instance = |id: &str, upper: &str| {
        format!(
            r#"
[[instance]]
id = "{id}"
company = "{id}"
url = "https://{id}.service-now.com"
support_contact = "+44 20 7946 0000"
default_region = "GB"
[[instance.agent_key]]
kid = "k1"
algorithm = "HS256"
secret_env = "{upper}_AGENT_KEY"
[instance.callback]
client_id = "imper"
client_secret_env = "{upper}_CLIENT_SECRET"
webhook_secret_env = "{upper}_WEBHOOK_SECRET"
"#
        )
    };
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
operations_listen = "127.0.0.1:0"
public_url = "https://verify.example.com"
# Stories take no time, and the limit counts by the machine's own clock: what people do in an hour comes at once.
answers_per_minute = 100000
trusted_proxies = ["127.0.0.1"]
[storage]
path = {database}
[smtp]
host = "localhost"
port = 2525
tls = "none"
from = "Acme service desk <desk@acme.example>"
[sms]
url = "https://sms.example.com/messages"
[network]
location_database = {places}
owner_database = {owners}
hosting_list = {hosting}
vpn_list = {vpn}
tor_list = {tor}
{acme}{globex}{initech}
[instance.sign_in]
provider = "Initech Sign-On"
issuer = "{issuer}"
client_id = "{client}"
client_secret_env = "INITECH_CLIENT_SECRET"
claims = {{ preferred_username = "user_name" }}
"#,
        database = quoted(&folder.join("story.db")),
        places = quoted(&data.join("places.mmdb")),
        owners = quoted(&data.join("owners.mmdb")),
        hosting = list("hosting.txt", "198.51.100.128/25\n"),
        vpn = list("vpn.txt", "203.0.113.192/26\n"),
        tor = list("tor.txt", "192.0.2.128/25\n"),
        acme = instance("acme", "ACME"),
        globex = instance("globex", "GLOBEX"),
        initech = instance("initech", "INITECH"),
        issuer = PROVIDER.issuer(),
        client = crate::provider::CLIENT,
    );
    let webhook = |byte: u8| format!("whsec_{}", STANDARD.encode([byte; 32]));
    let secrets = [
        ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
        ("IMPER_SMS_SECRET", webhook(6)),
        ("ACME_AGENT_KEY", STANDARD.encode([2; 32])),
        ("ACME_CLIENT_SECRET", "acme-client-secret".to_owned()),
        ("ACME_WEBHOOK_SECRET", webhook(3)),
        ("GLOBEX_AGENT_KEY", STANDARD.encode([4; 32])),
        ("GLOBEX_CLIENT_SECRET", "globex-client-secret".to_owned()),
        ("GLOBEX_WEBHOOK_SECRET", webhook(5)),
        ("INITECH_AGENT_KEY", STANDARD.encode([9; 32])),
        ("INITECH_CLIENT_SECRET", "initech-client-secret".to_owned()),
        ("INITECH_WEBHOOK_SECRET", webhook(8)),
    ];
    let secrets = secrets.into_iter().map(|(name, value)| (name.to_owned(), value));
    (text, secrets.collect())
}
