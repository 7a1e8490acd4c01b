//! Forms, read so that bad input becomes a page and never a rejection.

use warp::http::{HeaderMap, HeaderName, header};

use crate::keys::sha256_hex;
use crate::verification::ClientFacts;

/// More fields than any form of ours has; the rest is not read.
const MAX_FIELDS: usize = 24;
/// The longest `User-Agent` that is kept, in characters.
const MAX_USER_AGENT: usize = 400;
/// The longest `Accept-Language` that is kept, in characters.
const MAX_LANGUAGE: usize = 200;
/// The longest name in the time zone database has 32 characters.
const MAX_TIME_ZONE: usize = 64;
/// The longest `navigator.platform` that is kept, in characters.
const MAX_PLATFORM: usize = 40;
/// The longest WebGL renderer that is kept, in characters.
const MAX_RENDERER: usize = 200;
/// Clocks on Earth are at most 14 hours from UTC.
const MAX_OFFSET_MINUTES: i32 = 14 * 60;

/// The fields of a posted form.
pub struct Form(Vec<(String, String)>);

impl Drop for Form {
    fn drop(&mut self) {
        // One of the fields may be a password.
        for (_, value) in &mut self.0 {
            zeroize::Zeroize::zeroize(value);
        }
    }
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`; anything else is a form without the fields one looks for.
    pub fn parse(body: &[u8]) -> Self {
        Self(
            url::form_urlencoded::parse(body)
                .into_owned()
                .take(MAX_FIELDS)
                .collect(),
        )
    }

    /// The first value of a field, empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }
}

/// A header as text, cut; whatever it holds is readable.
fn header_text(headers: &HeaderMap, name: HeaderName, most: usize) -> String {
    let bytes = headers.get(name).map_or(&[][..], |value| value.as_bytes());
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|letter| !letter.is_control())
        .take(most)
        .collect()
}

/// Tells browsers apart without keeping more than needed.
pub fn device_digest(headers: &HeaderMap) -> String {
    sha256_hex(header_text(headers, header::USER_AGENT, MAX_USER_AGENT).as_bytes())
}

/// What the browser tells about itself at Begin.
pub fn client_facts(headers: &HeaderMap, form: &Form) -> ClientFacts {
    let time_zone = form.get("time_zone");
    let is_zone = time_zone.len() <= MAX_TIME_ZONE
        && time_zone
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
    let offset = form.get("utc_offset").parse::<i32>().ok();
    ClientFacts {
        user_agent: header_text(headers, header::USER_AGENT, MAX_USER_AGENT),
        device_digest: device_digest(headers),
        accept_language: header_text(headers, header::ACCEPT_LANGUAGE, MAX_LANGUAGE),
        script_ran: form.get("script_ran") == "1",
        webdriver: form.get("webdriver") == "1",
        time_zone: if is_zone {
            time_zone.to_owned()
        } else {
            String::new()
        },
        utc_offset_minutes: offset.filter(|minutes| minutes.abs() <= MAX_OFFSET_MINUTES),
        platform: cut(form.get("platform"), MAX_PLATFORM),
        hinted_platform: header_text(
            headers,
            HeaderName::from_static("sec-ch-ua-platform"),
            MAX_PLATFORM,
        )
        .trim_matches('"')
        .to_owned(),
        hinted_brands: header_text(headers, HeaderName::from_static("sec-ch-ua"), MAX_LANGUAGE),
        touch_points: form.get("touch_points").parse().ok(),
        renderer: cut(form.get("renderer"), MAX_RENDERER),
        window_without_size: form.get("window_size") == "0",
    }
}

/// A field as text, cut; whatever it holds is readable.
fn cut(text: &str, most: usize) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn signals_are_read_cut_and_checked() {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, "x".repeat(1000).parse().unwrap());
        headers.insert(header::ACCEPT_LANGUAGE, "de-AT,de;q=0.9".parse().unwrap());
        let form = Form::parse(b"time_zone=Europe%2FVienna&utc_offset=-60&webdriver=1&script_ran=1");
        let facts = client_facts(&headers, &form);
        assert_eq!(
            (facts.user_agent.len(), facts.accept_language.as_str()),
            (400, "de-AT,de;q=0.9")
        );
        assert_eq!(
            (facts.time_zone.as_str(), facts.utc_offset_minutes),
            ("Europe/Vienna", Some(-60))
        );
        assert!(facts.script_ran && facts.webdriver);
        assert_eq!(facts.device_digest, sha256_hex("x".repeat(400).as_bytes()));
    }

    #[test]
    fn garbled_signals_are_as_good_as_none() {
        let form = Form::parse(b"time_zone=%3Cscript%3E&utc_offset=99999&script_ran=yes");
        let facts = client_facts(&HeaderMap::new(), &form);
        assert_eq!(
            facts,
            ClientFacts {
                device_digest: sha256_hex(b""),
                ..ClientFacts::default()
            }
        );
    }

    proptest! {
        #[test]
        fn reading_any_body_never_panics(body: Vec<u8>) {
            client_facts(&HeaderMap::new(), &Form::parse(&body));
        }
    }
}
