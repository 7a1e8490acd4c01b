//! The answers of the verification service, read part by part from what the browser's own JSON parser gives.
//! A derived `Deserialize` of the same types weighs five times as much.

use shared::agent_api::{GrantView, TicketVerifications, VerificationView};
use shared::problem::Problem;
use shared::words::{
    Action, ActionState, Channel, Outcome, Recommendation, RiskLevel, Status, TicketEnd, UnixMillis,
};
use wasm_bindgen::JsValue;

use crate::browser::json::{items, number, part, text};

/// Reads a list of verifications; `None` when it is something else.
pub fn ticket_verifications(value: &JsValue) -> Option<TicketVerifications> {
    Some(TicketVerifications {
        verifications: items(value, "verifications")?
            .iter()
            .map(verification)
            .collect::<Option<_>>()?,
        // A channel that this field does not know yet is left out, not a reason to fail.
        channels: items(value, "channels")?
            .iter()
            .filter_map(|channel| Channel::parse(&channel.as_string()?))
            .collect(),
    })
}

/// Reads a verification; `None` when it is something else.
pub fn verification(value: &JsValue) -> Option<VerificationView> {
    let word = |name| text(value, name);
    let time = |name| number(value, name).map(UnixMillis);
    Some(VerificationView {
        id: word("id")?,
        status: Status::parse(&word("status")?)?,
        outcome: word("outcome").and_then(|word| Outcome::parse(&word)),
        risk_level: word("risk_level").and_then(|word| RiskLevel::parse(&word)),
        risk_score: number(value, "risk_score").and_then(|score| u8::try_from(score).ok()),
        recommendation: word("recommendation").and_then(|word| Recommendation::parse(&word)),
        reasons: items(value, "reasons")?
            .iter()
            .filter_map(JsValue::as_string)
            .collect(),
        action: word("action").and_then(|word| Action::parse(&word)),
        channel: Channel::parse(&word("channel")?)?,
        destination: word("destination")?,
        destination_on_file: part(value, "destination_on_file").is_truthy(),
        call_number: word("call_number"),
        initiated_by: word("initiated_by").unwrap_or_default(),
        created_at: time("created_at")?,
        sent_at: time("sent_at"),
        delivered_at: time("delivered_at"),
        opened_at: time("opened_at"),
        started_at: time("started_at"),
        ended_at: time("ended_at"),
        expires_at: time("expires_at"),
        resend_in: number(value, "resend_in").and_then(|seconds| u32::try_from(seconds).ok()),
        delivery_problem: word("delivery_problem"),
        details_url: word("details_url").unwrap_or_default(),
        granted: granted(&part(value, "granted")),
    })
}

/// Reads what became of the action; `None` when nothing was granted.
fn granted(value: &JsValue) -> Option<GrantView> {
    Some(GrantView {
        state: ActionState::parse(&text(value, "state")?)?,
        at: UnixMillis(number(value, "at")?),
        expires_at: number(value, "expires_at").map(UnixMillis),
        summary: text(value, "summary")?,
        ticket: text(value, "ticket").as_deref().and_then(TicketEnd::parse),
    })
}

/// Reads a problem document; `None` when it is something else.
pub fn problem(value: &JsValue, status: u16) -> Option<Problem> {
    Some(Problem {
        kind: text(value, "type")?,
        title: text(value, "title").unwrap_or_default(),
        status,
        detail: text(value, "detail"),
        field: text(value, "field"),
        retry_after: number(value, "retry_after").and_then(|seconds| u32::try_from(seconds).ok()),
    })
}
