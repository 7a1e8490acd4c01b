//! The portal through its real routes, on a real database.

mod action;
mod approval;
mod factors;
mod language;
mod link;
mod pages;
mod session;
mod sign_in;
mod throttle;

use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

use crate::config::Config;
use crate::keys::sha256_hex;
use crate::service::{Service, agent};
use crate::store::verifications;
use crate::testing::{self, ManualClock};
use crate::verification::{InstanceId, Verification, VerificationId};

/// What a phone says of itself.
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1";

/// A service with its routes.
struct Portal {
    _folder: tempfile::TempDir,
    service: Service,
    clock: Arc<ManualClock>,
    routes: BoxedFilter<(Response,)>,
}

/// An answer, read.
#[derive(Clone, Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

/// The requester's browser: it holds the cookie of a session that has begun.
struct Browser<'a> {
    portal: &'a Portal,
    id: VerificationId,
    cookie: String,
    /// The cookie that names the browser.
    device: String,
}

impl Answer {
    /// The header `name`, empty if it is not there.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The heading of the page.
    fn heading(&self) -> &str {
        let (_, rest) = self.body.split_once("<h1>").expect("a page has a heading");
        rest.split_once("</h1>").unwrap().0
    }

    /// The page without the way back that the switch of languages holds: the path that was asked for.
    fn body_for_anybody(&self) -> String {
        let lines = self.body.lines().filter(|line| !line.contains(r#"name="back""#));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The value of the hidden form token.
    fn form_token(&self) -> &str {
        let (_, rest) = self
            .body
            .split_once(r#"name="form_token" value=""#)
            .expect("the page has a form token");
        rest.split_once('"').unwrap().0
    }
}

impl Portal {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let (folder, service, clock) = testing::service_with(change);
        let routes = crate::web::public(&service);
        Self {
            _folder: folder,
            service,
            clock,
            routes,
        }
    }

    /// Starts a verification of Mia.
    async fn start(&self) -> VerificationId {
        let caller = testing::caller(self.service.now(), "start");
        self.start_as(caller).await
    }

    async fn start_as(&self, caller: agent::Caller) -> VerificationId {
        let view = agent::start(&self.service, caller, testing::send_link(), None)
            .await
            .unwrap();
        VerificationId::parse(&view.id).unwrap()
    }

    async fn verification(&self, id: &VerificationId) -> Verification {
        let (id, instance) = (id.clone(), InstanceId::parse("acme").unwrap());
        let found = self
            .service
            .store
            .read(move |tx| verifications::lookup(tx, &instance, &id))
            .await;
        found.unwrap().unwrap()
    }

    /// The path of the current link.
    async fn link(&self, id: &VerificationId) -> String {
        format!(
            "/v/{}",
            self.service
                .config
                .keys
                .link_token(self.verification(id).await.link.id)
        )
    }

    fn request(method: &str, path: &str, cookie: Option<&str>) -> warp::test::RequestBuilder {
        let request = warp::test::request()
            .method(method)
            .path(path)
            .header("user-agent", PHONE);
        match cookie {
            Some(cookie) => request.header("cookie", format!("__Host-imper_session={cookie}")),
            None => request,
        }
    }

    async fn answer(&self, request: warp::test::RequestBuilder) -> Answer {
        let reply = request.reply(&self.routes).await;
        let (parts, body) = reply.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.answer(Self::request("GET", path, None)).await
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        self.answer(Self::request("POST", path, None).body(body)).await
    }

    /// Opens the link of a new verification and presses Begin.
    async fn begin(&self) -> Browser<'_> {
        let id = self.start().await;
        self.begin_of(id).await
    }

    async fn begin_of(&self, id: VerificationId) -> Browser<'_> {
        let link = self.link(&id).await;
        self.get(&link).await;
        let signals = "script_ran=1&time_zone=Europe%2FLondon&utc_offset=0&webdriver=0";
        let begun = self.post(&format!("{link}/begin"), signals).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        let mut cookies = begun.headers.get_all("set-cookie").iter().map(|cookie| {
            let text = cookie.to_str().unwrap();
            text.split(['=', ';']).nth(1).unwrap().to_owned()
        });
        Browser {
            portal: self,
            id,
            cookie: cookies.next().unwrap(),
            device: cookies.next().unwrap(),
        }
    }
}

impl Browser<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.portal
            .answer(Portal::request("GET", path, Some(&self.cookies())))
            .await
    }

    /// Sends a form with the token of the session.
    async fn post(&self, path: &str, fields: &str) -> Answer {
        let token = super::guard::form_token(&self.portal.service.config.keys, &self.cookie);
        self.post_as(path, &format!("form_token={token}&{fields}")).await
    }

    async fn post_as(&self, path: &str, body: &str) -> Answer {
        self.portal
            .answer(Portal::request("POST", path, Some(&self.cookies())).body(body))
            .await
    }

    /// As [`Portal::request`] takes them.
    fn cookies(&self) -> String {
        format!("{}; __Host-imper_device={}", self.cookie, self.device)
    }

    fn digest(&self) -> String {
        sha256_hex(self.cookie.as_bytes())
    }

    /// What the agent reads out.
    fn number(&self) -> String {
        self.portal
            .service
            .config
            .keys
            .call_number(&self.id, &self.digest())
    }

    fn wrong_number(&self) -> &'static str {
        if self.number() == "10" { "11" } else { "10" }
    }

    /// What the newest message to the contact on file says.
    async fn code(&self) -> String {
        let verification = self.portal.verification(&self.id).await;
        let number = verification.session().and_then(|session| {
            let mut codes = session.checks().filter_map(|check| check.detail.on_file_code());
            codes.next().map(|code| code.code_number)
        });
        self.portal
            .service
            .config
            .keys
            .on_file_code(&self.id, &self.digest(), number.unwrap())
    }

    async fn wrong_code(&self) -> &'static str {
        if self.code().await == "000000" {
            "000001"
        } else {
            "000000"
        }
    }

    async fn answer_number(&self) {
        let answer = self
            .post("/verify/number", &format!("number={}", self.number()))
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/verify")
        );
    }
}
