//! The grant: the single-use permission that a pass gives. This ticket, this requester, this action, until this time.
//!
//! A grant is made by the decision and by nothing else. It is spent in the moment in which the action is handed to a
//! connector; whatever the connector then says, it cannot be spent again unless it is certain that nothing changed.
//!
//! ```text
//! awaiting_release ──release──► granted ──spend──► performing ──► performed
//!        ▲                        ▲ │                  │  │
//!        └──── needs a second ────┼─┼──────────────────┘  ├──► failed ──spend──► performing …
//!                                 │ └──► revoked, expired └──► unknown ──► performed, failed (when it is known)
//! manual ──confirm──► performed
//! ```

use serde::{Deserialize, Serialize};
use shared::words::{ActionState, TicketEnd, UnixMillis};

mod parts;
mod reason;

pub use parts::{Binding, End, Ending, Execution, GrantError, Person, ReceiptId, Terms, Why};
pub use reason::Reason;

/// A grant is valid for 15 minutes, from the decision or from its release.
pub const GRANT_SECONDS: i64 = 15 * 60;
/// An execution that has not ended after so long was interrupted: every connector gives up earlier.
pub const STALE_SECONDS: i64 = 60;
/// A receipt that a webhook promised is waited for so long.
pub const RECEIPT_SECONDS: i64 = 15 * 60;
/// Executions of one grant. Password rules that a directory does not tell are found by trying.
pub const MAX_ATTEMPTS: u8 = 5;

/// Where a grant stands, with the data that only this state has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantState {
    /// See [`ActionState::AwaitingRelease`].
    AwaitingRelease,
    /// See [`ActionState::Granted`].
    Granted,
    /// See [`ActionState::Manual`].
    Manual,
    /// See [`ActionState::Performing`].
    Performing(Execution),
    /// See [`ActionState::Performed`].
    Performed(Ending),
    /// See [`ActionState::Failed`].
    Failed {
        /// How it ended.
        ending: Ending,
        /// It is certain that nothing changed, so it may be tried again.
        may_retry: bool,
    },
    /// See [`ActionState::Unknown`].
    Unknown(Ending),
    /// See [`ActionState::Revoked`].
    Revoked {
        /// When.
        at: UnixMillis,
        /// Why.
        why: Why,
    },
    /// See [`ActionState::Expired`].
    Expired {
        /// When that was noticed.
        at: UnixMillis,
    },
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it is good for.
    pub binding: Binding,
    /// Name of the connector in the configuration of the instance.
    pub connector: String,
    /// Kind of the connector.
    pub kind: String,
    /// When the decision made it.
    pub created_at: UnixMillis,
    /// From when on it opens nothing.
    pub expires_at: UnixMillis,
    /// Executions so far.
    pub attempts: u8,
    /// Who released it, where two people were needed.
    pub released_by: Option<Person>,
    /// Where it stands.
    pub state: GrantState,
    /// What became of the ticket, as the instance told after the action was performed.
    #[serde(default)]
    pub ticket: Option<TicketEnd>,
}

impl Grant {
    /// The grant of a pass, at the moment of the decision.
    pub fn new(binding: Binding, terms: Terms, at: UnixMillis) -> Self {
        Self {
            binding,
            connector: terms.connector,
            kind: terms.kind,
            created_at: at,
            expires_at: at.plus_seconds(GRANT_SECONDS),
            attempts: 0,
            released_by: None,
            state: match (terms.needs_release, terms.is_manual) {
                (true, _) => GrantState::AwaitingRelease,
                (false, true) => GrantState::Manual,
                (false, false) => GrantState::Granted,
            },
            ticket: None,
        }
    }

    /// The word for where it stands.
    pub const fn word(&self) -> ActionState {
        match &self.state {
            GrantState::AwaitingRelease => ActionState::AwaitingRelease,
            GrantState::Granted => ActionState::Granted,
            GrantState::Manual => ActionState::Manual,
            GrantState::Performing(_) => ActionState::Performing,
            GrantState::Performed(_) => ActionState::Performed,
            GrantState::Failed { .. } => ActionState::Failed,
            GrantState::Unknown(_) => ActionState::Unknown,
            GrantState::Revoked { .. } => ActionState::Revoked,
            GrantState::Expired { .. } => ActionState::Expired,
        }
    }

    /// True while it can still lead to an execution or is waited for.
    pub const fn is_open(&self) -> bool {
        matches!(
            self.state,
            GrantState::AwaitingRelease
                | GrantState::Granted
                | GrantState::Manual
                | GrantState::Performing(_)
                | GrantState::Failed { may_retry: true, .. }
        )
    }

    /// True while it opens something by itself, and so can run out or be taken back.
    const fn is_unspent(&self) -> bool {
        self.is_open() && !matches!(self.state, GrantState::Performing(_))
    }

    /// When something happens by itself: it runs out, or an interrupted execution is looked after.
    pub fn wakes_at(&self) -> Option<UnixMillis> {
        match &self.state {
            GrantState::Performing(execution) => Some(execution.stale_at()),
            _ if self.is_unspent() => Some(self.expires_at),
            _ => None,
        }
    }

    /// When it reached where it stands, as far as that is known.
    pub fn reached_at(&self) -> UnixMillis {
        match &self.state {
            GrantState::Performing(execution) => execution.started_at,
            GrantState::Performed(ending)
            | GrantState::Unknown(ending)
            | GrantState::Failed { ending, .. } => ending.at,
            GrantState::Revoked { at, .. } | GrantState::Expired { at } => *at,
            // Its time began when it came to this.
            GrantState::AwaitingRelease | GrantState::Granted | GrantState::Manual => {
                self.expires_at.plus_seconds(-GRANT_SECONDS)
            }
        }
    }

    /// The same for the field in the ticket, where the time follows: `Password reset by the requester`.
    pub fn line(&self) -> String {
        match &self.state {
            GrantState::Performed(ending) => {
                let who = ending
                    .by
                    .as_ref()
                    .map_or("the requester", |person| person.name.as_str());
                format!("{} by {who}", self.binding.action.label())
            }
            _ => self.summary(),
        }
    }

    /// One sentence for agent and work note: what was done, or why not, or what is waited for.
    pub fn summary(&self) -> String {
        let action = self.binding.action.label();
        match &self.state {
            GrantState::AwaitingRelease => {
                format!("{action}: this account needs a second person at the service desk to release it.")
            }
            GrantState::Granted => format!("{action}: the requester can do it in the portal now."),
            GrantState::Manual => format!("{action}: to be done by the agent, who then confirms it."),
            GrantState::Performing(execution) if execution.is_promised => {
                format!("{action}: handed on, the receipt is waited for.")
            }
            GrantState::Performing(_) => format!("{action}: being performed."),
            GrantState::Failed {
                ending,
                may_retry: true,
            } => {
                format!("{} The requester may try again.", ending.summary)
            }
            GrantState::Performed(ending)
            | GrantState::Unknown(ending)
            | GrantState::Failed { ending, .. } => ending.summary.clone(),
            GrantState::Revoked { why, .. } => why.sentence().to_owned(),
            GrantState::Expired { .. } => format!("{action}: nobody used the permission in time."),
        }
    }

    /// The last ending, if an execution has ended.
    pub const fn ending(&self) -> Option<&Ending> {
        match &self.state {
            GrantState::Performed(ending)
            | GrantState::Unknown(ending)
            | GrantState::Failed { ending, .. } => Some(ending),
            _ => None,
        }
    }

    /// May it be spent on this, now? Every refusal has its own reason.
    pub fn check(&self, wanted: &Binding, now: UnixMillis) -> Result<(), GrantError> {
        if self.binding != *wanted {
            return Err(GrantError::Foreign);
        }
        match &self.state {
            GrantState::Granted | GrantState::Failed { may_retry: true, .. } => {}
            GrantState::AwaitingRelease => return Err(GrantError::NotReleased),
            GrantState::Manual => return Err(GrantError::ByHand),
            GrantState::Revoked { .. } => return Err(GrantError::Revoked),
            GrantState::Expired { .. } => return Err(GrantError::Expired),
            GrantState::Performing(_)
            | GrantState::Performed(_)
            | GrantState::Failed { may_retry: false, .. }
            | GrantState::Unknown(_) => return Err(GrantError::Spent),
        }
        if self.attempts >= MAX_ATTEMPTS {
            return Err(GrantError::Spent);
        }
        if now >= self.expires_at {
            return Err(GrantError::Expired);
        }
        Ok(())
    }

    /// Spends it: from here on only the end of this execution changes it.
    pub fn spent(
        mut self,
        wanted: &Binding,
        receipt: ReceiptId,
        now: UnixMillis,
    ) -> Result<Self, GrantError> {
        self.check(wanted, now)?;
        self.attempts += 1;
        self.state = GrantState::Performing(Execution {
            receipt,
            started_at: now,
            is_promised: false,
        });
        Ok(self)
    }

    /// The execution that this receipt belongs to, if it is the one that runs.
    pub fn execution(&self, receipt: &ReceiptId) -> Option<&Execution> {
        match &self.state {
            GrantState::Performing(execution) if execution.receipt == *receipt => Some(execution),
            _ => None,
        }
    }

    /// The running execution `receipt` came to `end`. News about another execution is refused.
    pub fn ended(mut self, receipt: &ReceiptId, end: End, at: UnixMillis) -> Result<Self, GrantError> {
        // What a person must look at may still become known, by a late receipt. It opens nothing again, though:
        // the person may have done it by hand meanwhile.
        let is_running = self.execution(receipt).is_some();
        let is_late = matches!(&self.state, GrantState::Unknown(ending) if ending.receipt == *receipt);
        if !is_running && !is_late {
            return Err(GrantError::State(self.word()));
        }
        let ending = |summary, answer, reason| Ending {
            receipt: receipt.clone(),
            at,
            summary,
            answer,
            reason,
            by: None,
        };
        self.state = match end {
            End::Performed { summary, answer } => GrantState::Performed(ending(summary, answer, None)),
            End::Failed {
                summary,
                answer,
                reason,
            } => GrantState::Failed {
                may_retry: is_running
                    && reason.is_some()
                    && self.attempts < MAX_ATTEMPTS
                    && at < self.expires_at,
                ending: ending(summary, answer, reason),
            },
            End::Unknown { summary, answer } => GrantState::Unknown(ending(summary, answer, None)),
            End::NeedsRelease if is_running && self.released_by.is_none() => {
                self.expires_at = at.plus_seconds(GRANT_SECONDS);
                GrantState::AwaitingRelease
            }
            End::NeedsRelease => return Err(GrantError::State(self.word())),
            End::Promised => match self.state {
                GrantState::Performing(execution) => GrantState::Performing(Execution {
                    is_promised: true,
                    ..execution
                }),
                other => other,
            },
        };
        Ok(self)
    }

    /// A second person releases it; its time begins anew. `first` is who started the verification.
    pub fn released(
        mut self,
        by: Person,
        first: &str,
        is_manual: bool,
        at: UnixMillis,
    ) -> Result<Self, GrantError> {
        if !matches!(self.state, GrantState::AwaitingRelease) {
            return Err(GrantError::State(self.word()));
        }
        if at >= self.expires_at {
            return Err(GrantError::Expired);
        }
        if by.sys_id == first || by.sys_id == self.binding.requester {
            return Err(GrantError::SamePerson);
        }
        self.expires_at = at.plus_seconds(GRANT_SECONDS);
        self.released_by = Some(by);
        self.state = if is_manual {
            GrantState::Manual
        } else {
            GrantState::Granted
        };
        Ok(self)
    }

    /// The agent has performed it by hand and says so.
    pub fn confirmed(mut self, by: Person, receipt: ReceiptId, at: UnixMillis) -> Result<Self, GrantError> {
        if !matches!(self.state, GrantState::Manual) {
            return Err(GrantError::State(self.word()));
        }
        if at >= self.expires_at {
            return Err(GrantError::Expired);
        }
        self.attempts += 1;
        let summary = format!("{} performed by {}.", self.binding.action.label(), by.name);
        self.state = GrantState::Performed(Ending {
            receipt,
            at,
            summary,
            answer: "Confirmed by hand.".into(),
            reason: None,
            by: Some(by),
        });
        Ok(self)
    }

    /// Takes it back. What runs or has ended cannot be taken back.
    pub fn revoked(mut self, why: Why, at: UnixMillis) -> Result<Self, GrantError> {
        if !self.is_unspent() {
            return Err(GrantError::State(self.word()));
        }
        self.state = GrantState::Revoked { at, why };
        Ok(self)
    }

    /// Ends it because nobody used it in time.
    pub fn expired(mut self, at: UnixMillis) -> Result<Self, GrantError> {
        if !self.is_unspent() || at < self.expires_at {
            return Err(GrantError::State(self.word()));
        }
        self.state = GrantState::Expired { at };
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
