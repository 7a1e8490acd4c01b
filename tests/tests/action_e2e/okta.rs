//! A double of Okta that answers only the calls that its reference names for an MFA reset, each in its form, and keeps
//! every other one for the test to see.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rcgen::KeyPair;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use warp::Filter as _;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::hyper::body::Bytes;

const CLIENT_ID: &str = "0oa1";
const KEY_ID: &str = "key-1";
const USER: &str = "00ub0oNGTSWTBKOLGLNR";
const TOKEN: &str = "okta-token";

/// What the double was asked.
#[derive(Debug, Default)]
struct Seen {
    /// Orders that change something, in order.
    done: Vec<&'static str>,
    /// Calls that the reference does not name.
    refused: Vec<String>,
}

struct Org {
    login: String,
    url: String,
    key: DecodingKey,
    seen: Mutex<Seen>,
}

/// The running double.
pub struct Okta {
    org: Arc<Org>,
    private_key: String,
    task: JoinHandle<()>,
}

impl Okta {
    /// One user with this login.
    pub async fn start(login: &str) -> Result<Self> {
        let pair = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let org = Arc::new(Org {
            login: login.to_owned(),
            url: format!("http://{}", listener.local_addr()?),
            key: DecodingKey::from_rsa_pem(pair.public_key_pem().as_bytes())?,
            seen: Mutex::default(),
        });
        let served = Arc::clone(&org);
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        let routes = warp::method()
            .and(warp::path::full())
            .and(query)
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .map(
                move |method: Method,
                      path: warp::path::FullPath,
                      query: String,
                      headers: HeaderMap,
                      body: Bytes| {
                    let (status, said) = served.answer(&method, path.as_str(), &query, &headers, &body);
                    warp::reply::with_status(warp::reply::json(&said), status)
                },
            );
        let task = tokio::spawn(warp::serve(routes).incoming(listener).run());
        Ok(Self {
            org,
            private_key: pair.serialize_pem(),
            task,
        })
    }

    /// What an operator writes to have MFA resets performed here, and the secret that it names.
    pub fn configuration(&self) -> (String, (String, String)) {
        let text = format!(
            r#"
[[instance.connector]]
name = "okta"
kind = "okta"
url = "{}"
client_id = "{CLIENT_ID}"
key_id = "{KEY_ID}"
private_key_env = "ACME_OKTA_KEY"

[[instance.action]]
action = "mfa_reset"
connector = "okta"
"#,
            self.org.url
        );
        (text, ("ACME_OKTA_KEY".into(), self.private_key.clone()))
    }

    /// The orders that changed something, if nothing else was asked.
    pub fn done(&self) -> Result<Vec<&'static str>> {
        let seen = self.org.seen.lock().unwrap_or_else(PoisonError::into_inner);
        anyhow::ensure!(seen.refused.is_empty(), "Okta does not know: {:#?}", seen.refused);
        Ok(seen.done.clone())
    }
}

impl Drop for Okta {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Org {
    fn answer(
        &self,
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> (StatusCode, Value) {
        let is = |name: &str, value: &str| headers.get(name).is_some_and(|given| given == value);
        if (method, path) == (&Method::POST, "/oauth2/v1/token") {
            return match self.token(body) {
                Ok(()) if is("content-type", "application/x-www-form-urlencoded") => (
                    StatusCode::OK,
                    json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN }),
                ),
                Ok(()) => self.refuse(method, path, "another content type"),
                Err(error) => self.refuse(method, path, &format!("{error:#}")),
            };
        }
        if !is("authorization", &format!("Bearer {TOKEN}")) {
            return self.refuse(method, path, "no token");
        }
        let user = format!("/api/v1/users/{USER}");
        if (method, path) == (&Method::GET, "/api/v1/users") {
            return self.find(query);
        }
        if *method == Method::POST && path == format!("{user}/lifecycle/reset_factors") && query.is_empty() {
            self.note("reset_factors");
            return (StatusCode::OK, json!({}));
        }
        if *method == Method::DELETE && path == format!("{user}/sessions") && query == "oauthTokens=true" {
            self.note("end_sessions");
            return (StatusCode::NO_CONTENT, Value::Null);
        }
        self.refuse(method, path, query)
    }

    /// Signed by the app's own key, for this address, with the two scopes and no more.
    fn token(&self, body: &[u8]) -> Result<()> {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| {
            let found = form.iter().find(|(field, _)| field == name);
            found
                .map(|(_, value)| value.as_str())
                .with_context(|| format!("no {name}"))
        };
        anyhow::ensure!(field("grant_type")? == "client_credentials", "another grant");
        anyhow::ensure!(
            field("scope")? == "okta.users.read okta.users.manage",
            "other scopes"
        );
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&[format!("{}/oauth2/v1/token", self.url)]);
        rules.set_issuer(&[CLIENT_ID]);
        // The clock of the test may be set ahead.
        rules.validate_exp = false;
        let read = jsonwebtoken::decode::<Value>(field("client_assertion")?, &self.key, &rules)?;
        anyhow::ensure!(read.header.kid.as_deref() == Some(KEY_ID), "another key");
        Ok(())
    }

    fn find(&self, query: &str) -> (StatusCode, Value) {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let expected = [
            (
                "filter".to_owned(),
                format!("profile.login eq \"{}\"", self.login),
            ),
            ("limit".to_owned(), "2".to_owned()),
        ];
        if pairs != expected {
            return self.refuse(&Method::GET, "/api/v1/users", query);
        }
        (StatusCode::OK, json!([{ "id": USER, "status": "ACTIVE" }]))
    }

    fn note(&self, what: &'static str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.done.push(what);
    }

    fn refuse(&self, method: &Method, path: &str, why: &str) -> (StatusCode, Value) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.refused.push(format!("{method} {path}: {why}"));
        (
            StatusCode::NOT_FOUND,
            json!({ "errorCode": "E0000022", "errorSummary": "The endpoint does not support the provided HTTP method" }),
        )
    }
}
