//! Receipts of systems that perform actions: `POST /callbacks/action`, signed as Standard Webhooks describe with the
//! secret of the webhook connector that the order went to.
//!
//! Body: `{"id": RECEIPT, "state": "performed" | "failed", "summary": …, "nothing_changed": …}`.

use serde::Deserialize;
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::hyper::body::Bytes;
use warp::reply::Response;

use crate::actions::settings::WebhookSettings;
use crate::actions::webhook::Report;
use crate::service::{Service, ServiceError, actions};
use crate::servicenow::signature::{self, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, Unverified};
use crate::verification::grant::ReceiptId;
use crate::web::MAX_BODY_BYTES;
use crate::web::problem::{self, ApiError};

#[derive(Deserialize)]
struct Receipt {
    id: String,
    #[serde(flatten)]
    report: Report,
}

/// The route. What is not signed by whom the order went to is answered as if there were no such order.
pub(super) fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path!("callbacks" / "action")
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
    let receipt: Receipt = serde_json::from_str(text).map_err(|error| ApiError::Body(error.to_string()))?;
    let named = ReceiptId::parse(&receipt.id).ok_or(ServiceError::NotFound)?;
    // Which secret it must be signed with depends on the order that it names.
    let signed = |settings: &WebhookSettings| {
        signature::verify(&settings.secret, id, timestamp, signatures, text, service.now()).is_ok()
    };
    actions::receipt(service, named, signed, receipt.report).await?;
    let mut response = Response::new(String::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::service;

    #[tokio::test]
    async fn an_unknown_receipt_is_not_told_from_a_wrong_signature() {
        let (_folder, service, _) = service();
        let routes = routes(&service);
        let send = |body: &'static str| {
            warp::test::request()
                .method("POST")
                .path("/callbacks/action")
                .header(ID_HEADER, "1")
                .header(TIMESTAMP_HEADER, "1")
                .header(SIGNATURE_HEADER, "v1,x")
                .body(body)
                .reply(&routes)
        };
        let unknown = r#"{"id":"RCP0000000000000","state":"performed"}"#;
        assert_eq!(send(unknown).await.status(), 404);
        assert_eq!(send(r#"{"id":"x","state":"performed"}"#).await.status(), 404);
        assert_eq!(send(r#"{"id":"x","state":"what"}"#).await.status(), 400);
    }
}
