//! The envelope, its rows, and the records inside the payloads.

use crate::instance::error::InstallError;
use crate::instance::store::Values;
use crate::instance::xml::{self, Element, Node};

/// One update set file.
#[derive(Debug)]
pub struct UpdateSet {
    /// Display name.
    pub name: String,
    /// `sys_id` of the scope, or `global`.
    pub application: String,
    /// Name of the scope.
    pub scope: String,
    /// Its rows.
    pub rows: Vec<UpdateRow>,
}

/// One customer update.
#[derive(Debug)]
pub struct UpdateRow {
    /// Update name: the key under which a later set replaces it.
    pub name: String,
    /// Whether the row removes its record.
    pub delete: bool,
    /// What the payload asks for, in order.
    pub records: Vec<Record>,
}

/// What a payload does to one record.
#[derive(Debug)]
pub struct Record {
    /// Table.
    pub table: String,
    /// What happens.
    pub action: Action,
    /// Fields; empty for a bulk delete.
    pub values: Values,
    /// Coalesce names of references: (field, value of the `name` attribute).
    pub names: Vec<(String, String)>,
}

/// What happens to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Insert it, or update the one with the same `sys_id`.
    Upsert,
    /// Delete it.
    Delete,
    /// Delete every record that matches the query.
    DeleteMultiple(String),
}

/// Tables whose payload lists the whole content of a parent, so that what is absent goes away:
/// the wrapper, its records, and the field and attribute that tie them together.
const WHOLE_SETS: &[(&str, &str, &str, &str)] = &[
    ("sys_ui_section", "sys_ui_element", "sys_ui_section", "section_id"),
    (
        "sys_ui_form_sections",
        "sys_ui_form_section",
        "sys_ui_form",
        "form_id",
    ),
];

/// Reads and checks a whole file.
pub fn parse(source: &str) -> Result<UpdateSet, InstallError> {
    let root = xml::parse(source).map_err(InstallError::Malformed)?;
    if root.name != "unload" {
        return Err(InstallError::Malformed(format!(
            "the root element is <{}>, not <unload>",
            root.name
        )));
    }
    if root.attribute("unload_date").is_none() {
        return Err(InstallError::Malformed("<unload> has no unload_date".to_owned()));
    }
    let mut envelopes = root
        .elements()
        .filter(|element| element.name == "sys_remote_update_set");
    let (Some(envelope), None) = (envelopes.next(), envelopes.next()) else {
        return Err(InstallError::Malformed(
            "there must be exactly one sys_remote_update_set".to_owned(),
        ));
    };
    let (id, state) = (envelope.child_text("sys_id"), envelope.child_text("state"));
    if !is_id(&id) {
        return Err(InstallError::Malformed(format!(
            "the sys_id of the update set is {id:?}"
        )));
    }
    if state != "loaded" {
        return Err(InstallError::Malformed(format!(
            "the state of the update set is {state:?}, not \"loaded\""
        )));
    }
    let mut set = UpdateSet {
        name: envelope.child_text("name"),
        application: envelope.child_text("application"),
        scope: envelope.child_text("application_scope"),
        rows: Vec::new(),
    };
    for (index, element) in root.elements().enumerate() {
        match element.name.as_str() {
            "sys_remote_update_set" => {}
            "sys_update_xml" => set.rows.push(row(element, index, &id, &set.application)?),
            other => {
                return Err(InstallError::Malformed(format!(
                    "unexpected <{other}> beside the rows"
                )));
            }
        }
    }
    Ok(set)
}

/// Whether a text is a `sys_id`.
pub fn is_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn row(element: &Element, index: usize, set: &str, application: &str) -> Result<UpdateRow, InstallError> {
    let name = element.child_text("name");
    let label = if name.is_empty() {
        format!("#{index}")
    } else {
        name.clone()
    };
    let bad = |reason: String| InstallError::Row {
        row: label.clone(),
        reason,
    };
    if name.is_empty() {
        return Err(bad("has no update name".to_owned()));
    }
    if element.attribute("action") != Some("INSERT_OR_UPDATE") {
        return Err(bad("the row's own action must be INSERT_OR_UPDATE".to_owned()));
    }
    let id = element.child_text("sys_id");
    if !is_id(&id) {
        return Err(bad(format!("its sys_id is {id:?}")));
    }
    let owner = element.child_text("remote_update_set");
    if owner != set {
        return Err(bad(format!(
            "remote_update_set is {owner:?}, not the update set of this file"
        )));
    }
    let scope = element.child_text("application");
    if scope != application {
        return Err(bad(format!(
            "application is {scope:?}; an update set holds one application"
        )));
    }
    let delete = match element.child_text("action").as_str() {
        "DELETE" => true,
        "INSERT_OR_UPDATE" | "INSERT" | "UPDATE" | "" => false,
        other => return Err(bad(format!("unknown action {other:?}"))),
    };
    let payload = element
        .child("payload")
        .ok_or_else(|| bad("has no payload".to_owned()))?;
    let parts = payload
        .children
        .iter()
        .filter(|node| !matches!(node, Node::Text(t) if t.trim().is_empty()));
    if parts.count() != 1 || payload.elements().next().is_some() {
        return Err(bad(
            "the payload must be one text or one CDATA section (nested CDATA or markup?)".to_owned(),
        ));
    }
    let records = records(&payload.text()).map_err(bad)?;
    let bad = |reason: &str| InstallError::Row {
        row: label.clone(),
        reason: reason.to_owned(),
    };
    if records.is_empty() {
        return Err(bad("the payload holds no record"));
    }
    let main_deletes = records.iter().any(|record| record.action == Action::Delete);
    if delete && !main_deletes {
        return Err(bad("action is DELETE, but no record of the payload says so"));
    }
    if !delete && main_deletes {
        return Err(bad(
            "the payload deletes a record, but the action of the row is not DELETE",
        ));
    }
    Ok(UpdateRow {
        name,
        delete,
        records,
    })
}

fn records(payload: &str) -> Result<Vec<Record>, String> {
    let root =
        xml::parse(payload.trim_start()).map_err(|error| format!("the payload is not valid XML: {error}"))?;
    if root.name != "record_update" {
        return Err(format!(
            "the payload starts with <{}>, not <record_update>",
            root.name
        ));
    }
    let mut found = Vec::new();
    for element in root.elements() {
        collect(element, &mut found)?;
    }
    Ok(found)
}

/// An element whose children carry actions is a wrapper around records; any other one is a record.
fn collect(element: &Element, found: &mut Vec<Record>) -> Result<(), String> {
    if element
        .elements()
        .any(|child| child.attribute("action").is_some())
    {
        clear_before(element, found);
        for child in element.elements() {
            collect(child, found)?;
        }
        return Ok(());
    }
    found.push(record(element)?);
    Ok(())
}

/// Wrappers that stand for a whole set first remove what is there.
fn clear_before(wrapper: &Element, found: &mut Vec<Record>) {
    let attribute = |name: &str| wrapper.attribute(name).unwrap_or_default().to_owned();
    let clear = |table: &str, query: String| Record {
        table: table.to_owned(),
        action: Action::DeleteMultiple(query),
        values: Values::new(),
        names: Vec::new(),
    };
    if wrapper.name == "sys_choice" {
        let query = format!("name={}^element={}", attribute("table"), attribute("field"));
        found.push(clear("sys_choice", query));
    }
    for (name, table, field, key) in WHOLE_SETS {
        if wrapper.name == *name {
            found.push(clear(table, format!("{field}={}", attribute(key))));
        }
    }
}

fn record(element: &Element) -> Result<Record, String> {
    let action = match element.attribute("action") {
        Some("INSERT_OR_UPDATE" | "INSERT" | "UPDATE") => Action::Upsert,
        Some("DELETE") => Action::Delete,
        Some("delete_multiple") => {
            let query = element
                .attribute("query")
                .ok_or("delete_multiple without a query")?;
            Action::DeleteMultiple(query.to_owned())
        }
        other => return Err(format!("<{}> has action {other:?}", element.name)),
    };
    let mut values = Values::new();
    let mut names = Vec::new();
    for field in element.elements() {
        if values.insert(field.name.clone(), field.text()).is_some() {
            return Err(format!("<{}> has the field {:?} twice", element.name, field.name));
        }
        if let Some(name) = field.attribute("name").filter(|name| *name != "NULL") {
            names.push((field.name.clone(), name.to_owned()));
        }
    }
    let id = values.get("sys_id").map_or("", String::as_str);
    if !matches!(action, Action::DeleteMultiple(_)) && !is_id(id) {
        return Err(format!("<{}> has the sys_id {id:?}", element.name));
    }
    Ok(Record {
        table: element.name.clone(),
        action,
        values,
        names,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_through_its_double_wrapper() {
        let payload = "<record_update><sys_documentation element='status' language='en' table='x_t'>\
            <sys_documentation action='INSERT_OR_UPDATE'><sys_id>0123456789abcdef0123456789abcdef</sys_id>\
            <label>Status</label></sys_documentation></sys_documentation></record_update>";
        let records = records(payload).unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].values["label"], "Status");
    }

    #[test]
    fn a_choice_list_replaces_the_whole_list() {
        let payload = "<record_update><sys_choice action='INSERT_OR_UPDATE' field='f' table='t' version='3'>\
            <sys_choice action='INSERT_OR_UPDATE'><sys_id>0123456789abcdef0123456789abcdef</sys_id><value>a</value></sys_choice>\
            <sys_choice_set action='INSERT_OR_UPDATE'><sys_id>1123456789abcdef0123456789abcdef</sys_id></sys_choice_set>\
            </sys_choice></record_update>";
        let records = records(payload).unwrap();
        assert_eq!(
            records[0].action,
            Action::DeleteMultiple("name=t^element=f".into())
        );
        assert_eq!(records.len(), 3);
    }

    #[test]
    fn conditions_keep_their_text_and_drop_the_items() {
        let payload = "<record_update table='sys_script'><sys_script action='INSERT_OR_UPDATE'>\
            <sys_id>0123456789abcdef0123456789abcdef</sys_id>\
            <filter_condition table='t'>active=true^EQ<item field='active'/></filter_condition></sys_script></record_update>";
        assert_eq!(
            records(payload).unwrap()[0].values["filter_condition"],
            "active=true^EQ"
        );
    }
}
