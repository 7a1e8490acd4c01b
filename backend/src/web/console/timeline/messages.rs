//! Messages on their way to people, in words: links, codes, notices, warnings, and requests to the manager.

use serde_json::Value;

use super::{Told, count, text};
use crate::web::console::badge::{CLOCK, EYE, PLANE, TICK, WARNING};

/// What an entry says of a message; `None` if it is about something else.
pub(super) fn told(kind: &str, body: &Value) -> Option<Told> {
    let (of, what) = kind.split_once('.')?;
    let name = match of {
        "link" => "Link".to_owned(),
        "code" => format!("Code {}", count(body, "number")),
        "notice" => "Notice to a contact on file".to_owned(),
        "warning" => "Warning".to_owned(),
        "approval" => "Request to the manager".to_owned(),
        _ => return None,
    };
    let reason = || text(body, "reason");
    Some(match (of, what) {
        // What the notice of an action says belongs to the action.
        ("notice", "queued" | "accepted" | "refused") => return None,
        (_, "queued") => queued(of, &name, body),
        (_, "accepted") => (
            "pending",
            PLANE,
            format!("{name} handed over for delivery"),
            tries(count(body, "attempts")),
        ),
        (_, "delayed") => (
            "attention",
            CLOCK,
            format!("{name} could not be handed over yet"),
            reason(),
        ),
        (_, "deferred") => (
            "attention",
            CLOCK,
            format!("{name} is put off by the recipient's mail server"),
            String::new(),
        ),
        (_, "complained") => (
            "attention",
            WARNING,
            format!("{name} was reported as unwanted by its recipient"),
            String::new(),
        ),
        (_, "revived") => (
            "pending",
            PLANE,
            format!("{name} is tried again by {}", text(body, "by")),
            String::new(),
        ),
        (_, "delivered") => ("pending", TICK, format!("{name} arrived"), String::new()),
        ("approval", "undeliverable") => (
            "attention",
            WARNING,
            "The manager could not be asked".into(),
            reason(),
        ),
        (_, "refused") => (
            "attention",
            WARNING,
            format!("{name} could not be delivered"),
            reason(),
        ),
        ("link", "opened") => {
            let device: String = text(body, "device").chars().take(8).collect();
            let detail = format!("Opening {} in all, browser {device}", count(body, "opens"));
            ("pending", EYE, "Link opened".into(), detail)
        }
        _ => return None,
    })
}

fn queued(of: &str, name: &str, body: &Value) -> Told {
    let contact = text(body, "contact");
    match of {
        "link" => (
            "pending",
            PLANE,
            format!("Link sent again, number {}", count(body, "resend") + 1),
            "The earlier link opens nothing any more".into(),
        ),
        "code" => {
            let remark = if body["independent"] == false {
                ", the same as the link's destination"
            } else {
                ""
            };
            let detail = format!("For {contact} on file{remark}");
            ("pending", PLANE, format!("{name} made"), detail)
        }
        "warning" => (
            "attention",
            PLANE,
            "Contact on file is warned".into(),
            format!("For {contact}"),
        ),
        _ => (
            "pending",
            PLANE,
            format!("Request {} to the manager made", count(body, "number")),
            format!("For {contact}"),
        ),
    }
}

fn tries(attempts: u64) -> String {
    if attempts > 1 {
        format!("After {attempts} attempts")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::console::action;

    #[test]
    fn every_message_has_words_for_every_step() {
        for of in ["link", "code", "notice", "warning", "approval"] {
            for what in [
                "queued",
                "accepted",
                "deferred",
                "complained",
                "revived",
                "delivered",
                "refused",
            ] {
                let kind = format!("{of}.{what}");
                let told = told(&kind, &json!({})).or_else(|| action::told(&kind, &json!({})));
                let (.., title, _) = told.unwrap();
                assert!(
                    !title.contains('.') && title.contains(' '),
                    "{of}.{what}: {title}"
                );
            }
        }
        assert_eq!(told("approval.late", &json!({})), None);
        assert_eq!(told("verification.created", &json!({})), None);
        let body = json!({ "number": 2, "contact": "•••• 0958", "independent": false });
        let (.., title, detail) = told("code.queued", &body).unwrap();
        assert_eq!(title, "Code 2 made");
        assert_eq!(
            detail,
            "For •••• 0958 on file, the same as the link's destination"
        );
    }
}
