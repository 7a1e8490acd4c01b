//! Company sign-in: the page before it, the way to the identity provider, and the way back.
//!
//! **There**: the button is a form of our own, and its answer is a page that opens the provider's address by itself
//! (the header `Refresh`, which needs no script). It is not a redirect, because browsers apply the `form-action` of
//! our content security policy to every redirect that follows a form, also to those by which a provider passes people
//! on to another one, whose address we cannot know. So the policy stays as strict as on every page.
//!
//! **Back**: the provider sends the browser here with a GET from another site, and browsers keep `SameSite=Strict`
//! cookies back then. Rather than to weaken the session's cookie, that GET changes nothing and looks at nothing: it
//! answers with a form of our own that carries the provider's answer and sends itself (a press of its button does the
//! same without scripts). The POST comes from our own site, with the cookie, and only then the answer is looked at, in
//! the session that asked for it. A page of another site that opens this address achieves nothing: the answer that it
//! brings is not to a question of this session.

use askama::Template;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::form::Form;
use super::guard::TOKEN_FIELD;
use super::pages::{self, Frame, StepPage};
use super::refusal::Refusal;
use super::{Visit, guard};
use crate::identity::oidc::Answer;
use crate::locale::{Locale, Strong, Texts};
use crate::service::error::LinkProblem;
use crate::service::portal::sign_in::{self, Arrival, Departure, Trouble};
use crate::service::portal::{Page, Request, Step};
use crate::web::assets::{ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;

/// The field of the form that brings the provider's answer back.
const ANSWER_FIELD: &str = "answer";

#[derive(Template)]
#[template(path = "portal/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    t: Texts,
    request: &'a Request,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
    provider: &'a str,
}

#[derive(Template)]
#[template(path = "portal/sign_in_leave.html")]
struct LeavePage<'a> {
    frame: Frame,
    t: Texts,
    provider: &'a str,
    address: &'a str,
}

#[derive(Template)]
#[template(path = "portal/sign_in_back.html")]
struct BackPage<'a> {
    frame: Frame,
    t: Texts,
    action: &'a str,
    answer: &'a str,
}

/// The page before the sign-in.
pub fn question(status: StatusCode, view: &StepPage<'_>, provider: &str) -> Response {
    let page = view.page();
    let t = view.frame.t;
    pages::render(
        status,
        &SignInPage {
            frame: view.frame.clone(),
            t,
            request: &page.request,
            step_label: t.step(page.step_number, page.steps),
            step_number: page.step_number,
            steps: page.steps,
            form_token: view.form_token(),
            error: view.error.as_deref(),
            provider,
        },
    )
}

/// "Go to …".
pub async fn depart(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let service = &visit.service;
    let session = guard::posted_session(&visit.headers, form, &service.config.keys)?;
    Ok(match sign_in::depart(service, &session).await? {
        Departure::To(address, page) => leave(visit, &page, address.as_str()),
        Departure::Down(page) => {
            with_error(visit, &session, &page, |t, provider, _| t.sign_in_down(provider))
        }
        Departure::TooOften(page) => with_error(visit, &session, &page, |t, _, company| {
            t.sign_in_too_often(company)
        }),
        Departure::NotAsked => html::see_other("/verify"),
    })
}

fn leave(visit: &Visit, page: &Page, address: &str) -> Response {
    let Step::CompanySignIn { provider } = &page.step else {
        return html::see_other("/verify");
    };
    let frame = Frame::of(visit, &page.request);
    let mut response = pages::render(
        StatusCode::OK,
        &LeavePage {
            t: frame.t,
            frame,
            provider,
            address,
        },
    );
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={address}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

/// The provider sent the browser back. Nothing is looked at yet.
pub fn back(visit: &Visit, query: &str) -> Response {
    let frame = Frame::without_request(visit);
    pages::render(
        StatusCode::OK,
        &BackPage {
            t: frame.t,
            frame,
            action: visit.path.as_str(),
            answer: query,
        },
    )
}

/// The answer, from our own page.
pub async fn arrive(visit: &Visit, instance: &str, form: &Form) -> Result<Response, Refusal> {
    // The answer's own state takes the place of the form token: it must be one that this session asked for.
    let session = guard::session(&visit.headers).ok_or(LinkProblem::NoSession)?;
    let answer = Answer::parse(form.get(ANSWER_FIELD));
    Ok(
        match sign_in::arrive(&visit.service, &session, instance, &answer).await? {
            Arrival::Taken => html::see_other("/verify"),
            Arrival::Refused(page, trouble) => {
                with_error(visit, &session, &page, |t, provider, _| match trouble {
                    Trouble::Down => t.sign_in_down(provider),
                    Trouble::Declined => t.sign_in_declined(),
                    Trouble::Void => t.sign_in_void(),
                })
            }
        },
    )
}

/// The question again, with what went wrong. Where something else is asked by now, that is shown instead.
fn with_error(
    visit: &Visit,
    session: &str,
    page: &Page,
    error: impl FnOnce(Texts, &str, &str) -> String,
) -> Response {
    let Step::CompanySignIn { provider } = &page.step else {
        return html::see_other("/verify");
    };
    let token = guard::form_token(&visit.service.config.keys, session);
    let mut view = StepPage::new(visit, page, token);
    view.error = Some(error(view.frame.t, provider, &page.request.company));
    question(StatusCode::UNPROCESSABLE_ENTITY, &view, provider)
}
