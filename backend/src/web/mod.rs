//! Ring 4: requests coming in. One module per audience; each returns one boxed filter, and its handlers are plain
//! `async fn` under `.then()`: after a path has matched, nothing is ever a rejection.

pub mod agent;
pub mod assets;
mod brand;
pub mod callbacks;
mod client;
pub mod console;
pub mod data;
pub mod html;
pub mod openapi;
pub mod operations;
pub mod portal;
pub mod problem;
mod report_keys;
mod throttle;

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::service::Service;

/// The longest request body that any route reads, in bytes. Forms and JSON documents here are far smaller.
pub const MAX_BODY_BYTES: u64 = 16 * 1024;

/// Everything that the public listener serves.
pub fn public(service: &Service) -> BoxedFilter<(Response,)> {
    data::routes(service)
        .or(agent::routes(service))
        .unify()
        .or(openapi::routes(service))
        .unify()
        .or(assets::routes())
        .unify()
        .or(brand::routes(service))
        .unify()
        .or(callbacks::routes(service))
        .unify()
        .or(portal::routes(service))
        .unify()
        .or(console::routes(service))
        .unify()
        .or(report_keys::routes(service))
        .unify()
        .recover(problem::recover)
        .unify()
        .with(warp::log::custom(|request| {
            operations::count(request.status(), request.elapsed());
        }))
        .map(warp::Reply::into_response)
        .boxed()
}
