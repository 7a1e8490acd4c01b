//! What a handler may answer instead of its page. The one place where errors become pages.

use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::pages::{self, Frame};
use super::{Visit, guard, notices};
use crate::service::ServiceError;
use crate::service::error::LinkProblem;

/// See the module.
#[derive(Debug)]
pub enum Refusal {
    /// A use case said no.
    Service(ServiceError),
    /// Another site sent the form.
    Foreign,
    /// The form belongs to another session, or to none.
    StaleForm,
    /// This client's address has sent too much within a minute; so many seconds to wait.
    TooOften(u32),
    /// The path knows only these methods.
    Method(&'static str),
    /// There is no such path.
    NothingHere,
}

impl From<ServiceError> for Refusal {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<LinkProblem> for Refusal {
    fn from(problem: LinkProblem) -> Self {
        Self::Service(problem.into())
    }
}

/// True when the page should lead on to `/verify`: there is a session, or there may be one. A browser that comes from
/// another site, a webmail for instance, does not send the cookie until it follows a link of ours.
fn leads_on(refusal: &Refusal, has_session: bool) -> bool {
    match refusal {
        Refusal::Foreign
        | Refusal::StaleForm
        | Refusal::TooOften(_)
        | Refusal::Service(
            ServiceError::Transition(_) | ServiceError::Limit(_) | ServiceError::Enrolment(_),
        ) => true,
        Refusal::Service(ServiceError::Link(problem)) => *problem == LinkProblem::Used,
        Refusal::Method(_) | Refusal::Service(ServiceError::Store(_) | ServiceError::Entropy(_)) => {
            has_session
        }
        Refusal::NothingHere | Refusal::Service(_) => false,
    }
}

/// The page of a refusal.
pub fn reply(visit: &Visit, refusal: Refusal) -> Response {
    // One company's portal can be shown in its name; with several, a dead link must not tell whose it was.
    let frame = Frame::without_request(visit);
    let t = frame.t;
    let leads_on = leads_on(&refusal, guard::session(&visit.headers).is_some());
    let page = |status, notice| pages::notice(status, frame, notice, leads_on);
    match refusal {
        Refusal::Foreign => page(StatusCode::FORBIDDEN, notices::foreign(t)),
        Refusal::StaleForm => page(StatusCode::FORBIDDEN, notices::stale_form(t)),
        Refusal::TooOften(seconds) => {
            tracing::warn!("a client sends too much to the portal");
            let mut response = page(StatusCode::TOO_MANY_REQUESTS, notices::too_often(t, seconds));
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            response
        }
        Refusal::NothingHere => page(StatusCode::NOT_FOUND, notices::nothing_here(t)),
        Refusal::Method(allowed) => {
            let mut response = page(StatusCode::METHOD_NOT_ALLOWED, notices::wrong_method(t));
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static(allowed));
            response
        }
        Refusal::Service(ServiceError::Link(problem)) => {
            page(status(problem), notices::link_problem(t, problem))
        }
        Refusal::Service(ServiceError::Enrolment(reason)) => {
            tracing::debug!(%reason, "nothing can be enrolled");
            page(StatusCode::FORBIDDEN, notices::enrolment_closed(t))
        }
        Refusal::Service(ServiceError::NotFound) => page(
            StatusCode::NOT_FOUND,
            notices::link_problem(t, LinkProblem::Unknown),
        ),
        // Somebody else was quicker: a second press of Begin, or the agent's Cancel.
        Refusal::Service(ServiceError::Transition(_)) => {
            page(StatusCode::GONE, notices::link_problem(t, LinkProblem::Used))
        }
        Refusal::Service(ServiceError::Limit(limit)) => {
            let mut response = page(
                StatusCode::TOO_MANY_REQUESTS,
                notices::limit(t, limit.retry_after()),
            );
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, limit.retry_after().into());
            response
        }
        Refusal::Service(error) => {
            tracing::error!(%error, "a page of the portal failed");
            page(StatusCode::INTERNAL_SERVER_ERROR, notices::internal(t))
        }
    }
}

/// 404 for what never was, 410 for what is no more.
const fn status(problem: LinkProblem) -> StatusCode {
    match problem {
        LinkProblem::Unknown | LinkProblem::NoSession => StatusCode::NOT_FOUND,
        LinkProblem::Replaced | LinkProblem::Used | LinkProblem::Expired | LinkProblem::Cancelled => {
            StatusCode::GONE
        }
    }
}
