//! The buttons that applications bring for a record: which of them this user sees.

use crate::instance::acl::scope_name;
use crate::instance::core::{Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::script::rule_engine;
use crate::instance::store::Row;
use serde_json::Value;

/// The active actions of the record's table and of those that it extends, in order, which `placed` wants and this user
/// may use.
pub fn shown(exec: &Exec, row: &Row, placed: impl Fn(&Row) -> bool) -> Result<Vec<Row>, InstanceError> {
    let mut candidates: Vec<Row> = {
        let store = lock(&exec.core.store);
        let tables = store.schema.lineage(&row.class);
        tables
            .iter()
            .flat_map(|table| store.find("sys_ui_action", "table", &table.name))
            .filter(|action| action.is_true("active") && placed(action))
            .cloned()
            .collect()
    };
    candidates.sort_by_key(|action| (action.get("order").parse::<i64>().unwrap_or(100), action.seq));
    let mut shown = Vec::new();
    for action in candidates {
        if has_role(exec, &action) && condition_holds(exec, &action, row)? {
            shown.push(action);
        }
    }
    Ok(shown)
}

fn has_role(exec: &Exec, action: &Row) -> bool {
    let roles: Vec<String> = {
        let store = lock(&exec.core.store);
        let links = store.find("sys_ui_action_role", "sys_ui_action", action.sys_id());
        links
            .into_iter()
            .filter_map(|link| store.get("sys_user_role", link.get("sys_user_role")))
            .map(|role| role.get("name").to_owned())
            .collect()
    };
    roles.is_empty() || roles.iter().any(|role| exec.has_role(role))
}

fn condition_holds(exec: &Exec, action: &Row, row: &Row) -> Result<bool, InstanceError> {
    let condition = action.get("condition").trim();
    if condition.is_empty() {
        return Ok(true);
    }
    let scope = scope_name(&lock(&exec.core.store), action.get("sys_scope"));
    let engine = rule_engine(
        &exec.in_scope(&scope),
        &row.class,
        Some(&row.values),
        None,
        "condition",
    )?;
    let file = format!("sys_ui_action {}", action.get("name"));
    Ok(engine.eval(&format!("!!({condition})"), &file)? == Value::Bool(true))
}
