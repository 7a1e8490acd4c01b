//! The agent API. Its types live in `shared`, which the widget carries into the browser and which therefore knows nothing
//! of documents; what is said of them here is compared with real answers in tests.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{AGENT_TOKEN, Schemas, add, reference, with_problems};
use crate::schema;

/// Asks for a verification of the token's requester for the token's ticket.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read only as a schema")]
struct SendLink {
    /// How the link is sent.
    channel: schema::Channel,
    /// Private email address, or phone number in any usual notation.
    destination: String,
}

/// Everything that the widget shows for one ticket.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read only as a schema")]
struct TicketVerifications {
    /// Newest first.
    verifications: Vec<VerificationView>,
    /// The channels that this instance can send by, in the order to offer them.
    channels: Vec<schema::Channel>,
}

/// One verification, as the agent may see it: addresses masked, no signal that is only for analysts. Moments are
/// milliseconds since 1970.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read only as a schema")]
struct VerificationView {
    /// For example `VER7K3M9QX2A4TN`.
    id: String,
    /// Where it stands.
    status: schema::Status,
    /// Set when decided.
    outcome: Option<schema::Outcome>,
    /// Set when decided.
    risk_level: Option<schema::RiskLevel>,
    /// 0–100, set when decided.
    risk_score: Option<u8>,
    /// Set when decided.
    recommendation: Option<schema::Recommendation>,
    /// Up to three plain sentences, the weightiest first; empty until decided.
    reasons: Vec<String>,
    /// The action that the ticket asks for.
    action: Option<schema::Action>,
    /// How the link was sent.
    channel: schema::Channel,
    /// Masked.
    destination: String,
    /// True when the destination is among the contacts that ServiceNow has on file.
    destination_on_file: bool,
    /// Two digits for the agent to read out, only while the requester is being asked for them.
    call_number: Option<String>,
    /// Name of the agent who started it.
    initiated_by: String,
    /// When the agent pressed Send.
    created_at: i64,
    /// When the mail server or the gateway accepted the latest link.
    sent_at: Option<i64>,
    /// When the latest link is known to have arrived; many channels never say.
    delivered_at: Option<i64>,
    /// When the link was first opened, by whomever.
    opened_at: Option<i64>,
    /// When the requester pressed Begin.
    started_at: Option<i64>,
    /// When it reached a final status.
    ended_at: Option<i64>,
    /// When the current link or session ends; `null` once final.
    expires_at: Option<i64>,
    /// Seconds from the moment of this answer until a resend is allowed; `null` when it never will be.
    resend_in: Option<u32>,
    /// Why the link could not be delivered, in words for the agent.
    delivery_problem: Option<String>,
    /// The detailed view in the console.
    details_url: String,
    /// What became of the action that the pass has granted; absent when nothing was granted.
    #[schema(required = false, nullable = false)]
    granted: Option<GrantView>,
}

/// The action that a pass has granted, as the agent may see it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read only as a schema")]
struct GrantView {
    /// Where it stands.
    state: schema::ActionState,
    /// When it reached that.
    at: i64,
    /// Until when it can be used; set while it is open.
    expires_at: Option<i64>,
    /// One sentence: what was done, or why not, or what is waited for.
    summary: String,
    /// What became of the ticket, once the action was performed and the instance has told.
    #[schema(required = false, nullable = false)]
    ticket: Option<schema::TicketEnd>,
}

/// Puts every call into `paths`, and what it answers into `schemas`.
pub fn describe(paths: &mut Map<String, Value>, schemas: &mut Schemas) {
    add::<SendLink>(schemas);
    add::<TicketVerifications>(schemas);
    let base = "/api/v1/verifications";
    let mut start = operation(
        "startVerification",
        "Send the link",
        "Creates a verification of the token's requester for the token's ticket. With an Idempotency-Key the same request is answered the same.",
        json!({ "201": view("It was created; the link is on its way.") }),
        &[400, 401, 409, 415, 422, 429],
    );
    start["parameters"] = json!([{
        "name": "Idempotency-Key",
        "in": "header",
        "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
        "description": "Visible ASCII characters, for example a UUID.",
    }]);
    start["requestBody"] = json!({
        "required": true,
        "content": { "application/json": { "schema": reference::<SendLink>() } },
    });
    let list = operation(
        "listTicketVerifications",
        "List the ticket's verifications",
        "Those of the token's ticket, and the channels that the instance can send by.",
        json!({ "200": {
            "description": "The newest first.",
            "content": { "application/json": { "schema": reference::<TicketVerifications>() } },
        } }),
        &[401],
    );
    paths.insert(base.into(), json!({ "get": list, "post": start }));
    let look = operation(
        "getTicketVerification",
        "Read one of the ticket's verifications",
        "As the agent may see it.",
        json!({ "200": view("As it stands.") }),
        &[401, 404],
    );
    paths.insert(
        format!("{base}/{{id}}"),
        json!({ "parameters": id(), "get": look }),
    );
    let follow = operation(
        "followTicketVerification",
        "Follow one of the ticket's verifications",
        "Server-sent events: `event: verification`, with a VerificationView as data, at once and after every change.",
        json!({ "200": {
            "description": "Until it can change no more, or the token ends.",
            "content": { "text/event-stream": { "schema": { "type": "string" } } },
        } }),
        &[401, 404],
    );
    paths.insert(
        format!("{base}/{{id}}/events"),
        json!({ "parameters": id(), "get": follow }),
    );
    for (word, id_of, summary, description) in CHANGES {
        let change = operation(
            id_of,
            summary,
            description,
            json!({ "200": view("As it stands now.") }),
            &[401, 404, 409, 429],
        );
        paths.insert(
            format!("{base}/{{id}}/{word}"),
            json!({ "parameters": id(), "post": change }),
        );
    }
}

/// Last part of the path, id, summary and description of what changes something.
const CHANGES: &[(&str, &str, &str, &str)] = &[
    (
        "resend",
        "resendLink",
        "Send the link again",
        "A new link; the one before opens nothing any more. Allowed 120 seconds after the last.",
    ),
    (
        "cancel",
        "cancelVerification",
        "Cancel",
        "Ends it without a decision.",
    ),
    (
        "release",
        "releaseAction",
        "Release the action",
        "By a second person, who is neither the agent nor the requester.",
    ),
    (
        "confirm",
        "confirmAction",
        "Confirm the action",
        "The agent has performed it by hand.",
    ),
];

fn operation(id: &str, summary: &str, description: &str, answers: Value, problems: &[u16]) -> Value {
    json!({
        "tags": ["Agent"],
        "operationId": id,
        "summary": summary,
        "description": description,
        "security": [{ AGENT_TOKEN: [] }],
        "responses": with_problems(answers, problems),
    })
}

fn view(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": reference::<VerificationView>() } },
    })
}

fn id() -> Value {
    json!([{
        "name": "id",
        "in": "path",
        "required": true,
        "schema": { "type": "string", "example": "VER7K3M9QX2A4TN" },
    }])
}
