//! The pages that are timed, and the analyst who asks for them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use backend::config::Config;
use backend::ports::{Entropy as _, SystemClock, SystemEntropy};
use backend::service::{Service, console};
use backend::store::Store;
use backend::store::console::listing::place_of;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imper_tests::harness::sample::{self, Plan};
use imper_tests::harness::second_factor;
use reqwest::header::COOKIE;
use reqwest::redirect;
use tokio::net::TcpListener;

/// What a page of the table may take.
const LIMIT: Duration = Duration::from_millis(50);
/// What a page of charts may take: it looks at every row of its time.
const CHART_LIMIT: Duration = Duration::from_millis(150);

const USER: &str = "ana.reyes";
const PASSWORD: &str = "a-long-bench-password";

/// One page.
pub struct Page {
    /// What it is.
    pub name: &'static str,
    /// Its address.
    pub path: String,
    /// What it shows, so that no error is timed.
    pub shows: &'static str,
    /// How long it may take.
    pub limit: Duration,
}

/// The list, narrowed and ordered in every way.
fn lists(plan: &Plan) -> Vec<Page> {
    let rows = plan.rows;
    let middle = place_of(plan.created_at(rows / 2));
    let oldest = place_of(plan.created_at(rows / 100));
    let agent = sample::agent_id(3);
    let ticket = sample::ticket(rows / 3);
    let list = [
        ("first page", String::new()),
        ("filter: passed", "status=passed".into()),
        ("filter: failed", "status=failed".into()),
        ("filter: under way (6 rows)", "status=pending".into()),
        ("filter: high risk", "risk=high".into()),
        ("filter: category", "category=VPN".into()),
        ("filter: agent", format!("agent={agent}")),
        ("filter: channel", "channel=sms".into()),
        ("filter: finding", "code=country_unusual".into()),
        (
            "filter: agent, channel, not delivered",
            format!("status=undeliverable&agent={agent}&channel=sms"),
        ),
        (
            "filter: passed and high risk (no rows)",
            "status=passed&risk=high".into(),
        ),
        ("search: name", "q=mia".into()),
        ("search: two words", "q=mia+chen".into()),
        ("search: one ticket", format!("q={ticket}")),
        ("search: beginning of all tickets", "q=inc".into()),
        ("search: beginning of many tickets", "q=inc00".into()),
        ("search: digits of a ticket", format!("q={}", &ticket[3..])),
        ("search: whole domain", "q=acme.example".into()),
        (
            "search: whole domain, deep",
            format!("q=acme.example&after={middle}%7E"),
        ),
        ("search: whole domain, by risk", "q=acme.example&sort=risk".into()),
        ("search: half of a domain", "q=acme.exam".into()),
        ("search: nothing", "q=nobody+here".into()),
        ("search and filter", "q=mia&status=failed&channel=sms".into()),
        ("order: ticket", "sort=ticket".into()),
        ("order: ticket, descending", "sort=ticket&dir=desc".into()),
        ("order: requester", "sort=requester".into()),
        ("order: risk", "sort=risk".into()),
        ("order: status", "sort=status".into()),
        ("order: category, descending", "sort=category&dir=desc".into()),
        ("order: agent", "sort=agent".into()),
        ("order: oldest first", "dir=asc".into()),
        (
            "order: requester, failed ones",
            "status=failed&sort=requester".into(),
        ),
        ("order: agent, searched", "q=mia&sort=agent".into()),
        ("order: risk, one category", "category=VPN&sort=risk".into()),
        ("deep: the middle", format!("after={middle}%7E")),
        ("deep: the end", format!("after={oldest}%7E")),
        ("deep: back from the end", format!("before={oldest}%7E")),
        ("deep: failed ones", format!("status=failed&after={middle}%7E")),
        ("deep: a name", format!("q=mia&after={oldest}%7E")),
        (
            "deep: requester",
            format!("sort=requester&after={middle}%7ENoa+Chen"),
        ),
        ("deep: risk, Medium", format!("sort=risk&after={middle}%7Emedium")),
        (
            "deep: agent, back",
            format!("sort=agent&before={middle}%7ENoa%1F"),
        ),
    ];
    let no_rows = ["filter: passed and high risk (no rows)", "search: nothing"];
    list.into_iter()
        .map(|(name, query)| Page {
            name,
            path: if query.is_empty() {
                "/console/verifications".into()
            } else {
                format!("/console/verifications?{query}")
            },
            shows: if no_rows.contains(&name) {
                "No verification matches"
            } else {
                "rel=\"icon\""
            },
            limit: LIMIT,
        })
        .collect()
}

/// Every page that is timed.
pub fn all(plan: &Plan) -> Result<Vec<Page>> {
    let mut pages = lists(plan);
    let newest = plan.make(plan.rows - 1, plan.rows)?.pop().context("no row")?.id;
    pages.push(Page {
        name: "details, with its evidence among 1,600,000 entries",
        path: format!("/console/verifications/{newest}"),
        shows: "Timeline",
        limit: LIMIT,
    });
    for (name, path, limit) in [
        ("audit log", "/console/audit", LIMIT),
        ("overview: 7 days", "/console/overview?days=7", CHART_LIMIT),
        ("overview: 30 days", "/console/overview?days=30", CHART_LIMIT),
        ("overview: 13 weeks", "/console/overview?days=91", CHART_LIMIT),
        ("agents: 30 days", "/console/agents?days=30", CHART_LIMIT),
    ] {
        pages.push(Page {
            name,
            path: path.into(),
            shows: "<h1>",
            limit,
        });
    }
    Ok(pages)
}

fn random() -> Result<String> {
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes).ok().context("no random bytes")?;
    Ok(STANDARD.encode(bytes))
}

/// A service on `database`. Nothing is ever sent: nothing of what is made waits in the outbox.
pub fn config(database: &Path) -> Result<Arc<Config>> {
    let path = serde_json::Value::from(database.display().to_string());
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
operations_listen = "127.0.0.1:0"
public_url = "https://verify.example.com"
[storage]
path = {path}
[smtp]
host = "localhost"
port = 2525
tls = "none"
from = "Acme IT service desk <servicedesk@acme.example>"
[[instance]]
id = "acme"
company = "Acme"
url = "https://acme.service-now.com"
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
"#
    );
    let mut secrets = BTreeMap::new();
    for (name, before) in [
        ("IMPER_MASTER_KEY", ""),
        ("ACME_AGENT_KEY", ""),
        ("ACME_CLIENT_SECRET", ""),
        ("ACME_WEBHOOK_SECRET", "whsec_"),
    ] {
        secrets.insert(name.to_owned(), format!("{before}{}", random()?));
    }
    Ok(Arc::new(Config::parse(&text, &secrets)?))
}

/// An administrator's browser, signed in.
pub struct Console {
    client: reqwest::Client,
    url: String,
    cookie: String,
}

impl Console {
    /// Starts a service and signs in, past the forms: an admin has a second factor.
    pub async fn open(config: Arc<Config>) -> Result<Self> {
        let store = Store::open(&config.storage.path)?;
        let service = Service::new(config, store, Arc::new(SystemClock), Arc::new(SystemEntropy));
        let instance = service
            .config
            .instances
            .keys()
            .next()
            .cloned()
            .context("no instance")?;
        let added = console::add_user(&service, &instance, USER, console::Role::Admin, PASSWORD.into()).await;
        if let Err(error) = added {
            // From an earlier run.
            ensure!(matches!(error, console::AddUserError::NameTaken), "{error}");
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let routes = backend::web::public(&service);
        tokio::spawn(warp::serve(routes).incoming(listener).run());
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .build()?;
        let cookie = second_factor::open_session(&service, &instance, USER).await?;
        Ok(Self {
            client,
            url,
            cookie: format!("__Host-imper_console={cookie}"),
        })
    }

    async fn ask(&self, path: &str) -> Result<reqwest::Response> {
        let url = format!("{}{path}", self.url);
        let answer = self.client.get(url).header(COOKIE, &self.cookie).send().await?;
        ensure!(
            answer.status() == 200,
            "{path} was answered with {} {:?}",
            answer.status(),
            answer.headers().get("location")
        );
        Ok(answer)
    }

    /// A page, whole.
    pub async fn get(&self, path: &str) -> Result<String> {
        Ok(self.ask(path).await?.text().await?)
    }

    /// The length of what is sent, which is not kept.
    pub async fn count_bytes(&self, path: &str) -> Result<usize> {
        let mut answer = self.ask(path).await?;
        let mut bytes = 0;
        while let Some(piece) = answer.chunk().await? {
            bytes += piece.len();
        }
        Ok(bytes)
    }
}
