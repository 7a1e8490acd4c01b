//! The data API: what the console's pages show, for other systems. Everything is read with an API token, through the use
//! cases of the pages, and nothing is read that is not in the audit log.
//!
//! One filter takes everything under `/api/v1/console`; below it, [`routes::ALL`] is the whole table of paths and scopes.

mod answers;
mod details;
mod figures;
pub mod query;
pub mod routes;
pub mod wire;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, HeaderValue, Method, header};
use warp::reply::Response;

use crate::service::Service;
use crate::service::console::Action;
use crate::service::console::tokens::{self, Machine, TokenRefused};
use crate::web::client;
use crate::web::console::request::Request;
use crate::web::problem::{self, ApiError};
use crate::web::throttle::Throttle;

/// Requests that one token may send within a minute. With pages of 200 rows that is far more than ever happens anew.
pub const REQUESTS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// Everything under `/api/v1/console`.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    let throttle = Arc::new(Throttle::per_minute(REQUESTS_PER_MINUTE));
    warp::path!("api" / "v1" / "console" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(warp::query::raw().or(warp::any().map(String::new)).unify())
        .and(warp::header::headers_cloned())
        .and(warp::addr::remote())
        .then(
            move |tail: warp::path::Tail,
                  method: Method,
                  query,
                  headers: HeaderMap,
                  peer: Option<SocketAddr>| {
                let (service, throttle) = (service.clone(), Arc::clone(&throttle));
                async move {
                    let proxies = &service.config.server.trusted_proxies;
                    let request = Request::new(method, tail.as_str(), query, headers, peer, proxies);
                    let answer = answer(&service, &throttle, &request, peer).await;
                    protected(answer.unwrap_or_else(|error| problem::reply(&error)))
                }
            },
        )
        .boxed()
}

/// No cache keeps an answer, and no browser makes a page of it.
fn protected(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

async fn answer(
    service: &Service,
    throttle: &Throttle,
    request: &Request,
    peer: Option<SocketAddr>,
) -> Result<Response, ApiError> {
    let machine = authenticate(service, request, peer).await?;
    throttle.admit_token(machine.id).map_err(ApiError::TooMany)?;
    let (route, part) = routes::find(&request.path).ok_or(ApiError::NotFound)?;
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Err(ApiError::Method("GET, HEAD"));
    }
    let outcome = match machine.session(route.scope) {
        Some(session) => {
            let asker = answers::Asker {
                service,
                request,
                machine: &machine,
                session,
                part,
            };
            asker.answer(route.endpoint).await
        }
        None => Err(ApiError::Scope(route.scope)),
    };
    if let Err(ApiError::Scope(scope)) = &outcome {
        let subject = format!("{} needs {}", route.path, scope.as_str());
        tokens::log_refusal(service, &machine, Action::AccessRefused, subject).await?;
    }
    let response = outcome?;
    if let Some(action) = route.logs {
        tokens::log_reading(service, &machine, action, request.subject(part)).await?;
    }
    Ok(response)
}

/// The system behind the bearer token (RFC 6750, section 2.1). A token in the address is not looked at: addresses end up
/// in logs.
async fn authenticate(
    service: &Service,
    request: &Request,
    peer: Option<SocketAddr>,
) -> Result<Machine, ApiError> {
    let mut values = request.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(TokenRefused::Missing.into());
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(TokenRefused::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenRefused::Missing.into());
    }
    let address = client::of(&request.headers, peer, &service.config.server.trusted_proxies);
    Ok(tokens::present(service, token.trim(), address, request.client.clone()).await?)
}

#[cfg(test)]
pub(in crate::web) mod tests;
