//! The agent API: see [`shared::agent_api`].

mod connection;
mod live;

use std::collections::BTreeMap;

use shared::agent_api::SendLink;
use shared::agent_token::MAX_TOKEN_BYTES;
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderValue, StatusCode, header};
use warp::hyper::body::Bytes;
use warp::reply::Response;

use super::MAX_BODY_BYTES;
use super::problem::{self, ApiError};
use crate::config::AgentKey;
use crate::service::actions;
use crate::service::agent::{self, Caller};
use crate::service::{Service, ServiceError, instance_keys};
use crate::servicenow::agent_token::{self, TokenError};
use crate::verification::VerificationId;

/// Idempotency keys are UUIDs or the like.
const MAX_IDEMPOTENCY_KEY: usize = 128;
/// A preflight answer may be kept for ten minutes.
const PREFLIGHT_SECONDS: u32 = 600;

/// All routes under `/api/v1`, for the origins of the configured instances.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let origins: Vec<&str> = service
        .config
        .instances
        .values()
        .map(|instance| instance.url.as_str())
        .collect();
    let cors = warp::cors()
        .allow_origins(origins)
        .allow_methods(["GET", "POST"])
        .allow_headers(["authorization", "content-type", "idempotency-key"])
        .max_age(PREFLIGHT_SECONDS)
        .build();
    let verifications = warp::path("verifications");
    let with = {
        let service = service.clone();
        warp::any().map(move || service.clone())
    };
    let authorization = warp::header::optional::<String>("authorization");

    let list = verifications
        .and(warp::path::end())
        .and(warp::get())
        .and(with.clone())
        .and(authorization)
        .then(|service: Service, token| async move { reply(list(&service, token).await) });
    let start = verifications
        .and(warp::path::end())
        .and(warp::post())
        .and(with.clone())
        .and(authorization)
        .and(warp::header::optional::<String>("content-type"))
        .and(warp::header::optional::<String>("idempotency-key"))
        .and(warp::body::content_length_limit(MAX_BODY_BYTES))
        .and(warp::body::bytes())
        .then(|service: Service, token, kind, key, body| async move {
            reply(start(&service, token, kind, key, body).await)
        });
    let get = verifications
        .and(warp::path::param::<String>())
        .and(warp::path::end())
        .and(warp::get())
        .and(with.clone())
        .and(authorization)
        .then(|id: String, service: Service, token| async move { reply(get(&service, token, &id).await) });
    let events = verifications
        .and(warp::path::param::<String>())
        .and(warp::path("events"))
        .and(warp::path::end())
        .and(warp::get())
        .and(with.clone())
        .and(authorization)
        .then(|id: String, service: Service, token| async move { reply(events(&service, token, &id).await) });
    // A body is neither needed nor read here; what a client sends anyway is bounded by the connection.
    let change = verifications
        .and(warp::path::param::<String>())
        .and(warp::path::param::<Change>())
        .and(warp::path::end())
        .and(warp::post())
        .and(with)
        .and(authorization)
        .then(|id: String, what, service: Service, token| async move {
            reply(change(&service, token, &id, what).await)
        });

    let api = connection::route(service)
        .or(list)
        .unify()
        .or(start)
        .unify()
        .or(get)
        .unify()
        .or(events)
        .unify()
        .or(change)
        .unify();
    // Errors of the framework are answered here too, so that they leave with CORS headers and the widget can read them.
    warp::path("api")
        .and(warp::path("v1"))
        .and(api.recover(problem::recover).unify())
        .with(cors)
        .map(no_store)
        .boxed()
}

/// The last part of `POST /verifications/{id}/…`.
#[derive(Clone, Copy)]
enum Change {
    Resend,
    Cancel,
    Release,
    Confirm,
}

impl std::str::FromStr for Change {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "resend" => Ok(Self::Resend),
            "cancel" => Ok(Self::Cancel),
            "release" => Ok(Self::Release),
            "confirm" => Ok(Self::Confirm),
            _ => Err(()),
        }
    }
}

fn reply(result: Result<Response, ApiError>) -> Response {
    result.unwrap_or_else(|error| problem::reply(&error))
}

fn no_store(reply: impl warp::Reply) -> Response {
    let mut response = reply.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn json<T: serde::Serialize>(status: StatusCode, value: &T) -> Response {
    use warp::Reply as _;
    warp::reply::with_status(warp::reply::json(value), status).into_response()
}

/// The token after `Bearer`.
fn bearer(header: Option<&str>) -> Result<&str, TokenError> {
    let (scheme, token) = header
        .and_then(|header| header.split_once(' '))
        .ok_or(TokenError::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Missing);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    Ok(token.trim())
}

/// The keys by which a token is to be judged: those of the instance that it says it is from.
async fn token_keys(service: &Service, token: &str) -> Result<BTreeMap<String, AgentKey>, ApiError> {
    let issuer = &agent_token::issuer(&service.config, token)?.id;
    Ok(instance_keys::token_keys(service, issuer).await?)
}

/// Checks the bearer token.
async fn authenticate(service: &Service, header: Option<&str>) -> Result<Caller, ApiError> {
    let token = bearer(header)?;
    let keys = token_keys(service, token).await?;
    let found = agent_token::verify(&service.config, &keys, token, service.now())?;
    instance_keys::note_use(service, &found.instance.id, &found.kid).await;
    Ok(Caller {
        instance: found.instance.id.clone(),
        claims: found.claims,
    })
}

fn read_id(text: &str) -> Result<VerificationId, ApiError> {
    VerificationId::parse(text).ok_or_else(|| ServiceError::NotFound.into())
}

async fn list(service: &Service, token: Option<String>) -> Result<Response, ApiError> {
    let caller = authenticate(service, token.as_deref()).await?;
    Ok(json(StatusCode::OK, &agent::list(service, caller).await?))
}

async fn start(
    service: &Service,
    token: Option<String>,
    content_type: Option<String>,
    key: Option<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let caller = authenticate(service, token.as_deref()).await?;
    let media_type = content_type
        .as_deref()
        .and_then(|kind| kind.split(';').next())
        .map(str::trim);
    if !media_type.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Err(ApiError::MediaType);
    }
    let printable = |key: &String| {
        (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
    };
    if key.as_ref().is_some_and(|key| !printable(key)) {
        return Err(ApiError::Header(
            "Idempotency-Key must have 1–128 visible ASCII characters",
        ));
    }
    let request: SendLink =
        serde_json::from_slice(&body).map_err(|error| ApiError::Body(error.to_string()))?;
    let view = agent::start(service, caller, request, key).await?;
    Ok(json(StatusCode::CREATED, &view))
}

async fn get(service: &Service, token: Option<String>, id: &str) -> Result<Response, ApiError> {
    let caller = authenticate(service, token.as_deref()).await?;
    Ok(json(
        StatusCode::OK,
        &agent::get(service, caller, read_id(id)?).await?,
    ))
}

async fn events(service: &Service, token: Option<String>, id: &str) -> Result<Response, ApiError> {
    let caller = authenticate(service, token.as_deref()).await?;
    live::stream(service, caller, read_id(id)?).await
}

async fn change(
    service: &Service,
    token: Option<String>,
    id: &str,
    what: Change,
) -> Result<Response, ApiError> {
    let caller = authenticate(service, token.as_deref()).await?;
    let id = read_id(id)?;
    let view = match what {
        Change::Resend => agent::resend(service, caller, id).await?,
        Change::Cancel => agent::cancel(service, caller, id).await?,
        Change::Release => actions::release(service, caller, id).await?,
        Change::Confirm => actions::confirm(service, caller, id).await?,
    };
    Ok(json(StatusCode::OK, &view))
}

#[cfg(test)]
mod tests;
