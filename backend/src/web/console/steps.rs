//! What comes after the password: the second factor, a password of one's own, the first factor of an admin. One page,
//! which shows what is missing; a session that has got no further opens nothing else.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::pages::{self, Failure};
use super::request::{Form, Request};
use super::{cookies, enrol, next, sign_in};
use crate::keys::equal;
use crate::service::Service;
use crate::service::console::{self, AccountError, Entry, Holder, Partial, SignInError, Stage, Ways};
use crate::web::assets;

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A code of the authenticator app, or a recovery code.
    Code,
    /// The wish to use a passkey.
    AskPasskey,
    /// What it signed.
    Passkey,
    /// A password of one's own.
    Password,
    /// The wish for an authenticator app.
    BeginApp,
    /// Its first code.
    AddApp,
    /// The wish for a passkey.
    AskNewPasskey,
    /// The passkey.
    AddPasskey,
}

#[derive(Template)]
#[template(path = "console/factor.html")]
struct FactorPage {
    css: &'static str,
    js: &'static str,
    ways: Ways,
    icon: &'static str,
    user: String,
    next: String,
    form_token: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "console/choose_password.html")]
struct PasswordPage {
    css: &'static str,
    icon: &'static str,
    user: String,
    next: String,
    form_token: String,
    problem: Option<String>,
}

/// The path of the page, with where to go afterwards.
pub fn path(wanted: Option<&str>) -> String {
    match wanted.filter(|wanted| *wanted != next::DEFAULT) {
        Some(wanted) => {
            let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            format!("/console/sign-in/next?next={next}")
        }
        None => "/console/sign-in/next".into(),
    }
}

/// Sets the cookie of a session that began, and leads to what is missing or to what was wanted.
pub fn go_on(entry: &Entry, wanted: &str) -> Response {
    let mut response = match entry.stage {
        Some(_) => pages::see_other(&path(Some(wanted))),
        None => pages::see_other(wanted),
    };
    cookies::set(&mut response, cookies::SESSION, &entry.cookie.0);
    response
}

/// Shows what is missing.
pub async fn show(service: &Service, request: &Request, partial: &Partial) -> Result<Response, Failure> {
    let wanted = request.field("next");
    let wanted = wanted.as_deref().and_then(next::parse).unwrap_or(next::DEFAULT);
    page(service, partial, wanted, StatusCode::OK, None).await
}

async fn page(
    service: &Service,
    partial: &Partial,
    wanted: &str,
    status: StatusCode,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let (css, icon) = (assets::CONSOLE_CSS.href(), assets::ICON.href());
    let (user, next) = (partial.user.name.clone(), wanted.to_owned());
    let form_token = service.config.keys.form_token(&partial.cookie_digest);
    match partial.stage {
        Stage::Factor => {
            let page = FactorPage {
                css,
                js: assets::FACTORS_JS.href(),
                ways: console::ways(service, &partial.user).await?,
                icon,
                user,
                next,
                form_token,
                problem,
            };
            pages::render(status, &page)
        }
        Stage::Password => {
            let page = PasswordPage {
                css,
                icon,
                user,
                next,
                form_token,
                problem,
            };
            pages::render(status, &page)
        }
        Stage::Enrolment => enrol::offer(service, partial, wanted, problem),
    }
}

/// Gives what is missing.
pub async fn submit(
    service: &Service,
    request: &Request,
    partial: &Partial,
    step: Step,
    form: Form,
) -> Result<Response, Failure> {
    let expected = service.config.keys.form_token(&partial.cookie_digest);
    if !equal(form.get("form_token"), &expected) {
        return Err(Failure::Forged);
    }
    let wanted = next::parse(form.get("next")).unwrap_or(next::DEFAULT).to_owned();
    let asked = match step {
        Step::Code | Step::AskPasskey | Step::Passkey => Stage::Factor,
        Step::Password => Stage::Password,
        Step::BeginApp | Step::AddApp | Step::AskNewPasskey | Step::AddPasskey => Stage::Enrolment,
    };
    if asked != partial.stage {
        // A page from before: what is asked by now is shown.
        return Ok(pages::see_other(&path(Some(&wanted))));
    }
    let client = request.who();
    match step {
        Step::Code => {
            let answered = console::answer_code(service, partial, form.get("code"), client).await;
            answer(service, partial, &wanted, answered).await
        }
        Step::AskPasskey => {
            let asked = console::ask_passkey(service, partial).await?;
            asked.map(enrol::json).ok_or(Failure::NotFound)
        }
        Step::Passkey => {
            let answered = console::answer_passkey(service, partial, form.get("credential"), client).await;
            answer(service, partial, &wanted, answered).await
        }
        Step::AskNewPasskey => enrol::ask_new_passkey(service, &Holder::Partial(partial)).await,
        Step::AddPasskey => {
            let holder = Holder::Partial(partial);
            let credential = form.get("credential");
            match console::add_passkey(service, &holder, "".into(), credential, &client).await {
                Ok(Some(added)) => enrol::show_added(service, &holder, added, &wanted),
                Ok(None) => enrol::offer(service, partial, &wanted, Some(enrol::NOT_ADDED.into())),
                Err(AccountError::Service(error)) => Err(error.into()),
                Err(error) => Err(Failure::Refused(sentence(&error.to_string()))),
            }
        }
        Step::Password => {
            if form.get("password") != form.get("again") {
                let problem = "The two passwords are not the same. Enter them again.";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return page(service, partial, &wanted, status, Some(problem.into())).await;
            }
            let new = form.get("password").into();
            let problem = match console::choose_password(service, partial, new, &client).await {
                Ok(entry) => return Ok(go_on(&entry, &wanted)),
                Err(AccountError::Service(error)) => return Err(error.into()),
                Err(AccountError::Confirm(error)) => {
                    return answer(service, partial, &wanted, Err(error)).await;
                }
                Err(problem) => sentence(&problem.to_string()),
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(service, partial, &wanted, status, Some(problem)).await
        }
        Step::BeginApp => enrol::begin(service, Holder::Partial(partial), &wanted, &client).await,
        Step::AddApp => {
            let code = form.get("code");
            enrol::confirm(service, Holder::Partial(partial), &wanted, code, &client).await
        }
    }
}

/// The answer to a second factor.
pub async fn answer(
    service: &Service,
    partial: &Partial,
    wanted: &str,
    answered: Result<Entry, SignInError>,
) -> Result<Response, Failure> {
    let (status, problem, wait) = match answered {
        Ok(entry) => return Ok(go_on(&entry, wanted)),
        Err(SignInError::Service(error)) => return Err(error.into()),
        Err(SignInError::Refused) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This is not right, or it was used before. Try again; of an app, with its next code.".into(),
            None,
        ),
        Err(other) => sign_in::refusal(&other),
    };
    let mut response = page(service, partial, wanted, status, Some(problem)).await?;
    sign_in::retry_after(&mut response, wait);
    Ok(response)
}

/// A reason as a sentence.
pub fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let end = if reason.ends_with('.') { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}
