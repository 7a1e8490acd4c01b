//! Result events: what the backend tells the ServiceNow app
//! (`POST {instance}/api/x_imper_verify/v1/verify/result`).
//!
//! Authorisation is an OAuth bearer token (client credentials); the body is signed as Standard Webhooks describe:
//! headers `webhook-id` (equal to [`ResultEvent::id`]), `webhook-timestamp` (seconds) and `webhook-signature`
//! (`v1,` + base64 of HMAC-SHA256 over `id.timestamp.body`, space-separated when several keys are valid).
//! Delivery is at least once and in order per verification; the receiver is idempotent by `id` and ignores a
//! `sequence` that is not higher than the last one it applied.

use serde::{Deserialize, Serialize};

use crate::words::{Action, ActionState, Channel, Outcome, Recommendation, RiskLevel, Status};

/// One milestone of one verification. Times are RFC 3339 in UTC with whole seconds: `2026-11-22T10:42:00Z`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultEvent {
    /// Unique: `evt_` + 32 hex digits.
    pub id: String,
    /// What happened: `verification.` + the [`Status`] just reached, for example `verification.passed`; or `action.` +
    /// the [`ActionState`] just reached, for example `action.performed`. Kinds that the receiver does not know are
    /// accepted and written as an event row, nothing else. One kind more: `action.disputed`, when whoever reads a contact
    /// on file, or who holds the session, says that a performed action was not theirs; the state stays what it is, and the
    /// summary belongs in a work note. And `verification.disputed`, when a pass is taken back and no event of an action
    /// tells so. Taking back is the one change of a final status, from passed to failed; it may come with any kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// 1, 2, 3 … for each verification.
    pub sequence: u32,
    /// When it happened.
    pub occurred_at: String,
    /// The verification after it.
    pub verification: VerificationSummary,
    /// The ticket to write to.
    pub ticket: TicketRef,
    /// In every `action.…` event: the action after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionReport>,
}

/// What became of the action that a pass has granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionReport {
    /// Which action.
    pub action: Action,
    /// Where it stands.
    pub state: ActionState,
    /// What performs it: `ldap`, `active_directory`, `entra`, `okta`, `webhook` or `manual`.
    pub connector: String,
    /// True when nobody had to do anything by hand: only then may the ticket be resolved and closed by itself.
    pub automated: bool,
    /// Id of the receipt, `RCP` + 13 characters, once there is one.
    pub receipt: Option<String>,
    /// One sentence for the work note: what was done, or why not. Never a password, never an address.
    pub summary: String,
    /// Until when the grant can be used; set while it is open.
    pub expires_at: Option<String>,
}

/// The state of a verification as ServiceNow records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationSummary {
    /// For example `VER7K3M9QX2A4TN`.
    pub id: String,
    /// Direct link to the detailed view in the console.
    pub url: String,
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
    /// The text that belongs to `recommendation`, exactly as it is shown.
    pub recommendation_text: Option<String>,
    /// Short text of the analysis report: one finding per line, without addresses.
    pub report_summary: String,
    /// The action that the ticket asks for.
    pub action: Option<Action>,
    /// How the link was sent.
    pub channel: Channel,
    /// Masked destination.
    pub destination: String,
    /// `sys_user.sys_id` of the agent who started it.
    pub agent_sys_id: String,
    /// Display name of that agent.
    pub agent_name: String,
    /// `sys_user.sys_id` of the requester.
    pub requester_sys_id: String,
    /// When the agent pressed Send.
    pub created_at: String,
    /// When it reached a final status.
    pub ended_at: Option<String>,
}

/// Names the ticket in its own instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRef {
    /// Table name.
    pub table: String,
    /// `sys_id` of the record.
    pub sys_id: String,
    /// Number.
    pub number: String,
}
