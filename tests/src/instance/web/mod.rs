//! The web server: every request becomes a plain value, is answered on a thread with a deep stack, and goes back.

mod form;
mod form_fields;
mod form_post;
mod http;
mod layout;
mod list;
mod login;
mod pages;
mod portal;
mod properties;
mod rest_match;
mod scripted_rest;
mod session;
mod table_api;
mod workspace;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use tokio::net::TcpListener;
use warp::Filter;
use warp::http::HeaderMap;
use warp::hyper::body::{Buf, Bytes};

use super::core::{Core, STACK};
use http::{Request, Response};

/// Bodies above this size are refused, as `glide.rest.scripted.max_inbound_content_length_mb` says.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// Serves until `shutdown` resolves.
pub async fn serve(
    core: Arc<Core>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let routes = warp::any()
        .and(warp::method())
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(
            move |method: warp::http::Method,
                  path: warp::path::FullPath,
                  query: String,
                  headers: HeaderMap,
                  body| {
                let core = Arc::clone(&core);
                async move {
                    let response = match collect(body).await {
                        Ok(body) => {
                            answer(
                                core,
                                Request::new(method.as_str(), path.as_str(), &query, &headers, body),
                            )
                            .await
                        }
                        Err(response) => response,
                    };
                    Ok::<_, Infallible>(response.into_warp())
                }
            },
        )
        .map(|result: Result<warp::reply::Response, Infallible>| match result {
            Ok(response) => response,
            Err(never) => match never {},
        });
    warp::serve(routes)
        .incoming(listener)
        .graceful(shutdown)
        .run()
        .await;
}

async fn collect<B: Buf>(
    body: impl futures_util::Stream<Item = Result<B, warp::Error>>,
) -> Result<Bytes, Response> {
    let mut body = std::pin::pin!(body);
    let mut all = Vec::new();
    while let Some(chunk) = body.next().await {
        let Ok(mut chunk) = chunk else {
            return Err(Response::api_error(400, "Bad Request", "the body broke off"));
        };
        if all.len() + chunk.remaining() > MAX_BODY {
            return Err(Response::api_error(
                413,
                "Request Entity Too Large",
                "the body is over 10 MB",
            ));
        }
        while chunk.has_remaining() {
            let part = chunk.chunk();
            all.extend_from_slice(part);
            let length = part.len();
            chunk.advance(length);
        }
    }
    Ok(Bytes::from(all))
}

/// Runs the handler away from the async threads: scripts are synchronous and may nest deeply.
async fn answer(core: Arc<Core>, request: Request) -> Response {
    let (send, receive) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("instance-request".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let _ = send.send(route(&core, &request));
        });
    let failed = || Response::api_error(500, "Internal error", "the request thread failed");
    match spawned {
        Ok(_) => receive.await.unwrap_or_else(|_| failed()),
        Err(_) => failed(),
    }
}

fn route(core: &Arc<Core>, request: &Request) -> Response {
    if core.hibernating.load(Ordering::SeqCst) {
        return login::hibernating();
    }
    let path = request.path.as_str();
    let response = if path == "/oauth_token.do" {
        login::oauth_token(core, request)
    } else if path.starts_with("/api/") {
        api(core, request)
    } else {
        pages::route(core, request)
    };
    // Its own time, which need not be the time of the machine on which it is emulated.
    response
        .with_header("Date", &core.http_date())
        .with_header("X-Frame-Options", "SAMEORIGIN")
        .with_header("X-Content-Type-Options", "nosniff")
}

fn api(core: &Arc<Core>, request: &Request) -> Response {
    let segments: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["api", "now", "table", rest @ ..] | ["api", "now", "v1" | "v2", "table", rest @ ..] => {
            table_api::route(core, request, rest)
        }
        ["api", "now" | "sn_cicd", ..] => {
            let what = format!("{} {}", request.method, request.path);
            core.refuse(&what);
            Response::api_error(500, "Not emulated", &what)
        }
        _ => scripted_rest::route(core, request),
    }
}
