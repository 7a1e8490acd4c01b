//! The clock and the agent's way of writing times.

use js_sys::Date;
use shared::words::UnixMillis;
use wasm_bindgen::JsValue;

use super::json;
use crate::logic::words::time_locale;

/// The present moment by the agent's clock. Good for "3 minutes ago", never for deciding anything.
pub fn now() -> UnixMillis {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds fit for the next 285 000 years"
    )]
    UnixMillis(Date::now() as i64)
}

/// `10:42` on the same day, `22 Nov, 10:42` on another one.
pub fn short(at: UnixMillis) -> String {
    let date = date(at);
    let is_today = date.to_date_string() == Date::new_0().to_date_string();
    if is_today {
        format(&date, &[("hour", "2-digit"), ("minute", "2-digit")])
    } else {
        format(
            &date,
            &[
                ("day", "numeric"),
                ("month", "short"),
                ("hour", "2-digit"),
                ("minute", "2-digit"),
            ],
        )
    }
}

/// The whole of it, with its zone.
pub fn exact(at: UnixMillis) -> String {
    let parts = [
        ("weekday", "long"),
        ("day", "numeric"),
        ("month", "long"),
        ("year", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("second", "2-digit"),
        ("timeZoneName", "short"),
    ];
    format(&date(at), &parts)
}

/// For the `datetime` attribute.
pub fn machine(at: UnixMillis) -> String {
    let date = date(at);
    // `toISOString` throws on a date out of range; such a time is left out.
    if date.get_time().is_nan() {
        String::new()
    } else {
        String::from(date.to_iso_string())
    }
}

fn date(at: UnixMillis) -> Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact for any date that JavaScript can hold"
    )]
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// `Intl.DateTimeFormat` with these parts, in the browser's zone.
fn format(date: &Date, parts: &[(&str, &str)]) -> String {
    let language = web_sys::window()
        .and_then(|window| window.navigator().language())
        .unwrap_or_default();
    String::from(date.to_locale_string(time_locale(&language), &json::object(parts)))
}
