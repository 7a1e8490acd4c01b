//! Who called: `X-Twilio-Signature` (<https://www.twilio.com/docs/usage/security>).
//!
//! HMAC-SHA1 with the account's auth token over the URL that Twilio called, exactly as it called it, followed by every
//! form parameter, sorted by name, each name before its value; repeated values once, sorted. When the URL carries
//! `bodySHA256`, the parameters are left out and the body's SHA-256 must be that one (JSON bodies). The URL begins with
//! the configured public one: a proxy changes `Host` and scheme, and anybody can set them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Url, form_urlencoded};

use crate::keys::{equal, sha256_hex};

/// The header that carries it.
pub const HEADER: &str = "x-twilio-signature";
/// The query parameter that carries the hash of a body that is not a form.
const BODY_HASH: &str = "bodySHA256";

/// Was this request signed with `auth_token`? `origin` is scheme, host and perhaps port under which Twilio reaches us;
/// `target` is path and query as they arrived.
pub fn is_valid(auth_token: &SecretString, origin: &str, target: &str, body: &[u8], signature: &str) -> bool {
    let (parameters, body_fits) = match body_hash(target) {
        Some(hash) => (BTreeMap::new(), equal(&sha256_hex(body), &hash)),
        None => (parameters(body), true),
    };
    // Both are compared, so that the time taken tells nothing.
    let fitting = origins(origin)
        .iter()
        .filter(|origin| {
            let url = format!("{origin}{target}");
            equal(&sign(auth_token, &url, &parameters), signature)
        })
        .count();
    body_fits && fitting > 0
}

/// Parameters of a form body, by name.
pub fn parameters(body: &[u8]) -> BTreeMap<String, BTreeSet<String>> {
    let mut parameters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        parameters
            .entry(name.into_owned())
            .or_default()
            .insert(value.into_owned());
    }
    parameters
}

fn body_hash(target: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == BODY_HASH)
        .map(|(_, value)| value.into_owned())
}

/// Twilio signs with or without the port, depending on the product: its own libraries try both.
fn origins(origin: &str) -> Vec<String> {
    let Ok(url) = Url::parse(origin) else {
        return Vec::new();
    };
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    let mut origins = vec![format!("{scheme}://{host}")];
    origins.extend(
        url.port_or_known_default()
            .map(|port| format!("{scheme}://{host}:{port}")),
    );
    origins
}

fn sign(auth_token: &SecretString, url: &str, parameters: &BTreeMap<String, BTreeSet<String>>) -> String {
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        auth_token.expose_secret().as_bytes(),
    );
    let mut context = hmac::Context::with_key(&key);
    context.update(url.as_bytes());
    for (name, values) in parameters {
        for value in values {
            context.update(name.as_bytes());
            context.update(value.as_bytes());
        }
    }
    STANDARD.encode(context.sign().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Twilio's security page.
    #[test]
    fn the_published_example_fits() {
        let body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
        let check = |token: &str, origin, target, body: &str, signature| {
            is_valid(&token.into(), origin, target, body.as_bytes(), signature)
        };
        let (origin, target) = ("https://mycompany.com", "/myapp.php?foo=1&bar=2");
        let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        assert!(check("12345", origin, target, body, signature));
        assert!(!check("12346", origin, target, body, signature));
        assert!(!check(
            "12345",
            "https://yourcompany.com",
            target,
            body,
            signature
        ));
        assert!(!check("12345", "http://mycompany.com", target, body, signature));
        assert!(!check("12345", origin, "/myapp.php?bar=2&foo=1", body, signature));
        assert!(!check(
            "12345",
            origin,
            target,
            &body.replace("1234&", "1235&"),
            signature
        ));
        assert!(!check(
            "12345",
            origin,
            target,
            body,
            "RSOYDt4T1cUTdK1PDd93/VVr8B8"
        ));
        assert!(!check("12345", origin, target, body, ""));
    }
}
