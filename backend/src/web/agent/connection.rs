//! `POST /api/v1/connection`: the test of the way back. See [`shared::connection`].

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{bearer, json, reply, token_keys};
use crate::service::{Service, connection, instance_keys};
use crate::servicenow::connection_token;
use crate::verification::InstanceId;
use crate::web::problem::ApiError;

/// Tests of one instance a minute: each makes two calls to it.
const TESTS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(6).unwrap();

type Limiter = DefaultKeyedRateLimiter<InstanceId>;

/// The route, which reads no body.
pub(super) fn route(service: &Service) -> BoxedFilter<(Response,)> {
    let limiter = Arc::new(RateLimiter::keyed(Quota::per_minute(TESTS_PER_MINUTE)));
    let service = service.clone();
    warp::path("connection")
        .and(warp::path::end())
        .and(warp::post())
        .and(warp::header::optional::<String>("authorization"))
        .then(move |token: Option<String>| {
            let (service, limiter) = (service.clone(), Arc::clone(&limiter));
            async move { reply(test(&service, &limiter, token.as_deref()).await) }
        })
        .boxed()
}

async fn test(service: &Service, limiter: &Limiter, token: Option<&str>) -> Result<Response, ApiError> {
    let token = bearer(token)?;
    let keys = token_keys(service, token).await?;
    let found = connection_token::verify(&service.config, &keys, token, service.now())?;
    let (instance, claims) = (found.instance.id.clone(), found.claims);
    instance_keys::note_use(service, &instance, &found.kid).await;
    // Counted after the signature, so that nobody else can use up an instance's share. The instances are few: none is
    // ever forgotten.
    limiter.check_key(&instance).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now()).as_secs();
        ApiError::TooMany(u32::try_from(wait).unwrap_or(u32::MAX).saturating_add(1))
    })?;
    Ok(json(
        StatusCode::OK,
        &connection::test(service, instance, claims).await?,
    ))
}
