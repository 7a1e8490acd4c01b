//! The state machine. States are variants that hold their own data; transitions consume the verification.

use serde::{Deserialize, Serialize};
use shared::agent_token::{Agent, Requester, Ticket};
use shared::words::{Action, Assurance, CheckKind, CheckResult, Outcome, Status, UnixMillis};

use super::checks::{Check, SessionStep};
use super::decision::Decision;
use super::destination::Destination;
use super::facts::ClientFacts;
use super::ids::{InstanceId, LinkId, VerificationId};

/// A verification session lasts 15 minutes from Begin.
pub const SESSION_SECONDS: i64 = 15 * 60;
/// A link may be sent again after two minutes …
pub const RESEND_AFTER_SECONDS: i64 = 120;
/// … and at most three times.
pub const MAX_RESENDS: u8 = 3;
/// More different browsers than this are counted, but no longer told apart.
const MAX_DEVICES: usize = 16;

/// One attempt to verify one requester for one ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Its name.
    pub id: VerificationId,
    /// The tenant.
    pub instance: InstanceId,
    /// The ticket, from the signed token.
    pub ticket: Ticket,
    /// The person to verify, from the signed token.
    pub requester: Requester,
    /// Who pressed Send, from the signed token.
    pub agent: Agent,
    /// The predefined action that the ticket asks for.
    pub action: Option<Action>,
    /// How much must be proven.
    pub assurance: Assurance,
    /// Where the link goes: what the agent typed, hence a claim and not a fact.
    pub destination: Destination,
    /// Whether that destination is among the contacts on file.
    pub destination_on_file: bool,
    /// When the agent pressed Send.
    pub created_at: UnixMillis,
    /// The current link.
    pub link: Link,
    /// How the delivery of the current link stands.
    pub delivery: Delivery,
    /// How often, and from how many browsers, links of this verification were opened.
    pub opens: Opens,
    /// Where it stands.
    pub state: State,
    /// Number of the last result event that was queued for ServiceNow.
    pub event_sequence: u32,
}

/// The one-time link in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Public half; the secret half is derived from it.
    pub id: LinkId,
    /// When it was made.
    pub issued_at: UnixMillis,
    /// From when on it opens nothing.
    pub expires_at: UnixMillis,
    /// How many links came before it.
    pub resends: u8,
}

/// How the delivery of the current link stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// In the outbox.
    Queued,
    /// In the outbox, and tried at least once without success; it is tried again.
    Delayed {
        /// When the last attempt failed.
        at: UnixMillis,
        /// In words for the agent, without the address.
        reason: String,
    },
    /// The mail server or gateway took it.
    Accepted {
        /// When.
        at: UnixMillis,
    },
    /// It is known to have arrived.
    Delivered {
        /// When the mail server or gateway took it.
        accepted_at: UnixMillis,
        /// When the news came.
        at: UnixMillis,
    },
    /// It was refused for good, or bounced.
    Refused {
        /// When.
        at: UnixMillis,
        /// In words for the agent, without the address.
        reason: String,
    },
}

impl Delivery {
    /// True while it is still to be handed over.
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Queued | Self::Delayed { .. })
    }
}

/// Openings of the landing page. Mail scanners open links, so this proves nothing and only feeds signals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opens {
    /// When it was first opened.
    pub first_at: Option<UnixMillis>,
    /// How often.
    pub count: u32,
    /// Digests of the user agents seen, each once.
    pub devices: Vec<String>,
}

/// Where a verification stands, with the data that only this state has.
#[expect(
    clippy::large_enum_variant,
    reason = "a verification is read, changed and written one at a time; no list of them is kept"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum State {
    /// The link waits for the requester.
    Waiting,
    /// The requester has begun.
    InProgress(Session),
    /// It is decided.
    Decided(Box<Decided>),
    /// Time ran out.
    Expired {
        /// When that was noticed.
        at: UnixMillis,
    },
    /// The agent stopped it.
    Cancelled {
        /// When.
        at: UnixMillis,
    },
    /// No link could be delivered.
    Undeliverable {
        /// When that was known.
        at: UnixMillis,
    },
}

/// A decided verification: the answers and what was made of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The session that led here; absent when the requester refused from the landing page.
    pub session: Option<Session>,
    /// The decision, with everything needed to replay it.
    pub decision: Decision,
}

/// The browser session that began the verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of the cookie, in hex.
    pub cookie_digest: String,
    /// When the requester pressed Begin.
    pub started_at: UnixMillis,
    /// When the session ends, undecided or not.
    pub expires_at: UnixMillis,
    /// In the order in which they are asked.
    pub steps: Vec<SessionStep>,
    /// What the browser told about itself at Begin.
    pub client: ClientFacts,
    /// Number of the policy that asked for the steps, and that decides: what somebody was not asked is not held against
    /// them. 0 for the policy of the configuration.
    #[serde(default)]
    pub policy: i64,
}

/// A transition that the current state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a verification that is {from} cannot {what}")]
pub struct InvalidTransition {
    /// The status it has.
    pub from: Status,
    /// What was tried.
    pub what: &'static str,
}

impl Session {
    /// The step that is asked now.
    pub fn current_step(&self) -> Option<&SessionStep> {
        if self.is_answered() {
            return None;
        }
        self.steps.iter().find(|step| !step.is_passed())
    }

    /// The check that is asked now.
    pub fn current_check(&self) -> Option<&Check> {
        self.current_step().and_then(SessionStep::current)
    }

    /// True when nothing is left to ask: every step is passed, or one was failed, or one cannot be passed by any way
    /// that this requester has.
    pub fn is_answered(&self) -> bool {
        self.steps.iter().any(SessionStep::is_failed)
            || self.steps.iter().all(SessionStep::is_passed)
            || self.is_stuck()
    }

    /// True when it ended because the requester has no way left to pass a step; nothing was refuted.
    pub fn has_no_way_left(&self) -> bool {
        self.is_stuck() && !self.steps.iter().any(SessionStep::is_failed)
    }

    /// True when a step cannot be passed: the next one, or, once one was passed, any later one. Nobody should prove
    /// what leads nowhere, but the link alone must not tell what a requester has.
    fn is_stuck(&self) -> bool {
        let next = self.steps.iter().find(|step| !step.is_passed());
        next.is_some_and(SessionStep::is_unavailable)
            || self.steps.iter().any(SessionStep::is_passed)
                && self.steps.iter().any(SessionStep::is_unavailable)
    }

    /// Every check of every step.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.steps.iter().flat_map(|step| &step.alternatives)
    }

    /// The check of a kind, if the session has it.
    pub fn check(&self, kind: CheckKind) -> Option<&Check> {
        self.checks().find(|check| check.kind() == kind)
    }

    /// Changes the check of a kind.
    #[must_use]
    pub fn with_check(mut self, kind: CheckKind, change: impl FnOnce(Check) -> Check) -> Self {
        let mut all = self.steps.iter_mut().flat_map(|step| &mut step.alternatives);
        if let Some(check) = all.find(|check| check.kind() == kind) {
            *check = change(check.clone());
        }
        self
    }

    /// The requester chooses another way of the current step.
    #[must_use]
    pub fn choosing(mut self, kind: CheckKind) -> Self {
        if !self.is_answered()
            && let Some(step) = self.steps.iter_mut().find(|step| !step.is_passed())
        {
            step.choose(kind);
        }
        self
    }

    /// The requester says that they have none of the ways of the current step: its open checks end as not available.
    #[must_use]
    pub fn giving_up(mut self, at: UnixMillis) -> Self {
        if !self.is_answered()
            && let Some(step) = self.steps.iter_mut().find(|step| !step.is_passed())
        {
            for check in &mut step.alternatives {
                *check = check.clone().ended(CheckResult::Unavailable, at);
            }
        }
        self
    }
}

impl Verification {
    /// The status that agents and analysts see.
    pub fn status(&self) -> Status {
        match &self.state {
            State::Waiting => match (&self.delivery, self.opens.first_at) {
                (_, Some(_)) => Status::Opened,
                (Delivery::Accepted { .. } | Delivery::Delivered { .. }, None) => Status::Sent,
                (Delivery::Queued | Delivery::Delayed { .. } | Delivery::Refused { .. }, None) => {
                    Status::Sending
                }
            },
            State::InProgress(_) => Status::InProgress,
            State::Decided(decided) => match decided.decision.outcome {
                Outcome::Passed => Status::Passed,
                Outcome::Failed => Status::Failed,
            },
            State::Expired { .. } => Status::Expired,
            State::Cancelled { .. } => Status::Cancelled,
            State::Undeliverable { .. } => Status::Undeliverable,
        }
    }

    /// The decision, if there is one.
    pub fn decision(&self) -> Option<&Decision> {
        match &self.state {
            State::Decided(decided) => Some(&decided.decision),
            _ => None,
        }
    }

    /// The running session, if there is one.
    pub fn session(&self) -> Option<&Session> {
        match &self.state {
            State::InProgress(session) => Some(session),
            _ => None,
        }
    }

    /// When it reached a final status.
    pub fn ended_at(&self) -> Option<UnixMillis> {
        match &self.state {
            State::Waiting | State::InProgress(_) => None,
            State::Decided(decided) => Some(decided.decision.decided_at),
            State::Expired { at } | State::Cancelled { at } | State::Undeliverable { at } => Some(*at),
        }
    }

    /// When the current link or session ends by itself; `None` once final.
    pub fn expires_at(&self) -> Option<UnixMillis> {
        match &self.state {
            State::Waiting => Some(self.link.expires_at),
            State::InProgress(session) => Some(session.expires_at),
            _ => None,
        }
    }

    /// True when its time has run out but nobody has said so yet.
    pub fn is_overdue(&self, now: UnixMillis) -> bool {
        self.expires_at().is_some_and(|end| end <= now)
    }

    /// Seconds until the link may be sent again (0 = now); `None` when it may not.
    pub fn resend_in(&self, now: UnixMillis) -> Option<u32> {
        if !matches!(self.state, State::Waiting) || self.link.resends >= MAX_RESENDS {
            return None;
        }
        let ready = self.link.issued_at.plus_seconds(RESEND_AFTER_SECONDS);
        Some(now.seconds_until(ready))
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T, InvalidTransition> {
        Err(InvalidTransition {
            from: self.status(),
            what,
        })
    }

    /// The mail server or gateway accepted the link `link`. News about an older link is ignored.
    #[must_use]
    pub fn link_accepted(mut self, link: LinkId, at: UnixMillis) -> Self {
        if self.link.id == link && self.delivery.is_pending() {
            self.delivery = Delivery::Accepted { at };
        }
        self
    }

    /// The link `link` could not be handed over for now.
    #[must_use]
    pub fn link_delayed(mut self, link: LinkId, reason: String, at: UnixMillis) -> Self {
        if self.link.id == link && self.delivery.is_pending() && matches!(self.state, State::Waiting) {
            self.delivery = Delivery::Delayed { at, reason };
        }
        self
    }

    /// The link `link` has arrived. The news may overtake that of its acceptance.
    #[must_use]
    pub fn link_delivered(mut self, link: LinkId, at: UnixMillis) -> Self {
        if self.link.id == link {
            let accepted_at = match self.delivery {
                Delivery::Queued | Delivery::Delayed { .. } => at,
                Delivery::Accepted { at } => at,
                Delivery::Delivered { .. } | Delivery::Refused { .. } => return self,
            };
            self.delivery = Delivery::Delivered { accepted_at, at };
        }
        self
    }

    /// The link `link` was refused for good. Ends a verification that nobody has begun.
    #[must_use]
    pub fn link_refused(mut self, link: LinkId, reason: String, at: UnixMillis) -> Self {
        if self.link.id == link && matches!(self.state, State::Waiting) {
            self.delivery = Delivery::Refused { at, reason };
            self.state = State::Undeliverable { at };
        }
        self
    }

    /// Somebody, or a mail scanner, opened the landing page. Changes nothing but what is known about openings.
    pub fn opened(mut self, device_digest: &str, at: UnixMillis) -> Result<Self, InvalidTransition> {
        if !matches!(self.state, State::Waiting) {
            return self.refuse("be opened");
        }
        self.opens.first_at.get_or_insert(at);
        self.opens.count = self.opens.count.saturating_add(1);
        let known = self.opens.devices.iter().any(|seen| seen == device_digest);
        if !known && self.opens.devices.len() < MAX_DEVICES {
            self.opens.devices.push(device_digest.to_owned());
        }
        Ok(self)
    }

    /// A new link replaces the current one, which opens nothing from then on.
    pub fn resent(
        mut self,
        link: LinkId,
        life_seconds: i64,
        at: UnixMillis,
    ) -> Result<Self, InvalidTransition> {
        if self.resend_in(at) != Some(0) || self.is_overdue(at) {
            return self.refuse("be sent again");
        }
        let resends = self.link.resends.saturating_add(1);
        self.link = Link {
            id: link,
            issued_at: at,
            expires_at: at.plus_seconds(life_seconds),
            resends,
        };
        self.delivery = Delivery::Queued;
        Ok(self)
    }

    /// The requester pressed Begin with the link `link`: the link is spent, the session begins.
    pub fn begun(mut self, link: LinkId, session: Session) -> Result<Self, InvalidTransition> {
        let waiting = matches!(self.state, State::Waiting);
        if !waiting || self.link.id != link || self.is_overdue(session.started_at) {
            return self.refuse("begin");
        }
        self.opens.first_at.get_or_insert(session.started_at);
        self.state = State::InProgress(session);
        Ok(self)
    }

    /// Changes the running session: an answer was counted, a code was sent again.
    pub fn with_session(
        mut self,
        at: UnixMillis,
        change: impl FnOnce(Session) -> Session,
    ) -> Result<Self, InvalidTransition> {
        if self.is_overdue(at) {
            return self.refuse("be answered");
        }
        match self.state {
            State::InProgress(session) => {
                self.state = State::InProgress(change(session));
                Ok(self)
            }
            _ => self.refuse("be answered"),
        }
    }

    /// The decision ends it: after the answers, or at once when the requester says that they did not ask for this.
    pub fn decided(mut self, decision: Decision) -> Result<Self, InvalidTransition> {
        let session = match self.state {
            State::Waiting => None,
            State::InProgress(session) => Some(session),
            _ => return self.refuse("be decided"),
        };
        self.state = State::Decided(Box::new(Decided { session, decision }));
        Ok(self)
    }

    /// A pass is taken back: somebody who should know says that it was not them. The only final state that changes, and
    /// only in this direction: nothing makes a pass of what has ended otherwise.
    pub fn overturned(mut self, decision: Decision) -> Result<Self, InvalidTransition> {
        match self.state {
            State::Decided(mut decided)
                if decided.decision.outcome == Outcome::Passed && decision.outcome == Outcome::Failed =>
            {
                decided.decision = decision;
                self.state = State::Decided(decided);
                Ok(self)
            }
            _ => self.refuse("be taken back"),
        }
    }

    /// Ends it because its time has run out.
    pub fn expired(mut self, at: UnixMillis) -> Result<Self, InvalidTransition> {
        if !self.is_overdue(at) {
            return self.refuse("expire");
        }
        self.state = State::Expired { at };
        Ok(self)
    }

    /// Ends it because the agent says so.
    pub fn cancelled(mut self, at: UnixMillis) -> Result<Self, InvalidTransition> {
        if self.status().is_final() {
            return self.refuse("be cancelled");
        }
        self.state = State::Cancelled { at };
        Ok(self)
    }
}
