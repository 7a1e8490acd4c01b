//! `/v/{token}`: from the link in the message to the session.

use warp::http::{StatusCode, header};
use warp::reply::Response;

use super::form::{self, Form};
use super::pages::Frame;
use super::refusal::Refusal;
use super::{Visit, guard, notices, pages};
use crate::keys::hex;
use crate::ports::random;
use crate::service::error::LinkProblem;
use crate::service::portal::{self, Ending};
use crate::service::{Opening, ServiceError, Visitor};
use crate::web::html;

/// The landing page.
pub async fn landing(visit: &Visit, token: &str) -> Result<Response, Refusal> {
    let opening = Opening {
        device_digest: form::device_digest(&visit.headers),
        address: visit.address,
    };
    match portal::open(&visit.service, token, opening).await {
        Ok(landing) => Ok(pages::landing(
            Frame::of(visit, &landing.request),
            &landing,
            token,
        )),
        Err(error) => resume(visit, token, error).await,
    }
}

/// Spends the link and goes to the first question. The token stays behind.
pub async fn begin(visit: &Visit, token: &str, form: &Form) -> Result<Response, Refusal> {
    let device = match guard::device(&visit.headers) {
        Some(device) => device,
        None => hex(&random::<32>(visit.service.entropy.as_ref()).map_err(ServiceError::from)?),
    };
    let visitor = Visitor {
        client: form::client_facts(&visit.headers, form),
        address: visit.address,
        device: Some(device.clone()),
    };
    let session = match portal::begin(&visit.service, token, visitor).await {
        Ok(session) => session,
        Err(error) => return resume(visit, token, error).await,
    };
    let mut response = html::see_other("/verify");
    if let Some(cookie) = guard::set_cookie(&session) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    if let Some(cookie) = guard::set_device_cookie(&device) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A link that was used in this very browser leads on to its session: somebody pressed twice, or came back.
async fn resume(visit: &Visit, token: &str, error: ServiceError) -> Result<Response, Refusal> {
    let was_used = matches!(
        error,
        ServiceError::Link(LinkProblem::Used) | ServiceError::Transition(_)
    );
    if was_used
        && let Some(session) = guard::session(&visit.headers)
        && portal::came_from(&visit.service, &session, token).await?
    {
        return Ok(html::see_other("/verify"));
    }
    Err(error.into())
}

/// Asks once more before the verification is stopped. Looks at nothing, so that a scanner's visit counts nothing.
pub fn ask_to_refuse(visit: &Visit, token: &str) -> Response {
    pages::ask_to_refuse(Frame::without_request(visit), &format!("/v/{token}"), "")
}

/// Stops the verification.
pub async fn refuse(visit: &Visit, token: &str) -> Result<Response, Refusal> {
    let request = portal::refuse_link(&visit.service, token).await?;
    let frame = Frame::of(visit, &request);
    let notice = notices::ending(frame.t, Ending::Refused, &request);
    Ok(pages::notice(StatusCode::OK, frame, notice, false))
}
