//! The action after a pass, and “this was not me” from the notice that follows it.

use askama::Template;
use secrecy::SecretString;
use shared::words::{Action, ActionState};
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::form::Form;
use super::guard::TOKEN_FIELD;
use super::notices::{self, Notice, Tone};
use super::pages::{self, Frame};
use super::refusal::Refusal;
use super::{Visit, guard};
use crate::actions::DirectoryRules;
use crate::actions::password::{self, MAX_CHARS, MIN_CHARS, Mistake, Strength};
use crate::locale::{Locale, Strong, Texts};
use crate::service::actions::{self, ActionStep, Wish};
use crate::service::portal::{self, Page, Request, Step};
use crate::verification::grant::Reason;
use crate::web::assets::{ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;

/// The page looks again by itself so often, in seconds, while an execution runs.
const REFRESH: &str = "3";
/// … and while a second person is waited for.
const SLOW_REFRESH: &str = "15";

#[derive(Template)]
#[template(path = "portal/password.html")]
struct PasswordPage<'a> {
    frame: Frame,
    t: Texts,
    intro: String,
    minutes_left: u32,
    min: usize,
    max: usize,
    rules: DirectoryRules,
    form_token: &'a str,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/perform.html")]
struct PerformPage<'a> {
    frame: Frame,
    t: Texts,
    heading: String,
    intro: String,
    button: String,
    minutes_left: u32,
    form_token: &'a str,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/alarm.html")]
pub(super) struct AlarmPage<'a> {
    pub(super) frame: Frame,
    pub(super) t: Texts,
    pub(super) form_token: &'a str,
}

/// The page of the action, in the state in which it is.
pub async fn show(visit: &Visit, page: &Page, session: &str) -> Option<Response> {
    let Step::Action(step) = &page.step else {
        return None;
    };
    let rules = actions::rules(&visit.service, page).await.unwrap_or_default();
    Some(render(visit, page, step, rules, session, Status::Looking))
}

/// Why a page is shown.
#[derive(Clone, Copy)]
enum Status {
    /// Somebody looks at it.
    Looking,
    /// The new password cannot be taken.
    Mistake(Mistake),
    /// What was tried did not work; the grant says why.
    Tried,
}

/// “Set new password”, “Unlock my account”, “Reset my second sign-in step”.
pub async fn perform(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let service = &visit.service;
    let session = guard::posted_session(&visit.headers, form, &service.config.keys)?;
    let page = portal::page(service, &session).await?;
    let Step::Action(step) = &page.step else {
        return Ok(html::see_other("/verify"));
    };
    let rules = actions::rules(service, &page).await.unwrap_or_default();
    let wish = match step.action {
        Action::PasswordReset => {
            let password = SecretString::from(form.get("password"));
            let about: Vec<&str> = step.about.iter().map(String::as_str).collect();
            if step.is_possible
                && let Err(mistake) = password::judge(&password, &about, rules.min_length)
            {
                return Ok(render(
                    visit,
                    &page,
                    step,
                    rules,
                    &session,
                    Status::Mistake(mistake),
                ));
            }
            Wish::Password(password)
        }
        Action::AccountUnlock => Wish::Unlock,
        Action::MfaReset => Wish::ResetMfa,
    };
    let attempt = actions::perform(service, &session, wish).await?;
    Ok(match &attempt.page.step {
        Step::Action(step) if attempt.refused.is_none() && step.is_possible => {
            render(visit, &attempt.page, step, rules, &session, Status::Tried)
        }
        _ => html::see_other("/verify"),
    })
}

/// How strong a password is, in words, for the script that asks while it is typed. Nothing is kept.
pub async fn strength(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let service = &visit.service;
    let session = guard::posted_session(&visit.headers, form, &service.config.keys)?;
    let page = portal::page(service, &session).await?;
    let Step::Action(step) = &page.step else {
        return Err(Refusal::NothingHere);
    };
    let password = SecretString::from(form.get("password"));
    let about: Vec<&str> = step.about.iter().map(String::as_str).collect();
    // What would be refused is never called strong.
    let strength = match password::judge(&password, &about, None) {
        Ok(strength) => strength,
        Err(Mistake::TooShort(_) | Mistake::TooLong | Mistake::Weak) => {
            password::strength(&password, &about).min(Strength::Fair)
        }
        Err(_) => Strength::VeryWeak,
    };
    let t = Frame::of(visit, &page.request).t;
    let body = serde_json::json!({ "level": strength.as_str(), "words": strength_words(t, strength) });
    let mut response = html::page(StatusCode::OK, body.to_string());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

fn strength_words(t: Texts, strength: Strength) -> String {
    match strength {
        Strength::VeryWeak => t.strength_very_weak(),
        Strength::Weak => t.strength_weak(),
        Strength::Fair => t.strength_fair(),
        Strength::Strong => t.strength_strong(),
        Strength::VeryStrong => t.strength_very_strong(),
    }
}

fn mistake_words(t: Texts, mistake: Mistake) -> String {
    match mistake {
        Mistake::Empty => t.password_empty(),
        Mistake::TooShort(min) => t.password_too_short(min),
        Mistake::TooLong => t.password_too_long(MAX_CHARS),
        Mistake::Common => t.password_common(),
        Mistake::Weak => t.password_weak(),
        Mistake::Unprintable => t.password_unprintable(),
    }
}

fn reason_words(t: Texts, reason: Reason) -> String {
    match reason {
        Reason::TooShort => t.refused_too_short(),
        Reason::TooLong => t.refused_too_long(),
        Reason::InHistory => t.refused_in_history(),
        Reason::TooSimple => t.refused_too_simple(),
        Reason::Policy => t.refused_policy(),
        Reason::TooYoung => t.refused_too_young(),
        Reason::Unreachable | Reason::Busy | Reason::Interrupted => t.refused_try_later(),
        Reason::NotOneAccount
        | Reason::Disabled
        | Reason::LockedOnPurpose
        | Reason::NotPermitted
        | Reason::Declined
        | Reason::SetUp => t.refused_ask_desk(),
    }
}

fn render(
    visit: &Visit,
    page: &Page,
    step: &ActionStep,
    rules: DirectoryRules,
    session: &str,
    status: Status,
) -> Response {
    let frame = Frame::of(visit, &page.request);
    let t = frame.t;
    if !step.is_possible {
        let (notice, refresh) = notice(t, step, &page.request);
        let is_done = matches!(step.state, ActionState::Performed | ActionState::Manual);
        let mut notice = if is_done { notice.offering(page) } else { notice };
        // What has ended without anything done, or was taken back, is over.
        notice.may_refuse = !matches!(step.state, ActionState::Revoked | ActionState::Expired);
        let mut response = pages::notice(StatusCode::OK, frame, notice, false);
        if let Some(seconds) = refresh {
            // Works without scripts, and in every browser.
            response
                .headers_mut()
                .insert(header::REFRESH, HeaderValue::from_static(seconds));
        }
        return response;
    }
    let form_token = &guard::form_token(&visit.service.config.keys, session);
    let (code, error) = match status {
        Status::Mistake(mistake) => (StatusCode::UNPROCESSABLE_ENTITY, Some(mistake_words(t, mistake))),
        Status::Tried => (
            StatusCode::UNPROCESSABLE_ENTITY,
            step.reason.map(|reason| reason_words(t, reason)),
        ),
        Status::Looking => (StatusCode::OK, step.reason.map(|reason| reason_words(t, reason))),
    };
    let company = &page.request.company;
    let min = rules
        .min_length
        .and_then(|min| usize::try_from(min).ok())
        .unwrap_or(0);
    match step.action {
        Action::PasswordReset => pages::render(
            code,
            &PasswordPage {
                t,
                intro: t.password_intro(Strong(company)),
                minutes_left: step.minutes_left,
                min: min.clamp(MIN_CHARS, MAX_CHARS),
                max: MAX_CHARS,
                rules,
                form_token,
                error,
                frame,
            },
        ),
        Action::AccountUnlock => pages::render(
            code,
            &PerformPage {
                t,
                heading: t.unlock_heading(),
                intro: t.unlock_intro(Strong(company)),
                button: t.unlock_button(),
                minutes_left: step.minutes_left,
                form_token,
                error,
                frame,
            },
        ),
        Action::MfaReset => pages::render(
            code,
            &PerformPage {
                t,
                heading: t.mfa_reset_heading(),
                intro: t.mfa_reset_intro(Strong(company)),
                button: t.mfa_reset_button(),
                minutes_left: step.minutes_left,
                form_token,
                error,
                frame,
            },
        ),
    }
}

/// What a state says that leaves nothing to press, and when the page looks again by itself.
fn notice(t: Texts, step: &ActionStep, request: &Request) -> (Notice, Option<&'static str>) {
    let call = || t.perform_call(&request.company);
    match step.state {
        ActionState::Performed => {
            let (heading, next) = match step.action {
                Action::PasswordReset => (t.done_password_heading(), t.done_password_next()),
                Action::AccountUnlock => (t.done_unlock_heading(), t.done_unlock_next()),
                Action::MfaReset => (t.done_mfa_heading(), t.done_mfa_next()),
            };
            (Notice::new(Tone::Passed, heading, [next, t.done_told()]), None)
        }
        ActionState::AwaitingRelease => {
            let next = t.release_next(&request.company);
            let notice = Notice::new(Tone::Attention, t.release_heading(), [next]);
            (notice, Some(SLOW_REFRESH))
        }
        ActionState::Manual => {
            let next = t.by_hand_next(&request.agent_name);
            (Notice::new(Tone::Passed, t.by_hand_heading(), [next]), None)
        }
        // A granted step that is not possible lost its time between two looks.
        ActionState::Granted | ActionState::Expired => (
            Notice::new(Tone::Attention, t.perform_expired_heading(), [call()]),
            None,
        ),
        ActionState::Performing => {
            let notice = Notice::new(Tone::Neutral, t.performing_heading(), [t.performing_next()]);
            (notice, Some(REFRESH))
        }
        ActionState::Failed => {
            let words = step
                .reason
                .map_or_else(|| t.perform_unknown_next(), |reason| reason_words(t, reason));
            (
                Notice::new(Tone::Failed, t.perform_failed_heading(), [words, call()]),
                None,
            )
        }
        ActionState::Unknown => {
            let paragraphs = [t.perform_unknown_next(), call()];
            (
                Notice::new(Tone::Attention, t.perform_unknown_heading(), paragraphs),
                None,
            )
        }
        ActionState::Revoked => (
            Notice::new(Tone::Neutral, t.perform_revoked_heading(), [call()]),
            None,
        ),
    }
}

/// “This was not me”: asks once more. Changes nothing, mail scanners open links.
pub async fn look_at_alarm(visit: &Visit, token: &str) -> Result<Response, Refusal> {
    let alarm = actions::look_at_alarm(&visit.service, token).await?;
    let frame = Frame::of(visit, &alarm.request);
    if alarm.is_repeated {
        return Ok(alarmed(frame, &alarm.request));
    }
    Ok(ask_to_alarm(frame, ""))
}

fn ask_to_alarm(frame: Frame, form_token: &str) -> Response {
    let t = frame.t;
    pages::render(StatusCode::OK, &AlarmPage { frame, t, form_token })
}

/// Asks once more, where there is nothing left to stop; else nothing.
pub fn ask_to_dispute(visit: &Visit, page: &Page, form_token: &str) -> Option<Response> {
    let is_confirmed = matches!(&page.step, Step::Finished(ending) if *ending == portal::Ending::Confirmed);
    (is_confirmed || is_done(page)).then(|| ask_to_alarm(Frame::of(visit, &page.request), form_token))
}

/// What is said after an action was disputed that `page` showed as done; nothing where there was none.
pub fn disputed(visit: &Visit, page: &Page) -> Option<Response> {
    is_done(page).then(|| alarmed(Frame::of(visit, &page.request), &page.request))
}

fn is_done(page: &Page) -> bool {
    matches!(&page.step, Step::Action(step) if matches!(step.state, ActionState::Performed | ActionState::Unknown))
}

/// “This was not me”.
pub async fn raise_alarm(visit: &Visit, token: &str) -> Result<Response, Refusal> {
    let alarm = actions::alarm(&visit.service, token).await?;
    Ok(alarmed(Frame::of(visit, &alarm.request), &alarm.request))
}

pub(super) fn alarmed(frame: Frame, request: &Request) -> Response {
    let t = frame.t;
    let next = t.alarm_done_next(&request.company);
    let notice = notices::Notice::new(Tone::Neutral, t.alarm_done_heading(), [next]);
    pages::notice(StatusCode::OK, frame, notice, false)
}
