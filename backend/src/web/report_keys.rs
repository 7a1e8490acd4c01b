//! The public key of signed reports, for whoever wants to check one.

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderValue, header};
use warp::reply::Response;

use crate::service::Service;

/// `/.well-known/imper-report-keys.json`: a JSON Web Key Set (RFC 7517).
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let keys = service.config.report_key.public().to_jwk_set().to_string();
    warp::path!(".well-known" / "imper-report-keys.json")
        .and(warp::get().or(warp::head()).unify())
        .map(move || {
            let mut response = Response::new(keys.clone().into());
            for (name, value) in [
                (header::CONTENT_TYPE, "application/jwk-set+json"),
                (header::CACHE_CONTROL, "public, max-age=300"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ] {
                response
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
            response
        })
        .boxed()
}
