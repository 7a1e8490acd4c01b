//! Calls to JSON APIs on behalf of a connector: with a bearer token, patience for rate limits, and a clear word on
//! whether a call may have been carried out.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use shared::words::UnixMillis;

use super::Answer;
use crate::delivery::http;
use crate::verification::grant::Reason;

/// Longest wait for a rate limit. The requester looks at the page meanwhile.
const MAX_WAIT: Duration = Duration::from_secs(8);
/// So often a call that was refused for its rate is made again.
const MAX_WAITS: u32 = 2;
/// Answers are read up to this size.
const MAX_BYTES: usize = 512 * 1024;
/// Okta's word for when calls are allowed again, in seconds since 1970.
const RATE_LIMIT_RESET: &str = "x-rate-limit-reset";

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The body as JSON; null if it is none.
    pub body: Value,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// The call never left, or was refused for its rate: nothing changed.
    NotMade(Reason, String),
    /// It was sent; whether it was carried out is not known.
    Lost(String),
}

impl NoReply {
    /// The answer of a connector whose call this was the first of.
    pub fn into_answer(self) -> Answer {
        match self {
            Self::NotMade(reason, why) => Answer::refused(reason, why),
            Self::Lost(answer) => Answer::Unknown { answer },
        }
    }

    /// The same for a call that only reads: it changes nothing, whatever becomes of it.
    pub fn of_reading(self) -> Answer {
        match self {
            Self::NotMade(reason, why) => Answer::refused(reason, why),
            Self::Lost(why) => Answer::refused(Reason::Unreachable, why),
        }
    }
}

/// A body to send.
pub enum Body<'a> {
    /// None.
    Empty,
    /// JSON. May hold a password: never logged.
    Json(&'a Value),
    /// A form.
    Form(&'a [(&'a str, &'a str)]),
}

/// A client of one neighbour.
pub struct Api {
    client: Result<Client, String>,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            client: http::client().map_err(|error| error.to_string()),
        }
    }
}

impl Api {
    /// Makes one call; after “too many requests” once more, when the wait is short. `now` is for dates in headers.
    pub async fn call(
        &self,
        method: &Method,
        url: &str,
        bearer: Option<&SecretString>,
        body: Body<'_>,
        now: UnixMillis,
    ) -> Result<Reply, NoReply> {
        let mut waits = 0;
        loop {
            let (reply, wait) = self.once(method, url, bearer, &body, now).await?;
            if reply.status != StatusCode::TOO_MANY_REQUESTS {
                return Ok(reply);
            }
            let wait = wait.unwrap_or(Duration::from_secs(1));
            if waits == MAX_WAITS || wait > MAX_WAIT {
                return Err(NoReply::NotMade(Reason::Busy, "429 too many requests".into()));
            }
            waits += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(
        &self,
        method: &Method,
        url: &str,
        bearer: Option<&SecretString>,
        body: &Body<'_>,
        now: UnixMillis,
    ) -> Result<(Reply, Option<Duration>), NoReply> {
        let not_made = |why: &str| NoReply::NotMade(Reason::SetUp, why.to_owned());
        let client = self.client.as_ref().map_err(|why| not_made(why))?;
        let mut request = client
            .request(method.clone(), url)
            .header(ACCEPT, "application/json");
        if let Some(token) = bearer {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_| not_made("the token cannot be sent"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request = match body {
            Body::Empty => request,
            Body::Json(value) => request.json(value),
            Body::Form(fields) => request.form(fields),
        };
        let mut response = request.send().await.map_err(|error| {
            let why = cause(&error);
            if error.is_connect() || error.is_builder() {
                NoReply::NotMade(Reason::Unreachable, why)
            } else {
                NoReply::Lost(why)
            }
        })?;
        let status = response.status();
        let wait = wait(response.headers(), now);
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| NoReply::Lost(cause(&error)))?
        {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_BYTES {
                return Err(NoReply::Lost("the answer is too long".into()));
            }
        }
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok((Reply { status, body }, wait))
    }
}

/// How long the other side asks to wait.
fn wait(headers: &HeaderMap, now: UnixMillis) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    number(RETRY_AFTER.as_str()).map(Duration::from_secs).or_else(|| {
        let reset = i64::try_from(number(RATE_LIMIT_RESET)?).ok()?;
        Some(Duration::from_secs(
            u64::try_from(reset - now.unix_seconds()).unwrap_or(0),
        ))
    })
}

/// What went wrong, by its innermost cause and without the URL.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "there was no answer in time".into();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::error::Error::source(error).is_none() {
        "the connection broke".into()
    } else {
        cause.to_string()
    }
}
