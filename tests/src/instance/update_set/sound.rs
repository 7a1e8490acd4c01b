//! What must hold once everything of a set is there.

use super::parse::{Action, Record, UpdateSet, is_id};
use crate::instance::error::{InstallError, InstanceError};
use crate::instance::store::Store;
use crate::instance::store::query::Query;

/// Dictionary entries, labels, choices, sections, rules and formatters name tables and columns that exist.
pub fn dictionary_is_sound(store: &Store, set: &UpdateSet) -> Result<(), InstallError> {
    let all = set
        .rows
        .iter()
        .flat_map(|row| row.records.iter().map(move |record| (row, record)));
    for (row, record) in all.filter(|(_, record)| record.action == Action::Upsert) {
        let value = |field: &str| record.values.get(field).map_or("", String::as_str);
        let refuse = |reason: String| InstallError::Record {
            row: row.name.clone(),
            table: record.table.clone(),
            sys_id: value("sys_id").to_owned(),
            reason,
        };
        let table_field = match record.table.as_str() {
            "sys_dictionary" | "sys_documentation" | "sys_choice" | "sys_ui_section" => "name",
            "sys_script" => "collection",
            "sys_ui_formatter" => "table",
            _ => continue,
        };
        let table = value(table_field);
        if store.schema.table(table).is_none() {
            return Err(refuse(format!("there is no table {table:?}")));
        }
        if record.table == "sys_dictionary" {
            let reference = value("reference");
            if value("internal_type") == "reference" && store.schema.table(reference).is_none() {
                return Err(refuse(format!("it references the unknown table {reference:?}")));
            }
        }
        if record.table == "sys_documentation" || record.table == "sys_choice" {
            let element = value("element");
            if !element.is_empty() && store.schema.column(table, element).is_none() {
                return Err(refuse(format!("there is no column {table}.{element}")));
            }
        }
        if record.table == "sys_script" {
            rule_is_sound(store, table, record).map_err(|error| refuse(error.to_string()))?;
        }
    }
    Ok(())
}

fn rule_is_sound(store: &Store, table: &str, record: &Record) -> Result<(), InstanceError> {
    let value = |field: &str| record.values.get(field).map_or("", String::as_str);
    if matches!(value("action_query"), "true" | "1") {
        return Err(InstanceError::Unsupported("business rules on query".to_owned()));
    }
    if !matches!(
        value("when"),
        "before" | "after" | "async" | "async_always" | "display"
    ) {
        return Err(InstanceError::Unsupported(format!(
            "business rules that run {:?}",
            value("when")
        )));
    }
    Query::parse(value("filter_condition"))?.check_with(&store.schema, table, true)
}

/// Every reference of a configuration record must have a target, in the set or on the instance.
pub fn references_exist(store: &Store, set: &UpdateSet) -> Result<(), InstallError> {
    let mut missing = Vec::new();
    for row in set.rows.iter().filter(|row| !row.delete) {
        for record in row
            .records
            .iter()
            .filter(|record| record.action == Action::Upsert)
        {
            let Some(id) = record.values.get("sys_id") else {
                continue;
            };
            let Some(stored) = store.get(&record.table, id) else {
                continue;
            };
            for (field, value) in &stored.values {
                let target = store
                    .schema
                    .column(&record.table, field)
                    .and_then(|column| column.reference);
                if let Some(target) = target
                    && is_id(value)
                    && store.get(&target, value).is_none()
                {
                    missing.push(format!(
                        "{}: {}.{field} refers to {target} {value}",
                        row.name, record.table
                    ));
                }
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(InstallError::Preview(format!(
            "Missing object: {}",
            missing.join("; ")
        )))
    }
}
