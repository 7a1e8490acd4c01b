//! Open Cybersecurity Schema Framework 1.6: a verification is an event of the class Authentication (3002) with an
//! activity of its own. What the class has no attribute for stands in `unmapped`, as the schema wants it.

use serde_json::{Value, json};
use shared::words::{Outcome, RiskLevel, Status};

use super::Record;

const CLASS: u32 = 3002;
/// "Other": named in `activity_name`.
const ACTIVITY: u32 = 99;

/// One event.
pub fn event(record: &Record) -> Value {
    let (created, ended) = record.times;
    let (severity_id, severity) = severity(record);
    let (status_id, status) = match record.outcome {
        Some(Outcome::Passed) => (1, "Success"),
        Some(Outcome::Failed) => (2, "Failure"),
        None => (99, record.status.label()),
    };
    let mut event = json!({
        "activity_id": ACTIVITY,
        "activity_name": "Identity verification",
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "class_uid": CLASS,
        "class_name": "Authentication",
        "type_uid": CLASS * 100 + ACTIVITY,
        "type_name": "Authentication: Other",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "time": ended.unwrap_or(created).0,
        "start_time": created.0,
        "metadata": {
            "version": "1.6.0",
            "uid": record.verification_id,
            "tenant_uid": record.instance,
            "event_code": format!("verification.{}", record.status.as_str()),
            "product": {
                "vendor_name": "imper.ai",
                "name": "Verification for ServiceNow",
                "version": env!("CARGO_PKG_VERSION"),
            },
        },
        "user": { "name": record.requester_name },
        "actor": { "user": { "name": record.agent_name, "uid": record.agent_sys_id } },
        "service": { "name": "imper.ai Verification" },
        "unmapped": {
            "ticket_number": record.ticket_number,
            "category": record.category,
            "channel": record.channel,
            "risk_level": record.risk_level,
            "risk_score": record.risk_score,
            "findings": record.findings,
            "url": record.url,
        },
    });
    // An attribute without a value is left out: the schema knows no null.
    if !record.requester_email.is_empty() {
        event["user"]["email_addr"] = record.requester_email.as_str().into();
    }
    if let Some(text) = record.recommendation {
        event["message"] = text.into();
    }
    if let Some(ended) = ended {
        event["end_time"] = ended.0.into();
        event["duration"] = ended.millis_since(created).into();
    }
    event
}

fn severity(record: &Record) -> (u32, &'static str) {
    match (record.status, record.risk_level) {
        (Status::Failed, _) | (_, Some(RiskLevel::High)) => (4, "High"),
        (_, Some(RiskLevel::Medium)) => (3, "Medium"),
        (_, Some(RiskLevel::Verified)) => (1, "Informational"),
        (_, None) => (2, "Low"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    #[test]
    fn an_event_has_what_the_class_requires_in_the_types_that_it_requires() {
        let event = event(&record("Mia Chen"));
        for number in [
            "activity_id",
            "category_uid",
            "class_uid",
            "type_uid",
            "severity_id",
            "status_id",
            "time",
            "start_time",
            "end_time",
            "duration",
        ] {
            assert!(event[number].is_u64(), "{number}: {event}");
        }
        assert_eq!(event["type_uid"], 300_299);
        assert_eq!(event["time"], 1_795_341_661_000_u64);
        assert_eq!(
            (&event["status_id"], &event["severity_id"]),
            (&json!(2), &json!(4))
        );
        assert_eq!(event["metadata"]["version"], "1.6.0");
        assert_eq!(event["user"]["email_addr"], "mia.chen@acme.example");
        assert_eq!(event["actor"]["user"]["name"], "Beth Anglin");
    }
}
