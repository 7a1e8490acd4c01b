//! Formatters and form sections.

use crate::record::{Fields, Identity, Record};
use crate::source::Source;
use crate::source::model::{AppFile, Formatter};
use crate::xml::Element;

/// The name by which a section shows a formatter.
pub fn formatter_element(app: &AppFile, formatter: &Formatter) -> String {
    format!("{}_{}.xml", app.scope, formatter.uses)
}

/// `sys_ui_formatter`, `sys_ui_section` with its elements.
pub fn records(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for formatter in &source.formatters {
        records.push(
            app.record(
                &Identity {
                    table: "sys_ui_formatter",
                    key: &formatter_key(formatter),
                    name: &formatter.name,
                    label: "Formatter",
                    target_table: &formatter.table,
                },
                Fields::new()
                    .set("formatter", &formatter_element(app, formatter))
                    .set("name", &formatter.name)
                    .set("table", &formatter.table)
                    .set("type", "formatter")
                    .yes("active"),
            ),
        );
    }
    records.extend(source.sections.iter().map(|part| {
        section(
            source,
            &part.table,
            &part.table_label,
            &part.caption,
            &part.elements,
        )
    }));
    records
}

/// Tables of the platform that extend `task`: a formatter of `task` may stand in their forms as well.
const TASKS: &[&str] = &["incident", "sc_req_item", "task"];

/// True if the formatter may stand in a form of the table.
pub fn shows_in(formatter: &Formatter, table: &str) -> bool {
    formatter.table == table || formatter.table == "task" && TASKS.contains(&table)
}

fn formatter_key(formatter: &Formatter) -> String {
    format!("{}.{}", formatter.table, formatter.uses)
}

/// The payload lists every element of the section; the section itself comes last.
pub fn section(source: &Source, table: &str, label: &str, caption: &str, elements: &[String]) -> Record {
    let app = &source.app;
    let key = format!("{table}.{caption}");
    let sys_id = app.id("sys_ui_section", &key);
    let update_name = format!("sys_ui_section_{sys_id}");
    let mut children: Vec<Element> = elements
        .iter()
        .zip(0..)
        .map(|(element, position): (_, u32)| {
            let formatter = source.formatters.iter().find(|formatter| {
                shows_in(formatter, table) && formatter_element(app, formatter) == *element
            });
            let reference = Element::text("sys_ui_section", &sys_id)
                .with("caption", if caption.is_empty() { "NULL" } else { caption })
                .with("display_value", caption)
                .with("name", table)
                .with("sys_domain", "global")
                .with("view", "Default view");
            let fields = Fields::new()
                .set("element", element)
                .set("position", &position.to_string())
                .element(reference)
                .empty("sys_user")
                .audit(&app.id("sys_ui_element", &format!("{key}.{element}")));
            let fields = match formatter {
                Some(formatter) => fields.set("type", "formatter").shown(
                    "sys_ui_formatter",
                    &formatter.name,
                    &app.id("sys_ui_formatter", &formatter_key(formatter)),
                ),
                None => fields
                    .set("type", if element.starts_with('.') { element } else { "" })
                    .element(Element::new("sys_ui_formatter").with("display_value", "")),
            };
            fields.into_upsert("sys_ui_element")
        })
        .collect();
    children.push(
        Fields::new()
            .set("caption", caption)
            .set("name", table)
            .element(
                Element::text("view", "Default view")
                    .with("display_value", "Default view")
                    .with("name", "NULL"),
            )
            .no("header title")
            .empty("roles sys_user view_name")
            .domain()
            .meta(app, "sys_ui_section", &sys_id, label, &update_name)
            .into_upsert("sys_ui_section"),
    );
    let wrapper = Element::new("sys_ui_section")
        .with("caption", caption)
        .with("section_id", &sys_id)
        .with("sys_domain", "global")
        .with("table", table)
        .with("version", "3")
        .with("view", "")
        .holding(children);
    let identity = Identity {
        table: "sys_ui_section",
        key: &key,
        name: label,
        label: "Form Layout",
        target_table: table,
    };
    Record::of(
        &identity,
        sys_id,
        update_name,
        Element::new("record_update").holding(vec![wrapper]),
    )
}
