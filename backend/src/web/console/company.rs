//! Signing in at the company's provider.
//!
//! **There**: the button's answer is a page that opens the provider's address by itself (the header `Refresh`, which
//! needs no script) and not a redirect: browsers apply `form-action` to every redirect that follows a form, also to those
//! by which a provider passes people on.
//!
//! **Back**: the provider sends the browser here with a GET, and the cookies of the console come along, because they are
//! `SameSite=Lax`. The answer counts only with the cookie of the browser that asked, and once; a page of another site
//! that opens this address achieves nothing.

use askama::Template;
use warp::http::{HeaderValue, Method, StatusCode, header};
use warp::reply::Response;

use super::pages::{self, Failure};
use super::request::{Form, Request};
use super::{cookies, next, sign_in, steps};
use crate::identity::oidc::Answer;
use crate::keys::sha256_hex;
use crate::service::Service;
use crate::service::console::{self, Trouble, Visitor};
use crate::web::assets;

#[derive(Template)]
#[template(path = "console/leave.html")]
struct LeavePage<'a> {
    css: &'static str,
    icon: &'static str,
    provider: &'a str,
    address: &'a str,
}

fn visitor(request: &Request, browser: &str) -> Visitor {
    Visitor {
        browser_digest: sha256_hex(browser.as_bytes()),
        replaces: cookies::read(&request.headers, cookies::SESSION)
            .map(|cookie| sha256_hex(cookie.as_bytes())),
        client: request.who(),
    }
}

/// Off to the provider.
pub async fn depart(service: &Service, request: &Request, form: Form) -> Result<Response, Failure> {
    let wanted = next::parse(form.get("next")).unwrap_or(next::DEFAULT).to_owned();
    let instance = form.get("instance").to_owned();
    let Some(browser) = sign_in::browser_of(service, request, &form) else {
        return problem(service, request, instance, &wanted, None);
    };
    let visitor = visitor(request, browser);
    match console::depart_to_company(service, &instance, &wanted, visitor).await? {
        Ok(address) => leave(service, &instance, address.as_str()),
        Err(trouble) => problem(service, request, instance, &wanted, Some(trouble)),
    }
}

fn leave(service: &Service, instance: &str, address: &str) -> Result<Response, Failure> {
    let offered = console::company_sign_in(service, instance);
    let page = LeavePage {
        css: assets::CONSOLE_CSS.href(),
        icon: assets::ICON.href(),
        provider: offered.map_or("your company", |(_, settings)| &settings.provider.name),
        address,
    };
    let mut response = pages::render(StatusCode::OK, &page)?;
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={address}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    Ok(response)
}

/// Back from the provider.
pub async fn arrive(service: &Service, request: &Request, instance: &str) -> Result<Response, Failure> {
    if request.method == Method::HEAD {
        // Looking changes nothing.
        return Ok(pages::see_other("/console/sign-in"));
    }
    let Some(browser) = cookies::read(&request.headers, cookies::FORM) else {
        return problem(
            service,
            request,
            String::new(),
            next::DEFAULT,
            Some(Trouble::Void),
        );
    };
    let visitor = visitor(request, browser);
    let answer = Answer::parse(&request.query);
    match console::arrive_from_company(service, instance, &answer, visitor).await? {
        Ok((entry, wanted)) => {
            let wanted = next::parse(&wanted).unwrap_or(next::DEFAULT);
            let mut response = steps::go_on(&entry, wanted);
            cookies::remove(&mut response, cookies::FORM);
            Ok(response)
        }
        Err(trouble) => problem(
            service,
            request,
            instance.to_owned(),
            next::DEFAULT,
            Some(trouble),
        ),
    }
}

/// The sign-in form again, with what went wrong.
fn problem(
    service: &Service,
    request: &Request,
    instance: String,
    wanted: &str,
    trouble: Option<Trouble>,
) -> Result<Response, Failure> {
    let refused = StatusCode::FORBIDDEN;
    let (status, why) = match trouble {
        None => (refused, sign_in::STALE),
        Some(Trouble::NotOffered) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Company sign-in is not set up for this organisation. Check its short name, or sign in with a password.",
        ),
        Some(Trouble::Down) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in of your company cannot be reached at the moment. Try again in a few minutes.",
        ),
        Some(Trouble::Declined) => (
            refused,
            "The sign-in was ended at your company. Try again, or ask your IT department whether you may use this application.",
        ),
        Some(Trouble::Void) => (
            refused,
            "This sign-in took too long, was used before, or began in another browser. Try again.",
        ),
        Some(Trouble::NoRole) => (
            refused,
            "You signed in at your company, but none of your groups may use this console. Ask an administrator of the console.",
        ),
        Some(Trouble::NoName) => (
            refused,
            "Your company did not say a user name that can be used here. Ask an administrator of the console.",
        ),
        Some(Trouble::NameTaken) => (
            refused,
            "There is a user with a password and your name already. An administrator of the console has to remove or rename it first.",
        ),
        Some(Trouble::Disabled) => (
            refused,
            "Your user is disabled. Ask an administrator of the console.",
        ),
    };
    sign_in::form_with(
        service,
        request,
        status,
        (instance, wanted.to_owned(), why.to_owned()),
    )
}
