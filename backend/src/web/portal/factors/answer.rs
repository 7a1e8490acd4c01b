//! The questions: sign with the passkey, enter the code of the app, enter a recovery code.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::json;
use crate::locale::{Locale, Strong, Texts};
use crate::service::factors::{self, Verdict};
use crate::service::portal::{Request, Step};
use crate::verification::checks::call_number::normalize_answer;
use crate::web::assets::{FACTORS_JS, ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;
use crate::web::portal::form::Form;
use crate::web::portal::guard::TOKEN_FIELD;
use crate::web::portal::pages::{self, Frame, StepPage};
use crate::web::portal::refusal::Refusal;
use crate::web::portal::session::{after_answer, incomplete, posted_session, with_error};
use crate::web::portal::{Visit, notices};

/// Digits of a code of the app.
const CODE_DIGITS: usize = 6;

#[derive(Template)]
#[template(path = "portal/passkey.html")]
struct PasskeyPage<'a> {
    frame: Frame,
    t: Texts,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "portal/app.html")]
struct AppPage<'a> {
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
#[template(path = "portal/recovery.html")]
struct RecoveryPage<'a> {
    frame: Frame,
    t: Texts,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
}

/// The page of a question of this module.
pub fn question(status: StatusCode, view: &StepPage<'_>) -> Response {
    let (frame, t, page) = (view.frame.clone(), view.frame.t, view.page);
    let (step_number, steps) = (page.step_number, page.steps);
    let step_label = t.step(step_number, steps);
    let (form_token, error) = (view.form_token.as_str(), view.error.as_deref());
    match page.step {
        Step::Passkey { .. } => pages::render(
            status,
            &PasskeyPage {
                frame,
                t,
                step_label,
                step_number,
                steps,
                form_token,
                error,
            },
        ),
        Step::AuthenticatorApp { .. } => pages::render(
            status,
            &AppPage {
                frame,
                t,
                request: &page.request,
                step_label,
                step_number,
                steps,
                form_token,
                error,
            },
        ),
        Step::RecoveryCode { .. } => pages::render(
            status,
            &RecoveryPage {
                frame,
                t,
                step_label,
                step_number,
                steps,
                form_token,
                error,
            },
        ),
        // Drawn elsewhere; whoever comes here is told what any ending says.
        _ => pages::notice(status, frame, notices::stale_form(t), true),
    }
}

/// What the browser needs to let a passkey sign, for the script.
pub async fn passkey_options(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let options = factors::ask_passkey(&visit.service, &session).await?;
    options.map(json).ok_or(Refusal::NothingHere)
}

/// An answer by passkey.
pub async fn passkey(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let (page, verdict) = factors::answer_passkey(&visit.service, &session, form.get("credential")).await?;
    Ok(match (verdict, &page.step) {
        (Verdict::Wrong, Step::Passkey { tries_left }) => {
            with_error(visit, &session, &page, |t| t.passkey_wrong(*tries_left))
        }
        (Verdict::NotCounted, Step::Passkey { .. }) => {
            with_error(visit, &session, &page, Texts::passkey_not_done)
        }
        _ => html::see_other("/verify"),
    })
}

/// An answer by authenticator app.
pub async fn app(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    let typed = form.get("code");
    if normalize_answer(typed).len() != CODE_DIGITS {
        return incomplete(visit, &session, Texts::code_not_complete).await;
    }
    let answered = factors::answer_app(&visit.service, &session, typed).await?;
    Ok(after_answer(visit, &session, &answered))
}

/// An answer by recovery code.
pub async fn recovery(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let session = posted_session(visit, form)?;
    match factors::answer_recovery(&visit.service, &session, form.get("recovery")).await? {
        Some(answered) => Ok(after_answer(visit, &session, &answered)),
        None => incomplete(visit, &session, Texts::recovery_not_complete).await,
    }
}
