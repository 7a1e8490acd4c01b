//! Manager approval: the requester's page that asks and waits, and the manager's page that answers.

use askama::Template;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::form::Form;
use super::guard::TOKEN_FIELD;
use super::notices::{Notice, Tone};
use super::pages::{self, Frame, StepPage};
use super::refusal::Refusal;
use super::{Visit, guard};
use crate::locale::{self, Locale, Strong, Texts};
use crate::service::ServiceError;
use crate::service::portal::approval::{self, Approval, ApprovalState, Browser, Reply};
use crate::service::portal::{self, Asked, Request, Step};
use crate::web::assets::{ICON, PORTAL_CSS, PORTAL_JS};
use crate::web::html;

/// The waiting page looks again by itself after so many seconds; without scripts, and in every browser. Without the
/// query, so that what was news is said once.
const REFRESH: &str = "10; url=/verify";

#[derive(Template)]
#[template(path = "portal/manager.html")]
struct ManagerPage<'a> {
    frame: Frame,
    t: Texts,
    request: &'a Request,
    step_label: String,
    step_number: usize,
    steps: usize,
    form_token: &'a str,
    error: Option<&'a str>,
    heading: String,
    what: String,
    button: String,
    is_asked: bool,
    is_waiting: bool,
    ask_in: Option<u32>,
    ask_in_words: String,
    sent_again: bool,
}

#[derive(Template)]
#[template(path = "portal/approval_late.html")]
struct LatePage<'a> {
    frame: Frame,
    t: Texts,
    requester: &'a str,
}

#[derive(Template)]
#[template(path = "portal/approval.html")]
struct ApprovalPage<'a> {
    frame: Frame,
    t: Texts,
    request: &'a Request,
    requester: &'a str,
    who: String,
    minutes_left: u32,
    is_unconfirmed: bool,
}

/// The requester's page: asks for the button, or waits.
pub fn question(
    status: StatusCode,
    view: &StepPage<'_>,
    manager: &str,
    asked: Option<Asked>,
    ask_in: Option<u32>,
) -> Response {
    let page = view.page();
    let t = view.frame.t;
    let (heading, what) = match asked {
        None => (t.manager_heading(), t.manager_what(Strong(manager))),
        Some(Asked {
            minutes_left: Some(minutes),
        }) => (t.manager_asked_heading(manager), t.manager_waiting(minutes)),
        Some(Asked { minutes_left: None }) => (t.manager_late_heading(manager), t.manager_late()),
    };
    let is_waiting = asked.is_some_and(|asked| asked.minutes_left.is_some());
    let mut response = pages::render(
        status,
        &ManagerPage {
            frame: view.frame.clone(),
            t,
            request: &page.request,
            step_label: t.step(page.step_number, page.steps),
            step_number: page.step_number,
            steps: page.steps,
            form_token: view.form_token(),
            error: view.error.as_deref(),
            heading,
            what,
            button: if asked.is_some() {
                t.manager_again()
            } else {
                t.manager_button(manager)
            },
            is_asked: asked.is_some(),
            is_waiting,
            ask_in,
            ask_in_words: t.manager_again_in(Strong(&t.wait(ask_in.unwrap_or(0)))),
            sent_again: view.code_on_its_way && is_waiting,
        },
    );
    if is_waiting && view.error.is_none() {
        response
            .headers_mut()
            .insert(header::REFRESH, HeaderValue::from_static(REFRESH));
    }
    response
}

/// "Ask …", and "Send the request again".
pub async fn ask(visit: &Visit, form: &Form) -> Result<Response, Refusal> {
    let service = &visit.service;
    let session = guard::posted_session(&visit.headers, form, &service.config.keys)?;
    let before = portal::page(service, &session).await?;
    let again = matches!(&before.step, Step::ManagerApproval { asked: Some(_), .. });
    match approval::ask(service, &session).await {
        Ok(_) => Ok(html::see_other(if again { "/verify?sent" } else { "/verify" })),
        Err(ServiceError::Limit(limit)) => {
            let Step::ManagerApproval {
                manager,
                asked,
                ask_in,
            } = &before.step
            else {
                return Ok(html::see_other("/verify"));
            };
            let token = guard::form_token(&service.config.keys, &session);
            let mut view = StepPage::new(visit, &before, token);
            let t = view.frame.t;
            view.error = Some(t.manager_limit(manager, t.wait(limit.retry_after())));
            Ok(question(
                StatusCode::TOO_MANY_REQUESTS,
                &view,
                manager,
                *asked,
                *ask_in,
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// The manager opens the link. Changes nothing: mail scanners open links.
pub async fn look(visit: &Visit, token: &str) -> Result<Response, Refusal> {
    let approval = approval::look(&visit.service, token).await?;
    Ok(show(visit, StatusCode::OK, &approval, false))
}

/// Approve, or refuse.
pub async fn answer(visit: &Visit, token: &str, form: &Form) -> Result<Response, Refusal> {
    let service = &visit.service;
    let approves = match form.get("answer") {
        "approve" => true,
        "refuse" => false,
        _ => return look(visit, token).await,
    };
    if approves && form.get("spoke") != "yes" {
        let approval = approval::look(service, token).await?;
        return Ok(show(visit, StatusCode::UNPROCESSABLE_ENTITY, &approval, true));
    }
    let browser = Browser {
        session: guard::session(&visit.headers),
        device: guard::device(&visit.headers),
    };
    Ok(match approval::answer(service, token, approves, browser).await? {
        Reply::Counted(approval) => {
            let frame = Frame::of(visit, &approval.request);
            let t = frame.t;
            let requester = &approval.requester;
            let notice = if approves {
                let next = t.approval_approved_next(requester);
                Notice::new(Tone::Passed, t.approval_approved_heading(), [next])
            } else {
                let next = t.approval_refused_next(requester);
                Notice::new(Tone::Neutral, t.approval_refused_heading(), [next])
            };
            pages::notice(StatusCode::OK, frame, notice, false)
        }
        Reply::TooLate(approval) => show(visit, StatusCode::GONE, &approval, false),
        Reply::OwnBrowser(approval) => {
            let frame = Frame::of(visit, &approval.request);
            let t = frame.t;
            let next = t.approval_own_next(&approval.requester);
            let notice = Notice::new(Tone::Failed, t.approval_own_heading(), [next]);
            pages::notice(StatusCode::FORBIDDEN, frame, notice, false)
        }
    })
}

fn show(visit: &Visit, status: StatusCode, approval: &Approval, is_unconfirmed: bool) -> Response {
    let Approval {
        request,
        requester,
        state,
    } = approval;
    let frame = Frame::of(visit, request);
    let t = frame.t;
    let company = &request.company;
    let (heading, next) = match *state {
        ApprovalState::Open { minutes_left } => {
            let (agent, ticket) = (Strong(&request.agent_name), Strong(&request.ticket_number));
            let name = Strong(requester);
            let who = match request.action {
                Some(action) => {
                    let action = &t.action(action);
                    t.approval_who_action(Strong(action), agent, company, name, ticket)
                }
                None => t.approval_who(agent, company, name, ticket),
            };
            return pages::render(
                status,
                &ApprovalPage {
                    frame,
                    t,
                    request,
                    requester,
                    who,
                    minutes_left,
                    is_unconfirmed,
                },
            );
        }
        ApprovalState::TakeBack => return pages::render(status, &LatePage { frame, t, requester }),
        ApprovalState::Answered => (t.approval_answered_heading(), t.approval_answered_next(company)),
        ApprovalState::Late => (t.approval_late_heading(), t.approval_late_next()),
        ApprovalState::Replaced => (t.approval_replaced_heading(), t.approval_replaced_next()),
        ApprovalState::NotNeeded => (
            t.approval_not_needed_heading(),
            t.approval_not_needed_next(company),
        ),
    };
    let notice = Notice::new(Tone::Attention, heading, [next]);
    pages::notice(StatusCode::GONE, frame, notice, false)
}
