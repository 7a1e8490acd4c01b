//! The document that describes the APIs, OpenAPI 3.1: at `/api/openapi.json` for programs, at `/api/docs` for people. It
//! is made of the table of routes, of the names that queries may have, and of the types that are answered; what it says
//! beside that is compared with the real routes and real answers in tests.

mod agent;
mod console;
mod page;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::{PartialSchema, ToSchema};
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::data::wire;
use super::html;
use crate::service::Service;

/// Name of the scheme of API tokens.
const API_TOKEN: &str = "apiToken";
/// Name of the scheme of agent tokens.
const AGENT_TOKEN: &str = "agentToken";

/// Schemas by name.
type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Where the document is, and its page.
pub fn routes(service: &Service) -> BoxedFilter<(Response,)> {
    let document = document(&service.config.server.public_url);
    let page = page::page(&document)
        .inspect_err(|error| tracing::error!(%error, "the page of the API could not be made"))
        .unwrap_or_default();
    let text = document.to_string();
    let reading = warp::get().or(warp::head()).unify();
    let file = warp::path!("api" / "openapi.json").and(reading).map(move || {
        let mut response = Response::new(text.clone().into());
        for (name, value) in [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "public, max-age=300"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    });
    let page = warp::path!("api" / "docs")
        .and(reading)
        .map(move || html::page(StatusCode::OK, page.clone()));
    file.or(page).unify().boxed()
}

/// The whole document.
pub fn document(public_url: &str) -> Value {
    let mut schemas = Schemas::new();
    let mut paths = serde_json::Map::new();
    console::describe(&mut paths, &mut schemas);
    agent::describe(&mut paths, &mut schemas);
    add::<wire::Problem>(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "imper.ai Verification for ServiceNow",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Two interfaces. Console data: what the console shows, for SIEMs, reports and scripts, read with an API token. Agent: what the field in the ticket says to the service and hears from it.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": public_url }],
        "tags": [
            { "name": "Console data", "description": "Read with an API token. A parameter that is not known here is refused, and so is a value that is not understood. Every read is in the audit log before its answer leaves." },
            { "name": "Agent", "description": "Called by the widget in the ticket, with the signed token that the ServiceNow app gives it. A POST spends its token." },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses(),
            "securitySchemes": {
                API_TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "imper_api_[0-9a-f]{72}",
                    "description": "Made under Administration, API tokens, or with `backend token add`. Each call names the scope that it needs.",
                },
                AGENT_TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Signed by the ServiceNow app for one ticket and one agent, for at most five minutes.",
                },
            },
        },
    })
}

/// Errors, by name: status and description.
const PROBLEMS: &[(&str, u16, &str)] = &[
    (
        "BadRequest",
        400,
        "The request cannot be read; `field` names what is wrong.",
    ),
    ("Unauthorized", 401, "The token is missing or not accepted."),
    (
        "Forbidden",
        403,
        "The token lacks the scope that `WWW-Authenticate` names.",
    ),
    (
        "NotFound",
        404,
        "It does not exist, or belongs to another instance.",
    ),
    ("Conflict", 409, "This is not possible now."),
    ("UnsupportedMediaType", 415, "Send application/json."),
    (
        "Unprocessable",
        422,
        "What was entered cannot be used; `field` names it.",
    ),
    (
        "TooManyRequests",
        429,
        "A limit is reached; `retry_after` says how long to wait.",
    ),
];

fn responses() -> Value {
    let all = PROBLEMS.iter().map(|(name, _, description)| {
        let response = json!({
            "description": description,
            "content": { "application/problem+json": { "schema": reference::<wire::Problem>() } },
        });
        ((*name).to_owned(), response)
    });
    Value::Object(all.collect())
}

/// Puts the problems of these statuses beside an operation's own answers.
fn with_problems(mut answers: Value, statuses: &[u16]) -> Value {
    for (name, status, _) in PROBLEMS {
        if statuses.contains(status) {
            answers[status.to_string()] = json!({ "$ref": format!("#/components/responses/{name}") });
        }
    }
    answers
}

/// Where a schema stands in the document.
fn reference<T: ToSchema>() -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
}

/// Adds a schema and all that it names.
fn add<T: ToSchema + PartialSchema>(schemas: &mut Schemas) {
    let mut all = Vec::new();
    T::schemas(&mut all);
    all.push((T::name().into_owned(), T::schema()));
    for (name, mut schema) in all {
        // Nothing comes that is not described.
        if let RefOr::T(Schema::Object(object)) = &mut schema
            && !object.properties.is_empty()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
        schemas.insert(name, schema);
    }
}

#[cfg(test)]
mod tests;
