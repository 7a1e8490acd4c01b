//! Who plays in the stories: requesters with their record, agents at the desk, and browsers.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use shared::agent_api::VerificationView;
use shared::agent_token::{Agent, AgentClaims, Contact, Requester, TOKEN_TYPE, Ticket};
use shared::words::{Action, Assurance, Channel};

use crate::story::End;
use crate::world::{Content, World};

/// An address in London, of a broadband provider.
pub const LONDON: &str = "203.0.113.9";
/// Another one, of the same provider's network that offices use.
pub const OFFICE: &str = "203.0.113.77";
/// On the list of VPN services.
pub const VPN: &str = "203.0.113.200";
/// In New York.
pub const NEW_YORK: &str = "198.51.100.9";
/// On the list of hosting companies.
pub const HOSTING: &str = "198.51.100.200";
/// A mobile network in Brazil.
pub const BRAZIL: &str = "192.0.2.9";
/// On the list of Tor exits.
pub const TOR: &str = "192.0.2.200";

/// The requester of most stories.
pub const COMPANY_MAIL: &str = "mia.chen@acme.example";
/// Mia's phone on file.
pub const PHONE_ON_FILE: &str = "+442079460958";
/// Mia's private mailbox, which nothing knows.
pub const PRIVATE_MAIL: &str = "mia.private@gmail.com";

/// 32 hex digits for a number.
pub fn sys_id(number: u32) -> String {
    format!("{number:032x}")
}

/// A requester with the record that ServiceNow has.
pub fn mia() -> Requester {
    requester(0xb, "Mia Chen", COMPANY_MAIL, &[PHONE_ON_FILE])
}

/// A requester of this number, with a company mailbox and phones on file.
pub fn requester(number: u32, name: &str, email: &str, phones: &[&str]) -> Requester {
    let contact = |channel, address: &str, source: &str| Contact {
        channel,
        address: address.into(),
        source: source.into(),
    };
    let mut contacts = Vec::new();
    if !email.is_empty() {
        contacts.push(contact(Channel::Email, email, "email"));
    }
    contacts.extend(
        phones
            .iter()
            .map(|phone| contact(Channel::Sms, phone, "mobile_phone")),
    );
    let record = json!({
        "sys_id": sys_id(number), "user_name": name.to_lowercase().replace(' ', "."), "name": name, "email": email,
        "contacts": contacts, "time_zone": "Europe/London", "language": "en",
    });
    // Read as the service reads it: what a later version adds to the record is left at its default.
    serde_json::from_value(record).unwrap()
}

/// A call to the service desk: the ticket with its agent, and the tokens that the instance signs for them.
#[derive(Clone)]
pub struct Desk {
    /// The claims of every token, except its times and its id.
    pub claims: AgentClaims,
    /// The key that signs.
    pub key: [u8; 32],
}

impl Desk {
    /// Beth takes a call about a password of `requester`, in a ticket of this number.
    pub fn new(ticket: u32, requester: &Requester) -> Self {
        let claims = json!({
            "iss": "https://acme.service-now.com", "aud": "https://verify.example.com", "sub": sys_id(0xa),
            "iat": 0, "nbf": 0, "exp": 0, "jti": "",
            "agent": Agent { sys_id: sys_id(0xa), user_name: "beth.anglin".into(), name: "Beth Anglin".into() },
            "ticket": Ticket {
                table: "incident".into(), sys_id: sys_id(0x1000 + ticket), number: format!("INC{ticket:07}"),
                short_description: "Locked out".into(), description: String::new(), category: "Password Reset".into(),
            },
            "requester": requester, "action": Action::PasswordReset,
        });
        Self {
            claims: serde_json::from_value(claims).unwrap(),
            key: [2; 32],
        }
    }

    /// The same call for another action.
    pub fn asking(mut self, action: Option<Action>) -> Self {
        self.claims.action = action;
        self
    }

    /// The same call by another agent.
    pub fn by_agent(mut self, number: u32) -> Self {
        self.claims.sub = sys_id(number);
        self.claims.agent.sys_id = sys_id(number);
        self
    }

    /// The same call about a privileged person.
    pub fn with_high_assurance(mut self) -> Self {
        self.claims.assurance = Some(Assurance::High);
        self
    }

    /// Claims of a token that is good now.
    pub fn fresh_claims(&self, world: &World) -> Value {
        let now = world.now().unix_seconds();
        let mut claims = serde_json::to_value(&self.claims).unwrap();
        for (name, value) in [("iat", now), ("nbf", now), ("exp", now + 240)] {
            claims[name] = value.into();
        }
        claims["jti"] = world.jti().into();
        claims
    }

    /// A token that is good now.
    pub fn token(&self, world: &World) -> String {
        sign(&self.fresh_claims(world), &self.key, "k1")
    }

    /// Presses Send.
    pub async fn send(&self, world: &World, channel: Channel, destination: &str) -> Call {
        let body = json!({ "channel": channel, "destination": destination }).to_string();
        call(world, "POST", "/api/v1/verifications", &self.token(world), &body).await
    }

    /// Presses Send for an email address, and expects that it works.
    pub async fn mail(&self, world: &World, address: &str) -> String {
        let sent = self.send(world, Channel::Email, address).await;
        assert_eq!(sent.status, 200 + u16::from(sent.status == 201), "{}", sent.body);
        sent.view().id
    }

    /// What the widget shows.
    pub async fn look(&self, world: &World, id: &str) -> VerificationView {
        let path = format!("/api/v1/verifications/{id}");
        let answer = call(world, "GET", &path, &self.token(world), "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.view()
    }

    /// The number to read out, if it is being asked for.
    pub async fn number(&self, world: &World, id: &str) -> String {
        self.look(world, id)
            .await
            .call_number
            .expect("the number is being asked for")
    }

    /// How it ended.
    pub async fn end(&self, world: &World, id: &str) -> End {
        End::of(&self.look(world, id).await)
    }
}

/// Signs claims as the app does.
pub fn sign(claims: &Value, key: &[u8], kid: &str) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TOKEN_TYPE.into());
    header.kid = Some(kid.into());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key)).unwrap()
}

/// An answer of the agent API.
#[derive(Clone, Debug)]
pub struct Call {
    pub status: u16,
    pub body: String,
}

impl Call {
    pub fn view(&self) -> VerificationView {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    /// Refused with its status, or breached if it was not.
    pub fn end(&self) -> End {
        if self.status < 400 {
            End::Breached
        } else {
            End::Refused(self.status)
        }
    }
}

/// One call of the agent API.
pub async fn call(world: &World, method: &str, path: &str, token: &str, body: &str) -> Call {
    let mut request = warp::test::request()
        .method(method)
        .path(path)
        .remote_addr("127.0.0.1:40000".parse().unwrap())
        .header("authorization", format!("Bearer {token}"));
    if method == "POST" {
        request = request
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(body);
    }
    let reply = request.reply(world.routes()).await;
    Call {
        status: reply.status().as_u16(),
        body: String::from_utf8_lossy(reply.body()).into_owned(),
    }
}

/// A browser with its cookies, and what it tells about itself.
#[derive(Clone)]
pub struct Browser {
    pub user_agent: String,
    pub language: String,
    pub address: String,
    pub headers: Vec<(String, String)>,
    /// What the page's script reports; empty without scripts.
    pub script: BTreeMap<String, String>,
    pub cookies: BTreeMap<String, String>,
}

/// A page, read.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl Page {
    /// Refused with its status, or breached if it was not.
    pub fn end(&self) -> End {
        if self.status < 400 {
            End::Breached
        } else {
            End::Refused(self.status)
        }
    }

    /// The hidden form token, empty if there is none.
    pub fn form_token(&self) -> String {
        let rest = self.body.split_once(r#"name="form_token" value=""#);
        let token = rest
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(token, _)| token);
        token.unwrap_or_default().to_owned()
    }

    pub fn asks(&self, question: &str) -> bool {
        self.body.contains(&format!(r#"action="/verify/{question}""#))
    }
}

impl Browser {
    fn of(user_agent: &str, platform: &str, touch: &str, renderer: &str) -> Self {
        let script = [
            ("script_ran", "1"),
            ("webdriver", "0"),
            ("time_zone", "Europe/London"),
            ("utc_offset", "0"),
            ("platform", platform),
            ("touch_points", touch),
            ("renderer", renderer),
            ("window_size", "1"),
        ];
        Self {
            user_agent: user_agent.into(),
            language: "en-GB,en;q=0.9".into(),
            address: LONDON.into(),
            headers: Vec::new(),
            script: script
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            cookies: BTreeMap::new(),
        }
    }

    /// An iPhone in London.
    pub fn iphone() -> Self {
        let user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1";
        Self::of(user_agent, "iPhone", "5", "Apple GPU")
    }

    /// An Android phone in London.
    pub fn android() -> Self {
        let user_agent = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36";
        Self::of(user_agent, "Linux armv81", "5", "Adreno (TM) 740")
            .header("sec-ch-ua-platform", "\"Android\"")
    }

    /// An iPad, which calls itself a Mac.
    pub fn ipad() -> Self {
        let user_agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15";
        Self::of(user_agent, "MacIntel", "5", "Apple GPU")
    }

    /// A Windows notebook in London.
    pub fn windows() -> Self {
        let user_agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0";
        Self::of(
            user_agent,
            "Win32",
            "0",
            "ANGLE (Intel, Intel(R) UHD Graphics 620 Direct3D11)",
        )
        .header("sec-ch-ua-platform", "\"Windows\"")
    }

    /// Firefox on Linux.
    pub fn linux() -> Self {
        let user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";
        Self::of(
            user_agent,
            "Linux x86_64",
            "0",
            "Mesa Intel(R) Iris(R) Xe Graphics",
        )
    }

    /// The same browser at another address.
    pub fn at(mut self, address: &str) -> Self {
        self.address = address.into();
        self
    }

    /// The same browser with one thing told otherwise by its script.
    pub fn telling(mut self, name: &str, value: &str) -> Self {
        self.script.insert(name.into(), value.into());
        self
    }

    /// The same browser with another language.
    pub fn speaking(mut self, language: &str) -> Self {
        self.language = language.into();
        self
    }

    /// The same browser without scripts.
    pub fn without_script(mut self) -> Self {
        self.script.clear();
        self
    }

    /// The same browser that sends one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same browser in the clock of another zone.
    pub fn in_zone(self, zone: &str, offset: &str) -> Self {
        self.telling("time_zone", zone).telling("utc_offset", offset)
    }

    async fn ask(&mut self, world: &World, method: &str, path: &str, body: Option<String>) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = warp::test::request()
            .method(method)
            .path(path)
            .remote_addr("127.0.0.1:40000".parse().unwrap())
            .header("x-forwarded-for", &self.address)
            .header("user-agent", &self.user_agent)
            .header("accept-language", &self.language);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("content-length", body.len())
                .body(body);
        }
        let reply = request.reply(world.routes()).await;
        for cookie in reply.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = reply
            .headers()
            .get("location")
            .map_or("", |to| to.to_str().unwrap());
        Page {
            status: reply.status().as_u16(),
            location: location.to_owned(),
            body: String::from_utf8_lossy(reply.body()).into_owned(),
        }
    }

    /// Looks at a page.
    pub async fn get(&mut self, world: &World, path: &str) -> Page {
        self.ask(world, "GET", path, None).await
    }

    /// Sends a form.
    pub async fn post(&mut self, world: &World, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.ask(world, "POST", path, Some(body)).await
    }

    /// Opens a link and presses Begin, as its page does.
    pub async fn begin(&mut self, world: &World, link: &str) -> Page {
        self.get(world, link).await;
        let script = self.script.clone();
        let fields: Vec<(&str, &str)> = script
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(world, &format!("{link}/begin"), &fields).await
    }

    /// Sends the form of the current question, with the token of its page.
    pub async fn answer(&mut self, world: &World, question: &str, answer: &str) -> Page {
        let page = self.get(world, "/verify").await;
        let token = page.form_token();
        let path = format!("/verify/{question}");
        self.post(world, &path, &[("form_token", &token), (question, answer)])
            .await
    }

    /// Says that this is not them.
    pub async fn not_me(&mut self, world: &World) -> Page {
        let page = self.get(world, "/verify/not-me").await;
        let token = page.form_token();
        self.post(world, "/verify/not-me", &[("form_token", &token)])
            .await
    }
}

/// The path of the newest link to `address`.
pub async fn link_to(world: &World, address: &str) -> String {
    match world.mail_to(address).await {
        Some(Content::Link(path)) => path,
        other => panic!("no link came to {address}: {other:?}"),
    }
}

/// The newest code to `address`, if one came.
pub async fn code_to(world: &World, address: &str) -> Option<String> {
    match world.mail_to(address).await {
        Some(Content::Code(code)) => Some(code),
        _ => None,
    }
}

/// Seconds that people need for an answer.
pub const A_MOMENT: i64 = 15;

/// One whole verification as an ordinary person does it: the link goes to `destination`, the agent reads out the
/// number, and the code comes to `contact`. Returns the id.
pub async fn go_through(
    world: &World,
    desk: &Desk,
    browser: &mut Browser,
    destination: (Channel, &str),
    contact: &str,
) -> String {
    let sent = desk.send(world, destination.0, destination.1).await;
    assert!(sent.status < 300, "{}", sent.body);
    let id = sent.view().id;
    finish(world, desk, browser, &id, destination.1, contact).await;
    id
}

/// The same from the link on.
pub async fn finish(
    world: &World,
    desk: &Desk,
    browser: &mut Browser,
    id: &str,
    destination: &str,
    contact: &str,
) {
    let link = link_to(world, destination).await;
    world.wait(A_MOMENT).await;
    let begun = browser.begin(world, &link).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    world.wait(A_MOMENT).await;
    let number = desk.number(world, id).await;
    browser.answer(world, "number", &number).await;
    world.wait(A_MOMENT).await;
    if let Some(code) = code_to(world, contact).await {
        browser.answer(world, "code", &code).await;
    }
}
