//! The envelope: one `sys_remote_update_set`, then one `sys_update_xml` for each record.

use crate::ids;
use crate::manifest::{self, ManifestRow};
use crate::record::{FIXED_TIME, FIXED_USER, Record};
use crate::source::model::AppFile;
use crate::xml::Element;

/// A finished update set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateSet {
    /// The file that an admin imports.
    pub xml: String,
    /// Number of `sys_update_xml` rows in it.
    pub records: usize,
    /// Name of the application.
    pub name: String,
    /// Version of the application.
    pub version: String,
    /// `sys_id` of the application.
    pub app_sys_id: String,
    /// What each row holds, for readers that must find the same.
    pub manifest: Vec<ManifestRow>,
}

/// Writes the whole file.
pub fn write(app: &AppFile, records: &[Record]) -> UpdateSet {
    let set_id = app.id("sys_remote_update_set", &app.version);
    let mut xml = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    xml.push_str("<unload unload_date=\"");
    xml.push_str(FIXED_TIME);
    xml.push_str("\">\n");
    write_lines("sys_remote_update_set", &envelope(app, &set_id), &mut xml);
    for record in records {
        write_lines("sys_update_xml", &row(app, &set_id, record), &mut xml);
    }
    xml.push_str("</unload>\n");
    UpdateSet {
        xml,
        records: records.len(),
        name: app.name.clone(),
        version: app.version.clone(),
        app_sys_id: app.sys_id(),
        manifest: manifest::of(records),
    }
}

/// One field to a line: the file is read by people and by diff tools too.
fn write_lines(name: &str, fields: &[Element], out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push_str(" action=\"INSERT_OR_UPDATE\">\n");
    for field in fields {
        field.write(out);
        out.push('\n');
    }
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

fn shown(name: &str, display: &str, value: &str) -> Element {
    Element::text(name, value).with("display_value", display)
}

fn envelope(app: &AppFile, set_id: &str) -> Vec<Element> {
    let text = Element::text;
    vec![
        shown("application", &app.name, &app.sys_id()),
        text("application_name", &app.name),
        text("application_scope", &app.scope),
        text("application_version", &app.version),
        text("collisions", ""),
        text("commit_date", ""),
        text("deleted", ""),
        text("description", &app.short_description),
        text("inserted", ""),
        text("name", &format!("{} {}", app.name, app.version)),
        text("origin_sys_id", ""),
        shown("parent", "", ""),
        text("release_date", ""),
        shown("remote_base_update_set", "", ""),
        text("remote_parent_id", ""),
        text("remote_sys_id", &app.id("sys_update_set", &app.version)),
        text("state", "loaded"),
        text("summary", ""),
        text("sys_class_name", "sys_remote_update_set"),
        text("sys_created_by", FIXED_USER),
        text("sys_created_on", FIXED_TIME),
        text("sys_id", set_id),
        text("sys_mod_count", "0"),
        text("sys_updated_by", FIXED_USER),
        text("sys_updated_on", FIXED_TIME),
        shown("update_set", "", ""),
        shown("update_source", "", ""),
        text("updated", ""),
    ]
}

fn row(app: &AppFile, set_id: &str, record: &Record) -> Vec<Element> {
    let text = Element::text;
    let payload = record.payload();
    let hash = ids::java_hash(&payload).to_string();
    vec![
        text("action", "INSERT_OR_UPDATE"),
        shown("application", &app.name, &app.sys_id()),
        text("category", "customer"),
        text("comments", ""),
        text("name", &record.update_name),
        // The platform's own rule: CDATA, except where the payload itself holds some. The latter, and only that, is
        // what `Element::script` does.
        Element::script("payload", &payload),
        text("payload_hash", &hash),
        shown(
            "remote_update_set",
            &format!("{} {}", app.name, app.version),
            set_id,
        ),
        text("replace_on_upgrade", "false"),
        text("sys_created_by", FIXED_USER),
        text("sys_created_on", FIXED_TIME),
        text("sys_id", &app.id("sys_update_xml", &record.update_name)),
        text("sys_mod_count", "0"),
        text("sys_recorded_at", ""),
        text("sys_updated_by", FIXED_USER),
        text("sys_updated_on", FIXED_TIME),
        text("table", &record.target_table),
        text("target_name", &record.target_name),
        text("type", &record.label),
        text("update_domain", "global"),
        // Empty, as in a quarter of all rows read: a made-up history would make every upgrade look like a collision.
        text("update_guid", ""),
        text("update_guid_history", ""),
        shown("update_set", "", ""),
        text("view", &record.view),
    ]
}
