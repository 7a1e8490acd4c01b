//! The property page of an application: `system_properties_ui.do?sysparm_category=…`.

use std::fmt::Write as _;
use std::sync::Arc;

use super::http::{Request, Response};
use super::layout;
use super::pages;
use super::session::{Caller, take_messages};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::store::Row;
use crate::instance::xml::escape;

/// Answers `GET` and `POST`.
pub fn route(core: &Arc<Core>, request: &Request, caller: &Caller) -> Response {
    let exec = caller.exec(core, "global");
    let category = request.parameter("sysparm_category").unwrap_or_default();
    let properties = of_category(core, category);
    if properties.is_empty() {
        return pages::failure(
            core,
            caller,
            404,
            &format!("No properties in category {category:?}"),
        );
    }
    let readable: Vec<&Row> = properties
        .iter()
        .filter(|row| may(&exec, row.get("read_roles")))
        .collect();
    if readable.is_empty() {
        return pages::failure(
            core,
            caller,
            403,
            "Security constraints prevent access to requested page",
        );
    }
    if request.method == "POST" {
        return save(core, request, caller, &exec, &properties);
    }
    let Caller::Browser(_, session) = caller else {
        return pages::failure(core, caller, 403, "The property page needs a browser session");
    };
    let title = request.parameter("sysparm_title").unwrap_or(category);
    let mut html = format!(
        "<main class=\"page\"><form class=\"properties\" method=\"post\"><div class=\"form-header\"><h1>{}</h1>\
         <div class=\"actions\"><button class=\"primary\" id=\"sysverb_save\">Save</button></div></div>\
         <input type=\"hidden\" name=\"sysparm_ck\" value=\"{}\"><section class=\"form-section\">",
        escape(title),
        escape(&session.token)
    );
    for row in readable {
        html.push_str(&control(row, may(&exec, row.get("write_roles"))));
    }
    html.push_str("</section></form></main>");
    Response::html(
        200,
        layout::framed(core, caller, title, &html, &take_messages(core, caller)),
    )
}

/// Without roles a property is for admins.
fn may(exec: &Exec, roles: &str) -> bool {
    if roles.trim().is_empty() {
        exec.has_role("admin")
    } else {
        exec.has_role(roles)
    }
}

fn of_category(core: &Core, category: &str) -> Vec<Row> {
    let store = lock(&core.store);
    let Some(category) = store.first("sys_properties_category", "name", category) else {
        return Vec::new();
    };
    let mut links = store.find("sys_properties_category_m2m", "category", category.sys_id());
    links.sort_by_key(|row| (row.get("order").parse::<i64>().unwrap_or(100), row.seq));
    links
        .iter()
        .filter_map(|link| store.get("sys_properties", link.get("property")).cloned())
        .collect()
}

fn control(row: &Row, writable: bool) -> String {
    let (name, value) = (escape(row.get("name")), row.get("value"));
    let lock = if writable { "" } else { " disabled" };
    let mut html = format!(
        "<div class=\"property\"><label for=\"{name}\">{}</label><code>{name}</code>",
        escape(row.get("description"))
    );
    match row.get("type") {
        "boolean" => {
            let checked = if matches!(value, "true" | "1") {
                " checked"
            } else {
                ""
            };
            let _ = write!(
                html,
                "<input type=\"hidden\" name=\"{name}\" value=\"false\"{lock}>\
                 <input type=\"checkbox\" id=\"{name}\" name=\"{name}\" value=\"true\"{checked}{lock}>"
            );
        }
        "password2" => {
            let shown = if value.is_empty() {
                "not set"
            } else {
                "set; leave empty to keep it"
            };
            let _ = write!(
                html,
                "<input type=\"password\" id=\"{name}\" name=\"{name}\" autocomplete=\"off\" placeholder=\"{shown}\"{lock}>"
            );
        }
        "choicelist" => {
            let _ = write!(html, "<select id=\"{name}\" name=\"{name}\"{lock}>");
            for choice in row.get("choices").split(',') {
                let (label, key) = choice.split_once('=').unwrap_or((choice, choice));
                let selected = if key.trim() == value { " selected" } else { "" };
                let _ = write!(
                    html,
                    "<option value=\"{}\"{selected}>{}</option>",
                    escape(key.trim()),
                    escape(label.trim())
                );
            }
            html.push_str("</select>");
        }
        _ => {
            let _ = write!(
                html,
                "<input id=\"{name}\" name=\"{name}\" value=\"{}\"{lock}>",
                escape(value)
            );
        }
    }
    html.push_str("</div>");
    html
}

fn save(core: &Arc<Core>, request: &Request, caller: &Caller, exec: &Exec, properties: &[Row]) -> Response {
    let form = request.form();
    let last = |name: &str| {
        form.iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let Caller::Browser(cookie, session) = caller else {
        return pages::failure(core, caller, 403, "The property page needs a browser session");
    };
    if last("sysparm_ck") != Some(session.token.as_str()) {
        return pages::failure(
            core,
            caller,
            403,
            "The form's security token does not match the session",
        );
    }
    for row in properties.iter().filter(|row| may(exec, row.get("write_roles"))) {
        let Some(value) = last(row.get("name")) else {
            continue;
        };
        let secret = row.get("type") == "password2";
        if secret && value.is_empty() {
            continue;
        }
        let stored = if secret {
            core.encrypt(value)
        } else {
            Ok(value.to_owned())
        };
        match stored {
            Ok(stored) => {
                lock(&core.store).patch(
                    "sys_properties",
                    row.sys_id(),
                    &[("value".to_owned(), stored)].into(),
                );
            }
            Err(error) => return pages::broken(core, caller, &error),
        }
    }
    if let Some(session) = lock(&core.logins).sessions.get_mut(cookie) {
        session
            .messages
            .push(("info".to_owned(), "Properties updated".to_owned()));
    }
    Response::see_other(&format!("{}?{}", request.path, request.query_string))
}
