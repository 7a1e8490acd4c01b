//! The service's other neighbours, told how to behave: an instance that takes events, and a gateway for text messages.
//! They know the two interfaces and nothing of the app; the emulated instance is for what an app makes of events.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use aws_lc_rs::hmac;
use backend::ports::{Clock as _, SystemClock};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use warp::Filter as _;
use warp::http::{Response, StatusCode};
use warp::hyper::body::Bytes;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes and answers.
    Answer,
    /// Takes, and never says so, until the manner changes.
    Hold,
    /// Answers with this status.
    Fail(u16),
}

/// One event, or one text message, as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// `webhook-id`.
    pub id: String,
    /// The JSON body.
    pub body: Value,
}

#[derive(Debug, Default)]
struct Kept {
    events: Mutex<Vec<Taken>>,
    texts: Mutex<Vec<Taken>>,
    batches: Mutex<Vec<Batch>>,
}

/// One batch of the push: its signature is right, or it is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// `webhook-id`.
    pub id: String,
    /// One JSON object a line.
    pub events: Vec<Value>,
}

/// Standard Webhooks secret of the push.
pub const PUSH_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// Serves until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    /// Base URL.
    pub url: String,
    kept: Arc<Kept>,
    manner: watch::Sender<Manner>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// Starts one on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://localhost:{}", listener.local_addr()?.port());
        let kept: Arc<Kept> = Arc::default();
        let (manner, how) = watch::channel(Manner::Answer);
        let token = warp::path!("oauth_token.do").and(warp::post()).map(|| {
            let token = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 1800 });
            reply(StatusCode::OK, &token)
        });
        let into = Arc::clone(&kept);
        let taking = how.clone();
        let batches_how = how.clone();
        let events = warp::path!("api" / "x_imper_verify" / "v1" / "verify" / "result")
            .and(warp::post())
            .and(warp::header("webhook-id"))
            .and(warp::body::bytes())
            .then(move |id: String, body: Bytes| {
                keep(&into.events, id, &body);
                answer(taking.clone(), json!({ "result": { "status": "applied" } }))
            });
        let into = Arc::clone(&kept);
        let texts = warp::path!("sms")
            .and(warp::post())
            .and(warp::header("webhook-id"))
            .and(warp::body::bytes())
            .then(move |id: String, body: Bytes| {
                keep(&into.texts, id, &body);
                answer(how.clone(), json!({}))
            });
        let into = Arc::clone(&kept);
        let taking_batches = batches_how;
        let batches = warp::path!("push")
            .and(warp::post())
            .and(warp::header("webhook-id"))
            .and(warp::header("webhook-timestamp"))
            .and(warp::header("webhook-signature"))
            .and(warp::header::exact("content-type", "application/x-ndjson"))
            .and(warp::body::bytes())
            .then(
                move |id: String, timestamp: String, signature: String, body: Bytes| {
                    let manner = *taking_batches.borrow();
                    let batch = believed(&id, &timestamp, &signature, &body);
                    let answer = match (manner, batch) {
                        (_, None) => reply(StatusCode::UNAUTHORIZED, &json!({})),
                        (Manner::Fail(code), _) => reply(
                            StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                            &json!({}),
                        ),
                        (_, Some(batch)) => {
                            into.batches
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .push(batch);
                            reply(StatusCode::NO_CONTENT, &json!({}))
                        }
                    };
                    std::future::ready(answer)
                },
            );
        let token = token.or(batches).unify();
        let routes = token.or(events).unify().or(texts).unify();
        let task = tokio::spawn(warp::serve(routes).incoming(listener).run());
        Ok(Self {
            url,
            kept,
            manner,
            task,
        })
    }

    /// Changes how it behaves; what it holds is answered accordingly.
    pub fn become_(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// The events so far, in the order in which they came.
    pub fn events(&self) -> Vec<Taken> {
        self.kept
            .events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The batches of the push so far.
    pub fn batches(&self) -> Vec<Batch> {
        self.kept
            .batches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The text messages so far.
    pub fn texts(&self) -> Vec<Taken> {
        self.kept
            .texts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn keep(into: &Mutex<Vec<Taken>>, id: String, body: &Bytes) {
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    into.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Taken { id, body });
}

async fn answer(mut how: watch::Receiver<Manner>, body: Value) -> Response<String> {
    // An error means that the receiver is gone, and with it whoever waits for the answer.
    let manner = how
        .wait_for(|manner| *manner != Manner::Hold)
        .await
        .map(|manner| *manner);
    match manner {
        Ok(Manner::Fail(status)) => reply(
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            &json!({}),
        ),
        _ => reply(StatusCode::OK, &body),
    }
}

fn reply(status: StatusCode, body: &Value) -> Response<String> {
    let mut response = Response::new(body.to_string());
    *response.status_mut() = status;
    response.headers_mut().insert(
        warp::http::header::CONTENT_TYPE,
        warp::http::HeaderValue::from_static("application/json"),
    );
    response
}

/// A batch whose signature is right, of this very moment, and whose every line is a JSON object. The signature is made
/// here from the specification, with nothing of the service.
fn believed(id: &str, timestamp: &str, signature: &str, body: &Bytes) -> Option<Batch> {
    let text = std::str::from_utf8(body).ok()?;
    let key = STANDARD.decode(PUSH_SECRET.strip_prefix("whsec_")?).ok()?;
    let now = SystemClock.now().unix_seconds();
    if timestamp.parse::<i64>().ok()?.abs_diff(now) > 300 {
        return None;
    }
    let tag = STANDARD.decode(signature.strip_prefix("v1,")?).ok()?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    hmac::verify(&key, format!("{id}.{timestamp}.{text}").as_bytes(), &tag).ok()?;
    let lines = text.strip_suffix('\n')?.split('\n');
    let events: Option<Vec<Value>> = lines
        .map(|line| serde_json::from_str(line).ok().filter(Value::is_object))
        .collect();
    Some(Batch {
        id: id.to_owned(),
        events: events?,
    })
}
