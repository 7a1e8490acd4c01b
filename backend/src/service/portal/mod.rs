//! What the requester may do: open the link, begin, answer, say that they did not ask for this.

pub mod approval;
mod other_way;
mod page;
mod progress;
pub mod sign_in;

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{CheckKind, Status};

pub use other_way::{choose, give_up};
pub use page::{Answered, Asked, Ending, Landing, Page, Request, Step};
pub(super) use progress::{proceed, redirected, send_code};

pub(super) use self::page::request;
use self::page::show;
use self::progress::{finish, open_steps};
use super::error::LinkProblem;
use super::{
    Opening, Service, ServiceError, Visitor, actions, events, expire_if_overdue, factors, facts, record,
};
use crate::keys::{equal, hex, sha256_hex};
use crate::ports::random;
use crate::store::{self, grants, policies, verifications};
use crate::verification::checks::call_number;
use crate::verification::state::SESSION_SECONDS;
use crate::verification::{Check, Session, State, Verification};

/// Opens the landing page. Counts the opening; changes nothing else (mail scanners open links, ASVS 3.5.3).
pub async fn open(service: &Service, token: &str, opening: Opening) -> Result<Landing, ServiceError> {
    let digest = sha256_hex(token.as_bytes());
    let Opening {
        device_digest,
        address,
    } = opening;
    let context = service.clone();
    let (verification, asks, first) = service
        .store
        .write(move |tx| {
            let verification = usable_link(&context, tx, &digest)?;
            let new_device = !verification.opens.devices.contains(&device_digest);
            let first = verification.opens.first_at.is_none();
            let opened = verification.opened(&device_digest, context.now())?;
            if first || new_device {
                // Repeated openings by one browser only raise the counter: a scanner must not fill the evidence.
                let body = json!({ "opens": opened.opens.count, "device": device_digest });
                record(&context, tx, &opened, "link.opened", &body)?;
            }
            facts::note_opening(&context, tx, &opened, address)?;
            verifications::update(tx, &opened)?;
            let steps = open_steps(&context, tx, &opened, context.now())?;
            let asks = steps
                .iter()
                .filter_map(|step| step.current().map(Check::kind))
                .collect();
            Ok::<_, ServiceError>((opened, asks, first))
        })
        .await?;
    if first {
        service.announce(&verification.id);
    }
    Ok(Landing {
        request: request(service, &verification)?,
        asks,
    })
}

/// Spends the link and begins the session. Returns the secret of the session cookie.
pub async fn begin(
    service: &Service,
    token: &str,
    visitor: impl Into<Visitor>,
) -> Result<String, ServiceError> {
    let Visitor {
        client,
        address,
        device,
    } = visitor.into();
    let digest = sha256_hex(token.as_bytes());
    let cookie = hex(&random::<32>(service.entropy.as_ref())?);
    let cookie_digest = sha256_hex(cookie.as_bytes());
    let context = service.clone();
    let verification = service
        .store
        .write(move |tx| {
            let verification = usable_link(&context, tx, &digest)?;
            let now = context.now();
            let session = Session {
                cookie_digest: cookie_digest.clone(),
                started_at: now,
                expires_at: now.plus_seconds(SESSION_SECONDS),
                steps: open_steps(&context, tx, &verification, now)?,
                client,
                policy: policies::newest(tx, &verification.instance)?,
            };
            let link = verification.link.id;
            let begun = verification.begun(link, session)?;
            store::portal::add_session(tx, &begun, &cookie_digest, now)?;
            facts::note_origin(&context, tx, &begun, address, device.as_deref())?;
            record(&context, tx, &begun, "verification.begun", &json!({}))?;
            let mut begun = proceed(&context, tx, begun)?;
            if !begun.status().is_final() {
                events::queue(&context, tx, &mut begun)?;
            }
            verifications::update(tx, &begun)?;
            Ok::<_, ServiceError>(begun)
        })
        .await?;
    service.announce(&verification.id);
    Ok(cookie)
}

/// True when the session in this browser came from this very link, used though it is.
pub async fn came_from(service: &Service, cookie: &str, token: &str) -> Result<bool, ServiceError> {
    let (cookie, token) = (sha256_hex(cookie.as_bytes()), sha256_hex(token.as_bytes()));
    service
        .store
        .read(move |tx| {
            let session = store::portal::find_by_session(tx, &cookie)?;
            let link = verifications::find_by_link(tx, &token)?;
            Ok(session
                .zip(link)
                .is_some_and(|(session, (linked, _))| session.id == linked.id))
        })
        .await
}

/// What the session shows now.
pub async fn page(service: &Service, cookie: &str) -> Result<Page, ServiceError> {
    change(service, cookie, |_, _, verification| Ok((verification, ())))
        .await
        .map(|(page, ())| page)
}

/// Answers the call number.
pub async fn answer_call_number(
    service: &Service,
    cookie: &str,
    text: &str,
) -> Result<Answered, ServiceError> {
    let answer = call_number::normalize_answer(text);
    answer_check(
        service,
        cookie,
        CheckKind::CallNumber,
        move |service, verification, session, _| {
            Some(equal(
                &answer,
                &service
                    .config
                    .keys
                    .call_number(&verification.id, &session.cookie_digest),
            ))
        },
    )
    .await
}

/// Answers the code sent to the contact on file. After the code's time even the right answer changes nothing: it
/// neither passes nor costs a try.
pub async fn answer_code(service: &Service, cookie: &str, text: &str) -> Result<Answered, ServiceError> {
    let answer = call_number::normalize_answer(text);
    answer_check(
        service,
        cookie,
        CheckKind::OnFileCode,
        move |service, verification, session, check| {
            let code = check.detail.on_file_code()?;
            let expected =
                service
                    .config
                    .keys
                    .on_file_code(&verification.id, &session.cookie_digest, code.code_number);
            code.is_valid_at(service.now()).then(|| equal(&answer, &expected))
        },
    )
    .await
}

/// Sends a new code to the contact on file; the old one is void. Too early, or too often, changes nothing.
pub async fn resend_code(service: &Service, cookie: &str) -> Result<Page, ServiceError> {
    change(service, cookie, |service, tx, verification| {
        let ready = verification
            .session()
            .and_then(Session::current_check)
            .and_then(|check| check.detail.on_file_code())
            .is_some_and(|code| code.resend_in(service.now()) == Some(0));
        let verification = if ready {
            send_code(service, tx, verification)?
        } else {
            verification
        };
        Ok((verification, ()))
    })
    .await
    .map(|(page, ())| page)
}

/// "I did not ask for this", from the landing page.
pub async fn refuse_link(service: &Service, token: &str) -> Result<Request, ServiceError> {
    let digest = sha256_hex(token.as_bytes());
    let context = service.clone();
    let verification = service
        .store
        .write(move |tx| {
            let verification = usable_link(&context, tx, &digest)?;
            let refused = finish(&context, tx, verification, true)?;
            verifications::update(tx, &refused)?;
            Ok::<_, ServiceError>(refused)
        })
        .await?;
    service.announce(&verification.id);
    request(service, &verification)
}

/// "I did not ask for this", from a page of the session.
pub async fn refuse_session(service: &Service, cookie: &str) -> Result<Page, ServiceError> {
    let refuse = |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        let running = verification.session().is_some();
        if running {
            return Ok((finish(service, tx, verification, true)?, ()));
        }
        // After a pass there is nothing to decide any more, but the permission can be taken back and the agent be told.
        if verification.status() == Status::Passed {
            actions::dispute(service, tx, &verification)?;
            factors::disown(service, tx, &verification, factors::Voice::Session)?;
        }
        let told = verifications::lookup(tx, &verification.instance, &verification.id)?;
        Ok((told.unwrap_or(verification), ()))
    };
    change(service, cookie, refuse).await.map(|(page, ())| page)
}

/// Counts one answer to the check `kind`. An answer to a check that is not being asked changes nothing, nor does one
/// that `judge` does not want to count.
async fn answer_check(
    service: &Service,
    cookie: &str,
    kind: CheckKind,
    judge: impl FnOnce(&Service, &Verification, &Session, &Check) -> Option<bool> + Send + 'static,
) -> Result<Answered, ServiceError> {
    let answer = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        let judged = asked(&verification, kind)
            .and_then(|(session, check)| judge(service, &verification, session, check));
        match judged {
            Some(correct) => count_answer(service, tx, verification, kind, correct, |check| check),
            None => Ok((verification, false)),
        }
    };
    let (page, wrong) = change(service, cookie, answer).await?;
    Ok(Answered { wrong, page })
}

/// The check `kind`, if it is the one that is being asked.
pub(super) fn asked(of: &Verification, kind: CheckKind) -> Option<(&Session, &Check)> {
    let session = of.session()?;
    let check = session.current_check().filter(|check| check.kind() == kind)?;
    Some((session, check))
}

/// Counts one answer to the check `kind`, which is being asked; `then` adds to the check what the answer told. Returns
/// whether it was wrong and may be corrected.
pub(super) fn count_answer(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    kind: CheckKind,
    correct: bool,
    then: impl FnOnce(Check) -> Check,
) -> Result<(Verification, bool), ServiceError> {
    let now = service.now();
    let answered = verification.with_session(now, |session| {
        session.with_check(kind, |check| then(check.answered(correct, now)))
    })?;
    let body = json!({ "check": kind.as_str(), "correct": correct });
    record(service, tx, &answered, "check.answered", &body)?;
    let still_open = asked(&answered, kind).is_some();
    Ok((proceed(service, tx, answered)?, !correct && still_open))
}

/// Loads the verification of a session, lets `work` change it, and commits what changed.
pub(super) async fn change<T: Send + 'static>(
    service: &Service,
    cookie: &str,
    work: impl FnOnce(&Service, &Transaction<'_>, Verification) -> Result<(Verification, T), ServiceError>
    + Send
    + 'static,
) -> Result<(Page, T), ServiceError> {
    let digest = sha256_hex(cookie.as_bytes());
    let context = service.clone();
    let (before, after, (grant, may_enrol, has_factor), extra) = service
        .store
        .write(move |tx| {
            let found = store::portal::find_by_session(tx, &digest)?.ok_or(LinkProblem::NoSession)?;
            let before = found.clone();
            let current = expire_if_overdue(&context, tx, found)?;
            let (after, extra) = work(&context, tx, current)?;
            if after != before {
                verifications::update(tx, &after)?;
            }
            let grant = grants::find(tx, &after.instance, &after.id)?;
            let may_enrol = factors::is_open(&context, tx, &after)?;
            let has_factor = may_enrol && factors::held(&context, tx, &after)?.any();
            Ok::<_, ServiceError>((before, after, (grant, may_enrol, has_factor), extra))
        })
        .await?;
    if after != before {
        service.announce(&after.id);
    }
    let mut page = show(service, &after, grant.as_ref())?;
    page.may_enrol = may_enrol;
    page.has_factor = has_factor;
    Ok((page, extra))
}

/// The verification of a link that can still be used.
fn usable_link(
    service: &Service,
    tx: &Transaction<'_>,
    token_digest: &str,
) -> Result<Verification, ServiceError> {
    let (verification, is_current) =
        verifications::find_by_link(tx, token_digest)?.ok_or(LinkProblem::Unknown)?;
    let problem = match &verification.state {
        State::Waiting if verification.is_overdue(service.now()) => Some(LinkProblem::Expired),
        State::Waiting if !is_current => Some(LinkProblem::Replaced),
        State::Waiting => None,
        State::InProgress(_) | State::Decided(_) => Some(LinkProblem::Used),
        State::Expired { .. } | State::Undeliverable { .. } => Some(LinkProblem::Expired),
        State::Cancelled { .. } => Some(LinkProblem::Cancelled),
    };
    problem.map_or(Ok(verification), |problem| Err(problem.into()))
}
