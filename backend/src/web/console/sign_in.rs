//! Signing in and out.

use askama::Template;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::pages::{self, Failure};
use super::request::{Form, Request};
use super::{cookies, next, signed_in};
use crate::keys::{equal, hex, sha256_hex};
use crate::ports::random;
use crate::service::console::{self, Credentials, SignInError, only_instance};
use crate::service::{Service, ServiceError};
use crate::web::assets;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct Page {
    css: &'static str,
    icon: &'static str,
    /// Ask for the instance only where there are several; their names are not shown to strangers.
    asks_instance: bool,
    instance: String,
    name: String,
    next: String,
    form_token: String,
    problem: Option<String>,
    signed_out: bool,
}

/// What the form is shown with.
#[derive(Default)]
struct Shown {
    instance: String,
    name: String,
    next: String,
    problem: Option<String>,
    signed_out: bool,
}

/// The path of the sign-in page, with where to go afterwards.
pub fn path(wanted: Option<&str>) -> String {
    match wanted
        .and_then(next::parse)
        .filter(|wanted| *wanted != next::DEFAULT)
    {
        Some(wanted) => {
            let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            format!("/console/sign-in?next={next}")
        }
        None => "/console/sign-in".into(),
    }
}

/// Shows the form; whoever is signed in goes on at once.
pub async fn show(service: &Service, request: &Request) -> Result<Response, Failure> {
    let wanted = request
        .field("next")
        .as_deref()
        .and_then(next::parse)
        .unwrap_or(next::DEFAULT)
        .to_owned();
    if signed_in(service, request).await?.is_some() {
        return Ok(pages::see_other(&wanted));
    }
    let signed_out = request.query == "signed-out";
    form(
        service,
        request,
        StatusCode::OK,
        Shown {
            next: wanted,
            signed_out,
            ..Shown::default()
        },
    )
}

fn form(service: &Service, request: &Request, status: StatusCode, shown: Shown) -> Result<Response, Failure> {
    // One cookie for all tabs: opening a second sign-in page must not spoil the first.
    let (cookie, is_new) = match cookies::read(&request.headers, cookies::FORM) {
        Some(cookie) => (cookie.to_owned(), false),
        None => (
            hex(&random::<32>(service.entropy.as_ref()).map_err(ServiceError::from)?),
            true,
        ),
    };
    let page = Page {
        css: assets::CONSOLE_CSS.href(),
        icon: assets::ICON.href(),
        asks_instance: only_instance(service).is_none(),
        instance: shown.instance,
        name: shown.name,
        next: shown.next,
        form_token: form_token(service, &cookie),
        problem: shown.problem,
        signed_out: shown.signed_out,
    };
    let mut response = pages::render(status, &page)?;
    if is_new {
        cookies::set(&mut response, cookies::FORM, &cookie);
    }
    Ok(response)
}

fn form_token(service: &Service, cookie: &str) -> String {
    service.config.keys.form_token(&sha256_hex(cookie.as_bytes()))
}

/// Signs in.
pub async fn submit(service: &Service, request: &Request, fields: Form) -> Result<Response, Failure> {
    let wanted = next::parse(fields.get("next"))
        .unwrap_or(next::DEFAULT)
        .to_owned();
    let shown = |problem: String| Shown {
        instance: fields.get("instance").to_owned(),
        name: fields.get("name").to_owned(),
        next: wanted.clone(),
        problem: Some(problem),
        signed_out: false,
    };
    let from_our_page = cookies::read(&request.headers, cookies::FORM)
        .is_some_and(|cookie| equal(fields.get("form_token"), &form_token(service, cookie)));
    if !from_our_page {
        let problem =
            "This page was open for too long, or cookies are switched off. Enter your password again.";
        return form(service, request, StatusCode::FORBIDDEN, shown(problem.into()));
    }
    let credentials = Credentials {
        instance: fields.get("instance").to_owned(),
        name: fields.get("name").to_owned(),
        password: fields.get("password").into(),
        client_address: request.client.clone(),
        replaces: cookies::read(&request.headers, cookies::SESSION)
            .map(|cookie| sha256_hex(cookie.as_bytes())),
    };
    let (status, problem, wait) = match console::sign_in(service, credentials).await {
        Ok(cookie) => {
            let mut response = pages::see_other(&wanted);
            cookies::set(&mut response, cookies::SESSION, &cookie.0);
            cookies::remove(&mut response, cookies::FORM);
            return Ok(response);
        }
        Err(SignInError::Service(error)) => return Err(error.into()),
        Err(SignInError::Refused) => {
            let several = only_instance(service).is_none();
            let what = if several {
                "The organisation, the user name"
            } else {
                "The user name"
            };
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("{what} or the password is not right. Check each of them and try again."),
                None,
            )
        }
        Err(SignInError::TooEarly(seconds)) => {
            let unit = if seconds == 1 { "second" } else { "seconds" };
            let problem = format!("There were too many attempts. Wait {seconds} {unit}, then try again.");
            (StatusCode::TOO_MANY_REQUESTS, problem, Some(seconds))
        }
        Err(SignInError::Busy) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Many people are signing in at the moment. Try again in a few seconds.".into(),
            Some(5),
        ),
    };
    let mut response = form(service, request, status, shown(problem))?;
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Signs out. Without a session there is nothing to do; a session ends only by its own form.
pub async fn sign_out(service: &Service, request: &Request, fields: Form) -> Result<Response, Failure> {
    if let Some(session) = signed_in(service, request).await? {
        if !equal(
            fields.get("form_token"),
            &service.config.keys.form_token(&session.cookie_digest),
        ) {
            return Err(Failure::Forged);
        }
        console::sign_out(service, session, request.client.clone()).await?;
    }
    let mut response = pages::see_other("/console/sign-in?signed-out");
    cookies::remove(&mut response, cookies::SESSION);
    Ok(response)
}
