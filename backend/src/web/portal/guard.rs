//! What keeps others out of a requester's session: the cookie, the form token, and the origin of a form.

use warp::http::{HeaderMap, HeaderValue, header};

use super::form::Form;
use super::refusal::Refusal;
use crate::keys::{Keys, equal, sha256_hex};
use crate::service::error::LinkProblem;
use crate::verification::grant::GRANT_SECONDS;
use crate::verification::state::SESSION_SECONDS;

/// `__Host-`: only over HTTPS, only from this host, for all its paths.
const COOKIE: &str = "__Host-imper_session";
/// Names this browser over the years, so that the requester's own device is recognised and one device that serves many
/// requesters is noticed. Random, of no meaning outside this host, never read by a script, and set only at Begin: a
/// scanner that opens links gets none. The database holds a keyed digest of it.
const DEVICE_COOKIE: &str = "__Host-imper_device";
/// 400 days, the most that browsers allow.
const DEVICE_SECONDS: u32 = 400 * 86_400;
/// The hidden field that carries the form token.
pub const TOKEN_FIELD: &str = "form_token";
/// Digits of the cookie's secret.
const SECRET_DIGITS: usize = 64;

/// The cookie outlives the checks by the time in which the action can be performed; what it opens, the service decides.
const COOKIE_SECONDS: i64 = SESSION_SECONDS + GRANT_SECONDS;

/// The `Set-Cookie` header of a session that has just begun.
///
/// `SameSite=Strict` works after a link from a mail, because the session begins with a form of our own page; and a
/// requester who comes back through the mail again finds a link to `/verify`, which is of the same site.
pub fn set_cookie(secret: &str) -> Option<HeaderValue> {
    let text =
        format!("{COOKIE}={secret}; Path=/; Max-Age={COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&text).ok()
}

/// The `Set-Cookie` header that names this browser for the next time.
pub fn set_device_cookie(secret: &str) -> Option<HeaderValue> {
    let text = format!(
        "{DEVICE_COOKIE}={secret}; Path=/; Max-Age={DEVICE_SECONDS}; Secure; HttpOnly; SameSite=Strict"
    );
    HeaderValue::from_str(&text).ok()
}

/// The secret of this browser's session, if it holds one.
pub fn session(headers: &HeaderMap) -> Option<String> {
    secret(headers, COOKIE)
}

/// The secret that names this browser, if it has one.
pub fn device(headers: &HeaderMap) -> Option<String> {
    secret(headers, DEVICE_COOKIE)
}

fn secret(headers: &HeaderMap, name: &str) -> Option<String> {
    let secret = cookie(headers, name)?;
    let well_formed = secret.len() == SECRET_DIGITS && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    well_formed.then(|| secret.to_owned())
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = values
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// The token that forms of a session carry.
pub fn form_token(keys: &Keys, session: &str) -> String {
    keys.form_token(&sha256_hex(session.as_bytes()))
}

/// The session of a posted form, if the form was made for it.
pub fn posted_session(headers: &HeaderMap, form: &Form, keys: &Keys) -> Result<String, Refusal> {
    let session = session(headers).ok_or(LinkProblem::NoSession)?;
    if equal(form.get(TOKEN_FIELD), &form_token(keys, &session)) {
        Ok(session)
    } else {
        Err(Refusal::StaleForm)
    }
}

/// True when a browser says that another site sent the form.
///
/// Our pages forbid the referrer, for which browsers write `Origin: null`. That is let through: the form token, or the
/// secret in the path, still stands in the way of whoever sends it.
pub fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    let is_other = |name: &str, own: &[&str]| {
        headers
            .get(name)
            .is_some_and(|value| !own.iter().any(|own| value == own))
    };
    is_other("sec-fetch-site", &["same-origin", "none"]) || is_other("origin", &["null", public_url])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let own = "https://verify.example.com";
        let foreign = |pairs| is_foreign(&headers(pairs), own);
        assert!(!foreign(&[]));
        assert!(!foreign(&[
            ("origin", "https://verify.example.com"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!foreign(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(foreign(&[("origin", "https://evil.example")]));
        assert!(foreign(&[("origin", "null"), ("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("sec-fetch-site", "same-site")]));
        assert!(foreign(&[("origin", "https://verify.example.com.evil.example")]));
    }

    #[test]
    fn the_cookie_is_found_among_others_and_must_look_like_ours() {
        let secret = "ab".repeat(32);
        let mut map = HeaderMap::new();
        assert_eq!(session(&map), None);
        map.append(
            header::COOKIE,
            format!("a=b; {COOKIE}={secret}; c=d").parse().unwrap(),
        );
        assert_eq!(session(&map), Some(secret));
        assert_eq!(
            session(&headers(&[("cookie", "__Host-imper_session=short")])),
            None
        );
    }
}
