//! The one place where errors become answers: RFC 9457 problem details, one row per error.

use shared::problem::{PROBLEM_PREFIX, Problem};
use warp::http::{HeaderValue, StatusCode, header};
use warp::reject::{
    InvalidHeader, InvalidQuery, LengthRequired, MethodNotAllowed, MissingHeader, PayloadTooLarge, Rejection,
    UnsupportedMediaType,
};
use warp::reply::Response;

use crate::service::ServiceError;
use crate::service::console::tokens::{Scope, TokenRefused};
use crate::servicenow::agent_token::TokenError;
use crate::servicenow::signature::Unverified;
use crate::verification::limits::LimitReached;

/// What a handler of the API may answer instead of its result.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The agent token is not accepted. Why is logged, never said.
    #[error("the agent token is not accepted: {0}")]
    Token(#[from] TokenError),
    /// A callback is not signed by its sender. Why is logged, never said.
    #[error("a callback is not believed: {0}")]
    Callback(#[from] Unverified),
    /// A use case said no.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The body cannot be read.
    #[error("{0}")]
    Body(String),
    /// An API token opens nothing. Why is logged, never said.
    #[error("the API token is not accepted: {0}")]
    Bearer(TokenRefused),
    /// The API token lacks this scope.
    #[error("This needs a token with the scope {}.", .0.as_str())]
    Scope(Scope),
    /// A parameter of the query is wrong.
    #[error("{reason}")]
    Query {
        /// Its name, as it was given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing is there, or it belongs to another tenant.
    #[error("not found")]
    NotFound,
    /// Another method is needed: these.
    #[error("Use {0}.")]
    Method(&'static str),
    /// Too many requests; wait so many seconds.
    #[error("Too many requests. Try again in {0} seconds.")]
    TooMany(u32),
    /// Not `application/json`.
    #[error("send application/json")]
    MediaType,
    /// A header has an impossible value.
    #[error("{0}")]
    Header(&'static str),
}

impl From<TokenRefused> for ApiError {
    fn from(refused: TokenRefused) -> Self {
        match refused {
            TokenRefused::Service(error) => Self::Service(error),
            other => Self::Bearer(other),
        }
    }
}

/// Name, status, title and the input field that is wrong.
type Row = (&'static str, StatusCode, &'static str, Option<&'static str>);

const INTERNAL: Row = (
    "internal",
    StatusCode::INTERNAL_SERVER_ERROR,
    "Something failed on our side",
    None,
);
const NOT_FOUND: Row = ("not-found", StatusCode::NOT_FOUND, "There is nothing here", None);

const INVALID_QUERY: Row = (
    "invalid-query",
    StatusCode::BAD_REQUEST,
    "The query cannot be read",
    None,
);
const METHOD: Row = (
    "method-not-allowed",
    StatusCode::METHOD_NOT_ALLOWED,
    "This method is not allowed here",
    None,
);

fn row(error: &ApiError) -> Row {
    match error {
        ApiError::Token(_) => (
            "token-not-accepted",
            StatusCode::UNAUTHORIZED,
            "The agent token is not accepted",
            None,
        ),
        ApiError::Callback(_) => (
            "signature-not-accepted",
            StatusCode::UNAUTHORIZED,
            "The signature is not accepted",
            None,
        ),
        ApiError::Bearer(_) => (
            "token-not-accepted",
            StatusCode::UNAUTHORIZED,
            "The API token is not accepted",
            None,
        ),
        ApiError::Scope(_) => (
            "insufficient-scope",
            StatusCode::FORBIDDEN,
            "The API token may not read this",
            None,
        ),
        ApiError::Query { .. } => INVALID_QUERY,
        ApiError::NotFound => NOT_FOUND,
        ApiError::Method(_) => METHOD,
        ApiError::TooMany(_) => (
            "limit-reached",
            StatusCode::TOO_MANY_REQUESTS,
            "A limit is reached",
            None,
        ),
        ApiError::Body(_) => (
            "invalid-body",
            StatusCode::BAD_REQUEST,
            "The request cannot be read",
            None,
        ),
        ApiError::MediaType => (
            "unsupported-media-type",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send application/json",
            None,
        ),
        ApiError::Header(_) => (
            "invalid-header",
            StatusCode::BAD_REQUEST,
            "A header has an impossible value",
            None,
        ),
        ApiError::Service(error) => row_of_service(error),
    }
}

fn row_of_service(error: &ServiceError) -> Row {
    use ServiceError as S;
    match error {
        S::NotFound | S::Link(_) => NOT_FOUND,
        S::Destination(_) => (
            "invalid-destination",
            StatusCode::UNPROCESSABLE_ENTITY,
            "This cannot be sent to",
            Some("destination"),
        ),
        S::DestinationIsTheAccount => (
            "destination-is-the-account",
            StatusCode::UNPROCESSABLE_ENTITY,
            "This is the mailbox that the request is about",
            Some("destination"),
        ),
        S::ChannelNotConfigured => (
            "channel-not-configured",
            StatusCode::UNPROCESSABLE_ENTITY,
            "This channel is not set up",
            Some("channel"),
        ),
        S::AlreadyRunning => (
            "already-running",
            StatusCode::CONFLICT,
            "A verification is already running",
            None,
        ),
        S::Transition(_) | S::Grant(_) | S::Enrolment(_) => (
            "not-possible-now",
            StatusCode::CONFLICT,
            "This is not possible now",
            None,
        ),
        S::Limit(_) => (
            "limit-reached",
            StatusCode::TOO_MANY_REQUESTS,
            "A limit is reached",
            None,
        ),
        S::Outdated => (
            "outdated",
            StatusCode::CONFLICT,
            "This is of no use any more",
            None,
        ),
        S::TokenSpent => (
            "token-spent",
            StatusCode::UNAUTHORIZED,
            "The agent token was already used",
            None,
        ),
        S::IdempotencyConflict => (
            "idempotency-conflict",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The Idempotency-Key belongs to another request",
            None,
        ),
        S::Store(_) | S::Entropy(_) | S::Template(_) | S::Factor(_) | S::Client(_) => INTERNAL,
    }
}

/// Turns an error into its answer, and logs it where someone should look.
pub fn reply(error: &ApiError) -> Response {
    let row = row(error);
    let detail = match error {
        _ if row.1 == StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(%error, "a request failed");
            None
        }
        ApiError::Token(reason) => {
            tracing::info!(%reason, "an agent token was refused");
            None
        }
        ApiError::Callback(reason) => {
            tracing::warn!(%reason, "a callback was refused");
            None
        }
        ApiError::Bearer(reason) => {
            tracing::info!(%reason, "an API token was refused");
            None
        }
        ApiError::NotFound | ApiError::Service(ServiceError::NotFound | ServiceError::Link(_)) => None,
        other => Some(other.to_string()),
    };
    let retry_after = match error {
        ApiError::Service(ServiceError::Limit(limit)) => Some(LimitReached::retry_after(*limit)),
        ApiError::TooMany(seconds) => Some(*seconds),
        _ => None,
    };
    let field = match error {
        ApiError::Query { name, .. } => Some(name.clone()),
        _ => row.3.map(Into::into),
    };
    let mut response = response(row, detail, field, retry_after);
    let headers = response.headers_mut();
    if let ApiError::Method(allowed) = error {
        headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    if let Some(challenge) = challenge(error).and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// What is missing, for programs (RFC 6750, section 3). Whoever sent no token is told no error.
fn challenge(error: &ApiError) -> Option<String> {
    let challenge = "Bearer realm=\"imper.ai\"";
    match error {
        ApiError::Bearer(TokenRefused::Missing) => Some(challenge.into()),
        ApiError::Bearer(_) => Some(format!("{challenge}, error=\"invalid_token\"")),
        ApiError::Scope(scope) => Some(format!(
            "{challenge}, error=\"insufficient_scope\", scope=\"{}\"",
            scope.as_str()
        )),
        _ => None,
    }
}

fn response(row: Row, detail: Option<String>, field: Option<String>, retry_after: Option<u32>) -> Response {
    let (name, status, title, _) = row;
    let problem = Problem {
        kind: format!("{PROBLEM_PREFIX}{name}"),
        title: title.into(),
        status: status.as_u16(),
        detail,
        field,
        retry_after,
    };
    // A struct of strings and numbers always serialises; an empty body would still carry the status.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The one recover of the service: only for what warp itself refuses before a handler runs.
pub async fn recover(rejection: Rejection) -> Result<Response, std::convert::Infallible> {
    let row = if rejection.is_not_found() {
        NOT_FOUND
    } else if rejection.find::<PayloadTooLarge>().is_some() {
        (
            "too-large",
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request is too large",
            None,
        )
    } else if rejection.find::<LengthRequired>().is_some() {
        (
            "length-required",
            StatusCode::LENGTH_REQUIRED,
            "Send a Content-Length",
            None,
        )
    } else if rejection.find::<UnsupportedMediaType>().is_some() {
        (
            "unsupported-media-type",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "This content type is not read here",
            None,
        )
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        METHOD
    } else if rejection.find::<MissingHeader>().is_some() || rejection.find::<InvalidHeader>().is_some() {
        (
            "invalid-header",
            StatusCode::BAD_REQUEST,
            "A header is missing or has an impossible value",
            None,
        )
    } else if rejection.find::<InvalidQuery>().is_some() {
        INVALID_QUERY
    } else if rejection.find::<warp::filters::cors::CorsForbidden>().is_some() {
        (
            "origin-not-allowed",
            StatusCode::FORBIDDEN,
            "This origin is not a configured instance",
            None,
        )
    } else {
        tracing::error!(?rejection, "an unexpected rejection");
        INTERNAL
    };
    Ok(response(row, None, row.3.map(Into::into), None))
}
