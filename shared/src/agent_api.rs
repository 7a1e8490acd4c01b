//! The agent API, `/api/v1/…`: what the widget says to the backend and hears from it.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `GET  /api/v1/verifications` | – | [`TicketVerifications`] for the token's ticket |
//! | `POST /api/v1/verifications` | [`SendLink`] | 201 [`VerificationView`] |
//! | `GET  /api/v1/verifications/{id}` | – | [`VerificationView`] |
//! | `GET  /api/v1/verifications/{id}/events` | – | server-sent events, `event: verification`, data [`VerificationView`] |
//! | `POST /api/v1/verifications/{id}/resend` | – | [`VerificationView`] |
//! | `POST /api/v1/verifications/{id}/cancel` | – | [`VerificationView`] |
//! | `POST /api/v1/verifications/{id}/release` | – | [`VerificationView`]: a second person releases the action |
//! | `POST /api/v1/verifications/{id}/confirm` | – | [`VerificationView`]: the agent has performed the action by hand |
//!
//! Every call carries `Authorization: Bearer AGENT_TOKEN`; a POST spends the token's `jti`, so each POST needs a
//! fresh one. Errors are [`crate::problem::Problem`] documents.

use serde::{Deserialize, Serialize};

use crate::words::{
    Action, ActionState, Channel, Outcome, Recommendation, RiskLevel, Status, TicketEnd, UnixMillis,
};

/// Asks for a verification of the token's requester for the token's ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendLink {
    /// How the link is sent.
    pub channel: Channel,
    /// Private email address, or phone number in any usual notation.
    pub destination: String,
}

/// Everything that the widget shows for one ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketVerifications {
    /// Newest first.
    pub verifications: Vec<VerificationView>,
    /// The channels that this instance can send by, in the order to offer them.
    pub channels: Vec<Channel>,
}

/// One verification, as the agent may see it: addresses masked, no signal that is only for analysts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationView {
    /// For example `VER7K3M9QX2A4TN`.
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// Set when decided.
    pub outcome: Option<Outcome>,
    /// Set when decided.
    pub risk_level: Option<RiskLevel>,
    /// 0–100, set when decided.
    pub risk_score: Option<u8>,
    /// Set when decided.
    pub recommendation: Option<Recommendation>,
    /// Up to three plain sentences, the weightiest first; empty until decided.
    pub reasons: Vec<String>,
    /// The action that the ticket asks for.
    pub action: Option<Action>,
    /// How the link was sent.
    pub channel: Channel,
    /// Masked: `m•••@gmail.com`, `•••• 4512`.
    pub destination: String,
    /// True when the destination is among the contacts that ServiceNow has on file.
    pub destination_on_file: bool,
    /// Two digits for the agent to read out, present only while the requester is being asked for them.
    pub call_number: Option<String>,
    /// Name of the agent who started it.
    pub initiated_by: String,
    /// When the agent pressed Send.
    pub created_at: UnixMillis,
    /// When the mail server or the gateway accepted the latest link.
    pub sent_at: Option<UnixMillis>,
    /// When the latest link is known to have arrived; many channels never say.
    pub delivered_at: Option<UnixMillis>,
    /// When the link was first opened, by whomever.
    pub opened_at: Option<UnixMillis>,
    /// When the requester pressed Begin.
    pub started_at: Option<UnixMillis>,
    /// When it reached a final status.
    pub ended_at: Option<UnixMillis>,
    /// When the current link or session ends; `None` once final.
    pub expires_at: Option<UnixMillis>,
    /// Seconds from the moment of this message until a resend is allowed (0 = now); `None` when it never will be.
    pub resend_in: Option<u32>,
    /// Why the link could not be delivered, in words for the agent.
    pub delivery_problem: Option<String>,
    /// The detailed view in the console.
    pub details_url: String,
    /// What became of the action that the pass has granted; absent when nothing was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<GrantView>,
}

impl VerificationView {
    /// True while it can still change: it is not final, or its action is still open.
    pub fn is_live(&self) -> bool {
        !self.status.is_final() || self.granted.as_ref().is_some_and(GrantView::is_live)
    }
}

/// The action that a pass has granted, as the agent may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantView {
    /// Where it stands.
    pub state: ActionState,
    /// When it reached that.
    pub at: UnixMillis,
    /// Until when it can be used; set while it is open.
    pub expires_at: Option<UnixMillis>,
    /// One sentence: what was done, or why not, or what is waited for.
    pub summary: String,
    /// What became of the ticket, once the action was performed and the instance has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketEnd>,
}

impl GrantView {
    /// True while it can still change: it is open, or the instance has not told yet what became of the ticket.
    pub fn is_live(&self) -> bool {
        self.expires_at.is_some() || (self.state == ActionState::Performed && self.ticket.is_none())
    }
}

/// Name of the server-sent event that carries a [`VerificationView`].
pub const EVENT_NAME: &str = "verification";
