//! Writing a policy, looking at what it would change, and putting it in force.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::super::super::badge::{self, Badge};
use super::super::super::pages::{self, Failure, Frame};
use super::super::super::request::{Form, Request};
use super::super::super::saved::check_form;
use super::super::super::words::{When, count, when};
use super::diff::{self, Line};
use super::{About, PATH};
use crate::service::Service;
use crate::service::console::policy::{
    self as use_case, MAX_NOTE, PolicyProblem, Shown, WhatIf, policy_page,
};
use crate::service::console::{Admin, Session};
use crate::service::replay::Verdict;
use crate::verification::Policy;
use shared::words::{Outcome, UnixMillis};

/// Where the draft is looked at.
const REVIEW: &str = "/console/admin/policy/draft";
/// Rows of the field.
const ROWS: usize = 32;

#[derive(Template)]
#[template(path = "console/admin/policy/edit.html")]
struct EditPage {
    frame: Frame,
    text: String,
    rows: usize,
    mistakes: Vec<Wrong>,
    problem: Option<String>,
    has_draft: bool,
}

/// One mistake in words.
struct Wrong {
    line: Option<usize>,
    place: String,
    what: String,
}

/// The field with the draft, or with the policy in force.
pub async fn edit(service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    let page = policy_page(service, Admin::of(session)?).await?;
    let page = EditPage {
        frame,
        has_draft: page.draft.is_some(),
        text: match page.draft {
            Some(draft) => draft.text,
            None => page.active.text.to_string(),
        },
        rows: ROWS,
        mistakes: Vec::new(),
        problem: None,
    };
    pages::render(StatusCode::OK, &page)
}

/// Saves the draft, or shows what is wrong with it beside what was typed.
pub async fn save(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let admin = Admin::of(session)?;
    let text = form.get("text");
    let (mistakes, problem) = match use_case::save_draft(service, admin, text, request.client.clone()).await {
        Ok(()) => return Ok(pages::see_other(REVIEW)),
        Err(PolicyProblem::Mistakes(error)) => (error.mistakes, None),
        Err(problem @ PolicyProblem::TooLong) => (Vec::new(), Some(problem.to_string())),
        Err(other) => return Err(other.into()),
    };
    let page = EditPage {
        frame,
        text: use_case::normalized(text),
        rows: ROWS,
        mistakes: mistakes
            .into_iter()
            .map(|mistake| Wrong {
                line: mistake.line,
                place: mistake.place,
                what: mistake.what,
            })
            .collect(),
        problem,
        has_draft: false,
    };
    pages::render(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[derive(Template)]
#[template(path = "console/admin/policy/draft.html")]
struct ReviewPage {
    frame: Frame,
    version: String,
    digest: String,
    saved: When,
    active: About,
    over: i64,
    parts: Vec<Vec<Line>>,
    replay: Option<Replay>,
    most: String,
    note: String,
    max_note: usize,
    problem: Option<String>,
}

/// What a replay found, in words.
struct Replay {
    when: When,
    is_overtaken: bool,
    replayed: String,
    changed: u32,
    changed_words: String,
    directions: Vec<(String, &'static str)>,
    remarks: Vec<String>,
    rows: Vec<Row>,
    unlisted: u32,
}

/// One decision that would come out otherwise.
struct Row {
    href: String,
    ticket_number: String,
    when: When,
    now: Shade,
    would_be: Shade,
    remark: String,
    because: String,
}

/// Outcome, level and score.
struct Shade {
    badge: Badge,
    detail: String,
}

fn shade(of: Verdict) -> Shade {
    let status = match of.outcome {
        Outcome::Passed => shared::words::Status::Passed,
        Outcome::Failed => shared::words::Status::Failed,
    };
    Shade {
        badge: badge::status(status),
        detail: format!("{} {}", of.level.label(), of.score),
    }
}

fn words(found: &WhatIf, newest: i64, now: UnixMillis) -> Replay {
    let directions = [
        (found.would_fail, "would fail instead of pass"),
        (found.would_pass, "would pass instead of fail"),
        (found.higher, "would pass with a higher risk level"),
        (found.lower, "would pass with a lower risk level"),
        (found.moved, "would keep outcome and level with another score"),
    ];
    let remark = |number: u32, text: &str| (number > 0).then(|| format!("{} {text}", count(number)));
    let remarks = [
        remark(
            found.not_asked,
            "of those that would fail had no chance: the draft asks for checks that these requesters were not asked.",
        ),
        remark(
            found.drifted,
            "come out otherwise under the policy in force already than they did when they were decided.",
        ),
        remark(
            found.erased,
            "more could not be replayed: retention has erased what they were made from.",
        ),
        remark(
            found.unreached,
            "more were not reached in time; they are the oldest.",
        ),
    ];
    let row = |change: &use_case::Change| Row {
        href: format!("/console/verifications/{}", change.id),
        ticket_number: change.ticket_number.clone(),
        when: when(change.decided_at, now),
        now: shade(change.now),
        would_be: shade(change.would_be),
        remark: match (change.not_asked, change.then == change.now) {
            (true, _) => "Not asked what the draft asks".into(),
            (false, false) => format!(
                "Decided then: {} {} {}",
                change.then.outcome.label(),
                change.then.level.label(),
                change.then.score
            ),
            (false, true) => String::new(),
        },
        because: change.because.join(", "),
    };
    let listed = u32::try_from(found.changes.len()).unwrap_or(u32::MAX);
    Replay {
        when: when(found.at, now),
        is_overtaken: found.over != newest,
        replayed: count(found.replayed),
        changed: found.changed,
        changed_words: count(found.changed),
        directions: directions
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, text)| (count(number), text))
            .collect(),
        remarks: remarks.into_iter().flatten().collect(),
        rows: found.changes.iter().map(row).collect(),
        unlisted: found.changed.saturating_sub(listed),
    }
}

/// The draft, or the way to the field when there is none.
pub async fn review(service: &Service, session: &Session, frame: Frame) -> Result<Response, Failure> {
    show(service, session, frame, None).await
}

/// `wrong` is what was entered, and what is wrong with it.
async fn show(
    service: &Service,
    session: &Session,
    frame: Frame,
    wrong: Option<(String, String)>,
) -> Result<Response, Failure> {
    let page = policy_page(service, Admin::of(session)?).await?;
    let Some(draft) = page.draft else {
        return Ok(pages::see_other(PATH));
    };
    let (now, over) = (service.now(), page.active.number());
    // A draft that this version of the program cannot read is shown in the field, with what is wrong.
    let Ok(policy) = Policy::parse(&draft.text) else {
        return edit(service, session, frame).await;
    };
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let (note, problem) = wrong.unzip();
    let page = ReviewPage {
        frame,
        version: policy.version,
        digest: draft.digest,
        saved: when(draft.saved_at, now),
        parts: diff::difference(&page.active.text, &draft.text),
        active: About::new(&page.active, over, now),
        over,
        replay: draft.replay.as_ref().map(|found| words(found, over, now)),
        most: count(use_case::MOST_REPLAYED),
        note: note.unwrap_or_default(),
        max_note: MAX_NOTE,
        problem,
    };
    pages::render(status, &page)
}

/// Replays past decisions under the draft.
pub async fn replay(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    match use_case::replay_draft(service, Admin::of(session)?, request.client.clone()).await {
        Ok(())
        | Err(PolicyProblem::Changed | PolicyProblem::Service(crate::service::ServiceError::NotFound)) => {
            Ok(pages::see_other(REVIEW))
        }
        Err(other) => Err(other.into()),
    }
}

/// Puts the draft in force.
pub async fn activate(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let shown = Shown {
        over: form.get("over").parse().unwrap_or(-1),
        digest: form.get("digest").to_owned(),
        note: form.get("note").to_owned(),
    };
    let note = shown.note.clone();
    match use_case::activate_draft(service, Admin::of(session)?, shown, request.client.clone()).await {
        Ok(_) => Ok(pages::see_other(PATH)),
        Err(problem @ (PolicyProblem::Service(_) | PolicyProblem::Store(_))) => Err(problem.into()),
        Err(entered) => show(service, session, frame, Some((note, entered.to_string()))).await,
    }
}

/// Discards the draft.
pub async fn discard(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    use_case::discard_draft(service, Admin::of(session)?, request.client.clone()).await?;
    Ok(pages::see_other(PATH))
}
