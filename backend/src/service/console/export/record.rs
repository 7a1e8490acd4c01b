//! One verification as it leaves in every form.

use serde::Serialize;
use shared::words::{Outcome, Recommendation, RiskLevel, Status, UnixMillis};
use utoipa::ToSchema;

use crate::schema;
use crate::service::console::{Listed, masked};
use crate::service::events::rfc3339;
use crate::verification::InstanceId;

/// See the module.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Verification)]
pub struct Record {
    /// Id of the verification.
    pub verification_id: String,
    /// Its page in the console.
    pub url: String,
    /// The tenant.
    pub instance: String,
    /// Number of the ticket.
    pub ticket_number: String,
    /// Display name of the requester.
    pub requester_name: String,
    /// Company mailbox of the requester, possibly empty.
    pub requester_email: String,
    /// Set when decided.
    #[schema(value_type = Option<schema::RiskLevel>)]
    pub risk_level: Option<RiskLevel>,
    /// Set when decided, 0–100.
    pub risk_score: Option<u8>,
    /// Where it stands.
    #[schema(value_type = schema::Status)]
    pub status: Status,
    /// Set when decided.
    #[schema(value_type = Option<schema::Outcome>)]
    pub outcome: Option<Outcome>,
    /// What the agent was told to do; set when decided.
    pub recommendation: Option<&'static str>,
    /// Category of the ticket.
    pub category: String,
    /// `sys_user.sys_id` of the agent.
    pub agent_sys_id: String,
    /// Name of the agent.
    pub agent_name: String,
    /// `email` or `sms`.
    #[schema(value_type = schema::Channel)]
    pub channel: &'static str,
    /// When the agent pressed Send, RFC 3339.
    pub created_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
    /// Codes of the findings that raised the risk.
    pub findings: Vec<String>,
    /// The moments as numbers, for forms that want them so.
    #[serde(skip)]
    pub times: (UnixMillis, Option<UnixMillis>),
}

impl Record {
    /// The record of a row.
    pub fn new(row: &Listed, instance: &InstanceId, public_url: impl std::fmt::Display) -> Self {
        let outcome = match row.status {
            Status::Passed => Some(Outcome::Passed),
            Status::Failed => Some(Outcome::Failed),
            _ => None,
        };
        let recommendation = outcome.map(|outcome| match (outcome, row.risk) {
            (Outcome::Failed, _) => Recommendation::Reject,
            (Outcome::Passed, Some(RiskLevel::Verified)) => Recommendation::Proceed,
            (Outcome::Passed, _) => Recommendation::ProceedWithCare,
        });
        let created_at = row.created_at();
        let ended_at = row
            .took_ms
            .map(|took| UnixMillis(created_at.0.saturating_add(took)));
        Self {
            verification_id: row.id.to_string(),
            url: format!("{public_url}/console/verifications/{}", row.id),
            instance: instance.to_string(),
            ticket_number: row.ticket_number.clone(),
            requester_name: row.requester_name.clone(),
            requester_email: row.requester_email.clone(),
            risk_level: row.risk,
            risk_score: row.score,
            status: row.status,
            outcome,
            recommendation: recommendation.map(Recommendation::label),
            category: row.category.clone(),
            agent_sys_id: row.agent_sys_id.clone(),
            agent_name: row.agent_name.clone(),
            channel: row.channel.as_str(),
            created_at: rfc3339(created_at),
            ended_at: ended_at.map(rfc3339),
            findings: row.codes.clone(),
            times: (created_at, ended_at),
        }
    }

    /// Takes out what only an analyst may read of a row of the list: what raised the risk.
    pub fn hide_findings(&mut self) {
        self.findings.clear();
    }

    /// Takes out everything that only an analyst may read.
    pub fn hide_private_data(&mut self) {
        self.hide_findings();
        self.requester_email = masked(&self.requester_email);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use shared::words::Channel;

    use super::*;
    use crate::verification::VerificationId;

    /// A failed verification; `text` is whatever people could have typed.
    pub fn record(text: &str) -> Record {
        let row = Listed {
            place: crate::store::console::listing::place_of(crate::testing::START),
            id: VerificationId::parse("VER7K3M9QX2A4TN").unwrap(),
            ticket_number: "INC0010023".into(),
            requester_name: text.into(),
            requester_email: "mia.chen@acme.example".into(),
            risk: Some(RiskLevel::High),
            score: Some(80),
            status: Status::Failed,
            category: text.into(),
            agent_sys_id: "a".repeat(32),
            agent_name: "Beth Anglin".into(),
            channel: Channel::Email,
            took_ms: Some(61_000),
            codes: vec!["destination_not_on_file".into(), "device_shared".into()],
        };
        Record::new(
            &row,
            &InstanceId::parse("acme").unwrap(),
            "https://verify.example.com",
        )
    }

    #[test]
    fn a_decision_leaves_with_what_the_agent_was_told() {
        let one = record("Mia Chen");
        assert_eq!(
            (one.recommendation, one.ended_at.as_deref()),
            (
                Some("High risk detected - Reject this request"),
                Some("2026-11-22T10:01:01Z")
            )
        );
        assert_eq!(
            one.url,
            "https://verify.example.com/console/verifications/VER7K3M9QX2A4TN"
        );
    }
}
