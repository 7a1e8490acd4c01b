//! Adding an authenticator app, on the way in or from one's own account, and the recovery codes that come with it.

use askama::Template;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::pages::{self, Failure};
use super::{cookies, steps};
use crate::service::Service;
use crate::service::console::{self, AccountError, Added, AppToAdd, Client, Entry, Holder, Partial, Session};
use crate::web::{assets, html};

/// Why there is no new passkey.
pub const NOT_ADDED: &str = "No passkey was added. Try again, or set up an authenticator app.";

/// Where somebody goes on who adds a factor to their account.
pub const ACCOUNT: &str = "/console/account";

#[derive(Template)]
#[template(path = "console/set_up.html")]
struct OfferPage {
    css: &'static str,
    js: &'static str,
    can_have_passkeys: bool,
    icon: &'static str,
    user: String,
    next: String,
    form_token: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "console/add_app.html")]
struct AppPage {
    css: &'static str,
    icon: &'static str,
    user: String,
    next: String,
    form_token: String,
    /// Below `/console/`.
    action: &'static str,
    app: AppToAdd,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/codes.html")]
struct CodesPage {
    css: &'static str,
    js: &'static str,
    icon: &'static str,
    user: String,
    company: String,
    heading: &'static str,
    codes: Vec<String>,
    next: String,
}

/// Tells an admin that they need a factor.
pub fn offer(
    service: &Service,
    partial: &Partial,
    wanted: &str,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let page = OfferPage {
        css: assets::CONSOLE_CSS.href(),
        js: assets::FACTORS_JS.href(),
        can_have_passkeys: console::can_have_passkeys(service, &partial.user),
        icon: assets::ICON.href(),
        user: partial.user.name.clone(),
        next: wanted.to_owned(),
        form_token: service.config.keys.form_token(&partial.cookie_digest),
        problem,
    };
    pages::render(StatusCode::OK, &page)
}

/// Makes the key of an app on the way in, and shows it. It is the answer to the form and not a page of its own, so that
/// the key is in no history.
pub async fn begin(
    service: &Service,
    holder: Holder<'_>,
    wanted: &str,
    client: &Client,
) -> Result<Response, Failure> {
    match console::begin_app(service, &holder, "".into(), client).await {
        Ok(()) => waiting(service, &holder, wanted, None).await,
        Err(AccountError::Service(error)) => Err(error.into()),
        Err(error) => Err(Failure::Refused(steps::sentence(&error.to_string()))),
    }
}

/// The app of somebody who is signed in that waits for its first code.
pub async fn show(service: &Service, session: &Session) -> Result<Response, Failure> {
    waiting(service, &Holder::Session(session), ACCOUNT, None).await
}

async fn waiting(
    service: &Service,
    holder: &Holder<'_>,
    wanted: &str,
    problem: Option<&'static str>,
) -> Result<Response, Failure> {
    let Some(app) = console::app_to_add(service, holder).await? else {
        // It has waited too long.
        return Ok(match holder {
            Holder::Session(_) => pages::see_other(ACCOUNT),
            Holder::Partial(_) => pages::see_other(&steps::path(Some(wanted))),
        });
    };
    let page = AppPage {
        css: assets::CONSOLE_CSS.href(),
        icon: assets::ICON.href(),
        user: holder.user().name.clone(),
        next: wanted.to_owned(),
        form_token: service.config.keys.form_token(holder.cookie_digest()),
        action: match holder {
            Holder::Session(_) => "account/app/code",
            Holder::Partial(_) => "sign-in/app/code",
        },
        app,
        problem,
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    pages::render(status, &page)
}

/// Keeps the app, if its code is right.
pub async fn confirm(
    service: &Service,
    holder: Holder<'_>,
    wanted: &str,
    code: &str,
    client: &Client,
) -> Result<Response, Failure> {
    if let Some(added) = console::add_app(service, &holder, code, client).await? {
        return show_added(service, &holder, added, wanted);
    }
    let problem = "This is not the code that the app shows now. Wait for the next one and enter it.";
    waiting(service, &holder, wanted, Some(problem)).await
}

/// What the script needs to make a passkey.
pub async fn ask_new_passkey(service: &Service, holder: &Holder<'_>) -> Result<Response, Failure> {
    let asked = console::ask_to_add_passkey(service, holder).await?;
    asked.map(json).ok_or(Failure::NotFound)
}

/// What a script asks for.
pub fn json(body: String) -> Response {
    let mut response = html::page(StatusCode::OK, body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What follows when a factor was added: recovery codes, if there are new ones.
pub fn show_added(
    service: &Service,
    holder: &Holder<'_>,
    added: Added,
    wanted: &str,
) -> Result<Response, Failure> {
    let Added { entry, codes } = added;
    if codes.is_empty() {
        return Ok(steps::go_on(&entry, wanted));
    }
    let mut response = show_codes(
        service,
        &holder.user().instance,
        &holder.user().name,
        ("Your second factor is set up", codes),
        wanted,
    )?;
    let Entry { cookie, .. } = entry;
    cookies::set(&mut response, cookies::SESSION, &cookie.0);
    Ok(response)
}

/// Shows recovery codes, this once.
pub fn show_codes(
    service: &Service,
    instance: &crate::verification::InstanceId,
    user: &str,
    (heading, codes): (&'static str, Vec<String>),
    wanted: &str,
) -> Result<Response, Failure> {
    let page = CodesPage {
        css: assets::CONSOLE_CSS.href(),
        js: assets::FACTORS_JS.href(),
        icon: assets::ICON.href(),
        user: user.to_owned(),
        company: service.instance(instance)?.company.clone(),
        heading,
        codes,
        next: wanted.to_owned(),
    };
    pages::render(StatusCode::OK, &page)
}
