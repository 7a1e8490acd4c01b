//! Pages of a Service Portal: containers, rows, columns, and the widgets that stand in them.
//!
//! A widget's server script runs here; its template and client script run in the browser on the real `AngularJS`, which
//! is what portals are made of.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::http::{Request, Response};
use super::session::Caller;
use super::{layout, pages};
use crate::instance::acl::scope_name;
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::script::Engine;
use crate::instance::store::{Row, Values};
use crate::instance::xml::escape;

const SCRIPT: &str = include_str!("portal.js");

/// Where portals load `AngularJS` from.
pub const ANGULAR: &str = "/scripts/angular.js";

/// Answers `GET /<portal>?id=<page>`; `None` if there is no such portal.
pub fn route(core: &Arc<Core>, request: &Request, caller: &Caller) -> Option<Response> {
    let suffix = request.path.trim_start_matches('/');
    let portal = lock(&core.store)
        .first("sp_portal", "url_suffix", suffix)
        .filter(|portal| !suffix.is_empty() && !portal.is_true("inactive"))
        .cloned()?;
    let page = {
        let store = lock(&core.store);
        match request.parameter("id") {
            Some(id) => store.first("sp_page", "id", id).cloned(),
            None => store.get("sp_page", portal.get("homepage")).cloned(),
        }
    };
    let Some(page) = page else {
        return Some(pages::not_found(core, request, caller));
    };
    let exec = caller.exec(core, "global");
    Some(match render(&exec, request, &portal, &page) {
        Ok(html) => Response::html(200, html),
        Err(error) => pages::broken(core, caller, &error),
    })
}

/// The library itself, from where the tests' tools are installed.
pub fn angular(core: &Core) -> Response {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/node_modules/angular/angular.min.js");
    match std::fs::read(&path) {
        Ok(script) => Response::new(200, "application/javascript;charset=UTF-8", script),
        Err(error) => {
            let what = format!(
                "portals without {} ({error}): `cargo xtask setup` installs it",
                path.display()
            );
            core.refuse(&what);
            Response::new(500, "text/plain", what)
        }
    }
}

fn render(exec: &Exec, request: &Request, portal: &Row, page: &Row) -> Result<String, InstanceError> {
    let mut widgets = Vec::new();
    let mut layout = String::new();
    for container in children(exec, "sp_container", "sp_page", page) {
        layout.push_str("<div class=\"portal-container\">");
        for row in children(exec, "sp_row", "sp_container", &container) {
            layout.push_str("<div class=\"portal-row\">");
            for column in children(exec, "sp_column", "sp_row", &row) {
                layout.push_str("<div class=\"portal-column\">");
                for instance in children(exec, "sp_instance", "sp_column", &column) {
                    if let Some(widget) = widget(exec, request, &instance)? {
                        let _ = write!(layout, "<sp-widget-{}></sp-widget-{0}>", widgets.len());
                        widgets.push(widget);
                    }
                }
                layout.push_str("</div>");
            }
            layout.push_str("</div>");
        }
        layout.push_str("</div>");
    }
    let token = exec.token.clone().unwrap_or_default();
    let data = Value::from(widgets).to_string().replace('<', "\\u003c");
    let body = format!(
        "<header class=\"banner\"><span class=\"brand\">{}</span></header><main class=\"page\" id=\"portal\"><h1>{}</h1>\
         {layout}</main><script>window.g_ck = \"{}\";</script><script src=\"{ANGULAR}\"></script>\
         <script type=\"application/json\" id=\"sp-widgets\">{data}</script><script>{SCRIPT}</script>",
        escape(portal.get("title")),
        escape(page.get("title")),
        escape(&token),
    );
    Ok(self::layout::bare(page.get("title"), &body))
}

/// Records of a layout table that belong to `parent`, in their order.
fn children(exec: &Exec, table: &str, reference: &str, parent: &Row) -> Vec<Row> {
    let store = lock(&exec.core.store);
    let mut rows: Vec<Row> = store
        .find(table, reference, parent.sys_id())
        .into_iter()
        .filter(|row| table != "sp_instance" || row.is_true("active"))
        .cloned()
        .collect();
    rows.sort_by_key(|row| (row.get("order").parse::<i64>().unwrap_or(100), row.seq));
    rows
}

/// What the browser needs to know of a widget; nothing if the user has none of its roles.
fn widget(exec: &Exec, request: &Request, instance: &Row) -> Result<Option<Value>, InstanceError> {
    let (widget, scope) = {
        let store = lock(&exec.core.store);
        let Some(widget) = store.get("sp_widget", instance.get("sp_widget")).cloned() else {
            return Ok(None);
        };
        let scope = scope_name(&store, widget.get("sys_scope"));
        (widget, scope)
    };
    for roles in [instance.get("roles"), widget.get("roles")] {
        if !roles.trim().is_empty() && !exec.has_role(roles) {
            return Ok(None);
        }
    }
    let name = widget.get("id").to_owned();
    for part in ["link", "css"] {
        if !widget.get(part).trim().is_empty() {
            return Err(exec.refuse(&format!("the {part} of the widget {name}")));
        }
    }
    let options = options(exec, instance)?;
    let engine = Engine::new(&exec.in_scope(&scope))?;
    let parameters: Values = request.query.iter().rev().cloned().collect();
    engine.eval(
        &format!("__bindWidget({}, {options})", json!(parameters)),
        "widget",
    )?;
    engine.run(widget.get("script"), &format!("sp_widget {name}"))?;
    let data = engine.eval("data", &format!("data of sp_widget {name}"))?;
    let controller_as = match widget.get("controller_as") {
        "" => "c",
        name => name,
    };
    Ok(Some(json!({
        "id": name,
        "template": widget.get("template"),
        "client_script": widget.get("client_script"),
        "controller_as": controller_as,
        "data": data,
        "options": options,
    })))
}

/// The options of an instance, without what the page editor says about them.
fn options(exec: &Exec, instance: &Row) -> Result<Value, InstanceError> {
    let text = instance.get("widget_parameters");
    if text.trim().is_empty() {
        return Ok(json!({}));
    }
    let parsed: Result<serde_json::Map<String, Value>, _> = serde_json::from_str(text);
    match parsed {
        Ok(map) => Ok(map
            .into_iter()
            .map(|(name, option)| {
                let value = option.get("value").cloned();
                (name, value.unwrap_or(option))
            })
            .collect()),
        Err(error) => Err(exec.refuse(&format!("widget_parameters that are no JSON object: {error}"))),
    }
}
