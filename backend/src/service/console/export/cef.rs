//! `ArcSight`'s Common Event Format, version 0: a head of seven fields between bars, then keys and values.

use std::fmt::Write as _;

use shared::words::{RiskLevel, Status};

use super::Record;

/// One event.
pub fn line(record: &Record, text: &mut Vec<u8>) {
    let name = format!("Verification {}", record.status.label().to_lowercase());
    let class = format!("verification.{}", record.status.as_str());
    let (created, ended) = record.times;
    let time = ended.unwrap_or(created).0.to_string();
    let score = record
        .risk_score
        .map(|score| score.to_string())
        .unwrap_or_default();
    let findings = record.findings.join(" ");
    let pairs: [(&str, &str); 18] = [
        ("rt", &time),
        ("externalId", &record.verification_id),
        (
            "outcome",
            record.outcome.map_or("", shared::words::Outcome::label),
        ),
        ("duser", &record.requester_name),
        ("suser", &record.agent_name),
        ("suid", &record.agent_sys_id),
        ("cat", &record.category),
        ("app", record.channel),
        ("request", &record.url),
        ("msg", record.recommendation.unwrap_or_default()),
        ("cs1Label", "ticket"),
        ("cs1", &record.ticket_number),
        ("cs2Label", "riskLevel"),
        ("cs2", record.risk_level.map_or("", RiskLevel::as_str)),
        ("cs3Label", "findings"),
        ("cs3", &findings),
        ("cn1Label", "riskScore"),
        ("cn1", &score),
    ];
    let line = event([&class, &name, severity(record)], &pairs);
    text.extend_from_slice(line.as_bytes());
    text.push(b'\n');
}

/// Any event, without the end of the line: class, name and severity, and its pairs but those without a value.
pub fn event(head: [&str; 3], pairs: &[(&str, &str)]) -> String {
    let mut line = String::from("CEF:0");
    let product = [
        "imper.ai",
        "Verification for ServiceNow",
        env!("CARGO_PKG_VERSION"),
    ];
    for field in product.iter().chain(&head) {
        let _ = write!(line, "|{}", in_head(field));
    }
    line.push('|');
    let mut gap = "";
    for (key, value) in pairs {
        if !value.is_empty() {
            let _ = write!(line, "{gap}{key}={}", in_extension(value));
            gap = " ";
        }
    }
    line
}

/// 0–10.
fn severity(record: &Record) -> &'static str {
    match (record.status, record.risk_level) {
        (Status::Failed, _) | (_, Some(RiskLevel::High)) => "8",
        (_, Some(RiskLevel::Medium)) => "5",
        (_, Some(RiskLevel::Verified)) => "1",
        (Status::Undeliverable, None) => "4",
        (_, None) => "3",
    }
}

fn in_head(field: &str) -> String {
    let flat = field.replace(['\r', '\n'], " ");
    flat.replace('\\', "\\\\").replace('|', "\\|")
}

fn in_extension(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('=', "\\=");
    escaped.replace('\r', "\\r").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    fn of(text: &str) -> String {
        let mut bytes = Vec::new();
        line(&record(text), &mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_event_has_seven_head_fields_and_its_extension() {
        let line = of("Mia Chen");
        let fields: Vec<&str> = line.splitn(8, '|').collect();
        assert_eq!(fields[0], "CEF:0");
        assert_eq!(&fields[4..7], ["verification.failed", "Verification failed", "8"]);
        assert!(
            fields[7].starts_with(
                "rt=1795341661000 externalId=VER7K3M9QX2A4TN outcome=Failed duser=Mia Chen suser="
            ),
            "{line}"
        );
        assert!(fields[7].ends_with("cs3=destination_not_on_file device_shared cn1Label=riskScore cn1=80\n"));
    }

    #[test]
    fn no_text_can_add_a_key_or_an_event() {
        let line = of("x cn1=0\r\nCEF:0|evil\\");
        assert_eq!(line.matches('\n').count(), 1);
        assert!(
            line.contains("duser=x cn1\\=0\\r\\nCEF:0|evil\\\\ suser="),
            "{line}"
        );
    }
}
