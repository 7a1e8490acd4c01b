//! A service with users and verifications, and a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::sync::Arc;

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use warp::filters::BoxedFilter;
use warp::http::Response;
use warp::hyper::body::Bytes;

use crate::keys::{Place, hex, sha256_hex};
use crate::service::console::Role;
use crate::service::{Service, agent, outgoing, portal};
use crate::store::StoreError;
use crate::store::console::{accounts, factors, sessions};
use crate::store::verifications;
use crate::testing::{ManualClock, caller, claims, send_link, sys_id};
use crate::verification::{ClientFacts, InstanceId, Verification, VerificationId};

pub const PASSWORD: &str = "correct horse battery";

pub fn instance(id: &str) -> InstanceId {
    InstanceId::parse(id).unwrap()
}

/// A user whose password is hashed cheaply: the real cost is tested where the hash is made.
pub async fn add_user(service: &Service, of: &str, name: &'static str, role: Role) {
    let cheap = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8, 1, 1, None).unwrap(),
    );
    let hash = cheap
        .hash_password_with_salt(PASSWORD.as_bytes(), &[1; 16])
        .unwrap()
        .to_string();
    let (of, now) = (instance(of), service.now());
    let added = service
        .store
        .write(move |tx| accounts::add_user(tx, &of, name, role, &hash, now))
        .await
        .unwrap();
    let user = added.unwrap();
    if role == Role::Admin {
        add_app(service, &user).await;
    }
}

/// The secret of every admin's app.
pub const APP_SECRET: [u8; 20] = [9; 20];

/// An authenticator app, which an admin must have.
async fn add_app(service: &Service, user: &accounts::User) {
    let subject = format!("console-user {}", user.id);
    let place = Place {
        purpose: "console-totp",
        instance: user.instance.as_str(),
        subject: &subject,
    };
    let app = factors::App {
        secret: service.config.keys.seal(place, [3; 12], &APP_SECRET).unwrap(),
        last_step: 0,
        added_at: service.now(),
    };
    let id = user.id;
    let put = move |tx: &rusqlite::Transaction<'_>| factors::put_app(tx, id, &app);
    service.store.write::<_, StoreError, _>(put).await.unwrap();
}

/// Ada of acme, unless she is there already.
pub async fn add_user_once(service: &Service) {
    let found = service
        .store
        .read(|tx| accounts::find_user(tx, &instance("acme"), "ada"))
        .await
        .unwrap();
    if found.is_none() {
        add_user(service, "acme", "ada", Role::Analyst).await;
    }
}

/// Requests with the cookies that earlier answers set.
pub struct Browser {
    routes: BoxedFilter<(warp::reply::Response,)>,
    pub cookies: BTreeMap<String, String>,
    pub address: &'static str,
}

pub type Answer = Response<Bytes>;

impl Browser {
    pub fn new(service: &Service) -> Self {
        Self {
            routes: crate::web::public(service),
            cookies: BTreeMap::new(),
            address: "203.0.113.9",
        }
    }

    /// A browser that Ada of `of`, an analyst, has signed in with. Adds Ada where she is missing.
    pub async fn signed_in(service: &Service, of: &str) -> Self {
        Self::signed_in_as(service, of, "ada", Role::Analyst).await
    }

    /// A browser that somebody has signed in with. Adds them where they are missing.
    pub async fn signed_in_as(service: &Service, of: &str, name: &'static str, role: Role) -> Self {
        let mut bytes = [0; 32];
        service.entropy.fill(&mut bytes).unwrap();
        let digest = hex(&bytes);
        let (id, now) = (instance(of), service.now());
        let user = service
            .store
            .read(move |tx| accounts::find_user(tx, &id, name))
            .await
            .unwrap();
        if user.is_none() {
            add_user(service, of, name, role).await;
        }
        let (id, key) = (instance(of), sha256_hex(digest.as_bytes()));
        let expires = now.plus_seconds(8 * 3600);
        let session = move |tx: &rusqlite::Transaction<'_>| {
            let (user, _) = accounts::find_user(tx, &id, name)?.unwrap();
            let session = sessions::NewSession {
                cookie_digest: &key,
                user: user.id,
                awaits_factor: false,
                expires_at: expires,
                client_address: "203.0.113.9",
                browser: "",
            };
            sessions::add(tx, session, now)
        };
        service.store.write::<_, StoreError, _>(session).await.unwrap();
        let mut browser = Self::new(service);
        browser.cookies.insert("__Host-imper_console".into(), digest);
        browser
    }

    /// The answer without waiting for the end of its body, which a stream may not have.
    pub async fn open(&self, path: &str) -> warp::reply::Response {
        self.request("GET", path).filter(&self.routes).await.unwrap()
    }

    fn request(&self, method: &str, path: &str) -> warp::test::RequestBuilder {
        let peer = std::net::SocketAddr::new(self.address.parse().unwrap(), 40_000);
        let mut request = warp::test::request().method(method).path(path).remote_addr(peer);
        if !self.cookies.is_empty() {
            let line: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", line.join("; "));
        }
        request
    }

    async fn send(&mut self, request: warp::test::RequestBuilder) -> Answer {
        let answer = request.reply(&self.routes).await;
        for cookie in answer.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn with_method(&mut self, method: &str, path: &str) -> Answer {
        self.send(self.request(method, path)).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    pub async fn post_with(&mut self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let request = headers
            .iter()
            .fold(self.request("POST", path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.send(request.body(body)).await
    }

    /// Fills in the sign-in form as it is shown.
    pub async fn sign_in(&mut self, path: &str, of: &str, name: &str, password: &str) -> Answer {
        let form = text(&self.get(path).await);
        let (token, next) = (hidden(&form, "form_token"), hidden(&form, "next"));
        let fields = [
            ("form_token", &*token),
            ("next", &*next),
            ("instance", of),
            ("name", name),
            ("password", password),
        ];
        self.post("/console/sign-in", &fields).await
    }
}

pub fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body().to_vec()).unwrap()
}

/// A page without the one script that it names, which is a file of our own.
pub fn without_script(page: &str) -> String {
    let tag = format!(
        "<script src=\"{}\" defer></script>",
        crate::web::assets::CONSOLE_JS.href()
    );
    page.replacen(&tag, "", 1)
}

pub fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status(), 303, "{}", text(answer));
    answer.headers()["location"].to_str().unwrap()
}

/// The value of a hidden field.
pub fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = &page[page.find(&mark).unwrap_or_else(|| panic!("no {name} in {page}")) + mark.len()..];
    rest[..rest.find('"').unwrap()].to_owned()
}

/// Marks everything in the outbox as sent.
pub async fn deliver(service: &Service) {
    while let Some(due) = outgoing::due(service, 1).await.unwrap().pop() {
        outgoing::sent(service, due).await.unwrap();
    }
}

/// Beth starts a verification of Mia for the ticket `number`.
pub async fn start(service: &Service, number: &str) -> VerificationId {
    let mut caller = caller(service.now(), &format!("{number}-{}", service.now().0));
    caller.claims.ticket.number = number.into();
    caller.claims.ticket.sys_id = sha256_hex(number.as_bytes())[..32].into();
    caller.claims.requester.sys_id = caller.claims.ticket.sys_id.clone();
    let view = agent::start(service, caller, send_link(), None).await.unwrap();
    VerificationId::parse(&view.id).unwrap()
}

pub async fn lookup(service: &Service, id: &VerificationId) -> Verification {
    let id = id.clone();
    let found = service
        .store
        .read(move |tx| verifications::lookup(tx, &instance("acme"), &id))
        .await
        .unwrap();
    found.unwrap()
}

/// Mia opens the link and begins. Returns her cookie.
pub async fn begin(service: &Service, id: &VerificationId) -> String {
    let client = ClientFacts {
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1".into(),
        device_digest: sha256_hex(b"iphone"),
        accept_language: "en-GB,en;q=0.9".into(),
        script_ran: true,
        webdriver: false,
        time_zone: "Europe/Lisbon".into(),
        utc_offset_minutes: Some(0),
        ..ClientFacts::default()
    };
    let token = service.config.keys.link_token(lookup(service, id).await.link.id);
    portal::open(service, &token, sha256_hex(b"scanner").as_str().into())
        .await
        .unwrap();
    portal::open(service, &token, client.device_digest.as_str().into())
        .await
        .unwrap();
    portal::begin(service, &token, client).await.unwrap()
}

/// A verification that has passed, with a wrong call number on the way.
pub async fn passed(service: &Service, clock: &Arc<ManualClock>, number: &str) -> VerificationId {
    let id = start(service, number).await;
    clock.advance_seconds(2);
    deliver(service).await;
    clock.advance_seconds(47);
    let cookie = begin(service, &id).await;
    let digest = sha256_hex(cookie.as_bytes());
    clock.advance_seconds(20);
    portal::answer_call_number(service, &cookie, "00").await.unwrap();
    clock.advance_seconds(9);
    portal::answer_call_number(service, &cookie, &service.config.keys.call_number(&id, &digest))
        .await
        .unwrap();
    clock.advance_seconds(1);
    deliver(service).await;
    clock.advance_seconds(31);
    portal::answer_code(
        service,
        &cookie,
        &service.config.keys.on_file_code(&id, &digest, 1),
    )
    .await
    .unwrap();
    deliver(service).await;
    id
}

/// A verification that has failed: no answer was right.
pub async fn failed(service: &Service, clock: &Arc<ManualClock>, number: &str) -> VerificationId {
    let id = start(service, number).await;
    deliver(service).await;
    clock.advance_seconds(40);
    let cookie = begin(service, &id).await;
    for _ in 0..3 {
        clock.advance_seconds(8);
        portal::answer_call_number(service, &cookie, "00").await.unwrap();
    }
    id
}

/// Adds rows directly: `count` verifications of `of`, two in each millisecond, made by `change`.
pub async fn fill(
    service: &Service,
    of: &str,
    count: u32,
    change: impl Fn(u32, &mut Verification),
) -> Vec<VerificationId> {
    let mut ids = Vec::new();
    for number in 0..count {
        let claims = claims(service.now(), "x");
        let mut one = Verification {
            id: VerificationId::from_random(
                (u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)).to_be_bytes(),
            ),
            instance: instance(of),
            ticket: claims.ticket,
            requester: claims.requester,
            agent: claims.agent,
            action: claims.action,
            assurance: shared::words::Assurance::Standard,
            destination: crate::verification::Destination::parse(
                shared::words::Channel::Email,
                "mia.private@gmail.com",
                None,
            )
            .unwrap(),
            destination_on_file: false,
            created_at: shared::words::UnixMillis(service.now().0 - i64::from(number / 2)),
            link: crate::verification::Link {
                id: crate::verification::LinkId([0; 16]),
                issued_at: service.now(),
                expires_at: service.now().plus_seconds(600),
                resends: 0,
            },
            delivery: crate::verification::Delivery::Queued,
            opens: crate::verification::Opens::default(),
            state: crate::verification::State::Cancelled { at: service.now() },
            event_sequence: 0,
        };
        one.ticket.number = format!("INC{:07}", 20_000 + number);
        one.ticket.sys_id = sys_id('1');
        change(number, &mut one);
        ids.push(one.id.clone());
        service
            .store
            .write(move |tx| verifications::add(tx, &one, "digest"))
            .await
            .unwrap();
    }
    ids
}
