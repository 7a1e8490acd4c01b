//! The console: pages for the people who investigate, rendered on the server and usable without scripts.
//!
//! One filter takes everything under `/console`; below it, [`Route`] is the whole table of paths and methods. Nothing
//! is ever a rejection: what does not exist, is not allowed or fails has a page of its own.

mod badge;
mod cookies;
mod details;
mod findings;
mod next;
mod pages;
pub mod report;
mod request;
mod sign_in;
mod timeline;
mod verifications;
mod words;

use std::net::SocketAddr;

use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method};
use warp::reply::Response;
use warp::{Filter as _, Stream};

use crate::service::console::{Session, session};
use crate::service::{Service, ServiceError};

use pages::Failure;
use request::Request;

/// Everything under `/console`.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path("console")
        .and(warp::path::tail())
        .and(warp::method())
        .and(warp::query::raw().or(warp::any().map(String::new)).unify())
        .and(warp::header::headers_cloned())
        .and(warp::addr::remote())
        .and(warp::body::stream())
        .then(
            move |tail: warp::path::Tail,
                  method,
                  query,
                  headers: HeaderMap,
                  peer: Option<SocketAddr>,
                  body| {
                let service = service.clone();
                async move {
                    let proxies = &service.config.server.trusted_proxies;
                    let request = Request::new(method, tail.as_str(), query, headers, peer, proxies);
                    answer(&service, &request, body)
                        .await
                        .unwrap_or_else(|failure| pages::failure(&failure))
                }
            },
        )
        .boxed()
}

/// The paths of the console.
enum Route<'a> {
    Home,
    SignIn,
    SignOut,
    Verifications,
    Verification(&'a str),
    Report(&'a str, report::Form),
}

impl<'a> Route<'a> {
    fn find(path: &'a str) -> Option<Self> {
        match path {
            "" => Some(Self::Home),
            "sign-in" => Some(Self::SignIn),
            "sign-out" => Some(Self::SignOut),
            "verifications" => Some(Self::Verifications),
            _ => {
                let id = path.strip_prefix("verifications/").filter(|id| !id.is_empty())?;
                let report = report::find(id).map(|(id, form)| Self::Report(id, form));
                Some(report.unwrap_or(Self::Verification(id)))
            }
        }
    }

    const fn methods(&self) -> &'static str {
        match self {
            Self::SignIn => "GET, HEAD, POST",
            Self::SignOut => "POST",
            Self::Home | Self::Verifications | Self::Verification(_) | Self::Report(..) => "GET, HEAD",
        }
    }
}

async fn answer<S, B>(service: &Service, request: &Request, body: S) -> Result<Response, Failure>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: warp::Buf,
{
    let route = Route::find(&request.path).ok_or(Failure::NotFound)?;
    let reads = request.method == Method::GET || request.method == Method::HEAD;
    let posts = request.method == Method::POST;
    match route {
        Route::Home if reads => Ok(pages::see_other(next::DEFAULT)),
        Route::SignIn if reads => sign_in::show(service, request).await,
        Route::SignIn if posts => sign_in::submit(service, request, request.form(body).await?).await,
        Route::SignOut if posts => sign_in::sign_out(service, request, request.form(body).await?).await,
        Route::Verifications if reads => match signed_in(service, request).await? {
            Some(session) => verifications::show(service, request, &session).await,
            None => Ok(to_sign_in(request)),
        },
        Route::Verification(id) if reads => match signed_in(service, request).await? {
            Some(session) => details::show(service, request, &session, id).await,
            None => Ok(to_sign_in(request)),
        },
        Route::Report(id, form) if reads => match signed_in(service, request).await? {
            Some(session) => report::show(service, request, &session, id, form).await,
            None => Ok(to_sign_in(request)),
        },
        _ => Err(Failure::Method(route.methods())),
    }
}

/// The session of the request's cookie, if it runs.
async fn signed_in(service: &Service, request: &Request) -> Result<Option<Session>, ServiceError> {
    match cookies::read(&request.headers, cookies::SESSION) {
        Some(cookie) => session(service, cookie).await,
        None => Ok(None),
    }
}

fn to_sign_in(request: &Request) -> Response {
    let mut wanted = format!("/console/{}", request.path);
    if !request.query.is_empty() {
        wanted = format!("{wanted}?{}", request.query);
    }
    pages::see_other(&sign_in::path(Some(&wanted)))
}

#[cfg(test)]
mod tests;
