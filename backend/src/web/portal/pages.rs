//! From what a page says to its HTML. Askama escapes every value; nothing here is marked as safe.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::guard::TOKEN_FIELD;
use super::texts::{self, Notice, Tone};
use crate::service::Service;
use crate::service::portal::{self, Page, Request, Step};
use crate::web::assets::{ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;

/// Whose page it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    company: String,
    initials: String,
    support_contact: String,
}

impl Brand {
    fn new(company: &str, support_contact: &str) -> Self {
        let initials = company
            .split_whitespace()
            .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
        Self {
            company: company.to_owned(),
            initials: initials.take(2).flat_map(char::to_uppercase).collect(),
            support_contact: support_contact.to_owned(),
        }
    }

    /// The brand of a request.
    pub fn of(request: &Request) -> Self {
        Self::new(&request.company, &request.support_contact)
    }

    /// The brand of a service that works for one company only.
    pub fn only(service: &Service) -> Option<Self> {
        let mut instances = service.config.instances.values();
        match (instances.next(), instances.next()) {
            (Some(instance), None) => Some(Self::new(&instance.company, &instance.support_contact)),
            _ => None,
        }
    }
}

#[derive(Template)]
#[template(path = "portal/landing.html")]
struct Landing<'a> {
    brand: Option<Brand>,
    request: &'a Request,
    action: Option<&'static str>,
    token: &'a str,
    checks: Vec<String>,
}

/// Who asks, for what, and what will happen.
pub fn landing(landing: &portal::Landing, token: &str) -> Response {
    let request = &landing.request;
    let checks = landing
        .asks
        .iter()
        .map(|&kind| texts::check(kind, request))
        .collect();
    let action = request.action.map(texts::action);
    render(
        StatusCode::OK,
        &Landing {
            brand: Some(Brand::of(request)),
            request,
            action,
            token,
            checks,
        },
    )
}

#[derive(Template)]
#[template(path = "portal/not_me.html")]
struct AskToRefuse<'a> {
    brand: Option<Brand>,
    back: &'a str,
    form_token: &'a str,
}

/// The question before a verification is stopped. The form goes back to its own address.
pub fn ask_to_refuse(brand: Option<Brand>, back: &str, form_token: &str) -> Response {
    render(
        StatusCode::OK,
        &AskToRefuse {
            brand,
            back,
            form_token,
        },
    )
}

#[derive(Template)]
#[template(path = "portal/notice.html")]
struct NoticePage {
    brand: Option<Brand>,
    notice: Notice,
    leads_on: bool,
}

/// A page that only says something, and perhaps leads on to `/verify`.
pub fn notice(status: StatusCode, brand: Option<Brand>, notice: Notice, leads_on: bool) -> Response {
    render(
        status,
        &NoticePage {
            brand,
            notice,
            leads_on,
        },
    )
}

/// What a page of the session shows.
pub struct StepPage<'a> {
    page: &'a Page,
    form_token: String,
    /// What was wrong with the last answer.
    pub error: Option<String>,
    /// True right after a new code was asked for.
    pub code_on_its_way: bool,
}

impl<'a> StepPage<'a> {
    /// A page without an error.
    pub const fn new(page: &'a Page, form_token: String) -> Self {
        Self {
            page,
            form_token,
            error: None,
            code_on_its_way: false,
        }
    }
}

#[derive(Template)]
#[template(path = "portal/number.html")]
struct NumberPage<'a> {
    brand: Option<Brand>,
    request: &'a Request,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "portal/code.html")]
struct CodePage<'a> {
    brand: Option<Brand>,
    request: &'a Request,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
    contact: &'a str,
    is_valid: bool,
    resend_in: Option<u32>,
    wait: String,
    on_its_way: bool,
}

/// The current question, or the end.
pub fn step(status: StatusCode, view: &StepPage<'_>) -> Response {
    let Page {
        request,
        step_number,
        steps,
        step,
        ..
    } = view.page;
    let brand = Some(Brand::of(request));
    let (step_number, steps, step_label) = (*step_number, *steps, texts::step(*step_number, *steps));
    let (form_token, error) = (view.form_token.as_str(), view.error.as_deref());
    match step {
        Step::CallNumber { .. } => render(
            status,
            &NumberPage {
                brand,
                request,
                step_label,
                step_number,
                steps,
                form_token,
                error,
            },
        ),
        Step::OnFileCode {
            contact,
            code_is_valid,
            resend_in,
            ..
        } => {
            let page = CodePage {
                brand,
                request,
                step_label,
                step_number,
                steps,
                form_token,
                error,
                contact,
                is_valid: *code_is_valid,
                resend_in: *resend_in,
                wait: texts::wait(resend_in.unwrap_or(0)),
                on_its_way: view.code_on_its_way,
            };
            render(status, &page)
        }
        Step::Finished(ending) => notice(status, brand, texts::ending(*ending, request), false),
    }
}

fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(body) => html::page(status, body),
        Err(error) => {
            // Writing into a String does not fail; should it ever, nothing half-written leaves.
            tracing::error!(%error, "a page could not be written");
            html::page(StatusCode::INTERNAL_SERVER_ERROR, String::new())
        }
    }
}
