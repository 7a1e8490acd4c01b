//! Host side of `sn_ws` (outbound HTTP) and `sn_cc` (credentials and connections behind an alias).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::host::arg;
use crate::instance::core::{Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::Row;

/// What a script wants to send.
#[derive(Debug, Deserialize)]
struct Call {
    endpoint: String,
    method: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<String>,
    /// Milliseconds.
    timeout: u64,
    basic: Option<(String, String)>,
}

/// Answers the `outbound.*` operations.
pub fn call(exec: &Exec, operation: &str, arguments: Value) -> Result<Value, InstanceError> {
    match operation {
        "outbound.send" => send(exec, arg(arguments)?),
        "outbound.message" => {
            let (name, method): (String, String) = arg(arguments)?;
            message(exec, &name, &method)
        }
        "outbound.credential" => {
            let alias: String = arg(arguments)?;
            Ok(credential_of(exec, &alias).map_or(Value::Null, |row| attributes(exec, &row)))
        }
        "outbound.connection" => {
            let alias: String = arg(arguments)?;
            Ok(connection(exec, &alias))
        }
        other => Err(exec.refuse(&format!("host operation {other}"))),
    }
}

/// Sends it for real. What goes wrong on the way is an error of the response, not of the script.
fn send(exec: &Exec, call: Call) -> Result<Value, InstanceError> {
    let Ok(method) = call.method.to_uppercase().parse::<reqwest::Method>() else {
        return Err(exec.refuse(&format!("RESTMessageV2 with the method {:?}", call.method)));
    };
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&call.query)
        .finish();
    let work = async {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_millis(call.timeout))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mut url = reqwest::Url::parse(&call.endpoint).map_err(|error| Failure(error.to_string()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = client.request(method, url);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if let Some((user, password)) = &call.basic {
            request = request.basic_auth(user, Some(password));
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let body = response.text().await?;
        Ok::<_, Failure>(json!({
            "status": status, "headers": headers, "body": body, "error": null, "query": query,
        }))
    };
    // Scripts run on threads of their own, so there is no other runtime here to disturb.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| InstanceError::Internal(error.to_string()))?;
    Ok(runtime.block_on(work).unwrap_or_else(
        |Failure(reason)| json!({ "status": 0, "headers": [], "body": "", "error": reason, "query": query }),
    ))
}

/// Why nothing came back, in words.
struct Failure(String);

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        Self(text)
    }
}

/// A REST message of the running application, with the endpoint and the content of one of its methods.
fn message(exec: &Exec, name: &str, method: &str) -> Result<Value, InstanceError> {
    let store = lock(&exec.core.store);
    let found = store.first("sys_rest_message", "name", name).and_then(|message| {
        store
            .find("sys_rest_message_fn", "rest_message", message.sys_id())
            .into_iter()
            .find(|function| function.get("function_name") == method)
            .map(|function| (message.clone(), function.clone()))
    });
    let Some((message, function)) = found else {
        drop(store);
        return Err(exec.refuse(&format!(
            "REST message {name:?} with the method {method:?}: there is none"
        )));
    };
    for row in [&message, &function] {
        if !matches!(
            row.get("authentication_type"),
            "" | "no_authentication" | "inherit_from_parent"
        ) {
            drop(store);
            return Err(exec.refuse(&format!("authentication profiles of REST messages ({name})")));
        }
    }
    let endpoint = match function.get("rest_endpoint") {
        "" => message.get("rest_endpoint"),
        own => own,
    };
    let mut headers = Vec::new();
    for row in store.find("sys_rest_message_headers", "rest_message", message.sys_id()) {
        headers.push((row.get("name").to_owned(), row.get("value").to_owned()));
    }
    let body = Some(function.get("content")).filter(|content| !content.is_empty());
    Ok(json!({
        "endpoint": endpoint, "method": function.get("http_method"), "headers": headers, "body": body,
    }))
}

fn is_active(row: &Row) -> bool {
    matches!(row.get("active"), "" | "1" | "true")
}

/// The first active credential that names the alias.
fn credential_of(exec: &Exec, alias: &str) -> Option<Row> {
    let store = lock(&exec.core.store);
    store.get("sys_alias", alias)?;
    let mut found: Vec<&Row> = store
        .all("discovery_credentials")
        .into_iter()
        .filter(|row| is_active(row) && row.get("credential_alias").split(',').any(|one| one == alias))
        .collect();
    found.sort_by_key(|row| row.get("order").parse::<i64>().unwrap_or(100));
    found.first().map(|row| (*row).clone())
}

/// Every value of a record, secrets in clear: that is what the alias is for.
fn attributes(exec: &Exec, row: &Row) -> Value {
    let clear = row
        .values
        .iter()
        .map(|(field, value)| (field.clone(), Value::from(exec.core.decrypt(value))));
    Value::Object(clear.collect())
}

fn connection(exec: &Exec, alias: &str) -> Value {
    let found = {
        let store = lock(&exec.core.store);
        let row = store
            .find("sys_connection", "connection_alias", alias)
            .into_iter()
            .find(|row| is_active(row))
            .cloned();
        row.map(|row| {
            let credential = store.get("discovery_credentials", row.get("credential")).cloned();
            (row, credential)
        })
    };
    found.map_or(Value::Null, |(row, credential)| {
        json!({
            "connection": attributes(exec, &row),
            "credential": credential.map(|row| attributes(exec, &row)),
        })
    })
}
