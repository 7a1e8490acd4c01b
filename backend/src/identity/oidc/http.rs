//! How the provider is called: by the one client of this service, with an end to its patience.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::http::Response;
use openidconnect::{HttpRequest, HttpResponse};
use reqwest::{Client, Request};

use crate::delivery::http;

/// A person waits for each of these calls.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Key sets of large providers have a few dozen kilobytes.
const MAX_BYTES: usize = 512 * 1024;

/// Why there is no answer. Holds neither URL nor secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFault {
    /// The address is not one that may be called.
    #[error("{0}")]
    Forbidden(String),
    /// There is none.
    #[error("{0}")]
    NoAnswer(String),
}

/// See the module.
pub(super) struct Http(Result<Client, String>);

type Calling = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send>>;

impl Http {
    pub(super) fn new() -> Self {
        Self(http::client().map_err(|error| error.to_string()))
    }

    /// What the library calls with its requests.
    pub(super) fn call(&self) -> impl Fn(HttpRequest) -> Calling + Send + Sync + 'static {
        let client = self.0.clone();
        move |request| {
            let client = client.clone();
            Box::pin(async move {
                let client = client.map_err(HttpFault::NoAnswer)?;
                answer(&client, request).await
            })
        }
    }
}

async fn answer(client: &Client, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
    let mut request = Request::try_from(request)
        .map_err(|_| HttpFault::Forbidden("one of its addresses cannot be read".into()))?;
    if !http::is_callable(request.url()) {
        return Err(HttpFault::Forbidden("one of its addresses is not https".into()));
    }
    *request.timeout_mut() = Some(TIMEOUT);
    let fault = |error: reqwest::Error| {
        HttpFault::NoAnswer(if error.is_timeout() {
            "there was no answer in time".into()
        } else {
            http::describe(&error)
        })
    };
    let mut answer = client.execute(request).await.map_err(fault)?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(fault)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BYTES {
            return Err(HttpFault::NoAnswer("its answer is too long".into()));
        }
    }
    response
        .body(body)
        .map_err(|_| HttpFault::NoAnswer("its answer cannot be read".into()))
}
