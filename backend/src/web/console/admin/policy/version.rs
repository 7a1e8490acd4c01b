//! One policy of the history, and the way back to it.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::super::super::pages::{self, Failure, Frame};
use super::super::super::request::{Form, Request};
use super::super::super::saved::check_form;
use super::diff::{self, Line};
use super::{About, PATH};
use crate::service::Service;
use crate::service::console::policy::{self as use_case, MAX_NOTE, PolicyProblem, policy_version};
use crate::service::console::{Admin, Session};
use crate::service::policies::Origin;

#[derive(Template)]
#[template(path = "console/admin/policy/version.html")]
struct Page {
    frame: Frame,
    number: i64,
    about: About,
    text: String,
    before: Option<About>,
    parts: Vec<Vec<Line>>,
    over: i64,
    can_roll_back: bool,
    is_text_of_today: bool,
    note: String,
    max_note: usize,
    problem: Option<String>,
}

/// Shows the policy under a number; 0 is that of the configuration.
pub async fn show_version(
    service: &Service,
    session: &Session,
    frame: Frame,
    part: &str,
) -> Result<Response, Failure> {
    let number = numbered(part)?;
    show(service, session, frame, number, None).await
}

fn numbered(part: &str) -> Result<i64, Failure> {
    let number = part.parse().ok().filter(|number| *number >= 0);
    number.ok_or(Failure::NotFound)
}

async fn show(
    service: &Service,
    session: &Session,
    frame: Frame,
    number: i64,
    wrong: Option<(String, String)>,
) -> Result<Response, Failure> {
    let found = policy_version(service, Admin::of(session)?, number).await?;
    let (now, newest) = (service.now(), found.newest);
    let is_from_configuration = found.known.origin != Origin::Console;
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let (note, problem) = wrong.unzip();
    let page = Page {
        frame,
        number,
        parts: found
            .before
            .as_ref()
            .map(|before| diff::difference(&before.text, &found.known.text))
            .unwrap_or_default(),
        about: About::new(&found.known, newest, now),
        before: found.before.map(|before| About::new(&before, newest, now)),
        text: found.known.text.to_string(),
        over: newest,
        can_roll_back: number != newest,
        is_text_of_today: is_from_configuration && number != 0,
        note: note.unwrap_or_default(),
        max_note: MAX_NOTE,
        problem,
    };
    pages::render(status, &page)
}

/// Puts an earlier policy in force again.
pub async fn roll_back(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (part, form): (&str, Form),
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let (number, admin) = (numbered(part)?, Admin::of(session)?);
    let over = form.get("over").parse().unwrap_or(-1);
    let note = form.get("note");
    match use_case::roll_back(service, admin, number, (over, note), request.client.clone()).await {
        Ok(_) => Ok(pages::see_other(PATH)),
        Err(problem @ (PolicyProblem::Service(_) | PolicyProblem::Store(_))) => Err(problem.into()),
        Err(entered) => {
            let wrong = (note.to_owned(), entered.to_string());
            show(service, session, frame, number, Some(wrong)).await
        }
    }
}
