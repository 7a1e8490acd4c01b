//! Record lists.

use std::fmt::Write as _;
use std::sync::Arc;

use super::http::{Request, Response};
use super::layout;
use super::pages;
use super::session::{Caller, take_messages};
use crate::instance::acl::{CREATE, READ, Subject};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::query::Query;
use crate::instance::store::{Row, Store};
use crate::instance::xml::escape;

/// Rows of one page.
const PAGE: usize = 50;

/// Answers `/<table>_list.do`.
pub fn show(core: &Arc<Core>, request: &Request, caller: &Caller, table: &str) -> Response {
    let exec = caller.exec(core, "global");
    match render(&exec, request, caller, table) {
        Ok(Some(html)) => Response::html(200, html),
        Ok(None) => pages::failure(
            core,
            caller,
            403,
            "Security constraints prevent access to requested page",
        ),
        Err(error) => pages::broken(core, caller, &error),
    }
}

/// Columns of a list: the layout of the table or of one that it extends, else its first columns.
pub fn columns(store: &Store, table: &str) -> Vec<String> {
    for level in store.schema.lineage(table) {
        let list = store
            .find("sys_ui_list", "name", &level.name)
            .into_iter()
            .filter(|row| row.get("parent").is_empty() && matches!(row.get("view"), "" | "Default view"))
            .max_by_key(|row| row.seq);
        if let Some(list) = list {
            let mut elements = store.find("sys_ui_list_element", "list_id", list.sys_id());
            elements.sort_by_key(|row| row.get("position").parse::<i64>().unwrap_or(0));
            return elements
                .into_iter()
                .map(|row| row.get("element").to_owned())
                .collect();
        }
    }
    store
        .schema
        .columns(table)
        .into_iter()
        .take(6)
        .map(|column| column.name)
        .collect()
}

fn render(
    exec: &Exec,
    request: &Request,
    caller: &Caller,
    table: &str,
) -> Result<Option<String>, InstanceError> {
    if !exec.may(READ, &Subject { table, values: None })? {
        return Ok(None);
    }
    let encoded = request.parameter("sysparm_query").unwrap_or_default();
    let mut query = Query::parse(encoded)?;
    let (rows, columns, plural) = {
        let store = lock(&exec.core.store);
        if query.order.is_empty() {
            let newest = if store.schema.column(table, "number").is_some() {
                "number"
            } else {
                "sys_created_on"
            };
            query.order.push((newest.to_owned(), true));
        }
        let rows: Vec<Row> = store.select(table, &query)?.into_iter().cloned().collect();
        let plural = store
            .schema
            .table(table)
            .map(|table| table.plural.clone())
            .unwrap_or_default();
        (rows, columns(&store, table), plural)
    };
    let mut visible = Vec::new();
    for row in rows {
        if exec.may(
            READ,
            &Subject {
                table: &row.class,
                values: Some(&row.values),
            },
        )? {
            visible.push(row);
        }
    }
    let mut html = String::from("<main class=\"page\"><div class=\"list-header\">");
    let _ = write!(
        html,
        "<h1>{}</h1><span class=\"count\">{} records</span>",
        escape(&plural),
        visible.len()
    );
    if exec.may(CREATE, &Subject { table, values: None })? {
        let _ = write!(
            html,
            "<a class=\"button primary\" id=\"sysverb_new\" href=\"/{table}.do?sys_id=-1\">New</a>"
        );
    }
    html.push_str("</div>");
    if !encoded.is_empty() {
        let _ = write!(
            html,
            "<p class=\"filter\">Filter: <code>{}</code></p>",
            escape(encoded)
        );
    }
    html.push_str(&grid(exec, table, &columns, &visible)?);
    html.push_str("</main>");
    let messages = take_messages(&exec.core, caller);
    Ok(Some(layout::framed(
        &exec.core, caller, &plural, &html, &messages,
    )))
}

/// The table itself; related lists use it too.
pub fn grid(exec: &Exec, table: &str, columns: &[String], rows: &[Row]) -> Result<String, InstanceError> {
    let mut html = format!(
        "<div class=\"scroll\"><table class=\"list\" data-table=\"{}\"><thead><tr>",
        escape(table)
    );
    {
        let store = lock(&exec.core.store);
        for column in columns {
            let label = store.check_path(table, column)?.label;
            let _ = write!(html, "<th scope=\"col\">{}</th>", escape(&label));
        }
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows.iter().take(PAGE) {
        let subject = Subject {
            table: &row.class,
            values: Some(&row.values),
        };
        let _ = write!(html, "<tr data-sys-id=\"{}\">", escape(row.sys_id()));
        for (index, column) in columns.iter().enumerate() {
            let readable = exec.may_field(READ, &subject, column.split('.').next().unwrap_or_default())?;
            let text = if readable {
                shown(exec, row, column)
            } else {
                String::new()
            };
            if index == 0 {
                let text = if text.is_empty() {
                    "(open)".to_owned()
                } else {
                    text
                };
                let _ = write!(
                    html,
                    "<td><a href=\"/{}.do?sys_id={}\">{}</a></td>",
                    escape(&row.class),
                    escape(row.sys_id()),
                    escape(&text)
                );
            } else {
                let _ = write!(html, "<td>{}</td>", escape(&text));
            }
        }
        html.push_str("</tr>");
    }
    if rows.is_empty() {
        let _ = write!(
            html,
            "<tr><td class=\"empty\" colspan=\"{}\">No records to display</td></tr>",
            columns.len().max(1)
        );
    }
    html.push_str("</tbody></table></div>");
    Ok(html)
}

fn shown(exec: &Exec, row: &Row, path: &str) -> String {
    let store = lock(&exec.core.store);
    let (owner, field, value) = store.walk(row, path);
    store.display(&owner.class, owner.sys_id(), &field, &value)
}
