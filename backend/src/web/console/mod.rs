//! The console: pages for the people who investigate, rendered on the server and usable without scripts.
//!
//! One filter takes everything under `/console`; below it, [`routes::ALL`] is the whole table of paths, methods and
//! roles. Nothing is ever a rejection: what does not exist, is not allowed or fails has a page of its own.

pub(in crate::web) mod about;
mod account;
mod action;
mod admin;
mod agents;
mod audit;
mod badge;
pub(in crate::web) mod bypasses;
mod chart;
mod columns;
mod company;
mod cookies;
mod details;
mod enrol;
pub(in crate::web) mod export;
mod filters;
mod findings;
mod news;
mod next;
mod overview;
mod pages;
pub mod report;
pub(in crate::web) mod request;
pub(in crate::web) mod routes;
mod saved;
mod sign_in;
mod steps;
pub(in crate::web) mod timeline;
mod upload;
mod verifications;
pub(in crate::web) mod view;
mod words;

use std::net::SocketAddr;

use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter as _, Stream};

use crate::service::console::{Action, Analyst, Held, Session, log, session};
use crate::service::{Service, ServiceError};

use pages::{Failure, Frame};
use request::Request;
use routes::{Page, Route};

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

async fn answer<S, B>(service: &Service, request: &Request, body: S) -> Result<Response, Failure>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: warp::Buf,
{
    let (route, part) = routes::find(&request.path, &request.method)?;
    match route.page {
        Page::Home => Ok(pages::see_other(next::DEFAULT)),
        Page::SignIn => sign_in::show(service, request).await,
        Page::SubmitSignIn => sign_in::submit(service, request, request.form(body).await?).await,
        Page::DepartToCompany => company::depart(service, request, request.form(body).await?).await,
        Page::ArriveFromCompany => company::arrive(service, request, part).await,
        Page::SignOut => sign_in::sign_out(service, request, request.form(body).await?).await,
        page => match held(service, request).await? {
            Some(Held::Complete(session)) => {
                allowed(service, request, &session, (route, part), page, body).await
            }
            Some(Held::Partial(partial)) => match page {
                Page::Step => steps::show(service, request, &partial).await,
                Page::SubmitStep(step) => {
                    steps::submit(service, request, &partial, step, request.form(body).await?).await
                }
                // Half a session opens nothing but its next step.
                _ => Ok(pages::see_other(&steps::path(next::parse(&wanted(request))))),
            },
            None => Ok(to_sign_in(request)),
        },
    }
}

/// A page for somebody who is signed in: checks the role, makes the page, and logs that it was made before it leaves.
async fn allowed<S, B>(
    service: &Service,
    request: &Request,
    session: &Session,
    (route, part): (&'static Route, &str),
    page: Page,
    body: S,
) -> Result<Response, Failure>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: warp::Buf,
{
    let client = || request.client.clone();
    if let Some(Err(forbidden)) = route.role.map(|least| session.require(least)) {
        let what = route.path.to_owned();
        log(service, session, Action::AccessRefused, what, client()).await?;
        return Err(forbidden.into());
    }
    let frame = Frame::new(service, session, page)?;
    let response = match page {
        Page::Verifications => verifications::show(service, request, session, frame).await?,
        Page::News => news::stream(service, request, session),
        Page::Export => export::stream(service, request, session, part)?,
        Page::Details => details::show(service, session, frame, part).await?,
        Page::Report(form) => report::show(service, request, Analyst::of(session)?, part, form).await?,
        Page::SaveView => saved::save(service, request, session, request.form(body).await?).await?,
        Page::RemoveView => saved::remove(service, request, session, request.form(body).await?).await?,
        Page::Overview => overview::show(service, request, session, frame).await?,
        Page::Bypasses => bypasses::show(service, request, session, frame).await?,
        Page::Agents => agents::show(service, request, session, frame).await?,
        Page::AuditLog => audit::show(service, request, session, frame).await?,
        Page::Account | Page::AddApp => account::read(service, request, session, frame, page).await?,
        Page::ChangeAccount(what) => {
            let entered = (what, request.form(body).await?);
            account::change(service, request, session, frame, entered).await?
        }
        // Whoever is signed in already has nothing more to prove.
        Page::Step | Page::SubmitStep(_) => pages::see_other(next::DEFAULT),
        Page::Home
        | Page::SignIn
        | Page::SubmitSignIn
        | Page::DepartToCompany
        | Page::ArriveFromCompany
        | Page::SignOut => return Err(Failure::NotFound),
        page => admin::answer(service, request, session, frame, (page, part), body).await?,
    };
    if let Some(action) = route.logs
        && response.status().is_success()
    {
        log(service, session, action, request.subject(part), client()).await?;
    }
    Ok(response)
}

/// What the request's cookie stands for, if its session runs.
async fn held(service: &Service, request: &Request) -> Result<Option<Held>, ServiceError> {
    match cookies::read(&request.headers, cookies::SESSION) {
        Some(cookie) => session(service, cookie).await,
        None => Ok(None),
    }
}

/// The session of the request's cookie, if it runs and nothing is missing from it.
async fn signed_in(service: &Service, request: &Request) -> Result<Option<Session>, ServiceError> {
    Ok(match held(service, request).await? {
        Some(Held::Complete(session)) => Some(session),
        Some(Held::Partial(_)) | None => None,
    })
}

/// The page that was asked for.
fn wanted(request: &Request) -> String {
    let wanted = format!("/console/{}", request.path);
    if request.query.is_empty() {
        wanted
    } else {
        format!("{wanted}?{}", request.query)
    }
}

fn to_sign_in(request: &Request) -> Response {
    pages::see_other(&sign_in::path(Some(&wanted(request))))
}

#[cfg(test)]
pub(crate) mod tests;
