//! Signing in and out.

use askama::Template;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::pages::{self, Failure};
use super::request::{Form, Request};
use super::{cookies, held, next, signed_in, steps};
use crate::keys::{equal, hex, sha256_hex};
use crate::ports::random;
use crate::service::console::{self, Credentials, Held, SignInError, only_instance};
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
    /// What the button for company sign-in says, where it can be had.
    company: Option<String>,
    /// The fields for name and password are shown.
    has_password: bool,
}

/// Why a form is refused that this browser was not shown, or not lately.
pub const STALE: &str =
    "This page was open for too long, or cookies are switched off. Enter your password again.";

/// What the form is shown with.
#[derive(Default)]
struct Shown {
    instance: String,
    name: String,
    next: String,
    problem: Option<String>,
    signed_out: bool,
    /// Somebody with a password of this service wants in, although the company's sign-in is the usual way.
    wants_password: bool,
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
    let wants_password = request.field("password").is_some();
    form(
        service,
        request,
        StatusCode::OK,
        Shown {
            next: wanted,
            signed_out,
            wants_password,
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
    let several = only_instance(service).is_none();
    let any = service.config.instances.values();
    let offered = console::company_sign_in(service, "").map(|(_, settings)| settings);
    let company = match offered {
        Some(settings) => Some(format!("Sign in with {}", settings.provider.name)),
        // Which organisations have it is not told to strangers.
        None if several && any.clone().any(|one| one.console_sign_in.is_some()) => {
            Some("Sign in at your company".to_owned())
        }
        None => None,
    };
    let page = Page {
        has_password: shown.wants_password || offered.is_none_or(|settings| settings.local_sign_in),
        company,
        css: assets::CONSOLE_CSS.href(),
        icon: assets::ICON.href(),
        asks_instance: several,
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

/// The form with what went wrong elsewhere: the organisation, where to go, and why not.
pub fn form_with(
    service: &Service,
    request: &Request,
    status: StatusCode,
    (instance, next, problem): (String, String, String),
) -> Result<Response, Failure> {
    let shown = Shown {
        instance,
        next,
        problem: Some(problem),
        ..Shown::default()
    };
    form(service, request, status, shown)
}

/// What names the browser, if a form comes from a page that was shown to it.
pub fn browser_of<'a>(service: &Service, request: &'a Request, fields: &Form) -> Option<&'a str> {
    let cookie = cookies::read(&request.headers, cookies::FORM)?;
    equal(fields.get("form_token"), &form_token(service, cookie)).then_some(cookie)
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
        wants_password: true,
    };
    if browser_of(service, request, &fields).is_none() {
        return form(service, request, StatusCode::FORBIDDEN, shown(STALE.into()));
    }
    let credentials = Credentials {
        instance: fields.get("instance").to_owned(),
        name: fields.get("name").to_owned(),
        password: fields.get("password").into(),
        client: request.who(),
        replaces: cookies::read(&request.headers, cookies::SESSION)
            .map(|cookie| sha256_hex(cookie.as_bytes())),
    };
    let (status, problem, wait) = match console::sign_in(service, credentials).await {
        Ok(entry) => {
            let mut response = steps::go_on(&entry, &wanted);
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
        Err(other) => refusal(&other),
    };
    let mut response = form(service, request, status, shown(problem))?;
    retry_after(&mut response, wait);
    Ok(response)
}

/// Why an attempt was turned away, whatever it was an attempt at.
pub fn refusal(error: &SignInError) -> (StatusCode, String, Option<u32>) {
    match error {
        SignInError::TooEarly(seconds) => (
            StatusCode::TOO_MANY_REQUESTS,
            format!(
                "There were too many attempts. Wait {}, then try again.",
                time(*seconds)
            ),
            Some(*seconds),
        ),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Many people are signing in at the moment. Try again in a few seconds.".into(),
            Some(5),
        ),
    }
}

fn time(seconds: u32) -> String {
    match seconds {
        1 => "1 second".into(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// Says when the next attempt will be looked at.
pub fn retry_after(response: &mut Response, wait: Option<u32>) {
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Signs out. Without a session there is nothing to do; a session ends only by its own form.
pub async fn sign_out(service: &Service, request: &Request, fields: Form) -> Result<Response, Failure> {
    if let Some(held) = held(service, request).await? {
        let digest = match &held {
            Held::Complete(session) => &session.cookie_digest,
            Held::Partial(partial) => &partial.cookie_digest,
        };
        if !equal(fields.get("form_token"), &service.config.keys.form_token(digest)) {
            return Err(Failure::Forged);
        }
        console::sign_out(service, held, request.client.clone()).await?;
    }
    let mut response = pages::see_other("/console/sign-in?signed-out");
    cookies::remove(&mut response, cookies::SESSION);
    Ok(response)
}
