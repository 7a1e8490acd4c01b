//! Manager approval: the manager on file is asked by email whether the request is genuine.
//!
//! The link follows the rules of all links: its secret is derived and only its digest is stored, opening it changes
//! nothing (mail scanners open links), it counts once and for ten minutes, and a newer one voids it.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{Channel, CheckKind, CheckResult, UnixMillis};

use super::super::error::LinkProblem;
use super::super::{Service, ServiceError, actions, expire_if_overdue, record};
use super::page::{Request, request};
use super::progress::proceed;
use super::{Page, change};
use crate::keys::{equal, sha256_hex};
use crate::ports::random;
use crate::store::approvals::{self, ApprovalLink};
use crate::store::outbox::{self, Message};
use crate::store::{evidence, origins, verifications};
use crate::verification::checks::manager_approval::ManagerApproval;
use crate::verification::grant::Why;
use crate::verification::{CheckDetail, LinkId, Session, Verification, limits};

/// What the manager sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Which agent, ticket and action it is about.
    pub request: Request,
    /// Who asks for it.
    pub requester: String,
    /// Whether it can be answered.
    pub state: ApprovalState,
}

/// Whether a request can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// It waits for the answer.
    Open {
        /// Minutes until it ends, at least 1.
        minutes_left: u32,
    },
    /// It was answered before.
    Answered,
    /// It ended without an answer.
    Late,
    /// A newer request took its place.
    Replaced,
    /// The verification ended, or went on without it.
    NotNeeded,
    /// It passed without it, but a refusal can still take back what that permitted.
    TakeBack,
}

/// The browser that answers.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The secret of its portal session, if it has one.
    pub session: Option<String>,
    /// The secret that names it, if it has one.
    pub device: Option<String>,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It counts.
    Counted(Approval),
    /// It changes nothing; the state says why.
    TooLate(Approval),
    /// It came from the browser of the requester, who cannot speak for the manager.
    OwnBrowser(Approval),
}

/// Asks the manager, or asks again; an earlier request is void then. Too early or too often changes nothing.
pub async fn ask(service: &Service, cookie: &str) -> Result<Page, ServiceError> {
    let link = LinkId(random(service.entropy.as_ref())?);
    let ask = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        Ok((send(service, tx, verification, link)?, ()))
    };
    change(service, cookie, ask).await.map(|(page, ())| page)
}

fn send(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    link: LinkId,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let asked = verification
        .session()
        .and_then(Session::current_check)
        .and_then(|check| check.detail.manager_approval())
        .filter(|approval| approval.ask_in(now) == Some(0));
    let Some((manager, is_first)) =
        asked.and_then(|approval| Some((approval.manager.clone()?, approval.request.is_none())))
    else {
        return Ok(verification);
    };
    let keys = &service.config.keys;
    let digest = keys.address_digest(&manager.destination.normalized());
    if !is_first {
        let (agent, requester) = (&verification.agent.sys_id, &verification.requester.sys_id);
        let counts = verifications::counts(tx, &verification.instance, agent, requester, &digest, now)?;
        limits::may_send(counts)?;
    }
    verifications::log_message(tx, &verification.instance, &digest, now)?;
    let sent = verification.with_session(now, |session| {
        session.with_check(CheckKind::ManagerApproval, |mut check| {
            if let CheckDetail::ManagerApproval(approval) = &mut check.detail {
                *approval = approval.clone().asked(link, now);
            }
            check
        })
    })?;
    let (number, ends_at) = request_of(&sent).map_or((1, now), |(number, ends_at, _)| (number, ends_at));
    let token = keys.approval_token(link);
    approvals::add(tx, &sent, &sha256_hex(token.as_bytes()), link, ends_at)?;
    let lane = format!("approval:{}", sent.id);
    let message = Message::Approval {
        link,
        channel: Channel::Email,
    };
    outbox::add(tx, &sent.instance, &sent.id, &lane, &message, now)?;
    let body =
        json!({ "number": number, "manager": manager.sys_id, "contact": manager.destination.masked() });
    record(service, tx, &sent, "approval.queued", &body)?;
    Ok(sent)
}

/// The request in force: its number, its end, and its link.
pub(in crate::service) fn request_of(of: &Verification) -> Option<(u8, UnixMillis, LinkId)> {
    let session = of.session()?;
    let approval = approval_of(session)?;
    let request = approval.request.as_ref()?;
    // The session's end comes first if it is nearer: after it nothing is left to approve.
    let ends_at = request.ends_at().min(session.expires_at);
    Some((request.number, ends_at, request.link))
}

fn approval_of(session: &Session) -> Option<&ManagerApproval> {
    session
        .check(CheckKind::ManagerApproval)
        .and_then(|check| check.detail.manager_approval())
}

/// What a link asks. Changes nothing.
pub async fn look(service: &Service, token: &str) -> Result<Approval, ServiceError> {
    let (digest, context) = (sha256_hex(token.as_bytes()), service.clone());
    service
        .store
        .read(move |tx| {
            let (link, of) = find(tx, &digest)?;
            show(&context, &of, state(&context, tx, &of, &link)?)
        })
        .await
}

/// The manager's answer. The first one counts; a refusal that comes after a pass takes back what is still open of it.
pub async fn answer(
    service: &Service,
    token: &str,
    approves: bool,
    browser: Browser,
) -> Result<Reply, ServiceError> {
    let (digest, context) = (sha256_hex(token.as_bytes()), service.clone());
    let (reply, id) = service
        .store
        .write(move |tx| {
            let now = context.now();
            let (link, of) = find(tx, &digest)?;
            let of = expire_if_overdue(&context, tx, of)?;
            let id = of.id.clone();
            let before = state(&context, tx, &of, &link)?;
            let ApprovalState::Open { .. } = before else {
                // A word about something that went on without it decides nothing, but whoever looks into it later
                // must find it.
                let is_over = matches!(before, ApprovalState::NotNeeded | ApprovalState::TakeBack);
                if is_over && approvals::spend(tx, &digest, now)? {
                    record(
                        &context,
                        tx,
                        &of,
                        "approval.late",
                        &json!({ "approves": approves }),
                    )?;
                    // But what it permitted can still be taken back, and then the word did count.
                    if !approves && actions::take_back(&context, tx, &of, Why::Manager)? {
                        return Ok((Reply::Counted(show(&context, &of, before)?), id));
                    }
                }
                return Ok((Reply::TooLate(show(&context, &of, before)?), id));
            };
            if is_requesters(&context, tx, &of, &browser)? {
                let kind = "approval.own_browser";
                // Once says it; nobody fills the evidence by pressing again.
                if evidence::count(tx, &of.id, kind)? == 0 {
                    record(&context, tx, &of, kind, &json!({}))?;
                }
                return Ok((Reply::OwnBrowser(show(&context, &of, before)?), id));
            }
            if !approvals::spend(tx, &digest, now)? {
                let answered = show(&context, &of, ApprovalState::Answered)?;
                return Ok((Reply::TooLate(answered), id));
            }
            let shown = show(&context, &of, before)?;
            count(&context, tx, of, approves)?;
            Ok::<_, ServiceError>((Reply::Counted(shown), id))
        })
        .await?;
    service.announce(&id);
    Ok(reply)
}

/// The answer counts: the check ends, and with it perhaps the verification.
fn count(
    service: &Service,
    tx: &Transaction<'_>,
    of: Verification,
    approves: bool,
) -> Result<(), ServiceError> {
    let now = service.now();
    let kind = CheckKind::ManagerApproval;
    let answered = of.with_session(now, |session| {
        session.with_check(kind, |check| check.answered(approves, now))
    })?;
    let body = json!({ "check": kind.as_str(), "correct": approves });
    record(service, tx, &answered, "check.answered", &body)?;
    let answered = proceed(service, tx, answered)?;
    Ok(verifications::update(tx, &answered)?)
}

fn find(tx: &Transaction<'_>, digest: &str) -> Result<(ApprovalLink, Verification), ServiceError> {
    let link = approvals::find(tx, digest)?.ok_or(LinkProblem::Unknown)?;
    let of = verifications::lookup(tx, &link.instance, &link.verification)?.ok_or(LinkProblem::Unknown)?;
    Ok((link, of))
}

fn show(service: &Service, of: &Verification, state: ApprovalState) -> Result<Approval, ServiceError> {
    Ok(Approval {
        request: request(service, of)?,
        requester: of.requester.name.clone(),
        state,
    })
}

fn state(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    link: &ApprovalLink,
) -> Result<ApprovalState, ServiceError> {
    if link.answered_at.is_some() {
        return Ok(ApprovalState::Answered);
    }
    let now = service.now();
    let running = of.session().filter(|session| now < session.expires_at);
    if let Some(session) = running.filter(|session| is_asked(session)) {
        return Ok(state_in(session, link, now));
    }
    // A refusal that comes late only takes away, so the link's ten minutes do not matter here: the grant's end does.
    Ok(if actions::can_take_back(service, tx, of)? {
        ApprovalState::TakeBack
    } else {
        ApprovalState::NotNeeded
    })
}

fn state_in(session: &Session, link: &ApprovalLink, now: UnixMillis) -> ApprovalState {
    let current = approval_of(session).and_then(|approval| approval.request.as_ref());
    if !current.is_some_and(|request| link.is(request.link)) {
        return ApprovalState::Replaced;
    }
    let ends_at = link.expires_at.min(session.expires_at);
    if now >= ends_at {
        return ApprovalState::Late;
    }
    ApprovalState::Open {
        minutes_left: now.seconds_until(ends_at).div_ceil(60),
    }
}

/// True while the manager's word is of use: the check is open, and its step is the one that is asked. It need not be
/// the way that the requester has chosen at this moment.
fn is_asked(session: &Session) -> bool {
    session.current_step().is_some_and(|step| {
        step.alternatives
            .iter()
            .any(|check| check.kind() == CheckKind::ManagerApproval && check.is_open())
    })
}

/// True when the browser is the one in which the verification runs: a link that was passed on to the requester.
fn is_requesters(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    browser: &Browser,
) -> Result<bool, ServiceError> {
    let own_session = of.session().zip(browser.session.as_ref());
    if own_session
        .is_some_and(|(session, secret)| equal(&session.cookie_digest, &sha256_hex(secret.as_bytes())))
    {
        return Ok(true);
    }
    let Some(device) = &browser.device else {
        return Ok(false);
    };
    let digest = service.config.keys.device_digest(device);
    let known = origins::find(tx, &of.id)?.and_then(|(origin, _)| origin.device_digest);
    Ok(known.is_some_and(|known| equal(&known, &digest)))
}

/// The request cannot arrive: its check ends as not available. One that was replaced is no news.
pub(in crate::service) fn undeliverable(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    link: LinkId,
    body: &serde_json::Value,
) -> Result<(), ServiceError> {
    record(service, tx, &verification, "approval.undeliverable", body)?;
    let now = service.now();
    let is_current = request_of(&verification).is_some_and(|(.., current)| current == link);
    if !is_current || verification.is_overdue(now) {
        return Ok(());
    }
    let ended = verification.with_session(now, |session| {
        session.with_check(CheckKind::ManagerApproval, |check| {
            check.ended(CheckResult::Unavailable, now)
        })
    })?;
    let ended = proceed(service, tx, ended)?;
    Ok(verifications::update(tx, &ended)?)
}
