//! Tables, columns, labels, choices, and the data rows of the app's own tables.

use crate::ids::md5_hex;
use crate::record::{Fields, Identity, Record};
use crate::source::Source;
use crate::source::model::{AppFile, Column, Table};
use crate::xml::Element;

/// A table as labels and rows name it.
struct Owner<'a> {
    name: &'a str,
    label: &'a str,
}

/// `sys_db_object`, `sys_dictionary`, `sys_documentation`, `sys_choice`.
pub fn records(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for table in &source.tables {
        let owner = Owner {
            name: &table.name,
            label: &table.label,
        };
        records.push(
            app.record(
                &Identity {
                    table: "sys_db_object",
                    key: &table.name,
                    name: &table.label,
                    label: "Table",
                    target_table: &table.name,
                },
                // The access controls are in the set; the platform need not create any.
                Fields::new()
                    .set("access", "public")
                    .set("label", &table.label)
                    .set("name", &table.name)
                    .yes("read_access ws_access")
                    .no("actions_access alter_access client_scripts_access configuration_access")
                    .no("create_access create_access_controls delete_access is_extendable live_feed_enabled")
                    .no("scriptable_table update_access")
                    .element(super_class(table))
                    .empty("caller_access extension_model number_ref provider_class sys_class_code")
                    .empty("sys_class_path user_role"),
            ),
        );
        records.push(dictionary(app, &owner, None));
        records.push(label(app, &owner, "", &table.label, table.plural.as_deref(), ""));
        columns(app, &owner, &table.columns, &mut records);
    }
    for added in &source.foreign_columns {
        let owner = Owner {
            name: &added.table,
            label: &added.table_label,
        };
        columns(app, &owner, &added.columns, &mut records);
    }
    records
}

/// The table that it extends, found by its name: a platform table's `sys_id` is the instance's own affair.
fn super_class(table: &Table) -> Element {
    match table.extends.as_deref() {
        None => Element::new("super_class"),
        Some(parent) => Element::text("super_class", &md5_hex(parent))
            .with("display_value", parent)
            .with("name", parent),
    }
}

fn columns(app: &AppFile, owner: &Owner<'_>, columns: &[Column], records: &mut Vec<Record>) {
    for column in columns {
        records.push(dictionary(app, owner, Some(column)));
        let hint = column.hint.as_deref().unwrap_or_default();
        records.push(label(
            app,
            owner,
            &column.name,
            &column.label,
            column.plural.as_deref(),
            hint,
        ));
        if !column.choices.is_empty() {
            records.push(choices(app, owner, column));
        }
    }
}

/// A row of a table that has its own handler: it is named by table and element, not by `sys_id`.
fn handled(app: &AppFile, owner: &Owner<'_>, spec: &Handled<'_>, payload: Element) -> Record {
    let shown = match spec.column {
        "" => owner.label.to_owned(),
        column => format!("{}.{column}", owner.label),
    };
    let identity = Identity {
        table: spec.table,
        key: &spec.key,
        name: &shown,
        label: spec.label,
        target_table: owner.name,
    };
    Record::of(
        &identity,
        app.id(spec.table, &spec.key),
        spec.update_name.clone(),
        payload,
    )
}

struct Handled<'a> {
    table: &'a str,
    key: String,
    update_name: String,
    label: &'a str,
    /// Label of the column, empty for the table itself.
    column: &'a str,
}

/// One `sys_dictionary` row; without a column, the one that stands for the table.
fn dictionary(app: &AppFile, owner: &Owner<'_>, column: Option<&Column>) -> Record {
    let element = column.map_or("", |column| column.name.as_str());
    let update_name = format!(
        "sys_dictionary_{}_{}",
        owner.name,
        if element.is_empty() { "null" } else { element }
    );
    let key = format!("{}.{element}", owner.name);
    let sys_id = app.id("sys_dictionary", &key);
    let display = column.map_or(owner.label, |column| column.label.as_str());
    let fields = match column {
        Some(column) => column_fields(column),
        None => Fields::new()
            .empty("column_label reference dependent default_value choice")
            .shown("internal_type", "Collection", "collection")
            .set("max_length", "40")
            .no("mandatory read_only unique display use_dependent_field"),
    };
    let fields = fields
        .set("element", element)
        .set("name", owner.name)
        .set("use_reference_qualifier", "simple")
        .set("virtual_type", "script")
        .yes("active")
        .no("array audit dynamic_creation element_reference function_field primary reference_floats spell_check")
        .no("staged table_reference text_index use_dynamic_default virtual xml_view")
        .empty("attributes calculation choice_field choice_table comments create_roles defaultsort delete_roles")
        .empty("dependent_on_field dynamic_creation_script dynamic_default_value dynamic_ref_qual")
        .empty("foreign_database formula function_definition next_element read_roles")
        .empty("reference_cascade_rule reference_key reference_qual reference_qual_condition reference_type")
        .empty("widget write_roles")
        .meta(app, "sys_dictionary", &sys_id, display, &update_name)
        .into_upsert("sys_dictionary")
        .with("element", element)
        .with("table", owner.name);
    let wrapper = match column {
        Some(_) => Element::new("record_update"),
        None => Element::new("record_update").with("table", "sys_dictionary"),
    };
    let spec = Handled {
        table: "sys_dictionary",
        key,
        update_name,
        label: "Dictionary",
        column: column.map_or("", |column| column.label.as_str()),
    };
    handled(app, owner, &spec, wrapper.holding(vec![fields]))
}

fn column_fields(column: &Column) -> Fields {
    let (internal_type, type_label, length) = column.kind.facts();
    let dependent = column.dependent.as_deref().unwrap_or_default();
    let fields = Fields::new()
        // 1: a choice list that also offers "none".
        .set("choice", if column.choices.is_empty() { "" } else { "1" })
        .set("column_label", &column.label)
        .set("default_value", column.default.as_deref().unwrap_or_default())
        .set("dependent", dependent)
        .shown("internal_type", type_label, internal_type)
        .set("max_length", &column.max_length.unwrap_or(length).to_string())
        .flag("display", column.display)
        .flag("mandatory", column.mandatory)
        .flag("read_only", column.read_only)
        .flag("unique", column.unique)
        .flag("use_dependent_field", !dependent.is_empty());
    match column.reference.as_deref() {
        Some(table) => fields.named("reference", table, table),
        None => fields.empty("reference"),
    }
}

/// A label: the outer element of the double wrapper has no action.
fn label(
    app: &AppFile,
    owner: &Owner<'_>,
    element: &str,
    text: &str,
    plural: Option<&str>,
    hint: &str,
) -> Record {
    let update_name = format!("sys_documentation_{}_{element}_en", owner.name);
    let key = format!("{}.{element}.en", owner.name);
    let sys_id = app.id("sys_documentation", &key);
    let plural = plural.map_or_else(|| plural_of(text), str::to_owned);
    let inner = Fields::new()
        .set("element", element)
        .set("hint", hint)
        .set("label", text)
        .set("language", "en")
        .set("name", owner.name)
        .set("plural", &plural)
        .empty("help url url_target")
        .meta(app, "sys_documentation", &sys_id, text, &update_name)
        .into_upsert("sys_documentation");
    let outer = Element::new("sys_documentation")
        .with("element", element)
        .with("label", text)
        .with("language", "en")
        .with("table", owner.name)
        .holding(vec![inner]);
    let column = if element.is_empty() { "" } else { text };
    let spec = Handled {
        table: "sys_documentation",
        key,
        update_name,
        label: "Field Label",
        column,
    };
    handled(
        app,
        owner,
        &spec,
        Element::new("record_update").holding(vec![outer]),
    )
}

fn plural_of(label: &str) -> String {
    match label.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if label.ends_with('s') => format!("{label}es"),
        _ => format!("{label}s"),
    }
}

/// A choice list, version 3: the wrapper replaces the whole list.
fn choices(app: &AppFile, owner: &Owner<'_>, column: &Column) -> Record {
    let update_name = format!("sys_choice_{}_{}", owner.name, column.name);
    let key = format!("{}.{}", owner.name, column.name);
    let set_id = app.id("sys_choice_set", &key);
    let mut children: Vec<Element> = column
        .choices
        .iter()
        .zip(0..)
        .map(|(choice, sequence): (_, u32)| {
            Fields::new()
                .set("element", &column.name)
                .set("label", &choice.label)
                .set("language", "en")
                .set("name", owner.name)
                .set("sequence", &sequence.to_string())
                .set("value", &choice.value)
                .set("sys_domain", "global")
                .set("sys_domain_path", "/")
                .no("inactive")
                .empty("dependent_value hint")
                .audit(&app.id("sys_choice", &format!("{key}.{}.en", choice.value)))
                .into_upsert("sys_choice")
        })
        .collect();
    children.push(
        Fields::new()
            .set("element", &column.name)
            .set("name", owner.name)
            .meta(app, "sys_choice_set", &set_id, &column.name, &update_name)
            .into_upsert("sys_choice_set"),
    );
    let wrapper = Element::new("sys_choice")
        .with("action", "INSERT_OR_UPDATE")
        .with("field", &column.name)
        .with("table", owner.name)
        .with("version", "3")
        .holding(children);
    let spec = Handled {
        table: "sys_choice",
        key,
        update_name,
        label: "Choice list",
        column: &column.label,
    };
    handled(
        app,
        owner,
        &spec,
        Element::new("record_update").holding(vec![wrapper]),
    )
}

/// Rows of the app's own tables. Data carries the audit block only; a table of application files the whole one.
pub fn rows(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for row in &source.rows {
        let Some(table) = source.tables.iter().find(|table| table.name == row.table) else {
            continue;
        };
        let sys_id = app.id(&row.table, &row.key);
        let update_name = format!("{}_{sys_id}", row.table);
        let mut fields = Fields::new();
        for column in &table.columns {
            let value = row.fields.get(&column.name).map(text_of).unwrap_or_default();
            fields = fields.set(&column.name, &value);
        }
        let display = table.columns.iter().find(|column| column.display);
        let name = display
            .and_then(|column| row.fields.get(&column.name))
            .map_or_else(|| row.key.clone(), text_of);
        fields = if table.extends.as_deref() == Some("sys_metadata") {
            fields.meta(app, &row.table, &sys_id, &name, &update_name)
        } else {
            fields.audit(&sys_id)
        };
        let payload = Element::new("record_update")
            .with("table", &row.table)
            .holding(vec![fields.into_upsert(&row.table)]);
        let identity = Identity {
            table: &row.table,
            key: &row.key,
            name: &name,
            label: &table.label,
            target_table: &row.table,
        };
        records.push(Record::of(&identity, sys_id, update_name, payload));
    }
    records
}

/// A TOML value as the platform writes it.
fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
