//! Fixtures of the unit tests: a service on a fresh database, with a clock that tests move.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::agent_api::SendLink;
use shared::agent_token::{Agent, AgentClaims, Contact, Requester, Ticket};
use shared::words::{Action, Channel, UnixMillis};

use crate::config::Config;
use crate::ports::{Clock, SystemEntropy};
use crate::service::Service;
use crate::service::agent::Caller;
use crate::store::Store;
use crate::verification::InstanceId;

/// 2026-11-22T10:00:00Z, a Sunday morning on which nothing else happens.
pub const START: UnixMillis = UnixMillis(1_795_341_600_000);

/// A clock that stands still until a test moves it.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves the clock forward.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

/// A configuration with the instances `acme` (<https://acme.service-now.com>) and `globex`
/// (<https://globex.service-now.com>), and its secrets. The agent keys are 32 bytes of 2 (acme) and of 4 (globex).
pub fn config_text() -> (String, BTreeMap<String, String>) {
    let instance = |id: &str, company: &str, upper: &str| {
        format!(
            r#"
            [[instance]]
            id = "{id}"
            company = "{company}"
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
        [storage]
        path = "unused.db"
        [smtp]
        host = "localhost"
        port = 2525
        tls = "none"
        from = "Acme service desk <desk@acme.example>"
        {}{}"#,
        instance("acme", "Acme", "ACME"),
        instance("globex", "Globex", "GLOBEX"),
    );
    let webhook = |byte: u8| format!("whsec_{}", STANDARD.encode([byte; 32]));
    let secrets = [
        ("IMPER_MASTER_KEY", STANDARD.encode([1; 32])),
        ("ACME_AGENT_KEY", STANDARD.encode([2; 32])),
        ("ACME_CLIENT_SECRET", "acme-client-secret".to_owned()),
        ("ACME_WEBHOOK_SECRET", webhook(3)),
        ("GLOBEX_AGENT_KEY", STANDARD.encode([4; 32])),
        ("GLOBEX_CLIENT_SECRET", "globex-client-secret".to_owned()),
        ("GLOBEX_WEBHOOK_SECRET", webhook(5)),
    ];
    (
        text,
        secrets
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// A service with [`config_text`], changed by `change`.
pub fn service_with(change: impl FnOnce(&mut Config)) -> (tempfile::TempDir, Service, Arc<ManualClock>) {
    let (text, secrets) = config_text();
    let mut config = Config::parse(&text, &secrets).unwrap();
    change(&mut config);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("test.db")).unwrap();
    let clock = Arc::new(ManualClock(AtomicI64::new(START.0)));
    let service = Service::new(
        Arc::new(config),
        store,
        Arc::<ManualClock>::clone(&clock),
        Arc::new(SystemEntropy),
    );
    (folder, service, clock)
}

/// A service with [`config_text`].
pub fn service() -> (tempfile::TempDir, Service, Arc<ManualClock>) {
    service_with(|_| {})
}

/// 32 hex digits made of one.
pub fn sys_id(digit: char) -> String {
    String::from(digit).repeat(32)
}

/// The claims of a token that Beth's browser got for Mia's ticket at `now`; `jti` makes it unique.
pub fn claims(now: UnixMillis, jti: &str) -> AgentClaims {
    let contact = |channel, address: &str, source: &str| Contact {
        channel,
        address: address.into(),
        source: source.into(),
    };
    AgentClaims {
        iss: "https://acme.service-now.com".into(),
        aud: "https://verify.example.com".into(),
        sub: sys_id('a'),
        iat: now.unix_seconds(),
        nbf: now.unix_seconds(),
        exp: now.unix_seconds() + 240,
        jti: jti.into(),
        agent: Agent {
            sys_id: sys_id('a'),
            user_name: "beth.anglin".into(),
            name: "Beth Anglin".into(),
        },
        ticket: Ticket {
            table: "incident".into(),
            sys_id: sys_id('1'),
            number: "INC0010023".into(),
            short_description: "Locked out of my account".into(),
            description: "I cannot sign in since this morning.".into(),
            category: "Password Reset".into(),
        },
        requester: Requester {
            sys_id: sys_id('b'),
            user_name: "mia.chen".into(),
            name: "Mia Chen".into(),
            email: "mia.chen@acme.example".into(),
            contacts: vec![
                contact(Channel::Email, "mia.chen@acme.example", "email"),
                contact(Channel::Sms, "+442079460958", "mobile_phone"),
            ],
            time_zone: "Europe/London".into(),
            language: "en".into(),
            manager: None,
        },
        action: Some(Action::PasswordReset),
        assurance: None,
    }
}

/// The caller of [`claims`].
pub fn caller(now: UnixMillis, jti: &str) -> Caller {
    Caller {
        instance: InstanceId::parse("acme").unwrap(),
        claims: claims(now, jti),
    }
}

/// Beth's request: a link to Mia's private address.
pub fn send_link() -> SendLink {
    SendLink {
        channel: Channel::Email,
        destination: "mia.private@gmail.com".into(),
    }
}
