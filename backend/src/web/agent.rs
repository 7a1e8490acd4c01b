//! The agent API: see [`shared::agent_api`].

use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::service::Service;

/// All routes under `/api/v1`.
pub fn routes(_service: &Service) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "v1" / "verifications").map(|| Response::new(String::new().into())).boxed()
}
