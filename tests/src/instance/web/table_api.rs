//! The Table API.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::http::{Request, Response};
use super::session::{Caller, not_authenticated};
use crate::instance::acl::{CREATE, DELETE, READ, Subject, WRITE};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::query::Query;
use crate::instance::store::schema::Kind;
use crate::instance::store::{Row, Store, Values};

/// What a handler answers: a response either way.
type Answer = Result<Response, Response>;

/// Answers `/api/now/table/{table}[/{sys_id}]`.
pub fn route(core: &Arc<Core>, request: &Request, rest: &[&str]) -> Response {
    let caller = Caller::of(core, request);
    if !caller.is_known() {
        return not_authenticated();
    }
    if let Err(response) = caller.check_token(request) {
        return response;
    }
    let exec = caller.exec(core, "global");
    let answer = match (request.method.as_str(), rest) {
        ("GET", [table]) => list(&exec, request, table),
        ("GET", [table, id]) => read(&exec, request, table, id),
        ("POST", [table]) => create(&exec, request, table),
        ("PATCH" | "PUT", [table, id]) => change(&exec, request, table, id),
        ("DELETE", [table, id]) => remove(&exec, table, id),
        (_, [_] | [_, _]) => Err(Response::api_error(405, "Method not supported", &request.method)),
        _ => Err(Response::api_error(
            400,
            "Requested URI does not represent any resource",
            &request.path,
        )),
    };
    let jobs = exec.run_jobs();
    match (answer, jobs) {
        (Ok(response) | Err(response), Ok(())) => response,
        (_, Err(error)) => Response::from_error(&error),
    }
}

/// Turns an error into a response; a wrong field or query is refused where the platform would ignore it.
fn failed(exec: &Exec) -> impl Fn(InstanceError) -> Response + '_ {
    |error| {
        if let InstanceError::NoSuchField { .. } | InstanceError::BadQuery { .. } = &error {
            exec.refuse(&format!("{error} (Table API)"));
        }
        Response::from_error(&error)
    }
}

fn not_found() -> Response {
    Response::api_error(
        404,
        "No Record found",
        "Record doesn't exist or ACL restricts the record retrieval",
    )
}

fn open_to_services(exec: &Exec, table: &str) -> Result<(), Response> {
    let store = lock(&exec.core.store);
    store.known(table).map_err(|error| Response::from_error(&error))?;
    let closed = store
        .first("sys_db_object", "name", table)
        .is_some_and(|row| row.values.contains_key("ws_access") && !row.is_true("ws_access"));
    if closed {
        return Err(Response::api_error(
            403,
            "User Not Authorized",
            "the table does not allow web services",
        ));
    }
    Ok(())
}

fn list(exec: &Exec, request: &Request, table: &str) -> Answer {
    open_to_services(exec, table)?;
    if !exec
        .may(READ, &Subject { table, values: None })
        .map_err(failed(exec))?
    {
        return Err(Response::api_error(
            403,
            "Operation Failed",
            "ACL Exception Query Failed due to security constraints",
        ));
    }
    let query = Query::parse(request.parameter("sysparm_query").unwrap_or_default()).map_err(failed(exec))?;
    let rows: Vec<Row> = {
        let store = lock(&exec.core.store);
        store
            .select(table, &query)
            .map(|rows| rows.into_iter().cloned().collect())
            .map_err(failed(exec))?
    };
    let mut visible = Vec::new();
    for row in rows {
        if exec
            .may(
                READ,
                &Subject {
                    table: &row.class,
                    values: Some(&row.values),
                },
            )
            .map_err(failed(exec))?
        {
            visible.push(row);
        }
    }
    let number = |name: &str, otherwise: usize| {
        request
            .parameter(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(otherwise)
    };
    let (limit, offset) = (number("sysparm_limit", 10_000), number("sysparm_offset", 0));
    let total = visible.len();
    let mut result = Vec::new();
    for row in visible.iter().skip(offset).take(limit) {
        result.push(shown(exec, request, row).map_err(failed(exec))?);
    }
    Ok(Response::json(200, &json!({ "result": result })).with_header("X-Total-Count", &total.to_string()))
}

fn find(exec: &Exec, table: &str, id: &str, operation: &str) -> Result<Row, Response> {
    open_to_services(exec, table)?;
    let row = lock(&exec.core.store)
        .get(table, id)
        .cloned()
        .ok_or_else(not_found)?;
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    if !exec.may(READ, &subject).map_err(failed(exec))? {
        return Err(not_found());
    }
    if operation != READ && !exec.may(operation, &subject).map_err(failed(exec))? {
        let detail = "ACL Exception: the operation failed due to security constraints";
        return Err(Response::api_error(403, "Operation Failed", detail));
    }
    Ok(row)
}

fn read(exec: &Exec, request: &Request, table: &str, id: &str) -> Answer {
    let row = find(exec, table, id, READ)?;
    let result = shown(exec, request, &row).map_err(failed(exec))?;
    Ok(Response::json(200, &json!({ "result": result })))
}

fn body(request: &Request) -> Result<Values, Response> {
    if request.content_type() != "application/json" {
        return Err(Response::api_error(
            415,
            "Unsupported Media Type",
            "only application/json is emulated",
        ));
    }
    let Ok(Value::Object(map)) = serde_json::from_slice(&request.body) else {
        return Err(Response::api_error(
            400,
            "Exception while reading request",
            "the body is not a JSON object",
        ));
    };
    Ok(map
        .into_iter()
        .map(|(field, value)| match value {
            Value::String(text) => (field, text),
            Value::Null => (field, String::new()),
            other => (field, other.to_string()),
        })
        .collect())
}

/// Columns that the user may not write are dropped without a word, as on the platform.
fn writable(exec: &Exec, operation: &str, subject: &Subject<'_>, values: Values) -> Result<Values, Response> {
    let mut kept = Values::new();
    for (field, value) in values {
        let known = lock(&exec.core.store).column(subject.table, &field);
        known.map_err(failed(exec))?;
        if exec.may_field(operation, subject, &field).map_err(failed(exec))? {
            kept.insert(field, value);
        }
    }
    Ok(kept)
}

fn aborted(exec: &Exec, table: &str) -> Response {
    let detail = format!(
        "Operation against file '{table}' was aborted: {}",
        exec.error_text()
    );
    Response::api_error(403, "Operation Failed", &detail)
}

fn stored_row(table: &str, values: Values) -> Row {
    let class = values
        .get("sys_class_name")
        .filter(|name| !name.is_empty())
        .cloned();
    Row {
        class: class.unwrap_or_else(|| table.to_owned()),
        seq: 0,
        values,
    }
}

fn create(exec: &Exec, request: &Request, table: &str) -> Answer {
    open_to_services(exec, table)?;
    let values = body(request)?;
    let subject = Subject { table, values: None };
    if !exec.may(CREATE, &subject).map_err(failed(exec))? {
        let detail = "ACL Exception Insert Failed due to security constraints";
        return Err(Response::api_error(403, "Operation Failed", detail));
    }
    let values = writable(exec, CREATE, &subject, values)?;
    let stored = exec
        .insert(table, values, true)
        .map_err(failed(exec))?
        .ok_or_else(|| aborted(exec, table))?;
    let location = format!(
        "{}/api/now/table/{table}/{}",
        exec.core.url,
        stored.get("sys_id").map_or("", String::as_str)
    );
    let result = shown(exec, request, &stored_row(table, stored)).map_err(failed(exec))?;
    Ok(Response::json(201, &json!({ "result": result })).with_header("Location", &location))
}

fn change(exec: &Exec, request: &Request, table: &str, id: &str) -> Answer {
    let row = find(exec, table, id, WRITE)?;
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    let values = writable(exec, WRITE, &subject, body(request)?)?;
    let stored = exec
        .update(&row.class, id, values, true)
        .map_err(failed(exec))?
        .ok_or_else(|| aborted(exec, table))?;
    if request.header("x-no-response-body") == Some("true") {
        return Ok(Response {
            status: 204,
            headers: Vec::new(),
            body: Vec::new(),
        });
    }
    let result = shown(exec, request, &stored_row(&row.class, stored)).map_err(failed(exec))?;
    Ok(Response::json(200, &json!({ "result": result })))
}

fn remove(exec: &Exec, table: &str, id: &str) -> Answer {
    let row = find(exec, table, id, DELETE)?;
    if exec.delete(&row.class, id, true).map_err(failed(exec))? {
        Ok(Response {
            status: 204,
            headers: Vec::new(),
            body: Vec::new(),
        })
    } else {
        Err(aborted(exec, table))
    }
}

/// A record as the API shows it: strings, and links for references.
fn shown(exec: &Exec, request: &Request, row: &Row) -> Result<Value, InstanceError> {
    let fields: Vec<String> = if let Some(fields) = request
        .parameter("sysparm_fields")
        .filter(|fields| !fields.is_empty())
    {
        fields.split(',').map(|field| field.trim().to_owned()).collect()
    } else {
        let store = lock(&exec.core.store);
        let mut all: Vec<String> = store
            .schema
            .columns(&row.class)
            .into_iter()
            .map(|column| column.name)
            .collect();
        all.extend(row.values.keys().filter(|name| name.starts_with("sys_")).cloned());
        all.sort();
        all.dedup();
        all
    };
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    let mut result = Map::new();
    for field in fields {
        lock(&exec.core.store).check_path(&row.class, &field)?;
        let first = field.split('.').next().unwrap_or_default();
        if first != "sys_id" && !exec.may_field(READ, &subject, first)? {
            continue;
        }
        let (owner, name, value) = {
            let store = lock(&exec.core.store);
            let (owner, name, value) = store.walk(row, &field);
            (owner.clone(), name, value)
        };
        if owner.sys_id() != row.sys_id()
            && !exec.may_field(
                READ,
                &Subject {
                    table: &owner.class,
                    values: Some(&owner.values),
                },
                &name,
            )?
        {
            continue;
        }
        result.insert(field, cell(exec, request, &owner, &name, &value));
    }
    Ok(Value::Object(result))
}

fn cell(exec: &Exec, request: &Request, row: &Row, field: &str, value: &str) -> Value {
    let store = lock(&exec.core.store);
    let column = store.schema.column(&row.class, field);
    let reference = column.as_ref().and_then(|column| column.reference.clone());
    let plain = match column.as_ref().map(|column| column.kind) {
        Some(Kind::Boolean) => if value == "1" { "true" } else { "false" }.to_owned(),
        Some(Kind::Journal) => String::new(),
        _ => value.to_owned(),
    };
    let mode = request.parameter("sysparm_display_value").unwrap_or("false");
    let display = || display(&store, row, field, value);
    let linked = reference
        .filter(|_| !value.is_empty() && request.parameter("sysparm_exclude_reference_link") != Some("true"));
    let link = linked.map(|table| format!("{}/api/now/table/{table}/{value}", exec.core.url));
    match (mode, link) {
        ("all", Some(link)) => json!({ "display_value": display(), "value": plain, "link": link }),
        ("all", None) => json!({ "display_value": display(), "value": plain }),
        ("true", Some(link)) => json!({ "display_value": display(), "link": link }),
        ("true", None) => Value::from(display()),
        (_, Some(link)) => json!({ "link": link, "value": plain }),
        (_, None) => Value::from(plain),
    }
}

fn display(store: &Store, row: &Row, field: &str, value: &str) -> String {
    store.display(&row.class, row.sys_id(), field, value)
}
