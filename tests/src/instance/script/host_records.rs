//! Host side of `GlideRecord`, `GlideRecordSecure`, `GlideElement` and `GlideAggregate`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::host::{FieldOf, arg};
use crate::instance::acl::{CREATE, DELETE, READ, Subject, WRITE};
use crate::instance::core::{Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::query::{Condition, Query, operator};
use crate::instance::store::{Row, Values};

#[derive(Debug, Deserialize)]
struct Term {
    field: String,
    operator: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Select {
    table: String,
    #[serde(default)]
    terms: Vec<Vec<Term>>,
    #[serde(default)]
    encoded: Vec<String>,
    #[serde(default)]
    order: Vec<(String, bool)>,
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    secure: bool,
    #[serde(default)]
    group_by: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Write {
    table: String,
    #[serde(default)]
    sys_id: String,
    #[serde(default)]
    values: Values,
    #[serde(default)]
    secure: bool,
    rules: bool,
}

#[derive(Debug, Deserialize)]
struct May {
    table: String,
    operation: String,
    #[serde(default)]
    values: Option<Values>,
    #[serde(default)]
    field: Option<String>,
}

/// Answers the `record.*` operations.
pub fn call(exec: &Exec, operation: &str, arguments: Value) -> Result<Value, InstanceError> {
    match operation {
        "record.columns" => columns(exec, arguments),
        "record.select" => select(exec, &arg(arguments)?),
        "record.count" => count(exec, arg(arguments)?),
        "record.get" => get(exec, &arg(arguments)?),
        "record.display" => display(exec, &arg(arguments)?),
        "record.name" => name(exec, &arg(arguments)?),
        "record.choices" => choices(exec, &arg(arguments)?),
        "record.journal" => journal(exec, &arg(arguments)?),
        "record.defaults" => {
            let at: FieldOf = arg(arguments)?;
            let mut values = Values::new();
            exec.defaults(&at.table, &mut values)?;
            Ok(json!(values))
        }
        "record.matches" => matches(exec, arg(arguments)?),
        "record.may" => may(exec, &arg(arguments)?),
        "record.insert" => insert(exec, arg(arguments)?),
        "record.update" => update(exec, arg(arguments)?),
        "record.delete" => delete(exec, &arg(arguments)?),
        other => Err(exec.refuse(&format!("host operation {other}"))),
    }
}

fn columns(exec: &Exec, arguments: Value) -> Result<Value, InstanceError> {
    let table: String = arg(arguments)?;
    let store = lock(&exec.core.store);
    let Some(entry) = store.schema.table(&table) else {
        return Ok(Value::Null);
    };
    let mut all = BTreeMap::new();
    let system = [
        "sys_id",
        "sys_created_on",
        "sys_created_by",
        "sys_updated_on",
        "sys_updated_by",
        "sys_mod_count",
        "sys_class_name",
        "sys_domain",
        "sys_domain_path",
        "sys_tags",
        "sys_scope",
        "sys_package",
        "sys_name",
        "sys_policy",
        "sys_update_name",
    ];
    let listed = store.schema.columns(&table);
    let extra = system.iter().filter_map(|name| store.schema.column(&table, name));
    for column in extra.chain(listed) {
        let kind = format!("{:?}", column.kind).to_lowercase();
        all.insert(
            column.name.clone(),
            json!({ "kind": kind, "type": column.internal_type, "label": column.label, "reference": column.reference,
                    "max": column.max_length, "mandatory": column.mandatory, "read_only": column.read_only }),
        );
    }
    Ok(
        json!({ "columns": all, "display": store.schema.display_column(&table), "label": entry.label,
               "plural": entry.plural, "root": store.schema.root(&table) }),
    )
}

fn build(exec: &Exec, select: &Select) -> Result<Query, InstanceError> {
    exec.check_scope(READ, &select.table)?;
    let mut query = Query::default();
    for alternatives in &select.terms {
        let mut conditions = Vec::new();
        for term in alternatives {
            let operator = operator(&term.operator).ok_or_else(|| {
                exec.refuse(&format!(
                    "operator {:?} in addQuery on {}",
                    term.operator, select.table
                ))
            })?;
            conditions.push(Condition {
                field: term.field.clone(),
                operator,
                value: term.value.clone(),
            });
        }
        query.and(Query::term(conditions));
    }
    for encoded in &select.encoded {
        query.and(Query::parse(encoded)?);
    }
    query.order.extend(select.order.iter().cloned());
    Ok(query)
}

fn select(exec: &Exec, select: &Select) -> Result<Value, InstanceError> {
    let query = build(exec, select)?;
    let rows: Vec<(String, Values)> = {
        let store = lock(&exec.core.store);
        store
            .select(&select.table, &query)?
            .into_iter()
            .map(|row| (row.class.clone(), row.values.clone()))
            .collect()
    };
    let mut found = Vec::new();
    let mut skipped = 0;
    for (class, values) in rows {
        let values = if select.secure {
            match readable(exec, &class, &values)? {
                Some(values) => values,
                None => continue,
            }
        } else {
            values
        };
        if skipped < select.offset {
            skipped += 1;
            continue;
        }
        if select.limit.is_some_and(|limit| found.len() >= limit) {
            break;
        }
        found.push(json!({ "class": class, "values": values }));
    }
    Ok(Value::Array(found))
}

/// The record without the columns that the user may not read; `None` when the whole record is hidden.
fn readable(exec: &Exec, class: &str, values: &Values) -> Result<Option<Values>, InstanceError> {
    let subject = Subject {
        table: class,
        values: Some(values),
    };
    if !exec.may(READ, &subject)? {
        return Ok(None);
    }
    let mut kept = Values::new();
    for (field, value) in values {
        if field == "sys_id" || exec.may_field(READ, &subject, field)? {
            kept.insert(field.clone(), value.clone());
        }
    }
    Ok(Some(kept))
}

fn count(exec: &Exec, mut select: Select) -> Result<Value, InstanceError> {
    let group = select.group_by.take();
    if let Some(field) = &group {
        lock(&exec.core.store).check_path(&select.table, field)?;
    }
    let query = build(exec, &select)?;
    let store = lock(&exec.core.store);
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    for row in store.select(&select.table, &query)? {
        let key = group
            .as_deref()
            .map(|field| store.walk(row, field).2)
            .unwrap_or_default();
        *groups.entry(key).or_default() += 1;
    }
    if group.is_none() && groups.is_empty() {
        groups.insert(String::new(), 0);
    }
    Ok(json!(groups.into_iter().collect::<Vec<_>>()))
}

fn get(exec: &Exec, at: &FieldOf) -> Result<Value, InstanceError> {
    exec.check_scope(READ, &at.table)?;
    let found = {
        let store = lock(&exec.core.store);
        store
            .get(&at.table, &at.sys_id)
            .map(|row| (row.class.clone(), row.values.clone()))
    };
    Ok(match found {
        Some((class, values)) => json!({ "class": class, "values": values }),
        None => Value::Null,
    })
}

fn display(exec: &Exec, at: &FieldOf) -> Result<Value, InstanceError> {
    let store = lock(&exec.core.store);
    store.column(&at.table, &at.field)?;
    Ok(json!(store.display(&at.table, &at.sys_id, &at.field, &at.value)))
}

fn name(exec: &Exec, at: &FieldOf) -> Result<Value, InstanceError> {
    let store = lock(&exec.core.store);
    store.known(&at.table)?;
    Ok(json!(store.schema.display_column(&at.table)))
}

fn choices(exec: &Exec, at: &FieldOf) -> Result<Value, InstanceError> {
    let store = lock(&exec.core.store);
    store.column(&at.table, &at.field)?;
    Ok(json!(store.choices(&at.table, &at.field)))
}

fn journal(exec: &Exec, at: &FieldOf) -> Result<Value, InstanceError> {
    let store = lock(&exec.core.store);
    store.column(&at.table, &at.field)?;
    Ok(json!(store.journal(&at.table, &at.sys_id, &at.field)))
}

#[derive(Debug, Deserialize)]
struct Matches {
    table: String,
    values: Values,
    query: String,
}

/// `GlideFilter.checkRecord`: a condition on a record that need not be stored.
fn matches(exec: &Exec, matches: Matches) -> Result<Value, InstanceError> {
    let query = Query::parse(&matches.query)?;
    let store = lock(&exec.core.store);
    query.check(&store.schema, &matches.table)?;
    let row = Row {
        class: matches.table,
        seq: 0,
        values: matches.values,
    };
    Ok(json!(query.matches(&store, &row)))
}

fn may(exec: &Exec, may: &May) -> Result<Value, InstanceError> {
    let subject = Subject {
        table: &may.table,
        values: may.values.as_ref(),
    };
    let allowed = match &may.field {
        Some(field) => exec.may_field(&may.operation, &subject, field)?,
        None => exec.may(&may.operation, &subject)?,
    };
    Ok(json!(allowed))
}

fn insert(exec: &Exec, mut write: Write) -> Result<Value, InstanceError> {
    exec.check_scope(CREATE, &write.table)?;
    if write.secure {
        let subject = Subject {
            table: &write.table,
            values: Some(&write.values),
        };
        if !exec.may(CREATE, &subject)? {
            return Ok(Value::Null);
        }
        keep_writable(exec, CREATE, &mut write)?;
    }
    Ok(json!(exec.insert(&write.table, write.values, write.rules)?))
}

fn update(exec: &Exec, mut write: Write) -> Result<Value, InstanceError> {
    exec.check_scope(WRITE, &write.table)?;
    if write.secure {
        let Some((class, stored)) = stored(exec, &write) else {
            return Ok(Value::Null);
        };
        if !exec.may(
            WRITE,
            &Subject {
                table: &class,
                values: Some(&stored),
            },
        )? {
            return Ok(Value::Null);
        }
        keep_writable(exec, WRITE, &mut write)?;
    }
    Ok(json!(exec.update(
        &write.table,
        &write.sys_id,
        write.values,
        write.rules
    )?))
}

fn delete(exec: &Exec, write: &Write) -> Result<Value, InstanceError> {
    exec.check_scope(DELETE, &write.table)?;
    if write.secure {
        let Some((class, stored)) = stored(exec, write) else {
            return Ok(json!(false));
        };
        if !exec.may(
            DELETE,
            &Subject {
                table: &class,
                values: Some(&stored),
            },
        )? {
            return Ok(json!(false));
        }
    }
    Ok(json!(exec.delete(&write.table, &write.sys_id, write.rules)?))
}

fn stored(exec: &Exec, write: &Write) -> Option<(String, Values)> {
    let store = lock(&exec.core.store);
    store
        .get(&write.table, &write.sys_id)
        .map(|row| (row.class.clone(), row.values.clone()))
}

/// Drops the columns that the user may not write, silently, as `GlideRecordSecure` does.
fn keep_writable(exec: &Exec, operation: &str, write: &mut Write) -> Result<(), InstanceError> {
    let mut kept = Values::new();
    for (field, value) in std::mem::take(&mut write.values) {
        let subject = Subject {
            table: &write.table,
            values: None,
        };
        if field == "sys_id" || exec.may_field(operation, &subject, &field)? {
            kept.insert(field, value);
        }
    }
    write.values = kept;
    Ok(())
}
