//! Host side of `gs`, script includes, time and messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::host::arg;
use crate::instance::acl::scope_name;
use crate::instance::core::{Exec, lock, random_id};
use crate::instance::error::InstanceError;
use crate::instance::records::Job;
use crate::instance::store::Values;

#[derive(Debug, Deserialize)]
struct EventCall {
    name: String,
    table: String,
    instance: String,
    parm1: String,
    parm2: String,
}

/// Answers everything that is neither a record nor a digest.
pub fn call(exec: &Exec, operation: &str, arguments: Value) -> Result<Value, InstanceError> {
    match operation {
        "now" => Ok(json!(exec.core.now_millis())),
        "user" => Ok(user(exec)),
        "has_role" => {
            let role: String = arg(arguments)?;
            Ok(json!(exec.has_role(&role)))
        }
        "property" => {
            let name: String = arg(arguments)?;
            Ok(property(exec, &name))
        }
        "set_property" => {
            let (name, value): (String, String) = arg(arguments)?;
            set_property(exec, &name, &value)
        }
        "log" => {
            let (level, text): (String, String) = arg(arguments)?;
            exec.core.syslog(&level, &exec.scope, &text);
            Ok(Value::Null)
        }
        "message" => {
            let (level, text): (String, String) = arg(arguments)?;
            exec.message(&level, &text);
            Ok(Value::Null)
        }
        "errors" => Ok(json!(exec.error_text())),
        "ui_message" => {
            let key: String = arg(arguments)?;
            let store = lock(&exec.core.store);
            let text = store
                .first("sys_ui_message", "key", &key)
                .map(|row| row.get("message").to_owned());
            Ok(json!(text.unwrap_or(key)))
        }
        "random_id" => Ok(json!(random_id()?)),
        "event" => queue_event(exec, &arg(arguments)?),
        "table_exists" => {
            let table: String = arg(arguments)?;
            Ok(json!(lock(&exec.core.store).schema.table(&table).is_some()))
        }
        "include" => {
            let name: String = arg(arguments)?;
            include(exec, &name)
        }
        "names" => Ok(names(exec)),
        "app_id" => {
            let store = lock(&exec.core.store);
            Ok(json!(
                store
                    .first("sys_app", "scope", &exec.scope)
                    .map_or("global", |row| row.sys_id())
            ))
        }
        "macro" => {
            let name: String = arg(arguments)?;
            let store = lock(&exec.core.store);
            Ok(json!(
                store
                    .first("sys_ui_macro", "name", &name)
                    .map(|row| row.get("xml").to_owned())
            ))
        }
        other => Err(exec.refuse(&format!("host operation {other}"))),
    }
}

fn user(exec: &Exec) -> Value {
    let roles: Vec<String> = exec.core.roles(&exec.user).into_iter().collect();
    let store = lock(&exec.core.store);
    let row = store.get("sys_user", &exec.user);
    let field = |name: &str| row.map_or("", |row| row.get(name)).to_owned();
    let login = match row {
        Some(row) => row.get("user_name").to_owned(),
        None if exec.is_system() => "system".to_owned(),
        None => "guest".to_owned(),
    };
    json!({
        "sys_id": exec.user, "user_name": login, "name": field("name"), "first_name": field("first_name"),
        "last_name": field("last_name"), "email": field("email"), "roles": roles, "token": exec.token,
        "url": exec.core.url, "logged_in": row.is_some() || exec.is_system(),
    })
}

/// The value of a property; an encrypted one in clear only for its own scope.
fn property(exec: &Exec, name: &str) -> Value {
    let (value, kind, owner) = {
        let store = lock(&exec.core.store);
        let Some(row) = store.first("sys_properties", "name", name) else {
            return if name == "glide.servlet.uri" {
                json!(format!("{}/", exec.core.url))
            } else {
                Value::Null
            };
        };
        (
            row.get("value").to_owned(),
            row.get("type").to_owned(),
            scope_name(&store, row.get("sys_scope")),
        )
    };
    if value.is_empty() {
        return Value::Null;
    }
    json!(if kind == "password2" && owner == exec.scope {
        exec.core.decrypt(&value)
    } else {
        value
    })
}

fn set_property(exec: &Exec, name: &str, value: &str) -> Result<Value, InstanceError> {
    let (sys_id, kind) = {
        let store = lock(&exec.core.store);
        let row = store
            .first("sys_properties", "name", name)
            .filter(|row| scope_name(&store, row.get("sys_scope")) == exec.scope);
        if let Some(row) = row {
            (row.sys_id().to_owned(), row.get("type").to_owned())
        } else {
            drop(store);
            return Err(exec.refuse(&format!("gs.setProperty({name:?}) from scope {}", exec.scope)));
        }
    };
    let value = if kind == "password2" {
        exec.core.encrypt(value)?
    } else {
        value.to_owned()
    };
    lock(&exec.core.store).patch("sys_properties", &sys_id, &[("value".to_owned(), value)].into());
    Ok(Value::Null)
}

fn queue_event(exec: &Exec, event: &EventCall) -> Result<Value, InstanceError> {
    if lock(&exec.core.store)
        .first("sysevent_register", "event_name", &event.name)
        .is_none()
    {
        return Err(exec.refuse(&format!(
            "gs.eventQueue({:?}): the event is not registered",
            event.name
        )));
    }
    let sys_id = random_id()?;
    let values: Values = [
        ("sys_id", sys_id.clone()),
        ("name", event.name.clone()),
        ("table", event.table.clone()),
        ("instance", event.instance.clone()),
        ("parm1", event.parm1.clone()),
        ("parm2", event.parm2.clone()),
        ("state", "ready".to_owned()),
        ("sys_created_on", exec.core.now()),
        ("sys_created_by", exec.login_name()),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value))
    .collect();
    lock(&exec.core.store).put("sysevent", values);
    lock(&exec.transaction).jobs.push(Job::Event { sys_id });
    Ok(Value::Null)
}

/// A script include by name or `scope.name`, as seen from the calling scope.
fn include(exec: &Exec, name: &str) -> Result<Value, InstanceError> {
    let (scope, short) = name.split_once('.').unwrap_or((exec.scope.as_str(), name));
    let store = lock(&exec.core.store);
    let found = store
        .find("sys_script_include", "name", short)
        .into_iter()
        .find(|row| row.is_true("active") && scope_name(&store, row.get("sys_scope")) == scope)
        .map(|row| {
            (
                row.get("access") == "package_private",
                row.get("script").to_owned(),
            )
        });
    match found {
        None => Ok(Value::Null),
        Some((true, _)) if scope != exec.scope => Err(InstanceError::Rejected {
            table: "sys_script_include".to_owned(),
            reason: format!("script include {scope}.{short} is private to its application"),
        }),
        Some((_, script)) => Ok(json!({ "scope": scope, "name": short, "script": script })),
    }
}

/// Names that scripts of this scope may use without a prefix, and the scopes they may name.
fn names(exec: &Exec) -> Value {
    let store = lock(&exec.core.store);
    let mut own = Vec::new();
    let mut all: Vec<(String, String)> = Vec::new();
    for row in store
        .all("sys_script_include")
        .into_iter()
        .filter(|row| row.is_true("active"))
    {
        let scope = scope_name(&store, row.get("sys_scope"));
        if scope == exec.scope {
            own.push(row.get("name").to_owned());
        }
        all.push((scope, row.get("name").to_owned()));
    }
    json!({ "own": own, "all": all })
}
