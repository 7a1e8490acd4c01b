//! What every page of the console shares, and the pages for what goes wrong.

use askama::Template;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::admin::{self, SectionLink};
use super::routes::{Entry, Page, navigation};
use crate::service::console::{Forbidden, Role, Session};
use crate::service::{Service, ServiceError};
use crate::web::{assets, html};

/// Why a request has no answer of its own.
#[derive(Debug)]
pub enum Failure {
    /// Nothing is there, or it belongs to another tenant.
    NotFound,
    /// The role does not allow it; this one would.
    Forbidden(Role),
    /// What was entered cannot be used, for this reason.
    Refused(String),
    /// Another method is needed: these.
    Method(&'static str),
    /// The form does not come from a page that this browser was shown.
    Forged,
    /// Not a form.
    MediaType,
    /// A form longer than any of ours.
    TooLarge,
    /// The connection broke.
    Unreadable,
    /// Something failed on our side.
    Internal(String),
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound => Self::NotFound,
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<Forbidden> for Failure {
    fn from(Forbidden(least): Forbidden) -> Self {
        Self::Forbidden(least)
    }
}

/// One entry of the navigation.
pub struct Link {
    /// Where it leads and what it says.
    pub entry: &'static Entry,
    /// `page` for the page itself, `true` for one below it, empty for another.
    pub current: &'static str,
}

/// What surrounds every page of somebody who is signed in.
pub struct Frame {
    /// Company of the instance.
    pub company: String,
    /// Name of the user.
    pub user: String,
    /// Role of the user.
    pub role: &'static str,
    /// Value of `aria-current` of the link to their account; empty elsewhere.
    pub account: &'static str,
    /// The navigation.
    pub links: Vec<Link>,
    /// The pages of the administration, on one of them.
    pub sections: Vec<SectionLink>,
    /// For the forms of the page.
    pub form_token: String,
    /// The style sheet.
    pub css: &'static str,
    /// The script: it only adds comfort.
    pub js: &'static str,
    /// The icon in the tab.
    pub icon: &'static str,
}

impl Frame {
    /// The frame of a page for a session.
    pub fn new(service: &Service, session: &Session, page: Page) -> Result<Self, ServiceError> {
        let sections = admin::sections(page);
        let link = |entry: &'static Entry| Link {
            entry,
            current: match entry.pages.iter().position(|one| *one == page) {
                // The pages of the administration belong to its entry, each by itself.
                None if entry.pages.contains(&Page::Administration) && !sections.is_empty() => "true",
                Some(0) => "page",
                Some(_) => "true",
                None => "",
            },
        };
        Ok(Self {
            company: service.instance(&session.user.instance)?.company.clone(),
            user: session.user.name.clone(),
            role: session.user.role.label(),
            account: if page == Page::Account { "page" } else { "" },
            links: navigation(session.user.role).map(link).collect(),
            sections,
            form_token: service.config.keys.form_token(&session.cookie_digest),
            css: assets::CONSOLE_CSS.href(),
            js: assets::CONSOLE_JS.href(),
            icon: assets::ICON.href(),
        })
    }
}

#[derive(Template)]
#[template(path = "console/failure.html")]
struct FailurePage {
    css: &'static str,
    icon: &'static str,
    title: &'static str,
    text: String,
}

impl FailurePage {
    fn new(title: &'static str, text: String) -> Self {
        Self {
            css: assets::CONSOLE_CSS.href(),
            icon: assets::ICON.href(),
            title,
            text,
        }
    }
}

/// Renders a page.
pub fn render(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    page.render()
        .map(|body| html::page(status, body))
        .map_err(|error| Failure::Internal(error.to_string()))
}

/// The page for a failure.
pub fn failure(failure: &Failure) -> Response {
    let (status, title, text) = match failure {
        Failure::NotFound => (
            StatusCode::NOT_FOUND,
            "There is nothing here",
            "The address may be incomplete, or the verification may belong to another company. Check the id in the ticket.",
        ),
        Failure::Forbidden(least) => {
            let page = FailurePage::new(
                "Your role does not allow this",
                format!(
                    "It needs the role {}. Ask an administrator of the console. That you tried was logged.",
                    least.label()
                ),
            );
            return html::page(StatusCode::FORBIDDEN, page.render().unwrap_or_default());
        }
        Failure::Refused(why) => {
            let page = FailurePage::new("This could not be saved", why.clone());
            return html::page(
                StatusCode::UNPROCESSABLE_ENTITY,
                page.render().unwrap_or_default(),
            );
        }
        Failure::Method(_) => (
            StatusCode::METHOD_NOT_ALLOWED,
            "This page cannot be used in that way",
            "Nothing was changed. Go back to the list and try again from there.",
        ),
        Failure::Forged => (
            StatusCode::FORBIDDEN,
            "This form could not be accepted",
            "It did not come from a page of this console, or the page was open for too long. Nothing was changed.",
        ),
        Failure::MediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "This form could not be read",
            "Nothing was changed. Use the forms on the pages of the console.",
        ),
        Failure::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "This form is too long",
            "Nothing was changed. Shorten what you entered and try again.",
        ),
        Failure::Unreadable => (
            StatusCode::BAD_REQUEST,
            "This form could not be read",
            "The connection broke off. Nothing was changed. Try again.",
        ),
        Failure::Internal(error) => {
            tracing::error!(%error, "a page of the console failed");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something failed on our side",
                "Try again in a minute. If it fails again, tell the people who run this service; their log has the reason.",
            )
        }
    };
    let page = FailurePage::new(title, text.to_owned());
    // A page of fixed texts renders; without it the status still says what is the matter.
    let mut response = html::page(status, page.render().unwrap_or_default());
    if let Failure::Method(allowed) = failure {
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    response
}

/// 303 See Other to a path of the console.
pub fn see_other(path: &str) -> Response {
    let mut response = html::page(StatusCode::SEE_OTHER, String::new());
    // Paths that are gone to are made here or checked by `next`: visible ASCII.
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(super::next::DEFAULT));
    response.headers_mut().insert(header::LOCATION, location);
    response
}
