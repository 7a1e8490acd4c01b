//! Erasure: what is left of a verification when its time is over.
//!
//! It happens in two steps. First every address is replaced by its masked form: nobody needs the rest once no message
//! can leave any more. Later everything that tells about a person goes. What was decided stays, with the weight of
//! every finding: outcome, level, score, policy, times, the ticket's number, and the ids that mean something only
//! inside ServiceNow.

use super::checks::manager_approval::ManagerApproval;
use super::checks::on_file_code::OnFileCode;
use super::checks::{Check, CheckDetail};
use super::destination::mask;
use super::facts::{ClientFacts, DestinationFacts, Facts, TimeFacts};
use super::grant::{Ending, Grant, GrantState, Person};
use super::report::FindingKind;
use super::state::{Opens, Session, State, Verification};

/// Stands where a name stood.
pub const ERASED_NAME: &str = "Erased";
/// Stands where the sentence of a signal stood: it may tell of places and times.
pub const ERASED_SENTENCE: &str = "What was observed was erased when its time was over.";

impl Verification {
    /// The same verification without a full address in it.
    #[must_use]
    pub fn with_masked_addresses(mut self) -> Self {
        self.destination = self.destination.erased();
        for contact in &mut self.requester.contacts {
            contact.address = mask(contact.channel, &contact.address);
        }
        if let Some(manager) = &mut self.requester.manager {
            manager.email = mask(shared::words::Channel::Email, &manager.email);
        }
        self.change_checks(&mask_check);
        self
    }

    /// The same verification without anything about a person in it.
    #[must_use]
    pub fn without_personal_data(self) -> Self {
        let mut left = self.with_masked_addresses();
        left.ticket.short_description.clear();
        left.ticket.description.clear();
        let requester = &mut left.requester;
        ERASED_NAME.clone_into(&mut requester.name);
        for text in [
            &mut requester.user_name,
            &mut requester.email,
            &mut requester.time_zone,
            &mut requester.language,
        ] {
            text.clear();
        }
        requester.contacts.clear();
        requester.manager = None;
        ERASED_NAME.clone_into(&mut left.agent.name);
        left.agent.user_name.clear();
        left.opens = Opens {
            devices: Vec::new(),
            ..left.opens
        };
        left.change_checks(&erase_check);
        match &mut left.state {
            State::InProgress(session) => erase_session(session),
            State::Decided(decided) => {
                decided.session.as_mut().into_iter().for_each(erase_session);
                erase_facts(&mut decided.decision.facts);
                for finding in &mut decided.decision.report.findings {
                    if finding.kind == FindingKind::Signal {
                        ERASED_SENTENCE.clone_into(&mut finding.sentence);
                    }
                }
            }
            State::Waiting
            | State::Expired { .. }
            | State::Cancelled { .. }
            | State::Undeliverable { .. } => {}
        }
        left
    }

    /// Changes every check wherever it is kept: in the session, and in the facts that a decision was made from.
    fn change_checks(&mut self, change: &dyn Fn(&mut Check)) {
        let of_session = |session: &mut Session| {
            let steps = session.steps.iter_mut();
            steps.flat_map(|step| &mut step.alternatives).for_each(change);
        };
        match &mut self.state {
            State::InProgress(session) => of_session(session),
            State::Decided(decided) => {
                decided.session.as_mut().into_iter().for_each(of_session);
                decided.decision.facts.checks.iter_mut().for_each(change);
            }
            State::Waiting
            | State::Expired { .. }
            | State::Cancelled { .. }
            | State::Undeliverable { .. } => {}
        }
    }
}

impl Grant {
    /// The same grant without anything about a person in it.
    #[must_use]
    pub fn without_personal_data(mut self) -> Self {
        self.released_by.as_mut().into_iter().for_each(erase_person);
        match &mut self.state {
            GrantState::Performed(ending)
            | GrantState::Unknown(ending)
            | GrantState::Failed { ending, .. } => {
                erase_ending(ending);
            }
            GrantState::AwaitingRelease
            | GrantState::Granted
            | GrantState::Manual
            | GrantState::Performing(_)
            | GrantState::Revoked { .. }
            | GrantState::Expired { .. } => {}
        }
        self
    }
}

fn mask_check(check: &mut Check) {
    match &mut check.detail {
        // Every field is named, so that a new one is thought of here.
        CheckDetail::OnFileCode(OnFileCode {
            contact,
            unreachable,
            code_number: _,
            issued_at: _,
        }) => {
            if let Some(contact) = contact {
                contact.destination = contact.destination.erased();
            }
            unreachable.clear();
        }
        CheckDetail::ManagerApproval(ManagerApproval { manager, request: _ }) => {
            if let Some(manager) = manager {
                manager.destination = manager.destination.erased();
            }
        }
        CheckDetail::CallNumber(_)
        | CheckDetail::Passkey(_)
        | CheckDetail::AuthenticatorApp(_)
        | CheckDetail::RecoveryCode(_)
        | CheckDetail::CompanySignIn(_) => {}
    }
}

fn erase_check(check: &mut Check) {
    if let CheckDetail::ManagerApproval(approval) = &mut check.detail
        && let Some(manager) = &mut approval.manager
    {
        ERASED_NAME.clone_into(&mut manager.name);
    }
}

fn erase_session(session: &mut Session) {
    let Session {
        cookie_digest,
        client,
        started_at: _,
        expires_at: _,
        steps: _,
        policy: _,
    } = session;
    cookie_digest.clear();
    *client = ClientFacts::default();
}

fn erase_facts(facts: &mut Facts) {
    facts.client = None;
    facts.network = None;
    facts.time = TimeFacts::default();
    facts.destination = DestinationFacts::default();
    facts.time_zone_on_file.clear();
    facts.language_on_file.clear();
}

fn erase_person(person: &mut Person) {
    ERASED_NAME.clone_into(&mut person.name);
}

/// Summary and answer are words of the directory: they may name the account.
fn erase_ending(ending: &mut Ending) {
    ending.summary.clear();
    ending.answer.clear();
    ending.by.as_mut().into_iter().for_each(erase_person);
}
