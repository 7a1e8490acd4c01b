//! Classic forms: the buttons that applications bring, and the dialogs that they open. `GlideModal` fetches a UI page
//! without its frame and shows it inside the form; the page finds what the opener set among its window properties.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::http::{Request, Response};
use super::session::Caller;
use super::{pages, ui_actions};
use crate::instance::core::{Core, Exec, lock};
use crate::instance::error::InstanceError;
use crate::instance::store::{Row, Values};
use crate::instance::xml::escape;

const SCRIPT: &str = include_str!("modal.js");
/// What a dialog's opener set, among the parameters of its request.
const PREFERENCE: &str = "sysparm_preference.";

/// The client-side buttons of the record. One that runs on the server is kept, and said to be inert at its installation.
pub fn actions(exec: &Exec, row: &Row, fresh: bool) -> Result<Vec<Row>, InstanceError> {
    let when = if fresh { "show_insert" } else { "show_update" };
    let shown = ui_actions::shown(exec, row, |action| {
        action.is_true("form_button") && action.is_true("client") && action.is_true(when)
    })?;
    if let Some(action) = shown
        .iter()
        .find(|action| action.get("onclick").trim().is_empty())
    {
        let what = format!("the UI action {:?} without onclick", action.get("name"));
        return Err(exec.refuse(&what));
    }
    Ok(shown)
}

/// Their markup.
pub fn buttons(actions: &[Row]) -> String {
    actions.iter().fold(String::new(), |mut html, action| {
        let _ = write!(
            html,
            "<button type=\"button\" id=\"{}\" title=\"{}\">{}</button>",
            action.sys_id(),
            escape(action.get("hint")),
            escape(action.get("name"))
        );
        html
    })
}

/// What makes them work.
pub fn scripts(actions: &[Row]) -> String {
    let described: Vec<Value> = actions
        .iter()
        .map(|action| {
            json!({
                "id": action.sys_id(),
                "script": action.get("script"),
                "onclick": action.get("onclick"),
                "isolated": action.is_true("isolate_script"),
            })
        })
        .collect();
    let data = Value::from(described).to_string().replace('<', "\\u003c");
    format!("<script type=\"application/json\" id=\"sn-ui-actions\">{data}</script><script>{SCRIPT}</script>")
}

/// `POST /xmlhttp.do`: the one processor that is there renders a UI page for a dialog.
pub fn route(core: &Arc<Core>, request: &Request, caller: &Caller) -> Response {
    if let Err(response) = caller.check_token(request) {
        return response;
    }
    let form = request.form();
    let field = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    if (request.method.as_str(), field("sysparm_processor")) != ("POST", "RenderForm") {
        let what = format!(
            "{} /xmlhttp.do with {:?}",
            request.method,
            field("sysparm_processor")
        );
        core.refuse(&what);
        return pages::failure(core, caller, 500, &format!("Not emulated: {what}"));
    }
    let endpoint = format!("{}.do", field("sysparm_name"));
    let page = lock(&core.store)
        .first("sys_ui_page", "endpoint", &endpoint)
        .cloned();
    let Some(page) = page else {
        return pages::not_found(core, request, caller);
    };
    if page.is_true("direct") {
        // Its html, head and body would stand inside the form: what becomes of that is each browser's own affair.
        let what = format!("the direct UI page {endpoint} in a GlideModal");
        core.refuse(&what);
        return pages::failure(core, caller, 500, &format!("Not emulated: {what}"));
    }
    let preferences: Values = form
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFERENCE)?.to_owned(), value.clone())))
        .collect();
    match pages::content(core, caller, &page, &Values::new(), Some(&preferences)) {
        Ok(html) => Response::html(200, html),
        Err(response) => response,
    }
}
