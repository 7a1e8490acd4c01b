//! The controls of a form, and the activity stream.

use std::fmt::Write as _;

use super::form::Form;
use crate::instance::acl::{CREATE, READ, Subject, WRITE};
use crate::instance::core::lock;
use crate::instance::error::InstanceError;
use crate::instance::store::schema::{Column, Kind};
use crate::instance::xml::escape;

/// Text longer than this gets a text area.
const LONG: usize = 255;

/// One labelled control; nothing when the user may not read the column.
pub fn field(form: &Form<'_>, name: &str) -> Result<String, InstanceError> {
    let column = lock(&form.exec.core.store).column(&form.row.class, name)?;
    let subject = Subject {
        table: &form.row.class,
        values: Some(&form.row.values),
    };
    let operation = if form.fresh { CREATE } else { WRITE };
    if !form.fresh && !form.exec.may_field(READ, &subject, name)? {
        return Ok(String::new());
    }
    let locked = column.read_only || !form.writable || !form.exec.may_field(operation, &subject, name)?;
    let id = format!("{}.{name}", form.row.class);
    let value = form.row.get(name).to_owned();
    let shown = lock(&form.exec.core.store).display(&form.row.class, form.row.sys_id(), name, &value);
    let control = if locked {
        locked_control(&id, &column, &value, &shown)
    } else {
        open_control(form, &id, &column, &value, &shown)
    };
    let target = if column.kind == Kind::Reference {
        format!("sys_display.{id}")
    } else {
        id.clone()
    };
    let mark = if column.mandatory && !locked {
        "<span class=\"mandatory\" title=\"Mandatory\">*</span>"
    } else {
        ""
    };
    let wide = if column.kind == Kind::Journal || long(&column) {
        " wide"
    } else {
        ""
    };
    Ok(format!(
        "<div class=\"field{wide}\" id=\"element.{id}\" data-field=\"{}\"><label for=\"{}\">{mark}{}</label>\
         <div class=\"control\">{control}</div></div>",
        escape(name),
        escape(&target),
        escape(&column.label)
    ))
}

fn long(column: &Column) -> bool {
    column.kind == Kind::Text && column.internal_type != "url" && column.max_length > LONG
}

fn locked_control(id: &str, column: &Column, value: &str, shown: &str) -> String {
    let (id, shown) = (escape(id), escape(shown));
    if column.internal_type == "url" && (value.starts_with("https://") || value.starts_with("http://")) {
        return format!(
            "<a id=\"{id}\" class=\"readonly\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{shown}</a>",
            escape(value)
        );
    }
    if column.kind == Kind::Boolean {
        let checked = if value == "1" { " checked" } else { "" };
        return format!("<input type=\"checkbox\" id=\"{id}\" disabled{checked}>");
    }
    if column.kind == Kind::Journal {
        return "<span class=\"readonly\"></span>".to_owned();
    }
    let id = if column.kind == Kind::Reference {
        format!("sys_display.{id}")
    } else {
        id
    };
    if long(column) {
        return format!("<textarea id=\"{id}\" rows=\"3\" readonly>{shown}</textarea>");
    }
    format!(
        "<input id=\"{id}\" readonly value=\"{shown}\" data-value=\"{}\">",
        escape(value)
    )
}

fn open_control(form: &Form<'_>, id: &str, column: &Column, value: &str, shown: &str) -> String {
    let (name, text) = (escape(id), escape(value));
    match column.kind {
        Kind::Boolean => {
            let checked = if value == "1" { " checked" } else { "" };
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"false\">\
                 <input type=\"checkbox\" id=\"{name}\" name=\"{name}\" value=\"true\"{checked}>"
            )
        }
        Kind::Reference => reference(form, &name, column, &text, shown),
        Kind::Journal => format!("<textarea id=\"{name}\" name=\"{name}\" rows=\"3\"></textarea>"),
        Kind::Password2 => {
            format!(
                "<input type=\"password\" id=\"{name}\" name=\"{name}\" value=\"\" autocomplete=\"off\" placeholder=\"{}\">",
                escape(shown)
            )
        }
        _ => {
            let choices = lock(&form.exec.core.store).choices(&form.row.class, &column.name);
            if !choices.is_empty() {
                return select(&name, value, &choices);
            }
            if long(column) {
                return format!("<textarea id=\"{name}\" name=\"{name}\" rows=\"4\">\n{text}</textarea>");
            }
            let kind = if column.kind == Kind::Integer {
                " inputmode=\"numeric\""
            } else {
                ""
            };
            format!(
                "<input id=\"{name}\" name=\"{name}\" value=\"{text}\" maxlength=\"{}\"{kind}>",
                column.max_length
            )
        }
    }
}

fn select(name: &str, value: &str, choices: &[(String, String)]) -> String {
    let mut html = format!("<select id=\"{name}\" name=\"{name}\"><option value=\"\">-- None --</option>");
    let known = choices.iter().any(|(choice, _)| choice == value);
    for (choice, label) in choices {
        let selected = if choice == value { " selected" } else { "" };
        let _ = write!(
            html,
            "<option value=\"{}\"{selected}>{}</option>",
            escape(choice),
            escape(label)
        );
    }
    if !known && !value.is_empty() {
        let _ = write!(html, "<option value=\"{0}\" selected>{0}</option>", escape(value));
    }
    html.push_str("</select>");
    html
}

/// Names to choose from are offered for small tables; any exact display value is accepted.
fn reference(form: &Form<'_>, name: &str, column: &Column, value: &str, shown: &str) -> String {
    let target = column.reference.clone().unwrap_or_default();
    let mut html = format!(
        "<input type=\"hidden\" id=\"{name}\" name=\"{name}\" value=\"{value}\">\
         <input id=\"sys_display.{name}\" name=\"sys_display.{name}\" value=\"{}\" list=\"list.{name}\" autocomplete=\"off\">\
         <datalist id=\"list.{name}\">",
        escape(shown)
    );
    let store = lock(&form.exec.core.store);
    for row in store.all(&target).into_iter().take(200) {
        let _ = write!(
            html,
            "<option value=\"{}\"></option>",
            escape(&store.display_name(row))
        );
    }
    html.push_str("</datalist>");
    html
}

/// The activity stream: journal entries of the record, newest first.
pub fn activity(form: &Form<'_>) -> String {
    if form.fresh {
        return String::new();
    }
    let store = lock(&form.exec.core.store);
    let rows = store.journal_rows(form.row.sys_id(), "");
    let mut html = format!(
        "<div class=\"activity\" id=\"sn_form_inline_stream_entries\"><h3>Activities: {}</h3><ol>",
        rows.len()
    );
    for row in rows {
        let label = store
            .schema
            .column(&form.row.class, row.get("element"))
            .map_or_else(|| row.get("element").to_owned(), |column| column.label);
        let _ = write!(
            html,
            "<li class=\"{}\"><div class=\"activity-head\"><strong>{}</strong><span class=\"badge\">{}</span>\
             <time>{}</time></div><div class=\"activity-text\">{}</div></li>",
            escape(row.get("element")),
            escape(&store.user_name(row.get("sys_created_by"))),
            escape(&label),
            escape(row.get("sys_created_on")),
            entry(row.get("value"))
        );
    }
    html.push_str("</ol></div>");
    html
}

/// Journal text is escaped, except for what stands between `[code]` and `[/code]`.
fn entry(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[code]") {
        out.push_str(&escape(before));
        match after.split_once("[/code]") {
            Some((code, more)) => {
                out.push_str(code);
                rest = more;
            }
            None => rest = after,
        }
    }
    out.push_str(&escape(rest));
    out
}
