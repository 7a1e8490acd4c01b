//! Scripted REST resources.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::http::{Request, Response};
use super::rest_match::{Found, Missing, find};
use super::session::{Caller, not_authenticated};
use crate::instance::acl::scope_name;
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::script::Engine;

/// Answers `/api/<scope>/…`.
pub fn route(core: &Arc<Core>, request: &Request) -> Response {
    let found = match find(core, &request.method, &request.path) {
        Ok(found) => found,
        Err(Missing::Path) => {
            return Response::api_error(
                400,
                "Requested URI does not represent any resource",
                &request.path,
            );
        }
        Err(Missing::Method) => return Response::api_error(405, "Method not supported", &request.method),
    };
    let caller = Caller::of(core, request);
    let scope = scope_name(&lock(&core.store), found.operation.get("sys_scope"));
    let exec = caller.exec(core, &scope);
    if let Err(response) = admit(&exec, &caller, request, &found) {
        return response;
    }
    match run(&exec, request, &found).and_then(|outcome| exec.run_jobs().map(|()| outcome)) {
        Ok(outcome) => reply(&outcome),
        Err(error) => {
            core.syslog("error", &scope, &error.to_string());
            match error {
                InstanceError::Script { message, .. } => {
                    Response::api_error(500, "Script Evaluation Exception", &message)
                }
                other => Response::api_error(500, "Not emulated or refused", &other.to_string()),
            }
        }
    }
}

fn admit(exec: &Exec, caller: &Caller, request: &Request, found: &Found) -> Result<(), Response> {
    let operation = &found.operation;
    caller.check_token(request)?;
    if operation.is_true("requires_authentication") && !caller.is_known() {
        return Err(not_authenticated());
    }
    let forbidden = |detail: &str| Response::api_error(403, "User Not Authorized", detail);
    if operation.is_true("requires_snc_internal_role") && caller.is_known() && !exec.has_role("snc_internal")
    {
        return Err(forbidden("Failed API level ACL Validation: role snc_internal"));
    }
    if operation.is_true("requires_acl_authorization") {
        let enforced = match operation.get("enforce_acl") {
            "" => found.definition.get("enforce_acl"),
            own => own,
        };
        if !exec
            .may_call_rest(enforced)
            .map_err(|error| Response::from_error(&error))?
        {
            return Err(forbidden("Failed API level ACL Validation"));
        }
    }
    let consumes = match operation.get("consumes") {
        "" => "application/json,application/xml,text/xml",
        own => own,
    };
    let kind = request.content_type();
    if !request.body.is_empty() && !consumes.split(',').any(|one| one.trim() == kind) {
        return Err(Response::api_error(
            415,
            "Unsupported Media Type",
            &format!("{kind:?} is not one of {consumes}"),
        ));
    }
    Ok(())
}

fn run(exec: &Exec, request: &Request, found: &Found) -> Result<Value, InstanceError> {
    let engine = Engine::new(exec)?;
    let mut query: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &request.query {
        query.entry(name).or_default().push(value);
    }
    let Ok(body) = std::str::from_utf8(&request.body) else {
        return Err(exec.refuse("a scripted REST body that is not UTF-8"));
    };
    let data = json!({
        "body": body, "headers": request.headers, "path": found.parameters, "query": query,
        "query_string": request.query_string, "uri": request.path, "url": format!("{}{}", exec.core.url, request.path),
    });
    engine.run(
        &format!("var request = __restRequest({data}), response = __restResponse();"),
        "rest",
    )?;
    let script = Value::from(found.operation.get("operation_script"));
    let file = format!("sys_ws_operation {}", found.operation.get("name"));
    engine.run(&format!("var __returned = (0, eval)({script});"), &file)?;
    engine.eval("__restOutcome(__returned)", &file)
}

fn reply(outcome: &Value) -> Response {
    let number = outcome.get("status").and_then(Value::as_u64).unwrap_or(200);
    let status = u16::try_from(number).unwrap_or(500);
    let mut response = if let Some(error) = outcome.get("error") {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        Response::api_error(status, text("message"), text("detail"))
    } else if status == 204 || outcome.get("has_result") == Some(&Value::Bool(false)) {
        Response {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    } else {
        let result = outcome.get("result").cloned().unwrap_or(Value::Null);
        match (outcome.get("content_type").and_then(Value::as_str), &result) {
            (Some(kind), Value::String(text)) if !kind.contains("json") => {
                Response::new(status, kind, text.clone())
            }
            _ => Response::json(status, &json!({ "result": result })),
        }
    };
    if let Some(headers) = outcome.get("headers").and_then(Value::as_object) {
        for (name, value) in headers {
            response = response.with_header(name, value.as_str().unwrap_or_default());
        }
    }
    response
}
