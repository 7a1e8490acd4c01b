//! What the requester sees: who asks and for what, the question now, or the end. Never why.

use shared::words::{Action, CheckKind, Outcome, UnixMillis};

use super::super::actions::ActionStep;
use super::super::{Service, ServiceError};
use crate::keys::sha256_hex;
use crate::verification::{Check, CheckDetail, Grant, InstanceId, Session, State, Verification};

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

/// What the landing page tells before anything has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// Who asks and for what.
    pub request: Request,
    /// What will be asked, one check for each step.
    pub asks: Vec<CheckKind>,
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
    /// Other ways that the requester may choose for this step.
    pub other_ways: Vec<CheckKind>,
    /// True when the pass allows to add a passkey or an authenticator app now.
    pub may_enrol: bool,
    /// … though the requester has one already.
    pub has_factor: bool,
}

/// Digits of a mark: it only has to differ.
const MARK_DIGITS: usize = 16;

impl Page {
    /// Changes when the page has to be drawn anew although its reader did nothing: the code went elsewhere or ran out, the
    /// manager has answered, somebody stopped it. Not by what counts down.
    pub fn mark(&self) -> String {
        let step = match &self.step {
            Step::CallNumber { .. } => "number".to_owned(),
            Step::OnFileCode {
                contact,
                redirected,
                code_is_valid,
                ..
            } => format!("code {contact} {redirected} {code_is_valid}"),
            Step::Passkey { .. } => "passkey".to_owned(),
            Step::AuthenticatorApp { .. } => "app".to_owned(),
            Step::RecoveryCode { .. } => "recovery".to_owned(),
            Step::CompanySignIn { provider } => format!("sign-in {provider}"),
            Step::ManagerApproval { manager, asked, .. } => {
                let runs = asked.is_some_and(|asked| asked.minutes_left.is_some());
                format!("manager {manager} {} {runs}", asked.is_some())
            }
            Step::Action(_) => "action".to_owned(),
            Step::Finished(ending) => format!("finished {ending:?}"),
        };
        let whole = format!("{} {} {step}", self.step_number, self.steps);
        sha256_hex(whole.as_bytes())[..MARK_DIGITS].to_owned()
    }
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
        /// True when it went there because another contact could not be reached.
        redirected: bool,
        /// Wrong answers that are still allowed.
        tries_left: u8,
        /// False when the code's ten minutes are over.
        code_is_valid: bool,
        /// Seconds until a new code may be asked for (0 = now); `None` when no more will be sent.
        resend_in: Option<u32>,
    },
    /// Sign with a passkey enrolled earlier.
    Passkey {
        /// Wrong answers that are still allowed.
        tries_left: u8,
    },
    /// Enter the code of the authenticator app enrolled earlier.
    AuthenticatorApp {
        /// Wrong answers that are still allowed.
        tries_left: u8,
    },
    /// Enter a recovery code.
    RecoveryCode {
        /// Wrong answers that are still allowed.
        tries_left: u8,
    },
    /// Sign in at the identity provider of this name.
    CompanySignIn {
        /// As requesters know it.
        provider: String,
    },
    /// The manager on file confirms the request.
    ManagerApproval {
        /// Their name.
        manager: String,
        /// The request in force; `None` before the requester pressed the button that sends it.
        asked: Option<Asked>,
        /// Seconds until they may be asked (again): 0 = now; `None` when they will not be asked any more.
        ask_in: Option<u32>,
    },
    /// Identity confirmed: the action that the ticket asks for.
    Action(ActionStep),
    /// Nothing is left to do.
    Finished(Ending),
}

/// A request to the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Minutes until it ends, at least 1; `None` when it has ended without an answer.
    pub minutes_left: Option<u32>,
}

/// How it ended, as far as the requester may know. Never why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Identity confirmed.
    Confirmed,
    /// Not confirmed.
    NotConfirmed,
    /// Not confirmed, because this requester has no way left to prove who they are; nothing was refuted.
    NoWayLeft,
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

pub(in crate::service) fn request(service: &Service, of: &Verification) -> Result<Request, ServiceError> {
    let look = service.look(&of.instance)?;
    Ok(Request {
        instance: of.instance.clone(),
        company: look.company.clone(),
        support_contact: look.support_contact.clone(),
        agent_name: of.agent.name.clone(),
        ticket_number: of.ticket.number.clone(),
        action: of.action,
    })
}

pub(super) fn show(
    service: &Service,
    of: &Verification,
    grant: Option<&Grant>,
) -> Result<Page, ServiceError> {
    let now = service.now();
    let current = of.session().and_then(|session| {
        let step = session.current_step()?;
        let position = session.steps.iter().position(|other| other == step)?;
        Some((position, session.steps.len(), step, step.current()?))
    });
    let (step_number, steps, other_ways, step) = match (&of.state, current) {
        (State::InProgress(_), Some((position, steps, of_steps, check))) => {
            (position + 1, steps, of_steps.other_ways(), question(check, now))
        }
        (state, _) => {
            let step = match (ending(state), grant) {
                (Ending::Confirmed, Some(grant)) => Step::Action(ActionStep::of(grant, of, now)),
                (ending, _) => Step::Finished(ending),
            };
            (1, 1, Vec::new(), step)
        }
    };
    Ok(Page {
        request: request(service, of)?,
        step_number,
        steps,
        step,
        other_ways,
        may_enrol: false,
        has_factor: false,
    })
}

/// What the requester is asked.
fn question(check: &Check, now: UnixMillis) -> Step {
    let tries_left = check.tries_left();
    match &check.detail {
        CheckDetail::CallNumber(_) => Step::CallNumber { tries_left },
        CheckDetail::OnFileCode(code) => Step::OnFileCode {
            contact: code
                .contact
                .as_ref()
                .map_or_else(String::new, |contact| contact.destination.masked()),
            redirected: !code.unreachable.is_empty(),
            tries_left,
            code_is_valid: code.is_valid_at(now),
            resend_in: code.resend_in(now),
        },
        CheckDetail::Passkey(_) => Step::Passkey { tries_left },
        CheckDetail::AuthenticatorApp(_) => Step::AuthenticatorApp { tries_left },
        CheckDetail::RecoveryCode(_) => Step::RecoveryCode { tries_left },
        CheckDetail::CompanySignIn(sign_in) => Step::CompanySignIn {
            provider: sign_in.provider.clone().unwrap_or_default(),
        },
        CheckDetail::ManagerApproval(approval) => Step::ManagerApproval {
            manager: approval
                .manager
                .as_ref()
                .map_or_else(String::new, |manager| manager.name.clone()),
            asked: approval.request.as_ref().map(|request| Asked {
                minutes_left: request
                    .is_valid_at(now)
                    .then(|| now.seconds_until(request.ends_at()).div_ceil(60)),
            }),
            ask_in: approval.ask_in(now),
        },
    }
}

fn ending(state: &State) -> Ending {
    match state {
        State::Decided(decided) if decided.decision.facts.refused_by_requester => Ending::Refused,
        State::Decided(decided) => match decided.decision.outcome {
            Outcome::Passed => Ending::Confirmed,
            Outcome::Failed if decided.session.as_ref().is_some_and(Session::has_no_way_left) => {
                Ending::NoWayLeft
            }
            Outcome::Failed => Ending::NotConfirmed,
        },
        State::Cancelled { .. } => Ending::Cancelled,
        State::Waiting | State::InProgress(_) | State::Expired { .. } | State::Undeliverable { .. } => {
            Ending::Expired
        }
    }
}
