//! `POST /callbacks/twilio?key=KEY`: what became of a text message, signed by Twilio. We gave the address, with the
//! message's key in it, when we handed the message over.

use serde_json::Value;
use url::form_urlencoded;
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::filters::path::FullPath;
use warp::http::HeaderMap;
use warp::hyper::body::Bytes;
use warp::reply::Response;

use super::taken;
use crate::config::{self, Sms};
use crate::delivery::sms::twilio::{codes, signature};
use crate::service::delivery_reports::{self, Fate, MessageKey};
use crate::service::{Service, ServiceError};
use crate::servicenow::signature::Unverified;
use crate::web::MAX_BODY_BYTES;
use crate::web::problem::{self, ApiError};

pub(super) fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path!("callbacks" / "twilio")
        .and(warp::post())
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(MAX_BODY_BYTES))
        .and(warp::body::bytes())
        .then(
            move |path: FullPath, query: String, headers: HeaderMap, body: Bytes| {
                let service = service.clone();
                async move {
                    take(&service, &path, &query, &headers, &body)
                        .await
                        .unwrap_or_else(|error| problem::reply(&error))
                }
            },
        )
        .boxed()
}

async fn take(
    service: &Service,
    path: &FullPath,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, ApiError> {
    let Some(Sms::Twilio(account)) = &service.config.sms else {
        return Err(ServiceError::NotFound.into());
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = header(signature::HEADER).ok_or(Unverified::Headers)?;
    let target = if query.is_empty() {
        path.as_str().to_owned()
    } else {
        format!("{}?{query}", path.as_str())
    };
    let origin = &service.config.server.public_url;
    if !signature::is_valid(&account.auth_token, origin, &target, body, signature) {
        return Err(Unverified::Signature.into());
    }
    let is_json = header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let news = if is_json {
        News::of_json(body)?
    } else {
        News::of_form(body)
    };
    let key = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "key")
        .and_then(|(_, value)| MessageKey::parse(&value))
        .ok_or(ServiceError::NotFound)?;
    if let Some(fate) = news.fate(account)? {
        delivery_reports::take(service, key, fate).await?;
    }
    Ok(taken())
}

/// What we read of a status callback.
struct News {
    account: String,
    status: String,
    code: Option<u32>,
}

impl News {
    fn of_form(body: &[u8]) -> Self {
        let mut parameters = signature::parameters(body);
        let mut first = |name: &str| {
            let values = parameters.remove(name).unwrap_or_default();
            values.into_iter().next().unwrap_or_default()
        };
        Self {
            account: first("AccountSid"),
            status: first("MessageStatus"),
            code: first("ErrorCode").parse().ok(),
        }
    }

    fn of_json(body: &[u8]) -> Result<Self, ApiError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| ApiError::Body(error.to_string()))?;
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let code = &value["ErrorCode"];
        Ok(Self {
            account: text("AccountSid"),
            status: text("MessageStatus"),
            code: code
                .as_u64()
                .and_then(|code| u32::try_from(code).ok())
                .or_else(|| code.as_str()?.parse().ok()),
        })
    }

    /// `None` for steps on the way that change nothing.
    fn fate(&self, account: &config::Twilio) -> Result<Option<Fate>, ApiError> {
        // Sub-accounts have their own tokens, so this is a mix-up rather than an attack.
        if self.account != account.account_sid {
            return Err(ApiError::Body("AccountSid is another one".into()));
        }
        Ok(match self.status.as_str() {
            "delivered" | "read" => Some(Fate::Delivered),
            "undelivered" | "failed" | "canceled" => {
                tracing::info!(twilio.code = self.code, "a text message did not arrive");
                Some(Fate::Undelivered(codes::undelivered(self.code)))
            }
            // accepted, scheduled, queued, sending, sent, and whatever comes later.
            "" => return Err(ApiError::Body("MessageStatus is missing".into())),
            _ => None,
        })
    }
}

#[cfg(test)]
#[path = "twilio_tests.rs"]
mod tests;
