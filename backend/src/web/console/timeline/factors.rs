//! Passkeys, authenticator apps and recovery codes in the timeline, and the ways that the requester chose.

use serde_json::Value;
use shared::words::CheckKind;

use super::{DASH, DOTS, TICK, Told, WARNING, text, unknown};

pub(super) fn told(kind: &str, body: &Value) -> Told {
    let check = |key: &str| CheckKind::parse(&text(body, key)).map_or("a check", CheckKind::label);
    match kind {
        "way.chosen" => (
            "pending",
            DOTS,
            format!("Requester chose another way: {}", check("check")),
            format!("Instead of {}", check("instead_of")),
        ),
        "way.none_left" => (
            "attention",
            DASH,
            "Requester has no other way".into(),
            format!("{} was asked", check("check")),
        ),
        "check.unavailable" => (
            "attention",
            DASH,
            format!("{} could not be asked any more", check("check")),
            String::new(),
        ),
        "factor.enrolled" => {
            let what = match text(body, "factor").as_str() {
                "passkey" => "a passkey",
                "authenticator_app" => "an authenticator app",
                _ => "recovery codes",
            };
            let codes = match body["with_recovery_codes"].as_bool() {
                Some(true) if what != "recovery codes" => "With recovery codes",
                _ => "",
            };
            ("pending", TICK, format!("Requester added {what}"), codes.into())
        }
        "factor.removed" => (
            "attention",
            DASH,
            "What the requester had added within a day was removed".into(),
            String::new(),
        ),
        "verification.disputed" => (
            "failed",
            WARNING,
            "The requester says after the pass: I did not ask for this".into(),
            "Whoever passed may be somebody else".into(),
        ),
        "factor.disputed" => (
            "failed",
            WARNING,
            "Somebody at a contact on file says: this was not me".into(),
            "About what was added after the pass".into(),
        ),
        _ => unknown(kind),
    }
}
