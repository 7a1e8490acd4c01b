//! Which language a page is written in, and the switch on every page. It is a form, so that it works without scripts
//! and so that a mail scanner, which follows links, switches nothing.

use warp::http::{HeaderMap, HeaderValue, header};
use warp::reply::Response;

use super::form::Form;
use super::{Route, guard};
use crate::locale::Locale;
use crate::web::html;

/// Remembers the choice in this browser for the time of a link and its session. `Lax`, so that it holds when a link in
/// a mail is opened again.
const COOKIE: &str = "__Host-imper_language";
/// A day: the longest life of a link.
const SECONDS: u32 = 86_400;

/// What the reader chose with the switch, else what the browser asks for.
pub fn wanted(headers: &HeaderMap) -> Option<Locale> {
    let chosen = guard::cookie(headers, COOKIE).and_then(Locale::from_tag);
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Locale::accepted(header)
    };
    chosen.or_else(accepted)
}

/// Where the switch leads back to: the page with the same question, whatever path the page was answered under.
pub fn way_back(path: &str) -> String {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic());
    match Route::parse(path).filter(|_| is_plain) {
        Some(Route::Landing(token) | Route::Begin(token)) => format!("/v/{token}"),
        Some(Route::RefuseLink(token)) => format!("/v/{token}/not-me"),
        Some(Route::Alarm(token)) => format!("/alarm/{token}"),
        Some(Route::Factors(path)) => path.way_back(),
        Some(Route::OtherWay) => "/verify/other".to_owned(),
        Some(Route::Approval(token)) => format!("/approve/{token}"),
        Some(Route::RefuseSession) => "/verify/not-me".to_owned(),
        _ => "/verify".to_owned(),
    }
}

/// The switch. What cannot be read changes nothing.
pub fn switch(form: &Form) -> Response {
    let mut response = html::see_other(&way_back(form.get("back")));
    let cookie = Locale::from_tag(form.get("language")).and_then(|locale| {
        let tag = locale.tag();
        let text = format!("{COOKIE}={tag}; Path=/; Max-Age={SECONDS}; Secure; HttpOnly; SameSite=Lax");
        HeaderValue::from_str(&text).ok()
    });
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
