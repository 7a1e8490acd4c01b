//! `/verify`: the questions, one a page, and the end.

use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::form::Form;
use super::pages::{Frame, StepPage};
use super::refusal::Refusal;
use super::{Visit, action, guard, pages};
use crate::locale::Texts;
use crate::service::error::LinkProblem;
use crate::service::portal::{self, Answered, Ending, Page, Step};
use crate::verification::checks::call_number::normalize_answer;
use crate::web::html;

/// Digits of the number that the agent reads out.
const NUMBER_DIGITS: usize = 2;
/// Digits of the code.
const CODE_DIGITS: usize = 6;
/// Query of the page that follows "Send a new code".
const SENT: &str = "sent";

/// The current question, or the end.
pub async fn show(visit: &Visit, query: &str) -> Result<Response, Refusal> {
    let session = guard::session(&visit.headers).ok_or(LinkProblem::NoSession)?;
    let page = portal::page(&visit.service, &session).await?;
    if let Some(response) = action::show(visit, &page, &session).await {
        return Ok(response);
    }
    let mut view = StepPage::new(visit, &page, form_token(visit, &session));
    view.code_on_its_way = query == SENT;
    Ok(pages::step(StatusCode::OK, &view))
}

/// The mark of the page as it would be drawn now.
pub async fn state(visit: &Visit) -> Result<Response, Refusal> {
    let session = guard::session(&visit.headers).ok_or(LinkProblem::NoSession)?;
    let page = portal::page(&visit.service, &session).await?;
    let mut response = html::page(StatusCode::OK, page.mark());
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// An answer to the call number.
pub async fn answer_number(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let answer = form.get("number");
    if normalize_answer(answer).len() != NUMBER_DIGITS {
        return incomplete(visit, &session, Texts::number_not_complete).await;
    }
    let answered = portal::answer_call_number(&visit.service, &session, answer).await?;
    Ok(after_answer(visit, &session, &answered))
}

/// An answer to the code.
pub async fn answer_code(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let answer = form.get("code");
    if normalize_answer(answer).len() != CODE_DIGITS {
        return incomplete(visit, &session, Texts::code_not_complete).await;
    }
    let answered = portal::answer_code(&visit.service, &session, answer).await?;
    Ok(after_answer(visit, &session, &answered))
}

/// "Send a new code".
pub async fn resend(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let page = portal::resend_code(&visit.service, &session).await?;
    let is_code = matches!(page.step, Step::OnFileCode { .. });
    Ok(html::see_other(if is_code { "/verify?sent" } else { "/verify" }))
}

/// Asks once more before the verification is stopped.
pub async fn ask_to_refuse(visit: &Visit) -> Result<Response, Refusal> {
    let session = guard::session(&visit.headers).ok_or(LinkProblem::NoSession)?;
    let page = portal::page(&visit.service, &session).await?;
    if matches!(&page.step, Step::Finished(ending) if *ending != Ending::Confirmed) {
        return Ok(html::see_other("/verify"));
    }
    let token = form_token(visit, &session);
    if let Some(response) = action::ask_to_dispute(visit, &page, &token) {
        return Ok(response);
    }
    let frame = Frame::of(visit, &page.request);
    Ok(pages::ask_to_refuse(frame, "/verify", &token))
}

/// "I did not ask for this".
pub async fn refuse(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let before = portal::page(&visit.service, &session).await?;
    portal::refuse_session(&visit.service, &session).await?;
    Ok(action::disputed(visit, &before).unwrap_or_else(|| html::see_other("/verify")))
}

fn form_token(visit: &Visit, session: &str) -> String {
    guard::form_token(&visit.service.config.keys, session)
}

pub(super) fn posted_session(visit: &Visit, form: &Form) -> Result<String, Refusal> {
    guard::posted_session(&visit.headers, form, &visit.service.config.keys)
}

/// An answer that is too short or too long to be one is not counted as a try: nobody learns anything from it.
pub(super) async fn incomplete(
    visit: &Visit,
    session: &str,
    error: fn(Texts) -> String,
) -> Result<Response, Refusal> {
    let page = portal::page(&visit.service, session).await?;
    Ok(with_error(visit, session, &page, error))
}

pub(super) fn after_answer(visit: &Visit, session: &str, answered: &Answered) -> Response {
    if !answered.wrong {
        return html::see_other("/verify");
    }
    let step = &answered.page.step;
    with_error(visit, session, &answered.page, |t| match step {
        Step::CallNumber { tries_left } => t.number_wrong(*tries_left),
        Step::OnFileCode {
            code_is_valid: false, ..
        } => t.code_expired(),
        Step::OnFileCode { tries_left, .. } => t.code_wrong(*tries_left),
        Step::Passkey { tries_left } => t.passkey_wrong(*tries_left),
        Step::AuthenticatorApp { tries_left } => t.app_wrong(*tries_left),
        Step::RecoveryCode { tries_left } => t.recovery_wrong(*tries_left),
        // The first two are answered in their own files.
        Step::CompanySignIn { .. } | Step::ManagerApproval { .. } | Step::Action(_) | Step::Finished(_) => {
            String::new()
        }
    })
}

/// The same question again, with what was wrong.
pub(super) fn with_error(
    visit: &Visit,
    session: &str,
    page: &Page,
    error: impl FnOnce(Texts) -> String,
) -> Response {
    if matches!(page.step, Step::Finished(_)) {
        return html::see_other("/verify");
    }
    let mut view = StepPage::new(visit, page, form_token(visit, session));
    view.error = Some(error(view.frame.t));
    pages::step(StatusCode::UNPROCESSABLE_ENTITY, &view)
}
