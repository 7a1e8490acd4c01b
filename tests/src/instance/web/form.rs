//! The record form: sections of the default view, formatters through Jelly, activity, related lists.

use std::fmt::Write as _;
use std::sync::Arc;

use super::dialog;
use super::form_fields::{activity, field};
use super::http::{Request, Response};
use super::layout;
use super::list;
use super::pages;
use super::session::{Caller, take_messages};
use crate::instance::acl::{CREATE, READ, Subject, WRITE, scope_name};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::jelly;
use crate::instance::store::query::Query;
use crate::instance::store::{Row, Store, Values};
use crate::instance::xml::escape;

const SCRIPT: &str = include_str!("form.js");

/// What a form shows.
pub struct Form<'a> {
    /// Whose form it is.
    pub exec: &'a Exec,
    /// The record; a new one has no `sys_id`.
    pub row: Row,
    /// Whether it is not stored yet.
    pub fresh: bool,
    /// Whether the user may change the record.
    pub writable: bool,
}

/// Answers `GET /<table>.do`.
pub fn show(core: &Arc<Core>, request: &Request, caller: &Caller, table: &str) -> Response {
    let exec = caller.exec(core, "global");
    match open(&exec, request, table).and_then(|form| match form {
        Some(form) => render(&form, request, caller).map(Some),
        None => Ok(None),
    }) {
        Ok(Some(html)) => Response::html(200, html),
        Ok(None) => pages::failure(
            core,
            caller,
            403,
            "Record not found, or security constraints prevent access to it",
        ),
        Err(error) => pages::broken(core, caller, &error),
    }
}

fn open<'a>(exec: &'a Exec, request: &Request, table: &str) -> Result<Option<Form<'a>>, InstanceError> {
    let id = request.parameter("sys_id").unwrap_or("-1");
    if id == "-1" && request.parameter("sysparm_query").is_none() {
        if !exec.may(CREATE, &Subject { table, values: None })? {
            return Ok(None);
        }
        let row = Row {
            class: table.to_owned(),
            seq: 0,
            values: starting_values(exec, table)?,
        };
        return Ok(Some(Form {
            exec,
            row,
            fresh: true,
            writable: true,
        }));
    }
    let row = {
        let store = lock(&exec.core.store);
        match request.parameter("sysparm_query") {
            Some(query) if id == "-1" => store
                .select(table, &Query::parse(query)?)?
                .first()
                .copied()
                .cloned(),
            _ => store.get(table, id).cloned(),
        }
    };
    let Some(row) = row else { return Ok(None) };
    let subject = Subject {
        table: &row.class,
        values: Some(&row.values),
    };
    if !exec.may(READ, &subject)? {
        return Ok(None);
    }
    let writable = exec.may(WRITE, &subject)?;
    Ok(Some(Form {
        exec,
        row,
        fresh: false,
        writable,
    }))
}

/// Defaults as a new form shows them; the number is only handed out when the record is stored.
fn starting_values(exec: &Exec, table: &str) -> Result<Values, InstanceError> {
    let numbered: Vec<String> = lock(&exec.core.store)
        .schema
        .columns(table)
        .into_iter()
        .filter(|column| column.default_value.contains("getNextObjNumberPadded"))
        .map(|column| column.name)
        .collect();
    let mut values: Values = numbered
        .iter()
        .map(|name| (name.clone(), String::new()))
        .collect();
    exec.defaults(table, &mut values)?;
    Ok(values)
}

fn render(form: &Form<'_>, request: &Request, caller: &Caller) -> Result<String, InstanceError> {
    let (label, title) = {
        let store = lock(&form.exec.core.store);
        let label = store
            .schema
            .table(&form.row.class)
            .map(|table| table.label.clone())
            .unwrap_or_default();
        let title = if form.fresh {
            "New record".to_owned()
        } else {
            store.display_name(&form.row)
        };
        (label, title)
    };
    let actions = dialog::actions(form.exec, &form.row, form.fresh)?;
    let scratchpad = form.exec.run_display_rules(&form.row.class, &form.row.values)?;
    let class = escape(&form.row.class);
    let id = if form.fresh { "-1" } else { form.row.sys_id() };
    let token = form.exec.token.clone().unwrap_or_default();
    let mut html = format!(
        "<main class=\"page\"><form id=\"{class}.do\" class=\"record\" method=\"post\" action=\"/{class}.do?sys_id={id}\" \
         data-table=\"{class}\" data-sys-id=\"{id}\"><div class=\"form-header\"><div>\
         <span class=\"table-label\">{}</span><h1>{}</h1></div><div class=\"actions\">{}{}</div></div>\
         <input type=\"hidden\" name=\"sysparm_ck\" value=\"{}\"><input type=\"hidden\" name=\"sys_id\" value=\"{id}\">",
        escape(&label),
        escape(&title),
        standard_buttons(form),
        dialog::buttons(&actions),
        escape(&token),
        id = escape(id),
    );
    let sections = sections(&lock(&form.exec.core.store), &form.row.class);
    for section in sections {
        html.push_str(&render_section(form, request, &section)?);
    }
    html.push_str("</form>");
    if !form.fresh {
        html.push_str(&related_lists(form)?);
    }
    let scratchpad = scratchpad.to_string().replace('<', "\\u003c");
    let _ = write!(
        html,
        "</main><script>window.g_scratchpad = {scratchpad};</script><script>{SCRIPT}</script>{}",
        dialog::scripts(&actions)
    );
    let messages = take_messages(&form.exec.core, caller);
    Ok(layout::framed(
        &form.exec.core,
        caller,
        &format!("{title} | {label}"),
        &html,
        &messages,
    ))
}

fn standard_buttons(form: &Form<'_>) -> &'static str {
    match (form.fresh, form.writable) {
        (true, _) => {
            "<button name=\"sys_action\" value=\"sysverb_insert_and_stay\" id=\"sysverb_insert_and_stay\">Save</button>\
             <button class=\"primary\" name=\"sys_action\" value=\"sysverb_insert\" id=\"sysverb_insert\">Submit</button>"
        }
        (false, true) => {
            "<button name=\"sys_action\" value=\"sysverb_update_and_stay\" id=\"sysverb_update_and_stay\">Save</button>\
             <button class=\"primary\" name=\"sys_action\" value=\"sysverb_update\" id=\"sysverb_update\">Update</button>"
        }
        (false, false) => "<span class=\"readonly-note\">Read only</span>",
    }
}

/// Sections of the default view in order: the first of the base form, then those of applications, then the rest.
///
/// An explicit `sys_ui_form_section` position wins. Without one the platform appends; an admin moves it up.
fn sections(store: &Store, table: &str) -> Vec<Row> {
    for level in store.schema.lineage(table) {
        let mut found: Vec<&Row> = store
            .find("sys_ui_section", "name", &level.name)
            .into_iter()
            .filter(|row| matches!(row.get("view"), "" | "Default view") && row.get("sys_user").is_empty())
            .collect();
        if found.is_empty() {
            continue;
        }
        found.sort_by_key(|row| {
            let placed = store
                .first("sys_ui_form_section", "sys_ui_section", row.sys_id())
                .and_then(|place| place.get("position").parse::<i64>().ok());
            let group = match (row.get("caption"), row.get("sys_scope")) {
                ("", _) => 0,
                (_, "global") => 2,
                _ => 1,
            };
            (placed.unwrap_or(i64::MAX), group, row.seq)
        });
        return found.into_iter().cloned().collect();
    }
    // No layout: all columns in one section.
    vec![Row {
        class: "sys_ui_section".to_owned(),
        seq: 0,
        values: Values::new(),
    }]
}

fn elements(form: &Form<'_>, section: &Row) -> Vec<Row> {
    let store = lock(&form.exec.core.store);
    if section.sys_id().is_empty() {
        let element = |name: String| Row {
            class: "sys_ui_element".to_owned(),
            seq: 0,
            values: [("element".to_owned(), name)].into(),
        };
        return store
            .schema
            .columns(&form.row.class)
            .into_iter()
            .map(|column| element(column.name))
            .collect();
    }
    let mut rows: Vec<Row> = store
        .find("sys_ui_element", "sys_ui_section", section.sys_id())
        .into_iter()
        .cloned()
        .collect();
    rows.sort_by_key(|row| row.get("position").parse::<i64>().unwrap_or(0));
    rows
}

fn is_formatter(element: &Row) -> bool {
    element.get("element").strip_suffix(".xml").is_some() || element.get("type") == "formatter"
}

fn render_section(form: &Form<'_>, request: &Request, section: &Row) -> Result<String, InstanceError> {
    let elements = elements(form, section);
    // The platform shows a section only for its columns; the SDK's guide to platform views warns of it.
    if elements.iter().all(is_formatter) {
        return Ok(String::new());
    }
    let mut html = format!(
        "<section class=\"form-section\" data-section=\"{}\">",
        escape(section.get("caption"))
    );
    if !section.get("caption").is_empty() {
        let _ = write!(html, "<h2>{}</h2>", escape(section.get("caption")));
    }
    let mut open = "";
    for element in elements {
        let name = element.get("element");
        match name {
            ".begin_split" => {
                html.push_str("<div class=\"columns\"><div class=\"column\">");
                open = "</div></div>";
            }
            ".split" => html.push_str("</div><div class=\"column\">"),
            ".end_split" => {
                html.push_str(open);
                open = "";
            }
            "activity.xml" => html.push_str(&activity(form)),
            _ if is_formatter(&element) => {
                html.push_str(&formatter(form, request, name)?);
            }
            _ => html.push_str(&field(form, name)?),
        }
    }
    html.push_str(open);
    html.push_str("</section>");
    Ok(html)
}

/// Runs the macro that a formatter names.
fn formatter(form: &Form<'_>, request: &Request, name: &str) -> Result<String, InstanceError> {
    let found = {
        let store = lock(&form.exec.core.store);
        let active = store
            .find("sys_ui_formatter", "formatter", name)
            .into_iter()
            .any(|row| row.is_true("active") && store.schema.is_a(&form.row.class, row.get("table")));
        let stem = name.trim_end_matches(".xml");
        let by_scope = store.first("sys_ui_macro", "scoped_name", stem);
        let source = by_scope
            .or_else(|| store.first("sys_ui_macro", "name", stem))
            .filter(|row| row.is_true("active"));
        source.filter(|_| active).map(|row| {
            (
                row.get("xml").to_owned(),
                scope_name(&store, row.get("sys_scope")),
            )
        })
    };
    let Some((source, scope)) = found else {
        return Err(form.exec.refuse(&format!(
            "form element {name} on {}: no formatter or macro of that name",
            form.row.class
        )));
    };
    let exec = form.exec.in_scope(&scope);
    let parameters: Values = request.query.iter().rev().cloned().collect();
    let engine = jelly::page_engine(
        &exec,
        &parameters,
        None,
        Some((&form.row.class, &form.row.values, form.fresh)),
    )?;
    let html = jelly::render(&exec, &engine, &source, &format!("sys_ui_macro {name}"))?;
    // Macros of forms are table rows; anything else would break out of the real form's table.
    let wrapped = if html
        .trim_start()
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("<tr"))
    {
        format!("<table><tbody>{html}</tbody></table>")
    } else {
        html
    };
    Ok(format!(
        "<div class=\"formatter\" data-formatter=\"{}\">{wrapped}</div>",
        escape(name)
    ))
}

/// Related lists of the default view: `table.reference_field` entries.
fn related_lists(form: &Form<'_>) -> Result<String, InstanceError> {
    let entries: Vec<(String, String)> = {
        let store = lock(&form.exec.core.store);
        let lists = store.find("sys_ui_related_list", "name", &form.row.class);
        let mut entries: Vec<&Row> = lists
            .iter()
            .flat_map(|list| store.find("sys_ui_related_list_entry", "list_id", list.sys_id()))
            .collect();
        entries.sort_by_key(|row| row.get("position").parse::<i64>().unwrap_or(0));
        entries
            .into_iter()
            .filter_map(|row| row.get("related_list").split_once('.'))
            .map(|(table, field)| (table.to_owned(), field.to_owned()))
            .collect()
    };
    let mut html = String::new();
    for (table, reference) in entries {
        if !form.exec.may(
            READ,
            &Subject {
                table: &table,
                values: None,
            },
        )? {
            continue;
        }
        let (rows, columns, plural) = {
            let store = lock(&form.exec.core.store);
            store.column(&table, &reference)?;
            let mut rows: Vec<Row> = store
                .find(&table, &reference, form.row.sys_id())
                .into_iter()
                .cloned()
                .collect();
            rows.reverse();
            let plural = store
                .schema
                .table(&table)
                .map(|table| table.plural.clone())
                .unwrap_or_default();
            (rows, list::columns(&store, &table), plural)
        };
        let _ = write!(
            html,
            "<section class=\"related\"><h2>{} ({})</h2>",
            escape(&plural),
            rows.len()
        );
        html.push_str(&list::grid(form.exec, &table, &columns, &rows)?);
        html.push_str("</section>");
    }
    Ok(html)
}
