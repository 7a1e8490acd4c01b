//! An instance behind a real socket, and a browser's view of it without a browser.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use imper_tests::instance::Instance;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::support::{Set, clock, instance_at};

/// A served instance.
pub struct Site {
    pub instance: Instance,
    pub url: String,
    pub time: Arc<AtomicI64>,
    pub client: Client,
    _stop: oneshot::Sender<()>,
}

/// A signed-in browser.
pub struct Browser<'a> {
    site: &'a Site,
    cookie: String,
    /// `g_ck` of the session.
    pub token: String,
}

/// Serves an instance with a set installed.
pub async fn serve(set: &Set) -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (time, clock) = clock();
    let instance = instance_at(&url, clock);
    instance.install(&set.xml()).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = instance.clone();
    tokio::spawn(async move {
        served
            .serve(listener, async {
                let _ = stopped.await;
            })
            .await;
    });
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    Site {
        instance,
        url,
        time,
        client,
        _stop: stop,
    }
}

impl Site {
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    /// Logs in through the login page.
    pub async fn login(&self, user: &str, password: &str) -> Browser<'_> {
        let form = [
            ("user_name", user),
            ("user_password", password),
            ("sysparm_uri", "/incident_list.do"),
        ];
        let response = self.post("/login.do").form(&form).send().await.unwrap();
        assert_eq!(response.status(), 303);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let mut browser = Browser {
            site: self,
            cookie,
            token: String::new(),
        };
        let (_, page) = browser.page("/incident_list.do").await;
        let after = page.split("g_ck = \"").nth(1).unwrap();
        after.split('"').next().unwrap().clone_into(&mut browser.token);
        browser
    }
}

impl Browser<'_> {
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.site.get(path).header("cookie", &self.cookie)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.site.post(path).header("cookie", &self.cookie)
    }

    /// Status and text of a page.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let response = self.get(path).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

/// Status and JSON of a response.
pub async fn json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

/// Sends and reads JSON.
pub async fn call(request: RequestBuilder) -> (u16, Value) {
    json(request.send().await.unwrap()).await
}
