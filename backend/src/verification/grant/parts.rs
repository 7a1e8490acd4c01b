//! What grants are made of.

use serde::{Deserialize, Serialize};
use shared::words::{Action, ActionState, UnixMillis};

use super::{RECEIPT_SECONDS, Reason, STALE_SECONDS};
use crate::verification::{InstanceId, Verification, VerificationId, ids};

/// Name of a receipt: `RCP` and 13 characters of Crockford base 32 (65 random bits). It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptId(String);

impl ReceiptId {
    /// Makes an id from sixteen random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut bits = u128::from_be_bytes(bytes);
        let mut id = String::from("RCP");
        for _ in 0..13 {
            id.push(char::from(ids::CROCKFORD[(bits & 31) as usize]));
            bits >>= 5;
        }
        Self(id)
    }

    /// Reads an id; `None` if it does not have the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("RCP")?;
        let well_formed = rest.len() == 13 && rest.bytes().all(|byte| ids::CROCKFORD.contains(&byte));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a grant is good for. Two bindings that differ in anything open nothing for each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The tenant.
    pub instance: InstanceId,
    /// The verification that was passed.
    pub verification: VerificationId,
    /// Table of the ticket.
    pub ticket_table: String,
    /// `sys_id` of the ticket.
    pub ticket_sys_id: String,
    /// `sys_user.sys_id` of the requester.
    pub requester: String,
    /// The action.
    pub action: Action,
}

impl Binding {
    /// What a grant of this verification is good for; `None` when its ticket asks for no action.
    pub fn of(verification: &Verification) -> Option<Self> {
        Some(Self {
            instance: verification.instance.clone(),
            verification: verification.id.clone(),
            ticket_table: verification.ticket.table.clone(),
            ticket_sys_id: verification.ticket.sys_id.clone(),
            requester: verification.requester.sys_id.clone(),
            action: verification.action?,
        })
    }
}

/// How the configuration wants a grant to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Name of the connector in the configuration of the instance.
    pub connector: String,
    /// Its kind, as ServiceNow is told.
    pub kind: String,
    /// The agent performs the action by hand.
    pub is_manual: bool,
    /// A second person must release it first.
    pub needs_release: bool,
}

/// Somebody at the service desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// Display name.
    pub name: String,
}

/// Why a grant was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// The requester, or whoever reads a contact on file, says that it was not they.
    NotMe,
    /// The requester's manager refused after the decision.
    Manager,
    /// The agent cancelled it.
    Cancelled,
    /// A newer verification was started.
    Newer,
}

impl Why {
    /// One sentence for the work note.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotMe => {
                "The requester says that they did not ask for this, so the permission was taken back."
            }
            Self::Manager => {
                "The requester's manager says that this request is not genuine, so the permission was taken back."
            }
            Self::Cancelled => "The agent took the permission back.",
            Self::Newer => "A newer verification was started, so the permission was taken back.",
        }
    }

    /// For the evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotMe => "not_me",
            Self::Manager => "manager_refused",
            Self::Cancelled => "cancelled",
            Self::Newer => "newer_verification",
        }
    }
}

/// One execution that runs, or ran when the process died.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The id that its receipt will have; connectors pass it on, so that the other side can tell a repetition.
    pub receipt: ReceiptId,
    /// When the grant was spent.
    pub started_at: UnixMillis,
    /// A webhook has taken the order and will send the receipt.
    pub is_promised: bool,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Its receipt.
    pub receipt: ReceiptId,
    /// When.
    pub at: UnixMillis,
    /// One sentence for agent and work note. Never a password, never an address.
    pub summary: String,
    /// What the directory answered, for the evidence and the console.
    pub answer: String,
    /// Why nothing changed, where the directory said so.
    pub reason: Option<Reason>,
    /// Who confirmed it by hand.
    pub by: Option<Person>,
}

/// Why a grant opens nothing. Recorded as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It is good for another ticket, requester, action or instance.
    #[error("this permission is good for something else")]
    Foreign,
    /// Its time is over.
    #[error("this permission has expired")]
    Expired,
    /// It was spent.
    #[error("this permission was used")]
    Spent,
    /// It was taken back.
    #[error("this permission was taken back")]
    Revoked,
    /// A second person must release it first.
    #[error("a second person must release this permission first")]
    NotReleased,
    /// The agent performs this action by hand.
    #[error("the service desk performs this action")]
    ByHand,
    /// The person who started the verification cannot release it too.
    #[error(
        "A second person must release this: someone other than the agent who started the verification, and other than the requester."
    )]
    SamePerson,
    /// The state does not allow it.
    #[error("an action that is {0} cannot be changed like this")]
    State(ActionState),
}

impl Execution {
    /// When whoever finds it still running may say that it was interrupted.
    pub const fn stale_at(&self) -> UnixMillis {
        let seconds = if self.is_promised {
            RECEIPT_SECONDS
        } else {
            STALE_SECONDS
        };
        self.started_at.plus_seconds(seconds)
    }
}

/// What an execution came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Done.
    Performed {
        /// See [`Ending::summary`].
        summary: String,
        /// See [`Ending::answer`].
        answer: String,
    },
    /// Not done.
    Failed {
        /// See [`Ending::summary`].
        summary: String,
        /// See [`Ending::answer`].
        answer: String,
        /// Set when it is certain that nothing changed.
        reason: Option<Reason>,
    },
    /// Nobody knows.
    Unknown {
        /// See [`Ending::summary`].
        summary: String,
        /// See [`Ending::answer`].
        answer: String,
    },
    /// The directory says that this account is privileged: a second person must release it. Nothing changed.
    NeedsRelease,
    /// The other side took the order and sends the receipt later.
    Promised,
}
