//! The console's cookies.

use warp::http::{HeaderMap, HeaderValue, header};
use warp::reply::Response;

/// Carries a session.
pub const SESSION: &str = "__Host-imper_console";
/// Ties the sign-in form to the browser that it was shown in.
pub const FORM: &str = "__Host-imper_console_form";

/// A cookie is 32 bytes in hex; anything else is none of ours.
const LENGTH: usize = 64;

/// `Lax`: the link to the details is opened from ServiceNow, and `Strict` would not send the cookie along. Whatever
/// changes something is a POST, which `Lax` keeps the cookie from when it comes from elsewhere.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The value of a cookie, if it has the form of one of ours.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| {
            *key == name && value.len() == LENGTH && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
        .map(|(_, value)| value)
}

/// Sets a cookie that ends with the browser.
pub fn set(response: &mut Response, name: &str, value: &str) {
    append(response, &format!("{name}={value}; {ATTRIBUTES}"));
}

/// Removes a cookie.
pub fn remove(response: &mut Response, name: &str) {
    append(response, &format!("{name}=; {ATTRIBUTES}; Max-Age=0"));
}

fn append(response: &mut Response, cookie: &str) {
    // Names, hex and attributes are all visible ASCII.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
