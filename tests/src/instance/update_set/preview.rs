//! What an application may not create, checked before anything is written.

use super::parse::{Action, Record, UpdateRow, UpdateSet};
use crate::instance::error::InstallError;
use crate::instance::store::Store;

/// The application that a set belongs to.
pub struct Application {
    /// `sys_id` of the scope, or `global`.
    pub id: String,
    /// Its name.
    pub scope: String,
}

/// Finds the application of a set: on the instance or in the set itself.
pub fn application(set: &UpdateSet, store: &Store) -> Result<Application, InstallError> {
    if set.application == "global" {
        return Ok(Application {
            id: "global".to_owned(),
            scope: "global".to_owned(),
        });
    }
    let installed = store
        .get("sys_app", &set.application)
        .map(|row| row.get("scope").to_owned());
    let shipped = set
        .rows
        .iter()
        .flat_map(|row| &row.records)
        .find(|record| record.table == "sys_app");
    let scope = match (shipped, installed) {
        (Some(app), _) if field(app, "sys_id") == set.application => field(app, "scope").to_owned(),
        (Some(app), _) => {
            return Err(InstallError::Preview(format!(
                "the application of the set is {:?}, but its sys_app record is {:?}",
                set.application,
                field(app, "sys_id")
            )));
        }
        (None, Some(scope)) => scope,
        (None, None) => {
            return Err(InstallError::Preview(format!(
                "Application scope validation issue: scope {:?} is not found in instance and not in the set",
                set.application
            )));
        }
    };
    if scope != set.scope {
        return Err(InstallError::Preview(format!(
            "application_scope is {:?}, the application says {scope:?}",
            set.scope
        )));
    }
    let name_fits = scope.starts_with("x_")
        && scope.len() <= 18
        && scope
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !name_fits {
        return Err(InstallError::Preview(format!(
            "{scope:?} is no valid scope name (x_…, at most 18 characters)"
        )));
    }
    Ok(Application {
        id: set.application.clone(),
        scope,
    })
}

fn field<'a>(record: &'a Record, name: &str) -> &'a str {
    record.values.get(name).map_or("", String::as_str)
}

fn is_true(record: &Record, name: &str) -> bool {
    matches!(field(record, name), "true" | "1")
}

/// Checks one record against the rules for its kind.
pub fn check(store: &Store, app: &Application, row: &UpdateRow, record: &Record) -> Result<(), InstallError> {
    if record.action != Action::Upsert {
        return Ok(());
    }
    let refuse = |reason: String| InstallError::Record {
        row: row.name.clone(),
        table: record.table.clone(),
        sys_id: field(record, "sys_id").to_owned(),
        reason,
    };
    let update_name = field(record, "sys_update_name");
    let metadata = store.schema.is_metadata(&record.table);
    if !update_name.is_empty() && update_name != row.name {
        return Err(refuse(format!(
            "sys_update_name is {update_name:?}, the row is named {:?}",
            row.name
        )));
    }
    for name in ["sys_scope", "sys_package"] {
        let owner = field(record, name);
        if metadata && !owner.is_empty() && owner != app.id {
            return Err(refuse(format!(
                "{name} is {owner:?}, not the application of the set"
            )));
        }
    }
    if app.scope == "global" {
        return Ok(());
    }
    names(app, record).map_err(&refuse)?;
    foreign(store, app, record).map_err(refuse)
}

/// Names that must carry the scope.
fn names(app: &Application, record: &Record) -> Result<(), String> {
    let scope = &app.scope;
    let must = |name: &str, prefix: String| {
        let value = field(record, name);
        if value.starts_with(&prefix) {
            Ok(())
        } else {
            Err(format!("{name} {value:?} does not start with {prefix:?}"))
        }
    };
    match record.table.as_str() {
        "sys_db_object" => must("name", format!("{scope}_")),
        "sys_user_role" | "sys_properties" => must("name", format!("{scope}.")),
        "sys_ux_lib_asset" | "sys_ux_theme_asset" => must("name", format!("{scope}/")),
        "sys_ui_macro" if !field(record, "scoped_name").is_empty() => same(
            "scoped_name",
            field(record, "scoped_name"),
            &format!("{scope}_{}", field(record, "name")),
        ),
        "sys_ui_page" => same(
            "endpoint",
            field(record, "endpoint"),
            &format!("{scope}_{}.do", field(record, "name")),
        ),
        "sys_script_include" => same(
            "api_name",
            field(record, "api_name"),
            &format!("{scope}.{}", field(record, "name")),
        ),
        "sysevent_register" => {
            must("event_name", format!("{scope}."))?;
            match field(record, "event_name").len() {
                0..=40 => Ok(()),
                length => Err(format!(
                    "an event name has at most 40 characters, this one {length}"
                )),
            }
        }
        "sys_ws_definition" => same("namespace", field(record, "namespace"), scope),
        "sys_ws_operation" => must("operation_uri", format!("/api/{scope}/")),
        "sys_scope_privilege" => same("source_scope", field(record, "source_scope"), &app.id),
        "sys_ui_script" if is_true(record, "global") => {
            Err("a scoped application has no global UI script".to_owned())
        }
        _ => Ok(()),
    }
}

fn same(name: &str, value: &str, wanted: &str) -> Result<(), String> {
    if value == wanted {
        Ok(())
    } else {
        Err(format!("{name} is {value:?}, expected {wanted:?}"))
    }
}

/// What a scoped application may not do to tables that it does not own.
fn foreign(store: &Store, app: &Application, record: &Record) -> Result<(), String> {
    let owned = |table: &str| {
        table.starts_with(&format!("{}_", app.scope))
            || store
                .schema
                .table(table)
                .is_some_and(|table| table.scope == app.scope)
    };
    match record.table.as_str() {
        "sys_dictionary" => {
            let (table, element) = (field(record, "name"), field(record, "element"));
            if element.is_empty() || owned(table) || element.starts_with(&format!("{}_", app.scope)) {
                Ok(())
            } else {
                Err(format!("column {element:?} on {table} must start with the scope"))
            }
        }
        "sys_script" => {
            let table = field(record, "collection");
            if owned(table) {
                return Ok(());
            }
            let scripted = is_true(record, "advanced") && !field(record, "script").trim().is_empty();
            if field(record, "when") == "before" && (scripted || is_true(record, "abort_action")) {
                return Err(format!(
                    "a before rule with a script or abort is not allowed on {table} of another scope"
                ));
            }
            if is_true(record, "action_query") {
                return Err(format!("a query rule is not allowed on {table} of another scope"));
            }
            Ok(())
        }
        "sys_security_acl" if field(record, "type") == "record" => {
            let (table, column) = field(record, "name")
                .split_once('.')
                .unwrap_or((field(record, "name"), ""));
            if owned(table) {
                Ok(())
            } else if column.is_empty() || column == "*" {
                Err(format!(
                    "a table-level access control on {table} of another scope"
                ))
            } else if is_true(record, "advanced") || !field(record, "condition").is_empty() {
                Err(format!(
                    "a conditional or scripted access control on {table} of another scope"
                ))
            } else {
                Ok(())
            }
        }
        "sys_ui_policy" if !owned(field(record, "table")) && is_true(record, "global") => Ok(()),
        _ => Ok(()),
    }
}
