//! Lists, related lists and forms of the app's own tables, in the default view.

use super::forms::section;
use crate::record::{Fields, Identity, Record};
use crate::source::Source;
use crate::source::kinds::{Form, ListLayout, RelatedLists};
use crate::xml::Element;

/// `sys_ui_list`, `sys_ui_related_list`, `sys_ui_section`, `sys_ui_form_sections`.
pub fn records(source: &Source) -> Vec<Record> {
    let mut records: Vec<Record> = source.lists.iter().map(|list| layout(source, list)).collect();
    records.extend(source.related_lists.iter().map(|lists| related(source, lists)));
    for form in &source.forms {
        for part in &form.sections {
            records.push(section(
                source,
                &form.table,
                label_of(source, &form.table),
                &part.caption,
                &part.elements,
            ));
        }
        records.push(form_sections(source, form));
    }
    records
}

fn label_of<'a>(source: &'a Source, table: &'a str) -> &'a str {
    source
        .tables
        .iter()
        .find(|known| known.name == table)
        .map_or(table, |known| known.label.as_str())
}

/// What all layouts share: the default view has no record of its own.
fn default_view() -> Element {
    Element::text("view", "Default view")
        .with("display_value", "Default view")
        .with("name", "NULL")
}

struct Layout<'a> {
    table: &'a str,
    update_name: String,
    label: &'a str,
    owner: &'a str,
}

fn wrapped(source: &Source, layout: &Layout<'_>, sys_id: String, wrapper: Element) -> Record {
    let identity = Identity {
        table: layout.table,
        key: layout.owner,
        name: label_of(source, layout.owner),
        label: layout.label,
        target_table: layout.owner,
    };
    let payload = Element::new("record_update").holding(vec![wrapper]);
    let mut record = Record::of(&identity, sys_id, layout.update_name.clone(), payload);
    "Default view".clone_into(&mut record.view);
    record
}

fn layout(source: &Source, list: &ListLayout) -> Record {
    let app = &source.app;
    let table = list.table.as_str();
    let sys_id = app.id("sys_ui_list", table);
    let update_name = format!("sys_ui_list_{table}_null");
    let mut children: Vec<Element> = list
        .columns
        .iter()
        .zip(0_u32..)
        .map(|(column, position)| {
            let owner = Element::text("list_id", &sys_id)
                .with("display_value", table)
                .with("element", "NULL")
                .with("name", table)
                .with("parent", "NULL")
                .with("relationship", "NULL")
                .with("sys_domain", "global")
                .with("view", "Default view");
            Fields::new()
                .set("element", column)
                .element(owner)
                .set("position", &position.to_string())
                .no("average_value max_value min_value sum")
                .audit(&app.id("sys_ui_list_element", &format!("{table}.{column}")))
                .into_upsert("sys_ui_list_element")
        })
        .collect();
    children.push(
        Fields::new()
            .set("name", table)
            .element(default_view())
            .no("average_value max_value min_value sum")
            .empty("element parent position relationship sys_user view_name")
            .set("sys_domain", "global")
            .set("sys_domain_path", "/")
            .meta(app, "sys_ui_list", &sys_id, table, &update_name)
            .into_upsert("sys_ui_list"),
    );
    let wrapper = Element::new("sys_ui_list")
        .with("parent", "")
        .with("relationship", "")
        .with("sys_domain", "global")
        .with("table", table)
        .with("version", "2")
        .with("view", "")
        .holding(children);
    let layout = Layout {
        table: "sys_ui_list",
        update_name,
        label: "List Layout",
        owner: table,
    };
    wrapped(source, &layout, sys_id, wrapper)
}

fn related(source: &Source, lists: &RelatedLists) -> Record {
    let app = &source.app;
    let table = lists.table.as_str();
    let sys_id = app.id("sys_ui_related_list", table);
    let update_name = format!("sys_ui_related_{table}_null");
    let name = format!("{} - Default view", label_of(source, table));
    let mut children: Vec<Element> = lists
        .lists
        .iter()
        .zip(0_u32..)
        .map(|(list, position)| {
            let owner = Element::text("list_id", &sys_id)
                .with("display_value", &name)
                .with("name", table)
                .with("related_list", "NULL")
                .with("sys_domain", "global")
                .with("view", "Default view");
            Fields::new()
                .element(owner)
                .set("position", &position.to_string())
                .set("related_list", list)
                .empty("filter order_by")
                .set("sys_class_name", "sys_ui_related_list_entry")
                .audit(&app.id("sys_ui_related_list_entry", &format!("{table}.{list}")))
                .into_upsert("sys_ui_related_list_entry")
        })
        .collect();
    children.push(
        Fields::new()
            .set("calculated_name", &name)
            .set("name", table)
            .element(default_view())
            .empty("filter order_by position related_list sys_user view_name")
            .set("sys_domain", "global")
            .set("sys_domain_path", "/")
            .meta(app, "sys_ui_related_list", &sys_id, &name, &update_name)
            .into_upsert("sys_ui_related_list"),
    );
    let wrapper = Element::new("sys_ui_related")
        .with("sys_domain", "global")
        .with("table", table)
        .with("version", "2")
        .with("view", "")
        .holding(children);
    let layout = Layout {
        table: "sys_ui_related_list",
        update_name,
        label: "Related Lists",
        owner: table,
    };
    wrapped(source, &layout, sys_id, wrapper)
}

fn form_sections(source: &Source, form: &Form) -> Record {
    let app = &source.app;
    let table = form.table.as_str();
    let sys_id = app.id("sys_ui_form", table);
    let update_name = format!("sys_ui_form_sections_{sys_id}");
    let view = |element: Element| {
        element
            .with("name", table)
            .with("sys_domain", "global")
            .with("view", "Default view")
    };
    let mut children: Vec<Element> = form
        .sections
        .iter()
        .zip(0_u32..)
        .map(|(part, position)| {
            let caption = if part.caption.is_empty() {
                "NULL"
            } else {
                &part.caption
            };
            let key = format!("{table}.{}", part.caption);
            let section = Element::text("sys_ui_section", &app.id("sys_ui_section", &key))
                .with("caption", caption)
                .with("display_value", &part.caption);
            let owner = Element::text("sys_ui_form", &sys_id).with("display_value", table);
            Fields::new()
                .set("position", &position.to_string())
                .element(view(owner))
                .element(view(section))
                .audit(&app.id("sys_ui_form_section", &key))
                .domain()
                .into_upsert("sys_ui_form_section")
        })
        .collect();
    children.push(
        Fields::new()
            .set("name", table)
            .element(default_view())
            .empty("roles sys_user view_name")
            .domain()
            .meta(app, "sys_ui_form", &sys_id, table, &update_name)
            .into_upsert("sys_ui_form"),
    );
    let wrapper = Element::new("sys_ui_form_sections")
        .with("form_id", &sys_id)
        .with("sys_domain", "global")
        .with("table", table)
        .with("version", "3")
        .holding(children);
    let layout = Layout {
        table: "sys_ui_form_sections",
        update_name,
        label: "Form Sections",
        owner: table,
    };
    wrapped(source, &layout, sys_id, wrapper)
}
