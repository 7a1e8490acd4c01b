//! JSON through the browser's own parser: `serde_json` would be 12 % of the field's size.

use js_sys::{Array, JSON, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};

/// Reads a JSON text; undefined when it is not JSON.
pub fn parse(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or(JsValue::UNDEFINED)
}

/// One part of an object; undefined when there is no such part or no object.
pub fn part(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A text inside an object; `None` when it is missing, empty or no text.
pub fn text(object: &JsValue, name: &str) -> Option<String> {
    part(object, name).as_string().filter(|text| !text.is_empty())
}

/// A whole number inside an object.
pub fn number(object: &JsValue, name: &str) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    part(object, name).as_f64().map(|number| number as i64)
}

/// The items of a list inside an object; `None` when it is no list.
pub fn items(object: &JsValue, name: &str) -> Option<Vec<JsValue>> {
    part(object, name).dyn_ref::<Array>().map(Array::to_vec)
}

/// A plain object of texts.
pub fn object(parts: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, text) in parts {
        // Setting a part of a new plain object cannot fail.
        _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(text));
    }
    object
}

/// A value as JSON.
pub fn write<T: Serialize>(value: &T) -> String {
    let value = serde_wasm_bindgen::to_value(value).unwrap_or_default();
    // What has been made from texts can always be written.
    JSON::stringify(&value).map(String::from).unwrap_or_default()
}
