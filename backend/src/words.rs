//! Small words for sentences that people read.

use std::fmt::Display;

/// A number with its noun: `1 verification`, `2 verifications`.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let noun = if number == N::from(1) { one } else { many };
    format!("{number} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_several() {
        assert_eq!(counted(0_u32, "key", "keys"), "0 keys");
        assert_eq!(counted(1_usize, "key", "keys"), "1 key");
        assert_eq!(counted(3_u64, "key", "keys"), "3 keys");
    }
}
