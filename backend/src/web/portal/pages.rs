//! From what a page says to its HTML. Askama escapes every value; nothing here is marked as safe.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::guard::TOKEN_FIELD;
use super::notices::{self, Notice, Tone};
use super::{Visit, approval, factors, language, sign_in};
use crate::locale::{self, Locale, Strong, Texts};
use crate::service::Service;
use crate::service::look::Look;
use crate::service::portal::{self, Page, Request, Step};
use crate::web::assets::{ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::{brand, html};

/// Whose page it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    pub(super) company: String,
    pub(super) initials: String,
    pub(super) support_contact: String,
    /// The style sheet of its colour, if it has one.
    pub(super) style: Option<String>,
    /// Its logo, if this service has it.
    pub(super) logo: Option<String>,
}

impl Brand {
    fn new(look: &Look) -> Self {
        let company = &look.company;
        let initials = company
            .split_whitespace()
            .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
        Self {
            company: company.clone(),
            initials: initials.take(2).flat_map(char::to_uppercase).collect(),
            support_contact: look.support_contact.clone(),
            style: look.branding.colour.map(brand::style_href),
            logo: brand::logo_href(look),
        }
    }

    /// The brand of a request.
    pub fn of(service: &Service, request: &Request) -> Option<Self> {
        service.look(&request.instance).ok().map(|look| Self::new(&look))
    }

    /// The brand of a service that works for one company only.
    pub fn only(service: &Service) -> Option<Self> {
        match service.looks.all().as_slice() {
            [look] => Some(Self::new(look)),
            _ => None,
        }
    }
}

/// What stands around every page: whose it is, its language, and where the switch of languages leads back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub(super) brand: Option<Brand>,
    /// The words.
    pub t: Texts,
    pub(super) back: String,
    /// What the page's script compares to see that the page has changed; only on pages that may.
    pub(super) follow: Option<String>,
}

impl Frame {
    /// Around a page of a request. Who asks for no language of ours gets the company's.
    pub fn of(visit: &Visit, request: &Request) -> Self {
        let instance = visit.service.config.instances.get(&request.instance);
        let own = instance.map(|instance| instance.default_language);
        Self::new(visit, Brand::of(&visit.service, request), own)
    }

    /// Around a page that must not tell whose it is, unless the service works for one company only.
    pub fn without_request(visit: &Visit) -> Self {
        let mut instances = visit.service.config.instances.values();
        let own = instances.next().filter(|_| instances.next().is_none());
        let own = own.map(|instance| instance.default_language);
        Self::new(visit, Brand::only(&visit.service), own)
    }

    fn new(visit: &Visit, brand: Option<Brand>, own: Option<Locale>) -> Self {
        let locale = language::wanted(&visit.headers).or(own).unwrap_or_default();
        Self {
            brand,
            t: Texts::of(locale),
            back: language::way_back(visit.path.as_str()),
            follow: None,
        }
    }
}

#[derive(Template)]
#[template(path = "portal/landing.html")]
struct Landing<'a> {
    frame: Frame,
    t: Texts,
    asks: String,
    token: &'a str,
    checks: Vec<String>,
}

/// Who asks, for what, and what will happen.
pub fn landing(frame: Frame, landing: &portal::Landing, token: &str) -> Response {
    let (t, request) = (frame.t, &landing.request);
    let checks = landing
        .asks
        .iter()
        .map(|&kind| notices::check(t, kind, request))
        .collect();
    let (agent, ticket) = (Strong(&request.agent_name), Strong(&request.ticket_number));
    let asks = match request.action {
        Some(action) => t.who_asks_action(Strong(&t.action(action)), agent, &request.company, ticket),
        None => t.who_asks(agent, &request.company, ticket),
    };
    render(
        StatusCode::OK,
        &Landing {
            frame,
            t,
            asks,
            token,
            checks,
        },
    )
}

#[derive(Template)]
#[template(path = "portal/not_me.html")]
struct AskToRefuse<'a> {
    frame: Frame,
    t: Texts,
    back: &'a str,
    form_token: &'a str,
}

/// The question before a verification is stopped. The form goes back to its own address.
pub fn ask_to_refuse(frame: Frame, back: &str, form_token: &str) -> Response {
    render(
        StatusCode::OK,
        &AskToRefuse {
            t: frame.t,
            frame,
            back,
            form_token,
        },
    )
}

#[derive(Template)]
#[template(path = "portal/notice.html")]
struct NoticePage {
    frame: Frame,
    t: Texts,
    notice: Notice,
    leads_on: bool,
}

/// A page that only says something, and perhaps leads on to `/verify`.
pub fn notice(status: StatusCode, frame: Frame, notice: Notice, leads_on: bool) -> Response {
    render(
        status,
        &NoticePage {
            t: frame.t,
            frame,
            notice,
            leads_on,
        },
    )
}

/// What a page of the session shows.
pub struct StepPage<'a> {
    pub(super) page: &'a Page,
    pub(super) form_token: String,
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong with the last answer.
    pub error: Option<String>,
    /// True right after a new code was asked for.
    pub code_on_its_way: bool,
}

impl<'a> StepPage<'a> {
    /// A page without an error.
    pub fn new(visit: &Visit, page: &'a Page, form_token: String) -> Self {
        Self {
            page,
            form_token,
            frame: Frame {
                follow: Some(page.mark()),
                ..Frame::of(visit, &page.request)
            },
            error: None,
            code_on_its_way: false,
        }
    }

    pub(super) const fn page(&self) -> &'a Page {
        self.page
    }

    pub(super) fn form_token(&self) -> &str {
        &self.form_token
    }
}

#[derive(Template)]
#[template(path = "portal/number.html")]
struct NumberPage<'a> {
    frame: Frame,
    t: Texts,
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
    frame: Frame,
    t: Texts,
    request: &'a Request,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
    contact: &'a str,
    redirected: bool,
    is_valid: bool,
    resend_in: Option<u32>,
    resend_in_words: String,
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
    let (frame, t) = (view.frame.clone(), view.frame.t);
    let (step_number, steps, step_label) = (*step_number, *steps, t.step(*step_number, *steps));
    let (form_token, error) = (view.form_token.as_str(), view.error.as_deref());
    match step {
        Step::CallNumber { .. } => render(
            status,
            &NumberPage {
                frame,
                t,
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
            redirected,
            code_is_valid,
            resend_in,
            ..
        } => {
            let page = CodePage {
                frame,
                t,
                request,
                step_label,
                step_number,
                steps,
                form_token,
                error,
                contact,
                redirected: *redirected,
                is_valid: *code_is_valid,
                resend_in: *resend_in,
                resend_in_words: t.code_resend_in(Strong(&t.wait(resend_in.unwrap_or(0)))),
                on_its_way: view.code_on_its_way,
            };
            render(status, &page)
        }
        Step::Passkey { .. } | Step::AuthenticatorApp { .. } | Step::RecoveryCode { .. } => {
            factors::question(status, view)
        }
        Step::CompanySignIn { provider } => sign_in::question(status, view, provider),
        Step::ManagerApproval {
            manager,
            asked,
            ask_in,
        } => approval::question(status, view, manager, *asked, *ask_in),
        // Drawn by `action.rs`, which knows the directory's rules; who comes here has nothing to perform.
        Step::Action(_) => notice(
            status,
            frame,
            notices::ending(t, portal::Ending::Confirmed, request),
            false,
        ),
        Step::Finished(ending) => {
            let mut said = notices::ending(t, *ending, request).offering(view.page);
            // Nothing is left to perform, but the agent can still be told not to act on it.
            said.may_refuse = *ending == portal::Ending::Confirmed;
            notice(status, frame, said, false)
        }
    }
}

pub(super) fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(body) => html::page(status, body),
        Err(error) => {
            // Writing into a String does not fail; should it ever, nothing half-written leaves.
            tracing::error!(%error, "a page could not be written");
            html::page(StatusCode::INTERNAL_SERVER_ERROR, String::new())
        }
    }
}
