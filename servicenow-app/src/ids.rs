//! Derived identifiers, so that the same source always yields the same records and an upgrade replaces them.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};

/// 32 hex digits of MD5. An identifier, not a protection: `sys_id`s only have to be unique and stable.
pub fn md5_hex(text: &str) -> String {
    let mut hex = String::with_capacity(32);
    for byte in Md5::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The `sys_id` of the record `key` of `table` in the app `scope`.
pub fn sys_id(scope: &str, table: &str, key: &str) -> String {
    md5_hex(&format!("{scope}\n{table}\n{key}"))
}

/// Java's `String.hashCode`, the form that `payload_hash` has in platform exports.
pub fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::{java_hash, sys_id};

    #[test]
    fn identifiers_are_stable_and_differ_by_every_part() {
        assert_eq!(sys_id("x_imper_verify", "sys_app", "x_imper_verify").len(), 32);
        assert_eq!(sys_id("a", "b", "c"), sys_id("a", "b", "c"));
        assert_ne!(sys_id("a", "b", "c"), sys_id("a", "bc", ""));
    }

    #[test]
    fn the_hash_is_the_one_of_java() {
        assert_eq!(java_hash("hello"), 99_162_322);
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
    }
}
