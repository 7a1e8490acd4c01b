//! The timeline: recorded evidence in words, and what was sent.

mod factors;
mod messages;

use serde_json::Value;
use shared::words::{CheckKind, Outcome, RiskLevel, UnixMillis};

use super::badge::{CLOCK, CROSS, DASH, DOTS, PLANE, TICK, WARNING};
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
        Event {
            new_day: days.news(&event.when),
            ..event
        }
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
    let body = entry
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or(Value::Null);
    let (tone, icon, title, detail) = match entry.kind.split_once('.') {
        Some(("factor" | "way", _) | ("check", "unavailable") | ("verification", "disputed")) => {
            factors::told(&entry.kind, &body)
        }
        _ => messages::told(&entry.kind, &body).unwrap_or_else(|| told(&entry.kind, &body)),
    };
    let detail = if entry.body.is_none() {
        "The details were erased when their time was over".into()
    } else {
        detail
    };
    Event {
        tone,
        icon,
        title,
        detail,
        when: when(entry.at, now),
        new_day: None,
        number: entry.number,
    }
}

/// Tone, icon, title and detail of an entry. What its body does not say is left out, not guessed.
pub type Told = (&'static str, &'static str, String, String);

/// A field of an entry's body, empty if it is not there.
pub fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}

fn count(body: &Value, name: &str) -> u64 {
    body[name].as_u64().unwrap_or_default()
}

fn told(kind: &str, body: &Value) -> Told {
    match kind {
        "verification.created" => {
            let on_file = match body["destination_on_file"].as_bool() {
                Some(true) => " (on file)",
                Some(false) => " (not on file)",
                None => "",
            };
            let detail = format!("For {}{on_file}", text(body, "destination"));
            ("pending", DOTS, "Verification created".into(), detail)
        }
        "verification.begun" => (
            "pending",
            DOTS,
            "Requester pressed Begin".into(),
            "The link is spent".into(),
        ),
        "check.answered" => {
            let check = CheckKind::parse(&text(body, "check")).map_or("Check", CheckKind::label);
            let (tone, icon, how) = match body["correct"].as_bool() {
                Some(true) => ("passed", TICK, " correctly"),
                Some(false) => ("failed", CROSS, " wrongly"),
                None => ("pending", DOTS, ""),
            };
            (tone, icon, format!("{check} answered{how}"), String::new())
        }
        "verification.decided" => decided(body),
        "verification.cancelled" => ("pending", DASH, "Cancelled by the agent".into(), String::new()),
        "verification.expired" => (
            "attention",
            CLOCK,
            "Expired".into(),
            "The time ran out before a decision".into(),
        ),
        "sign_in.begun" => (
            "pending",
            DOTS,
            "Requester went to the identity provider".into(),
            String::new(),
        ),
        "sign_in.refused" => (
            "attention",
            WARNING,
            "Company sign-in did not come about".into(),
            sign_in_trouble(&text(body, "why")).into(),
        ),
        evidence::ERASED => (
            "pending",
            DASH,
            format!("Retention erased: {}", text(body, "what")),
            format!("After {} days", count(body, "after_days")),
        ),
        "approval.own_browser" => (
            "attention",
            WARNING,
            "The requester's own browser answered for the manager".into(),
            "The answer did not count".into(),
        ),
        "approval.late" => (
            "attention",
            WARNING,
            "The manager answered when it was over".into(),
            if body["approves"] == true {
                "Approved"
            } else {
                "Refused"
            }
            .into(),
        ),
        "event.delivered" => ("pending", TICK, "ServiceNow was told".into(), String::new()),
        "event.revived" => (
            "pending",
            PLANE,
            format!("ServiceNow is told again by {}", text(body, "by")),
            String::new(),
        ),
        "event.undelivered" => (
            "attention",
            WARNING,
            "ServiceNow could not be told".into(),
            text(body, "reason"),
        ),
        _ => super::action::told(kind, body).unwrap_or_else(|| unknown(kind)),
    }
}

/// Why a sign-in did not count.
fn sign_in_trouble(why: &str) -> &'static str {
    match why {
        "unreachable" => "The identity provider could not be reached",
        "set_up" => "Identity provider and settings do not fit together",
        "declined" => "It was ended at the identity provider",
        "not_fresh" => "The person did not sign in anew",
        "too_weak" => "The means of the sign-in were too weak",
        "mix_up" => "The answer was not to a question of this browser, or of another provider",
        _ => "The answer proves nothing",
    }
}

/// A newer version may have written it: better its name than a gap in the record.
fn unknown(kind: &str) -> Told {
    ("pending", DOTS, kind.to_owned(), String::new())
}

fn decided(body: &Value) -> Told {
    let level = RiskLevel::parse(&text(body, "level")).map_or("", RiskLevel::label);
    let detail = format!(
        "Risk {level}, score {}, policy {}",
        count(body, "score"),
        text(body, "policy")
    );
    match Outcome::parse(&text(body, "outcome")) {
        Some(Outcome::Passed) => ("passed", TICK, "Decided: Passed".into(), detail),
        Some(Outcome::Failed) => ("failed", CROSS, "Decided: Failed".into(), detail),
        None => ("pending", DOTS, "Decided".into(), detail),
    }
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
        Sent {
            new_day: days.news(&sent.when),
            ..sent
        }
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
        _ => (
            "attention",
            CLOCK,
            format!("{attempts}, tried again {}", when(delivery.next_at, now).relative),
        ),
    };
    Sent {
        tone,
        icon,
        what: match delivery.kind.as_str() {
            "link" => "Link to the requester",
            "code" => "Code to the contact on file",
            "notice" => "Notice of the action to a contact on file",
            "warning" => "Warning to a contact on file",
            "enrolled" => "Notice of a new way to confirm, to a contact on file",
            "approval" => "Request to the manager",
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
        assert_eq!(read("check.answered", None).title, "Check answered");
        assert!(read("link.opened", None).detail.contains("erased"));
        assert_eq!(read("verification.decided", Some("not json")).title, "Decided");
        assert_eq!(read("action.performed", Some("{}")).title, "Action: Performed");
        assert_eq!(read("action.teleported", Some("{}")).title, "action.teleported");
        assert_eq!(read("later.kind", Some("{}")).title, "later.kind");
    }
}
