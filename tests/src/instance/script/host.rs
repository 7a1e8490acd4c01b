//! The one function that the prelude calls: operation and JSON in, JSON out.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{crypto, host_outbound, host_records, host_system};
use crate::instance::core::Exec;
use crate::instance::error::InstanceError;

/// Answers a call of the prelude. `{"v": value}` or `{"e": message}`.
pub fn call(exec: &Exec, scope: &str, operation: &str, arguments: &str) -> String {
    let exec = exec.in_scope(scope);
    let outcome = serde_json::from_str(arguments)
        .map_err(|error| InstanceError::Internal(format!("{operation}: {error}")))
        .and_then(|arguments| dispatch(&exec, operation, arguments));
    match outcome {
        Ok(value) => json!({ "v": value }),
        Err(error) => {
            if let InstanceError::NoSuchTable(_)
            | InstanceError::NoSuchField { .. }
            | InstanceError::BadQuery { .. } = &error
            {
                // The platform would go on with a wrong result; a test must see the mistake.
                exec.refuse(&format!("{error} (scope {scope}, {operation})"));
            }
            json!({ "e": error.to_string() })
        }
    }
    .to_string()
}

fn dispatch(exec: &Exec, operation: &str, arguments: Value) -> Result<Value, InstanceError> {
    match operation {
        "refuse" => {
            let what: String = arg(arguments)?;
            Err(exec.refuse(&what))
        }
        _ if operation.starts_with("record.") => host_records::call(exec, operation, arguments),
        _ if operation.starts_with("outbound.") => host_outbound::call(exec, operation, arguments),
        _ if operation.starts_with("crypto.") => crypto::call(exec, operation, arguments),
        _ => host_system::call(exec, operation, arguments),
    }
}

/// Reads the arguments of an operation.
pub fn arg<T: DeserializeOwned>(arguments: Value) -> Result<T, InstanceError> {
    serde_json::from_value(arguments)
        .map_err(|error| InstanceError::Internal(format!("host arguments: {error}")))
}

/// A record and one of its columns.
#[derive(Debug, Deserialize)]
pub struct FieldOf {
    /// Table of the record.
    pub table: String,
    /// `sys_id`, empty for a new record.
    #[serde(default)]
    pub sys_id: String,
    /// Column.
    #[serde(default)]
    pub field: String,
    /// Value that the script holds, which may not be stored yet.
    #[serde(default)]
    pub value: String,
}
