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

/// What names a set: its title without the version, and a text for the person who imports it.
pub struct Title<'a> {
    pub title: &'a str,
    pub description: &'a str,
}

/// Writes the whole file.
pub fn write(app: &AppFile, title: &Title<'_>, records: &[Record]) -> UpdateSet {
    let name = format!("{} {}", title.title, app.version);
    let set = Set {
        app,
        sys_id: app.id(
            "sys_remote_update_set",
            &format!("{}{}", suffix(app, title), app.version),
        ),
        remote: app.id(
            "sys_update_set",
            &format!("{}{}", suffix(app, title), app.version),
        ),
        name: &name,
        description: title.description,
    };
    let mut xml = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    xml.push_str("<unload unload_date=\"");
    xml.push_str(FIXED_TIME);
    xml.push_str("\">\n");
    write_lines("sys_remote_update_set", &envelope(&set), &mut xml);
    for record in records {
        write_lines("sys_update_xml", &row(&set, record), &mut xml);
    }
    xml.push_str("</unload>\n");
    UpdateSet {
        xml,
        records: records.len(),
        name: title.title.to_owned(),
        version: app.version.clone(),
        app_sys_id: app.sys_id(),
        manifest: manifest::of(records),
    }
}

/// The app's own set is named by its version alone; the ones beside it also by their title.
fn suffix(app: &AppFile, title: &Title<'_>) -> String {
    if title.title == app.name {
        String::new()
    } else {
        format!("{}\n", title.title)
    }
}

struct Set<'a> {
    app: &'a AppFile,
    sys_id: String,
    remote: String,
    name: &'a str,
    description: &'a str,
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

fn envelope(set: &Set<'_>) -> Vec<Element> {
    let text = Element::text;
    let app = set.app;
    let version = if app.is_global() { "" } else { &app.version };
    vec![
        shown("application", &app.name, &app.sys_id()),
        text("application_name", &app.name),
        text("application_scope", &app.scope),
        text("application_version", version),
        text("collisions", ""),
        text("commit_date", ""),
        text("deleted", ""),
        text("description", set.description),
        text("inserted", ""),
        text("name", set.name),
        text("origin_sys_id", ""),
        shown("parent", "", ""),
        text("release_date", ""),
        shown("remote_base_update_set", "", ""),
        text("remote_parent_id", ""),
        text("remote_sys_id", &set.remote),
        text("state", "loaded"),
        text("summary", ""),
        text("sys_class_name", "sys_remote_update_set"),
        text("sys_created_by", FIXED_USER),
        text("sys_created_on", FIXED_TIME),
        text("sys_id", &set.sys_id),
        text("sys_mod_count", "0"),
        text("sys_updated_by", FIXED_USER),
        text("sys_updated_on", FIXED_TIME),
        shown("update_set", "", ""),
        shown("update_source", "", ""),
        text("updated", ""),
    ]
}

fn row(set: &Set<'_>, record: &Record) -> Vec<Element> {
    let text = Element::text;
    let app = set.app;
    let action = if record.deletes {
        "DELETE"
    } else {
        "INSERT_OR_UPDATE"
    };
    let payload = record.payload();
    let hash = ids::java_hash(&payload).to_string();
    vec![
        text("action", action),
        shown("application", &app.name, &app.sys_id()),
        text("category", "customer"),
        text("comments", ""),
        text("name", &record.update_name),
        // The platform's own rule: CDATA, except where the payload itself holds some. The latter, and only that, is
        // what `Element::script` does.
        Element::script("payload", &payload),
        text("payload_hash", &hash),
        shown("remote_update_set", set.name, &set.sys_id),
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
