//! Recovery codes: 80 random bits each, written so that they can be read from paper. Hashed with argon2id and a salt,
//! as secrets of fewer than 112 bits must be (ASVS 6.5.2; NIST SP 800-63B-4, 3.1.2.2), off the async threads and only a
//! few at a time.

use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Random bytes of one code.
pub const CODE_BYTES: usize = 10;
/// Characters of one code, without the hyphens between its groups.
pub const CODE_CHARS: usize = CODE_BYTES * 8 / 5;
/// Bytes of the salt.
pub const SALT_BYTES: usize = 16;
/// Crockford's base 32: no I, L, O or U, which are read as what they look like.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// OWASP's numbers for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Batches that are hashed at the same time: bounded memory, whatever is asked.
static RUNNING: Semaphore = Semaphore::const_new(2);

/// Hashing did not take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("recovery codes could not be hashed")]
pub struct HashError;

/// A code of random bytes: `7K3M-9QX2-A4TN-0PZW`.
pub fn write(random: [u8; CODE_BYTES]) -> String {
    let mut code = String::with_capacity(CODE_CHARS + 3);
    let mut bits = random
        .into_iter()
        .fold(0_u128, |bits, byte| bits << 8 | u128::from(byte));
    for place in 0..CODE_CHARS {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[(bits & 31) as usize]));
        bits >>= 5;
    }
    code
}

/// What was typed, in the form that is hashed; `None` if it cannot be a code. Case, hyphens, spaces and letters that look
/// like digits make no difference.
pub fn read(typed: &str) -> Option<String> {
    let letters = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && !"-‐‑–—".contains(*letter))
        .take(CODE_CHARS + 1);
    let read = |letter: char| {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        u8::try_from(letter)
            .is_ok_and(|byte| ALPHABET.contains(&byte))
            .then_some(letter)
    };
    let code = letters.map(read).collect::<Option<String>>()?;
    (code.len() == CODE_CHARS).then_some(code)
}

/// Hashes codes in the form of [`read`] with the salt of their set.
pub async fn hash(codes: Vec<String>, salt: [u8; SALT_BYTES]) -> Result<Vec<[u8; 32]>, HashError> {
    let turn = RUNNING.acquire().await.map_err(|_| HashError)?;
    let task = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, not with the caller: a request that was dropped still hashes to its end.
        let _turn = turn;
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|_| HashError)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = |code: &String| {
            let mut hash = [0; 32];
            let done = argon2.hash_password_into(code.as_bytes(), &salt, &mut hash);
            done.map(|()| hash).map_err(|_| HashError)
        };
        codes.iter().map(hash).collect()
    });
    task.await.map_err(|_| HashError)?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_code_reads_back_however_it_is_typed(random: [u8; CODE_BYTES]) {
            let code = write(random);
            let plain = code.replace('-', "");
            prop_assert_eq!(plain.len(), CODE_CHARS);
            prop_assert_eq!(read(&code), Some(plain.clone()));
            let sloppy = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(read(&sloppy), Some(plain));
        }

        #[test]
        fn reading_any_text_never_panics(text in ".{0,60}") {
            if let Some(code) = read(&text) {
                prop_assert_eq!(code.len(), CODE_CHARS);
            }
        }
    }

    #[test]
    fn all_eighty_bits_are_in_a_code() {
        let mut codes = std::collections::BTreeSet::new();
        for bit in 0..80 {
            let mut random = [0; CODE_BYTES];
            random[bit / 8] = 1 << (bit % 8);
            codes.insert(write(random));
        }
        assert_eq!(codes.len(), 80);
        assert_eq!(write([0; CODE_BYTES]), "0000-0000-0000-0000");
        for bad in [
            "",
            "7K3M-9QX2-A4TN-0PZ",
            "7K3M-9QX2-A4TN-0PZWW",
            "7K3M-9QX2-A4TN-0PZ!",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_hash_depends_on_code_and_salt() {
        let codes = vec!["A".repeat(CODE_CHARS), "B".repeat(CODE_CHARS)];
        let one = hash(codes.clone(), [1; SALT_BYTES]).await.unwrap();
        assert_eq!(one, hash(codes.clone(), [1; SALT_BYTES]).await.unwrap());
        assert_ne!(one[0], one[1]);
        assert_ne!(one[0], hash(codes, [2; SALT_BYTES]).await.unwrap()[0]);
    }
}
