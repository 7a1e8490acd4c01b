//! Preview and commit.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::{Action, Record, UpdateRow, UpdateSet, parse};
use super::preview::{self, Application};
use super::sound::{dictionary_is_sound, references_exist};
use crate::instance::core::{Committed, Core, lock};
use crate::instance::error::InstallError;
use crate::instance::store::query::Query;
use crate::instance::store::{Store, Values};

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstallReport {
    /// Name of the update set.
    pub name: String,
    /// Scope that it installs.
    pub scope: String,
    /// Customer updates in the file.
    pub rows: usize,
    /// Records that are new.
    pub inserted: usize,
    /// Records that were there before.
    pub updated: usize,
    /// Records that went away.
    pub deleted: usize,
    /// Records of the set by table.
    pub tables: BTreeMap<String, usize>,
    /// Kept, but nothing here acts on them: client scripts, UI policies, buttons of classic forms …
    pub inert: BTreeSet<String>,
    /// Application files that were changed here after their installation. The preview shows each as "Found a local
    /// update that is newer than this one"; it is resolved as *Skip remote update*, so the local change stays.
    pub collisions: Vec<String>,
    /// Things that the platform would swallow and a careful author wants to know.
    pub warnings: Vec<String>,
}

/// Tables that define tables, in the order in which the rest needs them.
const DICTIONARY: &[&str] = &["sys_app", "sys_db_object", "sys_dictionary", "sys_documentation"];

/// Tables whose records are stored and nothing more.
const INERT: &[&str] = &[
    "sys_script_client",
    "sys_ui_policy",
    "sys_ui_policy_action",
    "sys_ui_script",
    "sys_data_policy2",
    "sys_report",
    "sys_relationship",
    "sys_es_latest_script",
    "sys_element_mapping",
    "sys_module",
];

/// Places of a UI action that are kept and not shown: only workspaces show buttons here.
const CLASSIC_PLACES: &[&str] = &[
    "form_button",
    "form_context_menu",
    "form_link",
    "list_banner_button",
    "list_button",
    "list_choice",
    "list_context_menu",
    "list_link",
];

/// Payload companions that carry nothing this instance uses.
const SKIPPED: &[&str] = &["sys_translated_text"];

/// Installs a whole update set, or nothing of it.
pub fn install(core: &Core, source: &str) -> Result<InstallReport, InstallError> {
    let set = parse(source)?;
    let mut guard = lock(&core.store);
    let mut store = guard.clone();
    let report = commit(&guard, &mut store, &set)?;
    let committed = Committed {
        name: set.name,
        before: guard.differences(&store),
    };
    *guard = store;
    lock(&core.committed).push(committed);
    Ok(report)
}

/// Takes back the newest committed set, which must have this name: an older one would take the newer one's ground away.
pub fn back_out(core: &Core, name: &str) -> Result<(), InstallError> {
    let mut history = lock(&core.committed);
    let newest = history.last().map(|set| set.name.clone());
    if newest.as_deref() != Some(name) {
        return Err(InstallError::Preview(format!(
            "cannot back out {name:?}: the newest committed update set is {newest:?}"
        )));
    }
    let Some(set) = history.pop() else { return Ok(()) };
    let mut store = lock(&core.store);
    for (table, sys_id, before) in set.before {
        match before {
            Some(row) => {
                store.put(&row.class, row.values);
            }
            None => {
                store.remove(&table, &sys_id);
            }
        }
    }
    store.rebuild_schema();
    store.drop_unknown_tables();
    Ok(())
}

fn commit(before: &Store, store: &mut Store, set: &UpdateSet) -> Result<InstallReport, InstallError> {
    let app = preview::application(set, store)?;
    let mut names = BTreeSet::new();
    for row in &set.rows {
        if !names.insert(&row.name) {
            return Err(InstallError::Row {
                row: row.name.clone(),
                reason: "two rows have this update name".to_owned(),
            });
        }
    }
    let mut report = InstallReport {
        name: set.name.clone(),
        scope: app.scope.clone(),
        rows: set.rows.len(),
        ..InstallReport::default()
    };
    for row in &set.rows {
        for record in &row.records {
            preview::check(store, &app, row, record)?;
        }
    }
    for table in DICTIONARY {
        for row in &set.rows {
            for record in row.records.iter().filter(|record| record.table == *table) {
                apply(before, store, &app, row, record, &mut report)?;
            }
        }
    }
    store.rebuild_schema();
    dictionary_is_sound(store, set)?;
    for row in &set.rows {
        for record in row
            .records
            .iter()
            .filter(|record| !DICTIONARY.contains(&record.table.as_str()))
        {
            apply(before, store, &app, row, record, &mut report)?;
        }
        forget_renamed(store, row);
    }
    store.rebuild_schema();
    references_exist(store, set)?;
    Ok(report)
}

fn apply(
    before: &Store,
    store: &mut Store,
    app: &Application,
    row: &UpdateRow,
    record: &Record,
    report: &mut InstallReport,
) -> Result<(), InstallError> {
    let table = record.table.as_str();
    if SKIPPED.contains(&table) {
        return Ok(());
    }
    if store.schema.table(table).is_none() {
        return Err(InstallError::Unsupported(format!(
            "records of table {table:?} (row {:?})",
            row.name
        )));
    }
    let id = record.values.get("sys_id").map_or("", String::as_str);
    match &record.action {
        Action::Delete => {
            if let Some(name) = store.get(table, id).map(|row| row.get("name").to_owned())
                && table == "sys_db_object"
                && !store.all(&name).is_empty()
            {
                return Err(InstallError::Preview(format!(
                    "Table to be deleted has data: {name}"
                )));
            }
            report.deleted += usize::from(store.remove(table, id));
        }
        Action::DeleteMultiple(query) => {
            let query = Query::parse(query)?;
            let doomed: Vec<String> = store
                .select(table, &query)?
                .iter()
                .map(|row| row.sys_id().to_owned())
                .collect();
            for id in doomed {
                store.remove(table, &id);
            }
        }
        Action::Upsert => {
            let values = prepare(store, app, row, record, report);
            if changed_here(before, table, id, &values) {
                report.collisions.push(row.name.clone());
                return Ok(());
            }
            let is_set = |flag: &str| values.get(flag).is_some_and(|value| value == "1");
            // A button of a form that runs in the browser works.
            let is_classic = table == "sys_ui_action"
                && CLASSIC_PLACES
                    .iter()
                    .any(|place| is_set(place) && !(*place == "form_button" && is_set("client")));
            if INERT.contains(&table) || is_classic {
                report.inert.insert(table.to_owned());
            }
            *report.tables.entry(table.to_owned()).or_default() += 1;
            replace_twin(store, table, &values);
            if before.get(table, id).is_some() {
                report.updated += 1;
            } else {
                report.inserted += 1;
            }
            store.put(table, values);
        }
    }
    Ok(())
}

/// A local change counts the record's updates up; what a set brings starts at its own count.
fn changed_here(before: &Store, table: &str, id: &str, incoming: &Values) -> bool {
    let count = |text: &str| text.parse::<u64>().unwrap_or(0);
    let incoming = count(incoming.get("sys_mod_count").map_or("", String::as_str));
    before.schema.is_metadata(table)
        && before
            .get(table, id)
            .is_some_and(|known| count(known.get("sys_mod_count")) > incoming)
}

fn prepare(
    store: &Store,
    app: &Application,
    row: &UpdateRow,
    record: &Record,
    report: &mut InstallReport,
) -> Values {
    let table = record.table.as_str();
    let mut values = Values::new();
    for (field, value) in &record.values {
        if let Some(column) = store.schema.column(table, field) {
            values.insert(field.clone(), Store::normalize(&column, value));
        } else {
            report
                .warnings
                .push(format!("{}: {table} has no column {field:?}", row.name));
            values.insert(field.clone(), value.clone());
        }
    }
    for (field, name) in &record.names {
        resolve_by_name(store, table, field, name, &mut values);
    }
    if store.schema.is_metadata(table) {
        values
            .entry("sys_scope".to_owned())
            .or_insert_with(|| app.id.clone());
        values.insert("sys_update_name".to_owned(), row.name.clone());
    }
    values
        .entry("sys_class_name".to_owned())
        .or_insert_with(|| table.to_owned());
    if table == "sys_properties" {
        if values.get("type").is_some_and(|kind| kind == "password2")
            && values.get("value").is_some_and(|value| !value.is_empty())
        {
            report
                .warnings
                .push(format!("{}: a secret travels in the update set", row.name));
        }
        // A private property keeps what the admin of this instance has set.
        let id = values.get("sys_id").cloned().unwrap_or_default();
        if let Some(known) = store.get(table, &id)
            && values.get("is_private").is_some_and(|flag| flag == "1")
        {
            values.insert("value".to_owned(), known.get("value").to_owned());
        }
    }
    values
}

/// Tables whose records are one per name, whatever their `sys_id` on another instance.
const NAMED: &[&str] = &["sys_user_role", "sys_db_object", "sys_properties"];

/// A reference that carries the name of its target finds it under another `sys_id` as well.
fn resolve_by_name(store: &Store, table: &str, field: &str, name: &str, values: &mut Values) {
    let Some(target) = store
        .schema
        .column(table, field)
        .and_then(|column| column.reference)
    else {
        return;
    };
    if !NAMED.contains(&target.as_str()) {
        return;
    }
    let known = values
        .get(field)
        .is_some_and(|id| store.get(&target, id).is_some());
    if !known && let Some(found) = store.first(&target, "name", name) {
        values.insert(field.to_owned(), found.sys_id().to_owned());
    }
}

/// Dictionary entries and labels are one per column, whatever their `sys_id`.
fn replace_twin(store: &mut Store, table: &str, values: &Values) {
    let keys: &[&str] = match table {
        "sys_dictionary" => &["name", "element"],
        "sys_documentation" => &["name", "element", "language"],
        "sys_db_object" | "sys_user_role" | "sys_properties" => &["name"],
        _ => return,
    };
    let value = |field: &str| values.get(field).map_or("", String::as_str).to_owned();
    let id = value("sys_id");
    let twin = store
        .find(table, keys[0], &value(keys[0]))
        .into_iter()
        .find(|row| row.sys_id() != id && keys.iter().all(|key| row.get(key) == value(key)))
        .map(|row| row.sys_id().to_owned());
    if let Some(twin) = twin {
        store.remove(table, &twin);
    }
}

/// A record that an earlier set installed under the same update name, and that this one replaces.
fn forget_renamed(store: &mut Store, row: &UpdateRow) {
    for table in row
        .records
        .iter()
        .map(|record| record.table.as_str())
        .collect::<BTreeSet<_>>()
    {
        if SKIPPED.contains(&table) || !store.schema.is_metadata(table) {
            continue;
        }
        let kept: BTreeSet<&str> = row
            .records
            .iter()
            .filter_map(|record| record.values.get("sys_id"))
            .map(String::as_str)
            .collect();
        let stale: Vec<String> = store
            .find(table, "sys_update_name", &row.name)
            .into_iter()
            .filter(|old| !kept.contains(old.sys_id()))
            .map(|old| old.sys_id().to_owned())
            .collect();
        for id in stale {
            store.remove(table, &id);
        }
    }
}
