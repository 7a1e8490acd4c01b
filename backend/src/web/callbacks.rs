//! Callbacks of carriers. Twilio and SendGrid have their own; anybody else uses the generic one:
//! `POST /callbacks/delivery`, signed as Standard Webhooks describe, for the mail provider or
//! text message gateway (or a small adapter in front of it) to say what became of a message.
//!
//! Body: `{"key": KEY, "event": "delivered"}` or `{"key": KEY, "event": "undelivered", "reason": REASON}`, where KEY is
//! the `key` that the gateway was given, or the part of the email's `Message-ID` before the `@`.

mod actions;
mod sendgrid;
mod twilio;

use serde::Deserialize;
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::hyper::body::Bytes;
use warp::reply::Response;

use super::MAX_BODY_BYTES;
use super::problem::{self, ApiError};
use crate::service::delivery_reports::{self, Fate, MessageKey, Why};
use crate::service::{Service, ServiceError};
use crate::servicenow::signature::{self, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, Unverified};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    key: String,
    event: Event,
    reason: Option<Why>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Delivered,
    Undelivered,
}

/// All routes. One that is not set up answers as if it did not exist.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    generic(service)
        .or(actions::routes(service))
        .unify()
        .or(twilio::routes(service))
        .unify()
        .or(sendgrid::routes(service))
        .unify()
        .boxed()
}

fn generic(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path!("callbacks" / "delivery")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(MAX_BODY_BYTES))
        .and(warp::body::bytes())
        .then(move |headers: HeaderMap, body: Bytes| {
            let service = service.clone();
            async move {
                take(&service, &headers, &body)
                    .await
                    .unwrap_or_else(|error| problem::reply(&error))
            }
        })
        .boxed()
}

async fn take(service: &Service, headers: &HeaderMap, body: &[u8]) -> Result<Response, ApiError> {
    let secret = service
        .config
        .delivery_reports
        .as_ref()
        .ok_or(ServiceError::NotFound)?;
    let text = std::str::from_utf8(body).map_err(|_| ApiError::Body("it is not UTF-8".into()))?;
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .ok_or(Unverified::Headers)
    };
    let (id, timestamp, signatures) = (
        header(ID_HEADER)?,
        header(TIMESTAMP_HEADER)?,
        header(SIGNATURE_HEADER)?,
    );
    signature::verify(secret, id, timestamp, signatures, text, service.now())?;

    let report: Report = serde_json::from_str(text).map_err(|error| ApiError::Body(error.to_string()))?;
    let fate = match (report.event, report.reason) {
        (Event::Delivered, None) => Fate::Delivered,
        (Event::Delivered, Some(_)) => return Err(ApiError::Body("“delivered” has no reason".into())),
        (Event::Undelivered, why) => Fate::Undelivered(why.unwrap_or(Why::Other).sentence()),
    };
    let key = MessageKey::parse(&report.key).ok_or(ServiceError::NotFound)?;
    delivery_reports::take(service, key, fate).await?;
    Ok(taken())
}

fn taken() -> Response {
    let mut response = Response::new(String::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests;
