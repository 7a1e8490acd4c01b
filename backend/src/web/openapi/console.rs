//! The console's data.

use serde_json::{Map, Value, json};

use super::{API_TOKEN, Schemas, add, reference, with_problems};
use crate::schema;
use crate::service::console::export::{Format, Record};
use crate::service::console::{Action, Column, Period, Same};
use crate::verification::statement;
use crate::web::console::view::column_word;
use crate::web::data::query::{self, MAX_ROWS};
use crate::web::data::routes::{self, Endpoint, Route};
use crate::web::data::wire;
use shared::words::Status;

/// What people read of one endpoint: id, summary, description.
const fn words(endpoint: Endpoint) -> (&'static str, &'static str, &'static str) {
    match endpoint {
        Endpoint::Verifications => (
            "listVerifications",
            "List verifications",
            "Page by page. Rows that come in between move nothing. Without `verifications:private`, mail addresses are masked, no findings are named, and the filters that rest on private data are refused.",
        ),
        Endpoint::Export => (
            "exportVerifications",
            "Export verifications",
            "All that the filters leave, the newest first, as a stream. It breaks off when the token is revoked.",
        ),
        Endpoint::Verification => (
            "getVerification",
            "Read one verification",
            "Report, checks, timeline, deliveries, action and receipt, related ones. Without `verifications:private` what only an analyst may read is left out, and `complete` is false.",
        ),
        Endpoint::Report => (
            "getSignedReport",
            "Get the signed report",
            "A document of its own that can be checked offline: Ed25519 over the canonical JSON (RFC 8785) of `report`; the public key is at `/.well-known/imper-report-keys.json`. 404 until it is decided.",
        ),
        Endpoint::Overview => (
            "getOverview",
            "Read figures over time",
            "Volume, pass rate, risk mix, time to complete, failed deliveries, top findings and waves.",
        ),
        Endpoint::Agents => ("listAgents", "Read figures of agents", "The busiest first."),
        Endpoint::Bypasses => (
            "listBypasses",
            "List tickets resolved without verification",
            "As the app in ServiceNow has recorded them, the last resolved first. `from` and `to` are days of the resolution, `agent` is who resolved them.",
        ),
        Endpoint::Audit => (
            "listAuditEntries",
            "Read the audit log",
            "The newest first. Reading it is an entry, too.",
        ),
    }
}

/// Puts every route into `paths`, and what it answers into `schemas`.
pub fn describe(paths: &mut Map<String, Value>, schemas: &mut Schemas) {
    add::<wire::VerificationPage>(schemas);
    add::<Record>(schemas);
    add::<wire::VerificationDetails>(schemas);
    add::<wire::OverviewFigures>(schemas);
    add::<wire::AgentList>(schemas);
    add::<wire::AuditPage>(schemas);
    add::<wire::BypassPage>(schemas);
    for route in routes::ALL {
        let path = format!("{}{}", routes::BASE, route.path);
        paths.insert(path, json!({ "get": operation(route) }));
    }
}

fn operation(route: &Route) -> Value {
    let (id, summary, description) = words(route.endpoint);
    let scope = route.scope.as_str();
    let names = query::names(route.endpoint).iter().copied().flatten();
    let parameters: Vec<Value> = path_parameter(route)
        .into_iter()
        .chain(names.copied().map(parameter))
        .collect();
    let problems: &[u16] = if route.path.contains('{') {
        &[400, 401, 403, 404, 429]
    } else {
        &[400, 401, 403, 429]
    };
    json!({
        "tags": ["Console data"],
        "operationId": id,
        "summary": summary,
        "description": format!("{description} Needs the scope `{scope}`."),
        "security": [{ API_TOKEN: [scope] }],
        "parameters": parameters,
        "responses": with_problems(json!({ "200": answer(route.endpoint) }), problems),
    })
}

fn answer(endpoint: Endpoint) -> Value {
    let json_of = |schema: Value| {
        json!({
            "description": "What was asked for.",
            "content": { "application/json": { "schema": schema } },
        })
    };
    match endpoint {
        Endpoint::Verifications => json_of(reference::<wire::VerificationPage>()),
        Endpoint::Verification => json_of(reference::<wire::VerificationDetails>()),
        Endpoint::Overview => json_of(reference::<wire::OverviewFigures>()),
        Endpoint::Agents => json_of(reference::<wire::AgentList>()),
        Endpoint::Bypasses => json_of(reference::<wire::BypassPage>()),
        Endpoint::Audit => json_of(reference::<wire::AuditPage>()),
        Endpoint::Report => json_of(json!({
            "type": "object",
            "description": format!("`report` is the statement (kind “{}”, format {}), `signature` says with which key it was signed.", statement::KIND, statement::FORMAT),
            "required": ["report", "signature"],
            "properties": { "report": { "type": "object" }, "signature": { "type": "object" } },
        })),
        Endpoint::Export => {
            let content = Format::ALL.iter().map(|format| {
                let media_type = format.media_type().split(';').next().unwrap_or_default();
                (media_type.to_owned(), json!({ "schema": { "type": "string" } }))
            });
            json!({
                "description": "The file, line by line.",
                "content": content.collect::<Map<String, Value>>(),
            })
        }
    }
}

fn path_parameter(route: &Route) -> Option<Value> {
    let name = route.path.split_once('{')?.1.split_once('}')?.0;
    let schema = match route.endpoint {
        Endpoint::Export => {
            json!({ "type": "string", "enum": Format::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>() })
        }
        _ => json!({ "type": "string", "example": "VER7K3M9QX2A4TN" }),
    };
    Some(json!({ "name": name, "in": "path", "required": true, "schema": schema }))
}

/// A parameter of a query, by its name.
fn parameter(name: &str) -> Value {
    let text = || json!({ "type": "string", "maxLength": 100 });
    let day = || json!({ "type": "string", "format": "date" });
    let number = |least: u32, most: u32, standard: u32| json!({ "type": "integer", "minimum": least, "maximum": most, "default": standard });
    let (schema, description) = match name {
        "q" => (
            text(),
            "Beginnings of words of the ticket's number, of the requester's name or mail address, or of the id.",
        ),
        "status" => {
            let all = Status::ALL.iter().map(|status| status.as_str());
            let all: Vec<&str> = std::iter::once("pending").chain(all).collect();
            (
                json!({ "type": "string", "enum": all }),
                "Where they stand; `pending` is whatever is under way.",
            )
        }
        "risk" => (
            reference::<schema::RiskLevel>(),
            "Level of risk; undecided ones have none.",
        ),
        "category" => (text(), "Category of the ticket."),
        "agent" => (text(), "`sys_user.sys_id` of who initiated them."),
        "channel" => (reference::<schema::Channel>(), "How the link was sent."),
        "from" => (day(), "First day, in UTC."),
        "to" => (day(), "Last day, in UTC."),
        "code" => (
            text(),
            "Code of a finding that raised the risk. Needs `verifications:private`.",
        ),
        "same" => {
            let all: Vec<&str> = Same::ALL.iter().map(|same| same.as_str()).collect();
            (
                json!({ "type": "string", "pattern": format!("^({}):VER[0-9A-Z]+$", all.join("|")) }),
                "Those that share something with another: `device:VER7K3M9QX2A4TN`. Device, destination and network need `verifications:private`.",
            )
        }
        "sort" => {
            let all: Vec<&str> = Column::ALL.iter().map(|column| column_word(*column)).collect();
            (
                json!({ "type": "string", "enum": all, "default": "time" }),
                "Order.",
            )
        }
        "dir" => (
            json!({ "type": "string", "enum": ["asc", "desc"] }),
            "Direction; time and risk begin with the greatest, everything else with the least.",
        ),
        "after" => (json!({ "type": "string" }), "`next` of the page before."),
        "limit" => (
            number(1, MAX_ROWS, crate::service::console::PAGE_ROWS),
            "Rows of one page.",
        ),
        "days" => {
            let all: Vec<i64> = Period::ALL.iter().map(|period| period.days()).collect();
            (
                json!({ "type": "integer", "enum": all, "default": Period::default().days() }),
                "Length of the period, up to and with today.",
            )
        }
        "user" => (text(), "Only by this user; a token is `token:NAME`."),
        "action" => {
            let all: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
            (json!({ "type": "string", "enum": all }), "Only this.")
        }
        "before" => (
            json!({ "type": "integer", "minimum": 1 }),
            "`next` of the page before: only older entries.",
        ),
        _ => (json!({ "type": "string" }), ""),
    };
    json!({ "name": name, "in": "query", "schema": schema, "description": description })
}
