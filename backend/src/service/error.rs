//! What a use case may answer instead of its result. Mapped to problem+json in `web/problem.rs`, nowhere else.

use super::factors::FactorError;
use crate::ports::NoEntropy;
use crate::servicenow::client::ClientError;
use crate::store::StoreError;
use crate::verification::enrolment::EnrolmentClosed;
use crate::verification::grant::GrantError;
use crate::verification::limits::LimitReached;
use crate::verification::{DestinationError, InvalidTransition};

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such thing for this caller, whether or not it exists for another.
    #[error("not found")]
    NotFound,
    /// What was entered is no destination.
    #[error("{0}")]
    Destination(#[from] DestinationError),
    /// The destination is the mailbox whose access is being restored.
    #[error("This is the mailbox that the request is about. Ask for a private address or a phone number.")]
    DestinationIsTheAccount,
    /// The instance cannot send by this channel.
    #[error("Text messages are not set up for this instance. Use an email address.")]
    ChannelNotConfigured,
    /// The ticket already has a running verification.
    #[error("A verification of this ticket is already running. Cancel it before you start another.")]
    AlreadyRunning,
    /// The state does not allow it.
    #[error("{0}")]
    Transition(#[from] InvalidTransition),
    /// The grant opens nothing.
    #[error("{0}")]
    Grant(#[from] GrantError),
    /// A limit is reached.
    #[error("{0}")]
    Limit(#[from] LimitReached),
    /// The token was used for another call before.
    #[error("This token was already used. Ask for a new one.")]
    TokenSpent,
    /// The idempotency key belongs to another request.
    #[error("This Idempotency-Key was used with another request.")]
    IdempotencyConflict,
    /// A message that was given up is of no use any more.
    #[error("This message is of no use any more: its verification has gone on or ended.")]
    Outdated,
    /// A message cannot be written or sent with this configuration.
    #[error("This message cannot be made: {0}")]
    Template(String),
    /// The link or the session opens nothing (any more).
    #[error("{0}")]
    Link(#[from] LinkProblem),
    /// Nothing may be enrolled now.
    #[error("{0}")]
    Enrolment(#[from] EnrolmentClosed),
    /// A factor cannot be read or made.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The client for a test of the connection cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// No random bytes: nothing that needs a secret may go on.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// Why a link or a session opens nothing. Each has its own page with the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkProblem {
    /// Never existed, or is garbled.
    #[error("this link is not known")]
    Unknown,
    /// A newer link replaced it.
    #[error("a newer link replaced this one")]
    Replaced,
    /// It was used already.
    #[error("this link was already used")]
    Used,
    /// Its time has run out.
    #[error("this link has expired")]
    Expired,
    /// The service desk stopped the verification.
    #[error("the service desk has stopped this verification")]
    Cancelled,
    /// There is no session in this browser.
    #[error("there is no running verification in this browser")]
    NoSession,
}
