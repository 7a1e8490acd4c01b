//! The login page, logout, and the OAuth token endpoint.

use std::sync::Arc;

use serde_json::json;

use super::http::{Request, Response};
use super::layout;
use super::session::COOKIE;
use crate::instance::core::{Core, Session, lock, random_id, secret_digest};
use crate::instance::users::authenticate;
use crate::instance::xml::escape;

/// Life of an access token in seconds, as the platform states it when it issues one.
const TOKEN_SECONDS: i64 = 1799;

/// `GET` and `POST /login.do`.
pub fn login(core: &Arc<Core>, request: &Request) -> Response {
    if request.method != "POST" {
        return Response::html(200, page(request.parameter("sysparm_uri").unwrap_or("/"), None));
    }
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let next = local(field("sysparm_uri"));
    let Some(user) = authenticate(core, field("user_name"), field("user_password")) else {
        return Response::html(401, page(&next, Some("User name or password invalid")));
    };
    let (Ok(cookie), Ok(first), Ok(second)) = (random_id(), random_id(), random_id()) else {
        return Response::api_error(500, "Internal error", "no randomness");
    };
    // The real g_ck is 72 hexadecimal digits; long enough here too that nobody takes it for a sys_id.
    let session = Session {
        user,
        token: format!("{first}{second}"),
        messages: Vec::new(),
    };
    lock(&core.logins).sessions.insert(cookie.clone(), session);
    let secure = if core.url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    Response::see_other(&next).with_header(
        "Set-Cookie",
        &format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax{secure}"),
    )
}

/// `/logout.do`
pub fn logout(core: &Core, request: &Request) -> Response {
    if let Some(cookie) = request.cookie(COOKIE) {
        lock(&core.logins).sessions.remove(cookie);
    }
    Response::see_other("/login.do").with_header("Set-Cookie", &format!("{COOKIE}=; Path=/; Max-Age=0"))
}

/// Only paths of this instance are followed after a login.
fn local(uri: &str) -> String {
    let safe = uri.starts_with('/') && !uri.starts_with("//") && !uri.contains(['\\', '\r', '\n']);
    if safe { uri.to_owned() } else { "/".to_owned() }
}

fn page(next: &str, error: Option<&str>) -> String {
    let error = error.map_or_else(String::new, |text| {
        format!("<p class=\"message error\" role=\"alert\">{}</p>", escape(text))
    });
    let body = format!(
        "<main class=\"login\"><h1>Log in</h1>{error}\
         <form method=\"post\" action=\"/login.do\">\
         <label for=\"user_name\">User name</label>\
         <input id=\"user_name\" name=\"user_name\" autocomplete=\"username\" autofocus required>\
         <label for=\"user_password\">Password</label>\
         <input id=\"user_password\" name=\"user_password\" type=\"password\" autocomplete=\"current-password\" required>\
         <input type=\"hidden\" name=\"sysparm_uri\" value=\"{}\">\
         <button id=\"sysverb_login\" class=\"primary\" type=\"submit\">Log in</button></form></main>",
        escape(&local(next))
    );
    layout::bare("Log in", &body)
}

/// What a developer instance that sleeps answers to everything, services included: 200 and a page.
pub fn hibernating() -> Response {
    let body = "<main class=\"login\"><h1>Your instance is hibernating</h1>\
        <p>Sign in to the developer site to wake it.</p></main>";
    Response::html(200, layout::bare("Instance Hibernating page", body))
}

/// `POST /oauth_token.do`: client credentials, form-encoded.
pub fn oauth_token(core: &Arc<Core>, request: &Request) -> Response {
    let refuse = |status: u16, error: &str, description: &str| {
        Response::json(
            status,
            &json!({ "error": error, "error_description": description }),
        )
    };
    if request.method != "POST" {
        return refuse(405, "invalid_request", "only POST");
    }
    if request.content_type() != "application/x-www-form-urlencoded" {
        return refuse(401, "server_error", "access_denied");
    }
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    if field("grant_type") != "client_credentials" {
        core.refuse(&format!("OAuth grant type {:?}", field("grant_type")));
        return refuse(
            401,
            "unsupported_grant_type",
            "only client_credentials is emulated",
        );
    }
    let client = lock(&core.logins).clients.get(field("client_id")).cloned();
    let user = match client {
        Some(client) if client.secret == secret_digest(field("client_id"), field("client_secret")) => {
            client.user
        }
        _ => return refuse(401, "server_error", "access_denied"),
    };
    let (Ok(first), Ok(second)) = (random_id(), random_id()) else {
        return refuse(500, "server_error", "no randomness");
    };
    let token = format!("{first}{second}");
    lock(&core.logins)
        .tokens
        .insert(token.clone(), (user, core.now_millis() + TOKEN_SECONDS * 1000));
    Response::json(
        200,
        &json!({ "access_token": token, "scope": "useraccount", "token_type": "Bearer", "expires_in": TOKEN_SECONDS }),
    )
    .with_header("Cache-Control", "no-store")
}
