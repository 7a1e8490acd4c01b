//! Everything that is not a service: login, forms, lists, UI pages, assets.

use std::sync::Arc;

use super::http::{Request, Response};
use super::session::{Caller, take_messages};
use super::{dialog, form, form_post, layout, list, login, portal, properties, workspace};
use crate::instance::acl::scope_name;
use crate::instance::core::{Core, lock};
use crate::instance::error::InstanceError;
use crate::instance::jelly;
use crate::instance::store::{Row, Values};
use crate::instance::xml::escape;

/// Answers a page request, with the response headers that the admin has configured.
pub fn route(core: &Arc<Core>, request: &Request) -> Response {
    let is_ui_page = lock(&core.store)
        .first("sys_ui_page", "endpoint", request.path.trim_start_matches('/'))
        .is_some();
    let headers: Vec<(String, String)> = lock(&core.store)
        .find("sys_response_header", "active", "1")
        .into_iter()
        .filter(|row| row.get("type") != "sys_ui_page" || is_ui_page)
        .map(|row| (row.get("name").to_owned(), row.get("value").to_owned()))
        .collect();
    headers
        .iter()
        .fold(answer(core, request), |response, (name, value)| {
            response.with_header(name, value)
        })
}

fn answer(core: &Arc<Core>, request: &Request) -> Response {
    match request.path.as_str() {
        "/login.do" => return login::login(core, request),
        "/logout.do" => return login::logout(core, request),
        "/styles/instance.css" => {
            return Response::new(200, "text/css;charset=UTF-8", layout::STYLE)
                .with_header("Cache-Control", "max-age=300");
        }
        portal::ANGULAR => return portal::angular(core),
        "/favicon.ico" => {
            return Response {
                status: 204,
                headers: Vec::new(),
                body: Vec::new(),
            };
        }
        _ => {}
    }
    let caller = Caller::of(core, request);
    if !caller.is_known() {
        let uri = match request.query_string.as_str() {
            "" => request.path.clone(),
            query => format!("{}?{query}", request.path),
        };
        let uri: String = url::form_urlencoded::byte_serialize(uri.as_bytes()).collect();
        return Response::see_other(&format!("/login.do?sysparm_uri={uri}"));
    }
    if let Some(name) = request.path.strip_prefix("/uxasset/externals/") {
        return asset(core, request, name);
    }
    let target = request.path.trim_start_matches('/');
    match target {
        "" | "navpage.do" | "nav_to.do" | "home.do" => {
            let uri = request
                .parameter("uri")
                .filter(|uri| uri.starts_with('/') && !uri.starts_with("//"));
            Response::see_other(uri.unwrap_or("/incident_list.do"))
        }
        "system_properties_ui.do" => properties::route(core, request, &caller),
        "xmlhttp.do" => dialog::route(core, request, &caller),
        _ => page(core, request, &caller, target),
    }
}

fn page(core: &Arc<Core>, request: &Request, caller: &Caller, target: &str) -> Response {
    if request.method == "GET" {
        let found =
            workspace::route(core, caller, &request.path).or_else(|| portal::route(core, request, caller));
        if let Some(response) = found {
            return response;
        }
    }
    let found = lock(&core.store)
        .first("sys_ui_page", "endpoint", target)
        .cloned();
    if let Some(page) = found {
        return ui_page(core, request, caller, &page);
    }
    let Some(name) = target.strip_suffix(".do") else {
        return not_found(core, request, caller);
    };
    let exists = |table: &str| lock(&core.store).schema.table(table).is_some();
    if let Some(table) = name.strip_suffix("_list").filter(|table| exists(table)) {
        return list::show(core, request, caller, table);
    }
    if !exists(name) {
        return not_found(core, request, caller);
    }
    match request.method.as_str() {
        "GET" => form::show(core, request, caller, name),
        "POST" => form_post::save(core, request, caller, name),
        _ => failure(core, caller, 405, "Method not supported"),
    }
}

fn ui_page(core: &Arc<Core>, request: &Request, caller: &Caller, page: &Row) -> Response {
    if request.method != "GET" {
        let what = format!(
            "{} {} (processing scripts of UI pages)",
            request.method, request.path
        );
        core.refuse(&what);
        return failure(core, caller, 500, &format!("Not emulated: {what}"));
    }
    let parameters: Values = request.query.iter().rev().cloned().collect();
    let html = match content(core, caller, page, &parameters, None) {
        Ok(html) => html,
        Err(response) => return response,
    };
    if page.is_true("direct") {
        let has_doctype = page.get("html").to_ascii_lowercase().contains("<!doctype html");
        return Response::html(
            200,
            if has_doctype {
                format!("<!DOCTYPE html>{html}")
            } else {
                html
            },
        );
    }
    Response::html(
        200,
        layout::framed(
            core,
            caller,
            page.get("description"),
            &html,
            &take_messages(core, caller),
        ),
    )
}

/// What a UI page renders for this user, with its client script; `preferences` where it is shown in a dialog.
pub fn content(
    core: &Arc<Core>,
    caller: &Caller,
    page: &Row,
    parameters: &Values,
    preferences: Option<&Values>,
) -> Result<String, Response> {
    let scope = scope_name(&lock(&core.store), page.get("sys_scope"));
    let exec = caller.exec(core, &scope);
    let endpoint = page.get("endpoint").trim_end_matches(".do");
    match exec.may_open_page(endpoint) {
        Ok(true) => {}
        Ok(false) => {
            return Err(failure(
                core,
                caller,
                403,
                "Security constraints prevent access to requested page",
            ));
        }
        Err(error) => return Err(broken(core, caller, &error)),
    }
    let rendered = jelly::page_engine(&exec, parameters, preferences, None).and_then(|engine| {
        jelly::render(
            &exec,
            &engine,
            page.get("html"),
            &format!("sys_ui_page {endpoint}"),
        )
    });
    let mut html = rendered.map_err(|error| broken(core, caller, &error))?;
    let script = page.get("client_script");
    if !script.trim().is_empty() {
        html.push_str("<script>");
        html.push_str(&script.replace("</script", "<\\/script"));
        html.push_str("</script>");
    }
    Ok(html)
}

/// A script or other asset of an application, addressed by its name.
fn asset(core: &Core, request: &Request, name: &str) -> Response {
    let name = name.strip_suffix(".jsdbx").unwrap_or(name);
    let store = lock(&core.store);
    let Some(row) = store.first("sys_ux_lib_asset", "name", name) else {
        drop(store);
        return Response::new(404, "text/plain", format!("no asset {}", request.path));
    };
    if row.is_true("is_attachment") || row.get("content").is_empty() {
        let what = format!("asset {name} as an attachment");
        drop(store);
        core.refuse(&what);
        return Response::new(500, "text/plain", format!("not emulated: {what}"));
    }
    let kind = match row.get("mime_type") {
        "" => "application/javascript",
        kind => kind,
    };
    let content = row.get("content").to_owned();
    // The address carries a flush timestamp, so browsers may keep the answer for good.
    Response::new(200, &format!("{kind};charset=UTF-8"), content)
        .with_header("Cache-Control", "max-age=31536000, public")
}

/// 404 in the frame of the instance.
pub fn not_found(core: &Arc<Core>, request: &Request, caller: &Caller) -> Response {
    failure(core, caller, 404, &format!("Page not found: {}", request.path))
}

/// An error page; what is not emulated says so.
pub fn broken(core: &Arc<Core>, caller: &Caller, error: &InstanceError) -> Response {
    core.syslog("error", "web", &error.to_string());
    failure(core, caller, 500, &error.to_string())
}

/// An error page with a status.
pub fn failure(core: &Arc<Core>, caller: &Caller, status: u16, text: &str) -> Response {
    let body = format!(
        "<main class=\"page\"><div class=\"message error\" role=\"alert\"><pre>{}</pre></div></main>",
        escape(text)
    );
    Response::html(status, layout::framed(core, caller, "Error", &body, &[]))
}
