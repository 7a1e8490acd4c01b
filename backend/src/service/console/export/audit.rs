//! One entry of the console's log as it leaves in every form.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::{Value, json};
use shared::words::UnixMillis;

use super::cef;
use crate::service::console::{Action, Logged};
use crate::service::events::rfc3339;
use crate::verification::InstanceId;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRecord {
    /// Its number.
    pub audit_id: i64,
    /// The tenant.
    pub instance: String,
    /// When it happened, RFC 3339.
    pub at: String,
    /// Who: name of a user, `token:` and the name of a token, or empty.
    pub actor: String,
    /// What happened, in its stable form.
    pub action: String,
    /// What it happened to, possibly empty.
    pub subject: String,
    /// Where the request came from, possibly empty.
    pub client: String,
    #[serde(skip)]
    time: UnixMillis,
}

impl AuditRecord {
    /// The record of an entry.
    pub fn new(of: Logged, instance: &InstanceId) -> Self {
        Self {
            audit_id: of.id,
            instance: instance.to_string(),
            at: rfc3339(of.at),
            actor: of.user,
            action: of.action,
            subject: of.subject,
            client: of.client_address,
            time: of.at,
        }
    }

    fn label(&self) -> &str {
        match Action::parse(&self.action) {
            Some(action) => action.label(),
            // A newer version may have written it.
            None => &self.action,
        }
    }

    /// True for what somebody was denied.
    pub fn is_refusal(&self) -> bool {
        self.action.ends_with(".refused")
    }

    /// An event of the class API Activity (6003) of OCSF 1.6, with an activity of its own.
    pub fn ocsf(&self) -> Value {
        let (severity_id, severity) = if self.is_refusal() {
            (3, "Medium")
        } else {
            (1, "Informational")
        };
        let (status_id, status) = if self.is_refusal() {
            (2, "Failure")
        } else {
            (1, "Success")
        };
        let mut event = json!({
            "activity_id": 99,
            "activity_name": self.label(),
            "category_uid": 6,
            "category_name": "Application Activity",
            "class_uid": 6003,
            "class_name": "API Activity",
            "type_uid": 600_399,
            "type_name": "API Activity: Other",
            "severity_id": severity_id,
            "severity": severity,
            "status_id": status_id,
            "status": status,
            "time": self.time.0,
            "metadata": {
                "version": "1.6.0",
                "uid": self.audit_id.to_string(),
                "tenant_uid": self.instance,
                "event_code": self.action,
                "product": {
                    "vendor_name": "imper.ai",
                    "name": "Verification for ServiceNow",
                    "version": env!("CARGO_PKG_VERSION"),
                },
            },
            "api": { "operation": self.action, "service": { "name": "imper.ai console" } },
            "actor": { "user": { "name": self.actor } },
            "src_endpoint": { "name": self.client },
            "unmapped": { "subject": self.subject },
        });
        if let Ok(address) = self.client.parse::<IpAddr>() {
            event["src_endpoint"]["ip"] = address.to_string().into();
        }
        event
    }

    /// The event in CEF, without the end of the line.
    pub fn cef(&self) -> String {
        let severity = if self.is_refusal() { "5" } else { "2" };
        let (time, id) = (self.time.0.to_string(), self.audit_id.to_string());
        let source = self.client.parse::<IpAddr>().map(|_| self.client.as_str());
        let client_label = if self.client.is_empty() { "" } else { "client" };
        cef::event(
            [&self.action, self.label(), severity],
            &[
                ("rt", &time),
                ("externalId", &id),
                ("suser", &self.actor),
                ("src", source.unwrap_or_default()),
                ("msg", &self.subject),
                ("cs1Label", client_label),
                ("cs1", &self.client),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(subject: &str) -> AuditRecord {
        let entry = Logged {
            id: 7,
            at: crate::testing::START,
            user: "token:Splunk 1".into(),
            action: "access.refused".into(),
            subject: subject.into(),
            client_address: "203.0.113.9".into(),
        };
        AuditRecord::new(entry, &InstanceId::parse("acme").unwrap())
    }

    #[test]
    fn a_refusal_stands_out_in_every_form() {
        let one = record("audit needs audit:read");
        let event = one.ocsf();
        assert_eq!(
            (
                &event["severity_id"],
                &event["status"],
                &event["src_endpoint"]["ip"]
            ),
            (&3.into(), &"Failure".into(), &"203.0.113.9".into())
        );
        assert_eq!(event["type_uid"], 6003 * 100 + 99);
        assert!(one.cef().contains("|access.refused|Access refused|5|rt=1795341600000 externalId=7 suser=token:Splunk 1 src=203.0.113.9 "));
    }

    #[test]
    fn no_text_can_add_a_key_or_an_event() {
        let line = record("x suser=admin\nCEF:0|evil").cef();
        assert!(!line.contains('\n'));
        assert!(line.contains("msg=x suser\\=admin\\nCEF:0|evil"), "{line}");
    }
}
