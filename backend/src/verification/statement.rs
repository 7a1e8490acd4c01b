//! The statement of a decided verification: what a signed report says. It leaves the house, so it holds no private
//! address, no contact on file and nothing of the ticket's description.

use serde::{Deserialize, Serialize};
use shared::words::{
    Action, ActionState, Assurance, Channel, CheckKind, CheckResult, Outcome, Recommendation, RiskLevel,
    UnixMillis,
};

use super::grant::Grant;
use super::report::{Finding, FindingKind};
use super::state::{Session, State, Verification};
use super::{Check, Decision};

/// What every statement calls itself, so that no other signed document can be taken for one.
pub const KIND: &str = "imper.ai verification report";
/// Changes whenever a reader of the old form would misread the new one.
pub const FORMAT: u32 = 1;

/// See the module. Names are those of the signed JSON document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`KIND`].
    pub kind: String,
    /// [`FORMAT`].
    pub format: u32,
    /// Public URL of the service that says so.
    pub issuer: String,
    /// When it was said, RFC 3339.
    pub issued_at: String,
    /// The tenant.
    pub instance: Tenant,
    /// The verification and what it came to.
    pub verification: Conclusion,
    /// When what happened, RFC 3339.
    pub times: Times,
    /// The ticket.
    pub ticket: TicketName,
    /// The person who was verified.
    pub requester: Person,
    /// Who asked for it.
    pub agent: Person,
    /// Where the link went.
    pub link: LinkFacts,
    /// Every check that was asked, in the order of the steps.
    pub checks: Vec<CheckLine>,
    /// Checks, signals and rules with what each added to the score.
    pub findings: Vec<FindingLine>,
    /// The self-service action that followed, if one was granted.
    pub action: Option<ActionLine>,
    /// Where it stands in the chain of evidence.
    pub evidence: EvidenceFacts,
    /// True when retention has erased the personal data, which is why it is missing here.
    pub erased: bool,
}

/// The tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id in the configuration.
    pub id: String,
    /// The company.
    pub company: String,
    /// URL of the ServiceNow instance.
    pub url: String,
}

/// What a verification came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// Its id.
    pub id: String,
    /// What the ticket asks for.
    pub requested_action: Option<Action>,
    /// How much had to be proven.
    pub assurance: Assurance,
    /// Passed or Failed.
    pub outcome: Outcome,
    /// The level of risk.
    pub risk_level: RiskLevel,
    /// 0–100.
    pub risk_score: u8,
    /// What to do.
    pub recommendation: Recommendation,
    /// The same in words.
    pub recommendation_text: String,
    /// The policy that decided; behind the `+` stands the beginning of the SHA-256 of its whole content.
    pub policy: String,
}

/// Moments, RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// The agent pressed Send.
    pub created_at: String,
    /// The link was first opened, by whomever.
    pub opened_at: Option<String>,
    /// The requester pressed Begin.
    pub begun_at: Option<String>,
    /// It was decided.
    pub decided_at: String,
}

/// The ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketName {
    /// Table.
    pub table: String,
    /// `sys_id`.
    pub sys_id: String,
    /// Number.
    pub number: String,
    /// Subject.
    pub subject: String,
    /// Category.
    pub category: String,
}

/// Somebody with an account on the instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// `sys_user.sys_id`.
    pub sys_id: String,
    /// Login name.
    pub user_name: String,
    /// Display name.
    pub name: String,
    /// Company mailbox, empty if none is on file or it is of no matter.
    pub email: String,
}

/// Where the link went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkFacts {
    /// By which channel.
    pub channel: Channel,
    /// Masked.
    pub destination: String,
    /// Whether the destination was on file; if not, the agent typed it.
    pub on_file: bool,
    /// How often it was opened.
    pub opens: u32,
    /// How often it was sent again.
    pub resends: u8,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckLine {
    /// Which.
    pub check: CheckKind,
    /// What it came to; `null` when it was still open.
    pub result: Option<CheckResult>,
    /// Wrong answers.
    pub wrong_answers: u8,
    /// When it came to that.
    pub ended_at: Option<String>,
}

/// One finding of the analysis report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingLine {
    /// Stable name.
    pub code: String,
    /// `check`, `signal` or `rule`.
    pub kind: String,
    /// What it added to the score.
    pub weight: i16,
    /// In words.
    pub sentence: String,
}

/// The action that followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionLine {
    /// Which.
    pub action: Action,
    /// How it stands.
    pub state: ActionState,
    /// Who performs it.
    pub connector: String,
    /// Name of the receipt, once there is one.
    pub receipt: Option<String>,
}

/// Where a verification stands in the chain of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFacts {
    /// The last entry of the whole chain when the statement was made: an anchor outside the database.
    pub head: ChainLink,
    /// The entries about this verification.
    pub entries: Vec<EvidenceLine>,
}

/// One place in a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLink {
    /// Number of the entry, from 1.
    pub number: i64,
    /// Its hash, which covers every entry before it.
    pub hash: String,
}

/// One entry of the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceLine {
    /// Number of the entry.
    pub number: i64,
    /// When, RFC 3339.
    pub at: String,
    /// What happened.
    pub kind: String,
    /// Its hash.
    pub hash: String,
}

/// What a statement needs beside the verification.
pub struct Surroundings {
    /// Public URL of the service.
    pub issuer: String,
    /// Now.
    pub at: UnixMillis,
    /// The tenant.
    pub instance: Tenant,
    /// The grant, if there is one.
    pub grant: Option<Grant>,
    /// See [`EvidenceFacts`].
    pub evidence: EvidenceFacts,
    /// See [`Statement::erased`].
    pub erased: bool,
}

impl Statement {
    /// The statement of a verification; `None` while it is not decided.
    pub fn of(verification: &Verification, around: Surroundings) -> Option<Self> {
        let State::Decided(decided) = &verification.state else {
            return None;
        };
        let (decision, session) = (&decided.decision, decided.session.as_ref());
        Some(Self {
            kind: KIND.to_owned(),
            format: FORMAT,
            issuer: around.issuer,
            issued_at: rfc3339(around.at),
            instance: around.instance,
            verification: result(verification, decision),
            times: Times {
                created_at: rfc3339(verification.created_at),
                opened_at: verification.opens.first_at.map(rfc3339),
                begun_at: session.map(|session| rfc3339(session.started_at)),
                decided_at: rfc3339(decision.decided_at),
            },
            ticket: ticket(verification),
            requester: Person {
                sys_id: verification.requester.sys_id.clone(),
                user_name: verification.requester.user_name.clone(),
                name: verification.requester.name.clone(),
                email: verification.requester.email.clone(),
            },
            agent: Person {
                sys_id: verification.agent.sys_id.clone(),
                user_name: verification.agent.user_name.clone(),
                name: verification.agent.name.clone(),
                email: String::new(),
            },
            link: LinkFacts {
                channel: verification.destination.channel(),
                destination: verification.destination.masked(),
                on_file: verification.destination_on_file,
                opens: verification.opens.count,
                resends: verification.link.resends,
            },
            checks: session.map(asked).unwrap_or_default(),
            findings: decision.report.findings.iter().map(finding).collect(),
            action: around.grant.as_ref().map(|grant| ActionLine {
                action: grant.binding.action,
                state: grant.word(),
                connector: grant.kind.clone(),
                receipt: grant.ending().map(|ending| ending.receipt.as_str().to_owned()),
            }),
            evidence: around.evidence,
            erased: around.erased,
        })
    }
}

fn result(of: &Verification, decision: &Decision) -> Conclusion {
    Conclusion {
        id: of.id.to_string(),
        requested_action: of.action,
        assurance: of.assurance,
        outcome: decision.outcome,
        risk_level: decision.level,
        risk_score: decision.score,
        recommendation: decision.recommendation,
        recommendation_text: decision.recommendation.label().to_owned(),
        policy: decision.policy_version.clone(),
    }
}

fn ticket(of: &Verification) -> TicketName {
    TicketName {
        table: of.ticket.table.clone(),
        sys_id: of.ticket.sys_id.clone(),
        number: of.ticket.number.clone(),
        subject: of.ticket.short_description.clone(),
        category: of.ticket.category.clone(),
    }
}

/// The checks that came up: answered, being asked, or the last way that was left. Ways that nobody needed are no news.
fn asked(session: &Session) -> Vec<CheckLine> {
    let line = |check: &Check| CheckLine {
        check: check.kind(),
        result: check.result,
        wrong_answers: check.wrong_answers,
        ended_at: check.ended_at.map(rfc3339),
    };
    let steps = session.steps.iter();
    let came_up = steps.flat_map(|step| {
        let current = step.current().map(Check::kind);
        step.alternatives.iter().filter(move |check| {
            let answered = matches!(check.result, Some(CheckResult::Passed | CheckResult::Failed));
            answered || check.wrong_answers > 0 || current == Some(check.kind()) || step.is_unavailable()
        })
    });
    came_up.map(line).collect()
}

fn finding(of: &Finding) -> FindingLine {
    FindingLine {
        code: of.code.clone(),
        kind: match of.kind {
            FindingKind::Check => "check",
            FindingKind::Signal => "signal",
            FindingKind::Rule => "rule",
        }
        .to_owned(),
        weight: of.weight,
        sentence: of.sentence.clone(),
    }
}

/// RFC 3339 in UTC, to the millisecond where there is one.
pub fn rfc3339(at: UnixMillis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), |time| time.to_string())
}
