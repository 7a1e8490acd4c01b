//! The record page of a configurable workspace: fields of the record, and the buttons that applications bring.
//!
//! Workspaces know nothing of sections, formatters and macros. What an application adds is a UI action for workspaces,
//! whose script runs in the browser without `document` and `window`. As on the platform, all of it stands in a shadow
//! root.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::http::Response;
use super::session::{Caller, take_messages};
use super::{layout, list, pages, ui_actions};
use crate::instance::acl::{READ, Subject};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::Row;
use crate::instance::xml::escape;

const SCRIPT: &str = include_str!("workspace.js");

/// Answers `GET /now/<workspace>/record/<table>/<sys_id>`; nothing else of a workspace is there.
pub fn route(core: &Arc<Core>, caller: &Caller, path: &str) -> Option<Response> {
    let parts: Vec<&str> = path.strip_prefix("/now/")?.split('/').collect();
    let &[_, "record", table, sys_id] = parts.as_slice() else {
        return None;
    };
    lock(&core.store).schema.table(table)?;
    let exec = caller.exec(core, "global");
    Some(match open(&exec, table, sys_id) {
        Ok(Some(row)) => match render(&exec, caller, &row) {
            Ok(html) => Response::html(200, html),
            Err(error) => pages::broken(core, caller, &error),
        },
        Ok(None) => pages::failure(
            core,
            caller,
            403,
            "Record not found, or security constraints prevent access to it",
        ),
        Err(error) => pages::broken(core, caller, &error),
    })
}

fn open(exec: &Exec, table: &str, sys_id: &str) -> Result<Option<Row>, InstanceError> {
    let Some(row) = lock(&exec.core.store).get(table, sys_id).cloned() else {
        return Ok(None);
    };
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    Ok(exec.may(READ, &subject)?.then_some(row))
}

fn render(exec: &Exec, caller: &Caller, row: &Row) -> Result<String, InstanceError> {
    let (label, title, columns) = {
        let store = lock(&exec.core.store);
        let label = store.schema.table(&row.class).map(|table| table.label.clone());
        (
            label.unwrap_or_default(),
            store.display_name(row),
            list::columns(&store, &row.class),
        )
    };
    let actions = actions(exec, row)?;
    let mut body = format!(
        "<link rel=\"stylesheet\" href=\"/styles/instance.css\"><main class=\"page\"><div class=\"form-header\"><div>\
         <span class=\"table-label\">{}</span><h1>{}</h1></div><div class=\"actions\">",
        escape(&label),
        escape(&title)
    );
    for action in &actions {
        let _ = write!(
            body,
            "<button data-action=\"{}\" title=\"{}\">{}</button>",
            action.sys_id(),
            escape(action.get("hint")),
            escape(action.get("name"))
        );
    }
    body.push_str("</div></div><section class=\"form-section\"><h2>Details</h2><dl class=\"details\">");
    for name in columns {
        body.push_str(&detail(exec, row, &name)?);
    }
    body.push_str("</dl></section></main>");
    let data = json!({
        "table": row.class,
        "sys_id": row.sys_id(),
        "values": readable(exec, row)?,
        "user": exec.user,
        "actions": actions
            .iter()
            .map(|action| json!({
                "id": action.sys_id(),
                "name": action.get("name"),
                "script": action.get("client_script_v2"),
            }))
            .collect::<Vec<Value>>(),
    });
    let data = data.to_string().replace('<', "\\u003c");
    let html = format!(
        "<sn-record-page><template shadowrootmode=\"open\">{body}</template></sn-record-page>\
         <script type=\"application/json\" id=\"sn-record\">{data}</script><script>{SCRIPT}</script>"
    );
    let messages = take_messages(&exec.core, caller);
    let title = format!("{title} | {label}");
    Ok(layout::framed(&exec.core, caller, &title, &html, &messages))
}

/// One term and its value, for columns that the user may read.
fn detail(exec: &Exec, row: &Row, name: &str) -> Result<String, InstanceError> {
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    if name.contains('.') || !exec.may_field(READ, &subject, name)? {
        return Ok(String::new());
    }
    let store = lock(&exec.core.store);
    let column = store.column(&row.class, name)?;
    let shown = store.display(&row.class, row.sys_id(), name, row.get(name));
    Ok(format!(
        "<div><dt>{}</dt><dd>{}</dd></div>",
        escape(&column.label),
        escape(&shown)
    ))
}

/// What `g_form.getValue` may tell.
fn readable(exec: &Exec, row: &Row) -> Result<Value, InstanceError> {
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    let mut values = serde_json::Map::new();
    for (name, value) in &row.values {
        if exec.may_field(READ, &subject, name)? {
            values.insert(name.clone(), Value::from(value.as_str()));
        }
    }
    Ok(Value::Object(values))
}

/// The buttons that the record has for this user.
fn actions(exec: &Exec, row: &Row) -> Result<Vec<Row>, InstanceError> {
    let shown = ui_actions::shown(exec, row, |action| {
        action.is_true("show_update")
            && action.is_true("format_for_configurable_workspace")
            && (action.is_true("form_button_v2") || action.is_true("form_menu_button_v2"))
    })?;
    if let Some(action) = shown.iter().find(|action| !action.is_true("client")) {
        let what = format!(
            "the server-side UI action {:?} in a workspace",
            action.get("name")
        );
        return Err(exec.refuse(&what));
    }
    Ok(shown)
}
