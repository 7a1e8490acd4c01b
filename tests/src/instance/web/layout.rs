//! The frame around pages: head, navigation, messages.

use std::fmt::Write as _;
use std::sync::Arc;

use super::session::Caller;
use crate::instance::core::{Core, lock};
use crate::instance::store::Row;
use crate::instance::xml::escape;

/// Style sheet of the instance's own pages.
pub const STYLE: &str = include_str!("style.css");

/// A document without navigation.
pub fn bare(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <link rel=\"stylesheet\" href=\"/styles/instance.css\"></head><body>{body}</body></html>",
        escape(title)
    )
}

/// A document with the navigation of the signed-in user.
pub fn framed(
    core: &Arc<Core>,
    caller: &Caller,
    title: &str,
    content: &str,
    messages: &[(String, String)],
) -> String {
    let mut body = navigation(core, caller);
    if let Caller::Browser(_, session) = caller {
        let _ = write!(
            body,
            "<script>window.g_ck = \"{}\";</script>",
            escape(&session.token)
        );
    }
    body.push_str("<div id=\"output_messages\">");
    for (level, text) in messages {
        let role = if level == "error" { "alert" } else { "status" };
        let _ = write!(
            body,
            "<p class=\"message {}\" role=\"{role}\">{}</p>",
            escape(level),
            escape(text)
        );
    }
    body.push_str("</div>");
    body.push_str(content);
    bare(title, &body)
}

fn navigation(core: &Arc<Core>, caller: &Caller) -> String {
    let exec = caller.exec(core, "global");
    let name = {
        let store = lock(&core.store);
        store
            .get("sys_user", caller.user())
            .map(|row| row.get("name").to_owned())
            .unwrap_or_default()
    };
    let mut out = String::from(
        "<header class=\"banner\"><a class=\"brand\" href=\"/\">Emulated instance</a><nav aria-label=\"Main\">\
         <a href=\"/incident_list.do\">Incidents</a><a href=\"/incident.do?sys_id=-1\">Create new</a>",
    );
    for (menu, modules) in menus(core) {
        let visible = |roles: &str| roles.trim().is_empty() || exec.has_role(roles);
        if !visible(menu.get("roles")) {
            continue;
        }
        let links: Vec<String> = modules
            .iter()
            .filter(|module| visible(module.get("roles")))
            .filter_map(|module| {
                let href = link(module)?;
                Some(format!(
                    "<a href=\"{}\">{}</a>",
                    escape(&href),
                    escape(module.get("title"))
                ))
            })
            .collect();
        if !links.is_empty() {
            let title = escape(menu.get("title"));
            let _ = write!(
                out,
                "<details class=\"menu\"><summary>{title}</summary><div>{}</div></details>",
                links.concat()
            );
        }
    }
    let initials: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect();
    let _ = write!(
        out,
        "</nav><span class=\"user\"><span class=\"avatar\" aria-hidden=\"true\">{}</span><span class=\"user-name\">{}</span>\
         <a href=\"/logout.do\">Log out</a></span></header>",
        escape(&initials),
        escape(&name)
    );
    out
}

fn menus(core: &Core) -> Vec<(Row, Vec<Row>)> {
    let store = lock(&core.store);
    let order = |row: &Row| (row.get("order").parse::<i64>().unwrap_or(1000), row.seq);
    let mut menus: Vec<(Row, Vec<Row>)> = store
        .all("sys_app_application")
        .into_iter()
        .filter(|row| row.is_true("active"))
        .map(|menu| {
            let mut modules: Vec<Row> = store
                .find("sys_app_module", "application", menu.sys_id())
                .into_iter()
                .filter(|row| row.is_true("active"))
                .cloned()
                .collect();
            modules.sort_by_key(order);
            (menu.clone(), modules)
        })
        .collect();
    menus.sort_by_key(|(menu, _)| order(menu));
    menus
}

/// Where a module leads; separators lead nowhere.
fn link(module: &Row) -> Option<String> {
    let (name, query) = (module.get("name"), module.get("query"));
    match module.get("link_type") {
        "DIRECT" => Some(if query.starts_with('/') {
            query.to_owned()
        } else {
            format!("/{query}")
        }),
        "LIST" => {
            let filter: String =
                url::form_urlencoded::byte_serialize(module.get("filter").as_bytes()).collect();
            Some(format!("/{name}_list.do?sysparm_query={filter}"))
        }
        "NEW" => Some(format!("/{name}.do?sys_id=-1")),
        _ => None,
    }
}
