//! Reads what the app answers about tickets that were resolved without verification. Pure: bytes in, rows out. What does
//! not fit is left out and counted, so that one bad row does not stand in the way of those after it.

use serde::Deserialize;
use serde_json::Value;
use shared::words::Action;

use crate::verification::VerificationId;
use crate::verification::bypass::{Bypass, Position, Reason, is_sys_id, moment};

/// Rows that are asked for at once: of the longest ones as much as is read of an answer.
pub const ROWS: u32 = 40;
/// Longest display name of a user (`sys_user.name`), in characters.
const MAX_NAME: usize = 151;
/// Longest user name, number of a ticket or name of a table.
const MAX_WORD: usize = 100;

/// The answer is not one of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the app's answer cannot be read")]
pub struct Unreadable;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What was recorded, the oldest first.
    pub rows: Vec<Bypass>,
    /// How many rows were left out.
    pub skipped: u32,
    /// Where the last row stands; `None` if there is none.
    pub next: Option<Position>,
    /// There are more behind it.
    pub more: bool,
}

#[derive(Deserialize)]
struct Answer {
    result: RawPage,
}

#[derive(Deserialize)]
struct RawPage {
    bypasses: Vec<Value>,
    next: String,
    more: bool,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    recorded_at: String,
    resolved_at: String,
    ticket: Ticket,
    resolved_by: Person,
    #[serde(default)]
    policy: String,
    action: Option<String>,
    reason: Option<String>,
    verification: Option<Verification>,
}

#[derive(Deserialize)]
struct Ticket {
    table: String,
    sys_id: String,
    number: String,
}

#[derive(Deserialize)]
struct Person {
    sys_id: String,
    user_name: String,
    name: String,
}

#[derive(Deserialize)]
struct Verification {
    id: String,
}

/// Reads an answer.
///
/// # Errors
/// When it is not an answer of the app, or does not say how to read on.
pub fn read(body: &[u8]) -> Result<Page, Unreadable> {
    let Answer { result } = serde_json::from_slice(body).map_err(|_| Unreadable)?;
    let next = match result.next.as_str() {
        "" => None,
        text => Some(Position::parse(text).ok_or(Unreadable)?),
    };
    let given = result.bypasses.len();
    if result.more && (next.is_none() || given == 0) {
        return Err(Unreadable);
    }
    let rows: Vec<Bypass> = result.bypasses.into_iter().filter_map(row).collect();
    Ok(Page {
        skipped: u32::try_from(given - rows.len()).unwrap_or(u32::MAX),
        rows,
        next,
        more: result.more,
    })
}

/// The row, if everything in it fits.
fn row(value: Value) -> Option<Bypass> {
    let row: Row = serde_json::from_value(value).ok()?;
    let table_fits = (1..=80).contains(&row.ticket.table.len())
        && row
            .ticket
            .table
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let who = &row.resolved_by;
    let fits = is_sys_id(&row.id)
        && table_fits
        && is_sys_id(&row.ticket.sys_id)
        && is_text(&row.ticket.number, MAX_WORD)
        && !row.ticket.number.is_empty()
        && (who.sys_id.is_empty() || is_sys_id(&who.sys_id) || who.sys_id == "system")
        && is_text(&who.user_name, MAX_WORD)
        && is_text(&who.name, MAX_NAME)
        && is_text(&row.policy, MAX_WORD);
    if !fits {
        return None;
    }
    Some(Bypass {
        recorded_at: moment(&row.recorded_at)?,
        resolved_at: moment(&row.resolved_at)?,
        event_sys_id: row.id,
        ticket_table: row.ticket.table,
        ticket_sys_id: row.ticket.sys_id,
        ticket_number: row.ticket.number,
        agent_sys_id: row.resolved_by.sys_id,
        agent_user_name: row.resolved_by.user_name,
        agent_name: row.resolved_by.name,
        policy: row.policy,
        // A newer app may know more of them; the row is still worth to be seen.
        action: row.action.as_deref().and_then(Action::parse),
        reason: row.reason.as_deref().and_then(Reason::parse),
        verification: row
            .verification
            .and_then(|verification| VerificationId::parse(&verification.id)),
    })
}

fn is_text(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A row as the app writes it.
    pub(crate) fn sample(number: u32) -> Value {
        json!({
            "id": format!("{number:032x}"), "recorded_at": "2026-11-22T09:00:02Z", "resolved_at": "2026-11-22T09:00:01Z",
            "ticket": { "table": "incident", "sys_id": "1".repeat(32), "number": format!("INC{number:07}") },
            "resolved_by": { "sys_id": "a".repeat(32), "user_name": "beth.anglin", "name": "Beth Anglin" },
            "policy": "Password reset", "action": "password_reset", "reason": "failed",
            "verification": { "id": "VER7K3M9QX2A4TN", "outcome": "failed" }
        })
    }

    /// An answer with these rows.
    pub(crate) fn answer(rows: &[Value], more: bool) -> Vec<u8> {
        let next = rows.last().map_or(String::new(), |row| {
            format!(
                "{}_{}",
                row["recorded_at"].as_str().unwrap_or("2026-11-22T09:00:02Z"),
                row["id"].as_str().unwrap_or(&"f".repeat(32))
            )
        });
        json!({ "result": { "bypasses": rows, "next": next, "more": more } })
            .to_string()
            .into_bytes()
    }

    #[test]
    fn a_row_is_read_as_the_app_writes_it() {
        let mut newer = sample(1);
        newer["of_a_newer_app"] = json!(true);
        let page = read(&answer(&[newer], false)).unwrap();
        let row = &page.rows[0];
        assert_eq!(
            (row.ticket_number.as_str(), row.agent_name.as_str()),
            ("INC0000001", "Beth Anglin")
        );
        assert_eq!(
            (row.action, row.reason),
            (Some(Action::PasswordReset), Some(Reason::Failed))
        );
        assert_eq!(row.verification.as_ref().unwrap().as_str(), "VER7K3M9QX2A4TN");
        assert_eq!(row.recorded_at.millis_since(row.resolved_at), 1000);
        assert_eq!((page.skipped, page.more), (0, false));
        assert!(read(&answer(&[], false)).unwrap().next.is_none());
    }

    #[test]
    fn a_bad_row_is_left_out_and_those_after_it_are_not() {
        let broken: [(&str, Value); 9] = [
            ("/id", json!("x")),
            ("/recorded_at", json!("yesterday")),
            ("/resolved_at", json!("")),
            ("/ticket/table", json!("incident.do?x")),
            ("/ticket/sys_id", json!("1")),
            ("/ticket/number", json!("")),
            ("/resolved_by/name", json!("n".repeat(152))),
            ("/resolved_by/user_name", json!("a\nb")),
            ("/policy", json!(7)),
        ];
        for (place, value) in broken {
            let mut bad = sample(1);
            *bad.pointer_mut(place).unwrap() = value;
            let page = read(&answer(&[bad, sample(2)], false)).unwrap();
            assert_eq!((page.rows.len(), page.skipped), (1, 1), "{place}");
            assert_eq!(page.rows[0].ticket_number, "INC0000002");
        }
        let page = read(&answer(&[json!("nonsense"), sample(3)], false)).unwrap();
        assert_eq!((page.rows.len(), page.skipped), (1, 1));
    }

    #[test]
    fn what_an_older_app_does_not_know_is_not_needed() {
        let mut old = sample(1);
        for (place, value) in [
            ("/policy", json!("")),
            ("/action", Value::Null),
            ("/reason", Value::Null),
            ("/verification", Value::Null),
            ("/resolved_by/name", json!("")),
        ] {
            *old.pointer_mut(place).unwrap() = value;
        }
        let page = read(&answer(&[old], false)).unwrap();
        assert_eq!(
            (page.rows[0].reason, page.rows[0].verification.clone()),
            (None, None)
        );
    }

    #[test]
    fn an_answer_that_does_not_lead_on_is_refused() {
        for body in [
            json!({}),
            json!({ "result": { "bypasses": [], "next": "", "more": true } }),
            json!({ "result": { "bypasses": [], "next": "somewhere", "more": false } }),
            json!({ "result": { "bypasses": [sample(1)], "next": "", "more": true } }),
        ] {
            assert_eq!(read(body.to_string().as_bytes()), Err(Unreadable), "{body}");
        }
        assert_eq!(read(b"<html>"), Err(Unreadable));
    }
}
