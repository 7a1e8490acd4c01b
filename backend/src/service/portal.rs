//! What the requester may do: open the link, begin, answer, say that they did not ask for this.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::{Action, CheckKind, CheckResult, Outcome, UnixMillis};

use super::error::LinkProblem;
use super::{Service, ServiceError, destination_digest, events, expire_if_overdue, record};
use crate::config::Instance;
use crate::keys::{equal, hex, sha256_hex};
use crate::ports::random;
use crate::store::outbox::{self, Message};
use crate::store::{self, verifications};
use crate::verification::checks::{call_number, on_file_code};
use crate::verification::state::SESSION_SECONDS;
use crate::verification::{
    Check, CheckDetail, ClientFacts, Facts, InstanceId, Session, State, Verification, decide, limits,
};

/// Who asks and for what: shown on every page, so that the requester can recognise the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The tenant.
    pub instance: InstanceId,
    /// The company, as requesters know it.
    pub company: String,
    /// How to reach the service desk on a known way.
    pub support_contact: String,
    /// The agent who asks.
    pub agent_name: String,
    /// The ticket's number.
    pub ticket_number: String,
    /// What the ticket asks for.
    pub action: Option<Action>,
}

/// What a running or ended session shows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Who asks and for what.
    pub request: Request,
    /// Which step it is, from 1.
    pub step_number: usize,
    /// How many steps there are.
    pub steps: usize,
    /// The question, or the end.
    pub step: Step,
}

/// The question, or the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Enter the number that the agent reads out.
    CallNumber {
        /// Wrong answers that are still allowed.
        tries_left: u8,
    },
    /// Enter the code sent to the contact on file.
    OnFileCode {
        /// Where it went, masked.
        contact: String,
        /// Wrong answers that are still allowed.
        tries_left: u8,
        /// False when the code's ten minutes are over.
        code_is_valid: bool,
        /// Seconds until a new code may be asked for (0 = now); `None` when no more will be sent.
        resend_in: Option<u32>,
    },
    /// Nothing is left to do.
    Finished(Ending),
}

/// How it ended, as far as the requester may know. Never why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Identity confirmed.
    Confirmed,
    /// Not confirmed.
    NotConfirmed,
    /// The requester said that they did not ask for this.
    Refused,
    /// Out of time.
    Expired,
    /// The service desk stopped it.
    Cancelled,
}

/// What became of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// True when the answer was wrong and may be corrected on the page that follows.
    pub wrong: bool,
    /// The page to show now.
    pub page: Page,
}

/// Opens the landing page. Counts the opening; changes nothing else (mail scanners open links, ASVS 3.5.3).
pub async fn open(service: &Service, token: &str, device_digest: String) -> Result<Request, ServiceError> {
    let digest = sha256_hex(token.as_bytes());
    let context = service.clone();
    let (verification, first) = service
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
            verifications::update(tx, &opened)?;
            Ok::<_, ServiceError>((opened, first))
        })
        .await?;
    if first {
        service.announce(&verification.id);
    }
    request(service, &verification)
}

/// Spends the link and begins the session. Returns the secret of the session cookie.
pub async fn begin(service: &Service, token: &str, client: ClientFacts) -> Result<String, ServiceError> {
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
                checks: open_checks(&context, &verification, now)?,
                client,
            };
            let link = verification.link.id;
            let begun = verification.begun(link, session)?;
            store::portal::add_session(tx, &begun, &cookie_digest, now)?;
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
            let CheckDetail::OnFileCode(code) = &check.detail else {
                return None;
            };
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
            .is_some_and(|check| match &check.detail {
                CheckDetail::OnFileCode(code) => code.resend_in(service.now()) == Some(0),
                CheckDetail::CallNumber => false,
            });
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
        let verification = if running {
            finish(service, tx, verification, true)?
        } else {
            verification
        };
        Ok((verification, ()))
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
        let now = service.now();
        let asked = verification
            .session()
            .and_then(|session| Some((session, session.current_check()?)));
        let judged = asked
            .filter(|(_, check)| check.kind() == kind)
            .and_then(|(session, check)| judge(service, &verification, session, check));
        let Some(correct) = judged else {
            return Ok((verification, false));
        };
        let answered = verification.with_session(now, |mut session| {
            for check in session
                .checks
                .iter_mut()
                .filter(|check| check.kind() == kind && check.is_open())
            {
                *check = check.clone().answered(correct, now);
            }
            session
        })?;
        record(
            service,
            tx,
            &answered,
            "check.answered",
            &json!({ "check": kind.as_str(), "correct": correct }),
        )?;
        let still_open = answered
            .session()
            .and_then(Session::current_check)
            .is_some_and(|check| check.kind() == kind);
        Ok((proceed(service, tx, answered)?, !correct && still_open))
    };
    let (page, wrong) = change(service, cookie, answer).await?;
    Ok(Answered { wrong, page })
}

/// Loads the verification of a session, lets `work` change it, and commits what changed.
async fn change<T: Send + 'static>(
    service: &Service,
    cookie: &str,
    work: impl FnOnce(&Service, &Transaction<'_>, Verification) -> Result<(Verification, T), ServiceError>
    + Send
    + 'static,
) -> Result<(Page, T), ServiceError> {
    let digest = sha256_hex(cookie.as_bytes());
    let context = service.clone();
    let (before, after, extra) = service
        .store
        .write(move |tx| {
            let found = store::portal::find_by_session(tx, &digest)?.ok_or(LinkProblem::NoSession)?;
            let before = found.clone();
            let current = expire_if_overdue(&context, tx, found)?;
            let (after, extra) = work(&context, tx, current)?;
            if after != before {
                verifications::update(tx, &after)?;
            }
            Ok::<_, ServiceError>((before, after, extra))
        })
        .await?;
    if after != before {
        service.announce(&after.id);
    }
    Ok((show(service, &after)?, extra))
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

/// Opens the checks that the policy requires, in its order.
fn open_checks(service: &Service, of: &Verification, now: UnixMillis) -> Result<Vec<Check>, ServiceError> {
    let region = service.instance(&of.instance)?.default_region.as_deref();
    let channels = service.config.channels();
    let open = |kind: &CheckKind| match kind {
        CheckKind::CallNumber => call_number::open(),
        CheckKind::OnFileCode => {
            let contacts = &of.requester.contacts;
            let contact =
                on_file_code::choose_contact(contacts, &of.destination, &channels, of.action, region);
            on_file_code::open(contact, now)
        }
    };
    Ok(service.config.policy.required_checks.iter().map(open).collect())
}

/// Goes on after an answer: sends the code when its check comes up, decides when nothing is left to ask.
pub(super) fn proceed(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
) -> Result<Verification, ServiceError> {
    let Some(session) = verification.session() else {
        return Ok(verification);
    };
    if session.is_answered() {
        return finish(service, tx, verification, false);
    }
    let code_is_due = session
        .current_check()
        .is_some_and(|check| matches!(&check.detail, CheckDetail::OnFileCode(code) if code.code_number == 0));
    if code_is_due {
        send_code(service, tx, verification)
    } else {
        Ok(verification)
    }
}

/// Makes the next code and queues it.
fn send_code(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let contact = verification
        .session()
        .and_then(Session::current_check)
        .and_then(|check| match &check.detail {
            CheckDetail::OnFileCode(code) => code.contact.clone().map(|contact| (contact, code.code_number)),
            CheckDetail::CallNumber => None,
        });
    let Some((contact, earlier_codes)) = contact else {
        return Ok(verification);
    };
    let digest = service
        .config
        .keys
        .address_digest(&contact.destination.normalized());
    if earlier_codes > 0 {
        let agent = verification.agent.sys_id.clone();
        let counts = verifications::counts(
            tx,
            &verification.instance,
            &agent,
            &verification.requester.sys_id,
            &digest,
            now,
        )?;
        limits::may_send(counts)?;
    }
    verifications::log_message(tx, &verification.instance, &digest, now)?;
    let sent = verification.with_session(now, |mut session| {
        for check in &mut session.checks {
            if let CheckDetail::OnFileCode(code) = &mut check.detail {
                *code = code.clone().issued(now);
            }
        }
        session
    })?;
    let number = earlier_codes + 1;
    let lane = format!("code:{}", sent.id);
    outbox::add(
        tx,
        &sent.instance,
        &sent.id,
        &lane,
        &Message::Code { number },
        now,
    )?;
    let body = json!({ "number": number, "contact": contact.destination.masked(), "source": contact.source, "independent": contact.independent });
    record(service, tx, &sent, "code.queued", &body)?;
    Ok(sent)
}

/// Decides, with everything that is known now.
fn finish(
    service: &Service,
    tx: &Transaction<'_>,
    verification: Verification,
    refused: bool,
) -> Result<Verification, ServiceError> {
    let now = service.now();
    let digest = destination_digest(service, &verification);
    let history = verifications::history(tx, &verification, &digest, now)?;
    let session = verification.session();
    let client = session.map(|session| session.client.clone());
    let mut devices = verification.opens.devices.clone();
    devices.extend(client.iter().map(|client| client.device_digest.clone()));
    devices.sort();
    devices.dedup();
    let facts = Facts {
        checks: session.map_or_else(Vec::new, |session| session.checks.clone()),
        destination_on_file: verification.destination_on_file,
        opens: verification.opens.count,
        devices: u32::try_from(devices.len()).unwrap_or(u32::MAX),
        client,
        time_zone_on_file: verification.requester.time_zone.clone(),
        language_on_file: verification.requester.language.clone(),
        history,
        refused_by_requester: refused,
    };
    let decision = decide(facts, &service.config.policy, now);
    let body = json!({
        "outcome": decision.outcome.as_str(),
        "level": decision.level.as_str(),
        "score": decision.score,
        "policy": decision.policy_version,
        "findings": decision.report.findings.iter().map(|f| json!({ "code": f.code, "weight": f.weight })).collect::<Vec<_>>(),
    });
    metrics::counter!("verifications_decided_total", "outcome" => decision.outcome.as_str(), "risk" => decision.level.as_str())
        .increment(1);
    let mut decided = verification.decided(decision)?;
    record(service, tx, &decided, "verification.decided", &body)?;
    events::queue(service, tx, &mut decided)?;
    Ok(decided)
}

fn request(service: &Service, of: &Verification) -> Result<Request, ServiceError> {
    let instance: &Instance = service.instance(&of.instance)?;
    Ok(Request {
        instance: instance.id.clone(),
        company: instance.company.clone(),
        support_contact: instance.support_contact.clone(),
        agent_name: of.agent.name.clone(),
        ticket_number: of.ticket.number.clone(),
        action: of.action,
    })
}

fn show(service: &Service, of: &Verification) -> Result<Page, ServiceError> {
    let now = service.now();
    let current = of.session().and_then(|session| {
        // A check that was never asked is no step: the requester would wait for it.
        let asked = session
            .checks
            .iter()
            .filter(|check| check.result != Some(CheckResult::Unavailable));
        let (position, check) = asked.clone().enumerate().find(|(_, check)| check.is_open())?;
        Some((position, asked.count(), check))
    });
    let (step_number, steps, step) = match (&of.state, current) {
        (State::InProgress(_), Some((position, steps, check))) => {
            let step = match &check.detail {
                CheckDetail::CallNumber => Step::CallNumber {
                    tries_left: check.tries_left(),
                },
                CheckDetail::OnFileCode(code) => Step::OnFileCode {
                    contact: code
                        .contact
                        .as_ref()
                        .map_or_else(String::new, |contact| contact.destination.masked()),
                    tries_left: check.tries_left(),
                    code_is_valid: code.is_valid_at(now),
                    resend_in: code.resend_in(now),
                },
            };
            (position + 1, steps, step)
        }
        (state, _) => (1, 1, Step::Finished(ending(state))),
    };
    Ok(Page {
        request: request(service, of)?,
        step_number,
        steps,
        step,
    })
}

fn ending(state: &State) -> Ending {
    match state {
        State::Decided(decided) if decided.decision.facts.refused_by_requester => Ending::Refused,
        State::Decided(decided) => match decided.decision.outcome {
            Outcome::Passed => Ending::Confirmed,
            Outcome::Failed => Ending::NotConfirmed,
        },
        State::Cancelled { .. } => Ending::Cancelled,
        State::Waiting | State::InProgress(_) | State::Expired { .. } | State::Undeliverable { .. } => {
            Ending::Expired
        }
    }
}
