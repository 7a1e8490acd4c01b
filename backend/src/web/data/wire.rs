//! What the data API answers, as it is on the wire. Times are RFC 3339 in UTC; what does not exist (yet) is `null`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;
use crate::service::console::export::Record;
use shared::words::{
    Action, ActionState, Assurance, Channel, CheckKind, CheckResult, Outcome, RiskLevel, Status,
};

/// One page of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationPage {
    /// In the order that was asked for; the newest first unless said otherwise.
    pub verifications: Vec<Record>,
    /// Where the next page begins: the value of `after`. `null` on the last page.
    pub next: Option<String>,
    /// How many match, counted to 5001: that number means that there are more than 5000.
    pub matching: u32,
    /// True when more rows match than can be ordered: then only the newest 5000 are.
    pub newest_only: bool,
}

/// Everything about one verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationDetails {
    /// For example `VER7K3M9QX2A4TN`.
    pub id: String,
    /// Its page in the console.
    pub url: String,
    /// False when private data was left out, because the token lacks `verifications:private`.
    pub complete: bool,
    /// Where it stands.
    #[schema(value_type = schema::Status)]
    pub status: Status,
    /// Set when decided.
    #[schema(value_type = Option<schema::Outcome>)]
    pub outcome: Option<Outcome>,
    /// Set when decided.
    #[schema(value_type = Option<schema::RiskLevel>)]
    pub risk_level: Option<RiskLevel>,
    /// 0–100, set when decided.
    pub risk_score: Option<u8>,
    /// What the agent was told to do; set when decided.
    pub recommendation: Option<&'static str>,
    /// What the ticket asks for.
    #[schema(value_type = Option<schema::Action>)]
    pub requested_action: Option<Action>,
    /// How much had to be proven.
    #[schema(value_type = schema::Assurance)]
    pub assurance: Assurance,
    /// The ticket.
    pub ticket: TicketInfo,
    /// The person who was to be verified.
    pub requester: PersonInfo,
    /// Who pressed Send.
    pub agent: PersonInfo,
    /// The link.
    pub link: LinkInfo,
    /// When the agent pressed Send.
    pub created_at: String,
    /// When the link was first opened, by whomever.
    pub opened_at: Option<String>,
    /// When the requester pressed Begin.
    pub begun_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// When it ends by itself, while it is under way.
    pub expires_at: Option<String>,
    /// The analysis report; set when decided.
    pub report: Option<AnalysisReport>,
    /// The checks, step by step; empty before Begin.
    pub checks: Vec<CheckInfo>,
    /// The action that a pass has granted, and what became of it.
    pub action: Option<ActionInfo>,
    /// What is known about the person, their browser and their network.
    pub about: Vec<NamedFact>,
    /// Contacts on file, masked. Empty without `verifications:private`.
    pub contacts: Vec<NamedFact>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// What was sent, oldest first.
    pub deliveries: Vec<DeliveryInfo>,
    /// Others that share something with it.
    pub related: Vec<RelatedInfo>,
}

/// The ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketInfo {
    /// Its table.
    pub table: String,
    /// Its `sys_id`.
    pub sys_id: String,
    /// Its number.
    pub number: String,
    /// Its short description.
    pub subject: String,
    /// Its description; `null` without `verifications:private`.
    pub description: Option<String>,
    /// Its category.
    pub category: String,
}

/// Somebody with an account on the instance.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonInfo {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// Login name.
    pub user_name: String,
    /// Display name.
    pub name: String,
    /// Company mailbox, masked without `verifications:private`; empty if none is on file or it is of no matter.
    pub email: String,
}

/// Where the link went.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkInfo {
    /// By which channel.
    #[schema(value_type = schema::Channel)]
    pub channel: Channel,
    /// Masked.
    pub destination: String,
    /// Whether it was on file; if not, the agent typed it.
    pub on_file: bool,
    /// How often it was opened.
    pub opens: u32,
    /// How often it was sent again.
    pub resends: u8,
}

/// Why it was decided so.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnalysisReport {
    /// The policy that decided.
    pub policy: String,
    /// Checks, signals and rules, the weightiest first.
    pub findings: Vec<FindingInfo>,
}

/// One finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingInfo {
    /// Stable name.
    pub code: String,
    /// `check`, `signal` or `rule`.
    pub kind: &'static str,
    /// What it added to the score.
    pub weight: i16,
    /// In words.
    pub sentence: String,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckInfo {
    /// Number of the step, from 1. Of the checks of one step any one is enough.
    pub step: u32,
    /// Which.
    #[schema(value_type = schema::CheckKind)]
    pub check: CheckKind,
    /// What it came to; `null` while open, and for a way that nobody needed.
    #[schema(value_type = Option<schema::CheckResult>)]
    pub result: Option<CheckResult>,
    /// Wrong answers.
    pub wrong_answers: u8,
    /// When it came to that.
    pub ended_at: Option<String>,
}

/// The action after a pass.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionInfo {
    /// Which.
    #[schema(value_type = schema::Action)]
    pub action: Action,
    /// Where it stands.
    #[schema(value_type = schema::ActionState)]
    pub state: ActionState,
    /// One sentence: what was done, or why not, or what is waited for.
    pub summary: String,
    /// Who performs it: name in the configuration.
    pub connector: String,
    /// Name of the receipt, once there is one.
    pub receipt: Option<String>,
    /// When it came to this.
    pub since: String,
    /// How often it was tried.
    pub attempts: u8,
}

/// A name and a value.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedFact {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
    /// More about it, possibly empty.
    pub remark: String,
}

/// One entry of the evidence.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Its number in the chain of evidence.
    pub number: i64,
    /// When.
    pub at: String,
    /// What happened, in its stable form.
    pub kind: String,
    /// What happened, in words.
    pub title: String,
    /// More about it, possibly empty.
    pub detail: String,
    /// Its hash, which covers every entry before it.
    pub hash: String,
}

/// One message to the outside.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryInfo {
    /// `link`, `code`, `notice`, `event` and the like.
    pub kind: String,
    /// `open`, `done` or `dead` (given up).
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: String,
    /// When it is tried next, while it is open.
    pub next_at: Option<String>,
    /// When it was done or given up.
    pub ended_at: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// Others that share something with a verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedInfo {
    /// What: `requester`, `ticket`, and with `verifications:private` `device`, `destination` or `network`.
    pub same: &'static str,
    /// There are more than these: ask the list with `same`.
    pub has_more: bool,
    /// The newest of them.
    pub verifications: Vec<Record>,
}

/// Figures over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverviewFigures {
    /// From this moment, the first of a day in UTC.
    pub from: String,
    /// Until before this one.
    pub before: String,
    /// False when findings and what requesters share were left out, because the token lacks `verifications:private`.
    pub complete: bool,
    /// The whole period.
    pub all: Tally,
    /// Day by day, or week by week.
    pub steps: Vec<StepFigures>,
    /// What most often raised the risk of failed verifications.
    pub top_findings: Vec<CodeCount>,
    /// In how many failed verifications that was counted, the newest.
    pub findings_of: u32,
    /// What at least three requesters share since a day: attacks in progress.
    pub waves: Vec<Wave>,
    /// Messages that were given up, by kind.
    pub given_up: Vec<KindCount>,
}

/// Counts of verifications that began in a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tally {
    /// All.
    pub total: u32,
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
    /// Still under way.
    pub pending: u32,
    /// Expired or cancelled.
    pub undecided: u32,
    /// No link could be delivered.
    pub undeliverable: u32,
    /// Decided, by level.
    pub risk: RiskMix,
    /// Passed of the decided ones, in percent.
    pub pass_rate: Option<f64>,
    /// The time within which half of the decided ones were decided.
    pub median_seconds: Option<i64>,
    /// The time within which nine of ten were.
    pub slow_seconds: Option<i64>,
}

/// Decided verifications by level.
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskMix {
    /// Verified.
    pub verified: u32,
    /// Medium.
    pub medium: u32,
    /// High.
    pub high: u32,
}

/// One step of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepFigures {
    /// From this moment.
    pub from: String,
    /// Until before this one.
    pub before: String,
    /// What began in between.
    pub tally: Tally,
    /// Tickets that were resolved in this time although none had passed.
    pub resolved_without_verification: u32,
}

/// How often a finding raised the risk.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeCount {
    /// Its stable name.
    pub code: String,
    /// In how many.
    pub count: u32,
}

/// How many of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub count: u32,
}

/// Something that several requesters share.
#[derive(Debug, Serialize, ToSchema)]
pub struct Wave {
    /// `device`, `destination` or `network`.
    pub same: &'static str,
    /// One of the verifications that share it: ask the list with `same={same}:{example}`.
    pub example: String,
    /// How many different requesters.
    pub requesters: u32,
    /// How many verifications.
    pub verifications: u32,
    /// How many of them failed.
    pub failed: u32,
    /// When the newest was created.
    pub last_at: String,
}

/// Figures of the agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentList {
    /// From this moment.
    pub from: String,
    /// Until before this one.
    pub before: String,
    /// The busiest first.
    pub agents: Vec<AgentInfo>,
}

/// Figures of one agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentInfo {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// Display name.
    pub name: String,
    /// What they initiated.
    pub tally: Tally,
    /// Tickets that they resolved although none had passed.
    pub resolved_without_verification: u32,
    /// When they last did.
    pub last_at: String,
}

/// One page of the tickets that were resolved without verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct BypassPage {
    /// The last resolved first.
    pub bypasses: Vec<BypassedTicket>,
    /// Where the next page begins: the value of `after`. `null` on the last one.
    pub next: Option<String>,
    /// When `ServiceNow` was last asked with success; `null` if it never was. Later ones may be missing.
    pub read_at: Option<String>,
}

/// A ticket that was resolved although its policy asks for a verification and none had passed.
#[derive(Debug, Serialize, ToSchema)]
pub struct BypassedTicket {
    /// `sys_id` of the row in which the app has recorded it. The same ticket may be resolved so more than once.
    pub id: String,
    /// Number of the ticket.
    pub ticket_number: String,
    /// Its table.
    pub ticket_table: String,
    /// Its `sys_id`.
    pub ticket_sys_id: String,
    /// When it was resolved.
    pub resolved_at: String,
    /// When the app has recorded it.
    pub recorded_at: String,
    /// `sys_user.sys_id` of who resolved it, empty if nobody knows.
    pub resolved_by_sys_id: String,
    /// Their user name.
    pub resolved_by_user_name: String,
    /// Their display name.
    pub resolved_by: String,
    /// The policy that asks for a verification, empty if it was not recorded.
    pub policy: String,
    /// The action that the ticket asks for.
    pub action: Option<&'static str>,
    /// `none`: no verification was decided. `failed`: the last one failed. `other_person`: somebody else passed it.
    pub reason: Option<&'static str>,
    /// The last decided verification of the ticket.
    pub verification_id: Option<String>,
}

/// One page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// The newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the older ones begin: the value of `before`. `null` when there are none.
    pub next: Option<i64>,
}

/// One entry of the audit log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number; later entries have greater ones.
    pub id: i64,
    /// When it happened.
    pub at: String,
    /// Who: name of a user, `token:` and the name of a token, or empty for the command line and for names that belong to
    /// nobody.
    pub actor: String,
    /// What happened, in its stable form.
    pub action: String,
    /// What it happened to, possibly empty.
    pub subject: String,
    /// Where the request came from; empty on the command line.
    pub client: String,
}

/// An error: problem details of RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:imper:problem:` and a stable name.
    pub r#type: String,
    /// Short, the same for every occurrence.
    pub title: String,
    /// Equal to the HTTP status.
    pub status: u16,
    /// What to do about this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// The parameter or field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// Seconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retry_after: Option<u32>,
}
