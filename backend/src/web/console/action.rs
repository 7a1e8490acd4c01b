//! The action after a pass: where it stands, its receipt, and its entries in the timeline.

use serde_json::Value;
use shared::words::{Action, ActionState, UnixMillis};

use super::badge::{Badge, CLOCK, CROSS, DASH, DOTS, PLANE, TICK, WARNING};
use super::timeline::{Told, text};
use super::words::{When, when};
use crate::verification::Grant;

/// The card of `console/action.html`.
pub struct ActionCard {
    /// What was granted.
    pub action: &'static str,
    /// Where it stands.
    pub state: Badge,
    /// What was done, or why not, or what is waited for.
    pub summary: String,
    /// Id of the receipt.
    pub receipt: Option<String>,
    /// When it came to this.
    pub since: When,
    /// Until when the permission can be used, while it can.
    pub expires: Option<When>,
    /// What performs it: name in the configuration, and kind.
    pub connector: String,
    /// What the other side said.
    pub answer: String,
    /// How often it was tried.
    pub attempts: u8,
    /// Who released it as the second person.
    pub released_by: Option<String>,
    /// Who did it by hand.
    pub done_by: Option<String>,
}

/// The card of a grant.
pub fn card(grant: &Grant, now: UnixMillis) -> ActionCard {
    let ending = grant.ending();
    ActionCard {
        action: grant.binding.action.label(),
        state: badge(grant.word()),
        summary: grant.summary(),
        receipt: ending.map(|ending| ending.receipt.as_str().to_owned()),
        since: when(grant.reached_at(), now),
        expires: grant.is_open().then(|| when(grant.expires_at, now)),
        connector: if grant.connector == grant.kind {
            grant.kind.clone()
        } else {
            format!("{} ({})", grant.connector, grant.kind)
        },
        answer: ending.map(|ending| ending.answer.clone()).unwrap_or_default(),
        attempts: grant.attempts,
        released_by: grant.released_by.as_ref().map(|person| person.name.clone()),
        done_by: ending.and_then(|ending| ending.by.as_ref().map(|person| person.name.clone())),
    }
}

const fn badge(state: ActionState) -> Badge {
    let (tone, icon) = match state {
        ActionState::Granted | ActionState::Manual | ActionState::Performing => ("pending", DOTS),
        ActionState::AwaitingRelease | ActionState::Expired => ("attention", CLOCK),
        ActionState::Performed => ("passed", TICK),
        ActionState::Failed => ("failed", CROSS),
        ActionState::Unknown => ("attention", WARNING),
        ActionState::Revoked => ("pending", DASH),
    };
    Badge {
        tone,
        icon,
        word: state.label(),
    }
}

/// An entry about the action or its notices; `None` for what this version does not know.
pub fn told(kind: &str, body: &Value) -> Option<Told> {
    let action = Action::parse(&text(body, "action")).map_or("Action", Action::label);
    let receipt = || match text(body, "receipt") {
        receipt if receipt.is_empty() => String::new(),
        receipt => format!("Receipt {receipt}"),
    };
    let (tone, icon, title, detail) = match kind {
        "action.started" => (
            "pending",
            DOTS,
            format!("{action}: handed to the connector"),
            receipt(),
        ),
        "action.promised" => (
            "pending",
            CLOCK,
            "The connector took the order and sends the receipt later".to_owned(),
            receipt(),
        ),
        "action.refused" => {
            let title = format!("{action} refused: the permission opens nothing");
            ("attention", WARNING, title, text(body, "why"))
        }
        "action.disputed" => (
            "failed",
            WARNING,
            "A contact on file says: this was not me".to_owned(),
            String::new(),
        ),
        "notice.queued" => (
            "pending",
            PLANE,
            "Notice about the action made".to_owned(),
            format!("For {} on file", text(body, "contact")),
        ),
        "notice.accepted" => (
            "pending",
            PLANE,
            "Notice about the action handed over for delivery".to_owned(),
            receipt(),
        ),
        "notice.refused" => (
            "attention",
            WARNING,
            "Notice about the action could not be delivered".to_owned(),
            text(body, "reason"),
        ),
        _ => {
            let state = ActionState::parse(kind.strip_prefix("action.")?)?;
            let Badge { tone, icon, word } = badge(state);
            let said: Vec<String> = [text(body, "summary"), receipt()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            (tone, icon, format!("{action}: {word}"), said.join(" "))
        }
    };
    Some((tone, icon, title, detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_about_the_action_are_told_in_words() {
        let body = json!({
            "action": "password_reset", "receipt": "RCP0123456789ABC", "summary": "Done.", "why": "used"
        });
        let told = |kind: &str| {
            let (tone, _, title, detail) = told(kind, &body)?;
            Some(format!("{tone}: {title} | {detail}"))
        };
        let said = |words: &str| Some(words.to_owned());
        assert_eq!(
            told("action.performed"),
            said("passed: Password reset: Performed | Done. Receipt RCP0123456789ABC")
        );
        assert_eq!(
            told("action.refused"),
            said("attention: Password reset refused: the permission opens nothing | used")
        );
        assert_eq!(
            told("action.started"),
            said("pending: Password reset: handed to the connector | Receipt RCP0123456789ABC")
        );
        for state in ActionState::ALL {
            let told = told(&format!("action.{}", state.as_str())).unwrap();
            assert!(told.contains(state.label()), "{told}");
        }
        assert_eq!(told("action.teleported"), None);
        assert_eq!(told("verification.created"), None);
    }
}
