//! The timeline: recorded evidence in words, and what was sent.

use serde_json::Value;
use shared::words::{CheckKind, Outcome, RiskLevel, UnixMillis};

use super::badge::{CLOCK, CROSS, DASH, DOTS, EYE, PLANE, TICK, WARNING};
use super::words::{When, when};
use crate::service::console::Delivery;
use crate::store::evidence;

/// One thing that happened.
pub struct Event {
    /// Class of the meaning.
    pub tone: &'static str,
    /// Path of its icon.
    pub icon: &'static str,
    /// What happened.
    pub title: String,
    /// More about it, possibly empty.
    pub detail: String,
    /// When.
    pub when: When,
    /// The day, where it differs from that of the entry before.
    pub new_day: Option<String>,
    /// Its number in the chain of evidence.
    pub number: i64,
}

/// The evidence in words, oldest first.
pub fn events(entries: &[evidence::Entry], now: UnixMillis) -> Vec<Event> {
    let mut days = Days::default();
    let told = |entry| {
        let event = event(entry, now);
        Event { new_day: days.news(&event.when), ..event }
    };
    entries.iter().map(told).collect()
}

/// Tells where a new day begins.
#[derive(Default)]
struct Days(String);

impl Days {
    fn news(&mut self, when: &When) -> Option<String> {
        let is_new = self.0 != when.day;
        self.0.clone_from(&when.day);
        is_new.then(|| when.day.clone())
    }
}

fn event(entry: &evidence::Entry, now: UnixMillis) -> Event {
    let body = entry.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
    let erased = entry.body.is_none();
    let body = body.unwrap_or(Value::Null);
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let count = |name: &str| body[name].as_u64().unwrap_or_default();
    let (tone, icon, title, detail) = match entry.kind.as_str() {
        "verification.created" => {
            let on_file = if body["destination_on_file"] == true { "on file" } else { "not on file" };
            ("pending", DOTS, "Verification created".into(), format!("For {} ({on_file})", text("destination")))
        }
        "link.queued" => ("pending", PLANE, format!("Link sent again, number {}", count("resend") + 1), "The earlier link opens nothing any more".into()),
        "link.accepted" => ("pending", PLANE, "Link handed over for delivery".into(), tries(count("attempts"))),
        "link.refused" => ("attention", WARNING, "Link could not be delivered".into(), text("reason").into()),
        "link.opened" => {
            let device: String = text("device").chars().take(8).collect();
            ("pending", EYE, "Link opened".into(), format!("Opening {} in all, browser {device}", count("opens")))
        }
        "verification.begun" => ("pending", DOTS, "Requester pressed Begin".into(), "The link is spent".into()),
        "code.queued" => {
            let independent = if body["independent"] == true { "" } else { ", the same as the link's destination" };
            ("pending", PLANE, format!("Code {} made", count("number")), format!("For {} on file{independent}", text("contact")))
        }
        "code.accepted" => ("pending", PLANE, format!("Code {} handed over for delivery", count("number")), String::new()),
        "code.refused" => ("attention", WARNING, "Code could not be delivered".into(), text("reason").into()),
        "check.answered" => {
            let check = CheckKind::parse(text("check")).map_or("Check", CheckKind::label);
            if body["correct"] == true {
                ("passed", TICK, format!("{check} answered correctly"), String::new())
            } else {
                ("failed", CROSS, format!("{check} answered wrongly"), String::new())
            }
        }
        "verification.decided" => decided(&body),
        "verification.cancelled" => ("pending", DASH, "Cancelled by the agent".into(), String::new()),
        "verification.expired" => ("attention", CLOCK, "Expired".into(), "The time ran out before a decision".into()),
        "event.delivered" => ("pending", TICK, "ServiceNow was told".into(), String::new()),
        "event.undelivered" => ("attention", WARNING, "ServiceNow could not be told".into(), text("reason").into()),
        // A newer version may have written it: better its name than a gap in the record.
        other => ("pending", DOTS, other.to_owned(), String::new()),
    };
    let detail = if erased { "The details were erased when their time was over".into() } else { detail };
    Event { tone, icon, title, detail, when: when(entry.at, now), new_day: None, number: entry.number }
}

fn decided(body: &Value) -> (&'static str, &'static str, String, String) {
    let outcome = body["outcome"].as_str().and_then(Outcome::parse);
    let level = body["level"].as_str().and_then(RiskLevel::parse).map_or("", RiskLevel::label);
    let score = body["score"].as_u64().unwrap_or_default();
    let detail = format!("Risk {level}, score {score}, policy {}", body["policy"].as_str().unwrap_or_default());
    match outcome {
        Some(Outcome::Passed) => ("passed", TICK, "Decided: Passed".into(), detail),
        Some(Outcome::Failed) => ("failed", CROSS, "Decided: Failed".into(), detail),
        None => ("pending", DOTS, "Decided".into(), detail),
    }
}

fn tries(attempts: u64) -> String {
    if attempts > 1 { format!("After {attempts} attempts") } else { String::new() }
}

/// One message to the outside.
pub struct Sent {
    /// Class of the meaning.
    pub tone: &'static str,
    /// Path of its icon.
    pub icon: &'static str,
    /// What it is.
    pub what: &'static str,
    /// How it stands.
    pub state: String,
    /// Why the last attempt failed, possibly empty.
    pub error: String,
    /// When it was done or given up, else when it was queued.
    pub when: When,
    /// The day, where it differs from that of the message before.
    pub new_day: Option<String>,
}

/// What was sent, in words.
pub fn sent(deliveries: &[Delivery], now: UnixMillis) -> Vec<Sent> {
    let mut days = Days::default();
    let told = |delivery| {
        let sent = message(delivery, now);
        Sent { new_day: days.news(&sent.when), ..sent }
    };
    deliveries.iter().map(told).collect()
}

fn message(delivery: &Delivery, now: UnixMillis) -> Sent {
    let attempts = match delivery.attempts {
        1 => "1 attempt".to_owned(),
        n => format!("{n} attempts"),
    };
    let (tone, icon, state) = match delivery.state.as_str() {
        "done" => ("passed", TICK, format!("Done, {attempts}")),
        "dead" => ("failed", CROSS, format!("Given up, {attempts}")),
        _ if delivery.attempts == 0 => ("pending", CLOCK, "Waiting to be sent".to_owned()),
        _ => ("attention", CLOCK, format!("{attempts}, tried again {}", when(delivery.next_at, now).relative)),
    };
    Sent {
        tone,
        icon,
        what: match delivery.kind.as_str() {
            "link" => "Link to the requester",
            "code" => "Code to the contact on file",
            _ => "Status to ServiceNow",
        },
        state,
        error: delivery.last_error.clone().unwrap_or_default(),
        when: when(delivery.ended_at.unwrap_or(delivery.created_at), now),
        new_day: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str, body: Option<&str>) -> evidence::Entry {
        evidence::Entry {
            number: 1,
            verification_id: String::new(),
            at: UnixMillis(0),
            kind: kind.into(),
            body: body.map(Into::into),
            hash: String::new(),
        }
    }

    #[test]
    fn erased_garbled_and_unknown_evidence_is_still_shown() {
        let read = |kind, body| event(&entry(kind, body), UnixMillis(0));
        assert_eq!(read("check.answered", None).title, "Check answered wrongly");
        assert!(read("link.opened", None).detail.contains("erased"));
        assert_eq!(read("verification.decided", Some("not json")).title, "Decided");
        assert_eq!(read("action.performed", Some("{}")).title, "action.performed");
    }
}
