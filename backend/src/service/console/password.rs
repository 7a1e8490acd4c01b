//! Passwords of local users: argon2id (OWASP: 19 MiB, two passes, one lane), off the async threads, and only a few at
//! a time, so that a flood of sign-ins costs bounded memory.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

/// Memory of one hash in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;

/// Passwords have so many characters.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;
/// A password made of fewer different characters is a pattern.
const MIN_DIFFERENT: usize = 5;
/// Longer input is not even hashed: no password that was accepted has more bytes.
const MAX_BYTES: usize = 4 * 128;

/// Hashes that run at the same time: one per core of the machine this is measured on, 38 MiB in all.
static RUNNING: Semaphore = Semaphore::const_new(2);
/// Sign-ins that may wait for their turn. More are turned away instead of queueing up.
static WAITING: Semaphore = Semaphore::const_new(32);

/// Why a password cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Too short or too long.
    #[error("a password has 12 to 128 characters")]
    Length,
    /// A pattern.
    #[error("a password has at least {MIN_DIFFERENT} different characters")]
    Pattern,
    /// The user's name is in it.
    #[error("a password does not contain the user name")]
    ContainsName,
}

/// Hashing did not take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many others are waiting.
    #[error("too many sign-ins are waiting")]
    Busy,
    /// The library refused, or its thread ended.
    #[error("the password could not be hashed")]
    Failed,
}

/// Checks a password that is being chosen.
pub fn check(password: &str, name: &str) -> Result<(), PasswordProblem> {
    if !LENGTH.contains(&password.chars().count()) {
        return Err(PasswordProblem::Length);
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if different.len() < MIN_DIFFERENT {
        return Err(PasswordProblem::Pattern);
    }
    // One or two letters of a name may stand in any good password.
    if name.chars().count() > 2 && password.to_lowercase().contains(&name.to_lowercase()) {
        return Err(PasswordProblem::ContainsName);
    }
    Ok(())
}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string of a password.
pub async fn hash(password: SecretString, salt: [u8; 16]) -> Result<String, HashError> {
    blocking(move || {
        let hash = argon2()?.hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|_| HashError::Failed)
    })
    .await
}

/// Whether the password belongs to the hash. Without a hash (nobody has that name) the same work is done for nothing.
pub async fn verify(password: SecretString, hash: Option<String>) -> Result<bool, HashError> {
    if password.expose_secret().len() > MAX_BYTES {
        return Ok(false);
    }
    blocking(move || {
        let password = password.expose_secret().as_bytes();
        if let Some(hash) = hash {
            let hash = PasswordHash::new(&hash).map_err(|_| HashError::Failed)?;
            return Ok(Argon2::default().verify_password(password, &hash).is_ok());
        }
        argon2()?
            .hash_password_with_salt(password, &[0; 16])
            .map_err(|_| HashError::Failed)?;
        Ok(false)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    let _place = WAITING.try_acquire().map_err(|_| HashError::Busy)?;
    let turn = RUNNING.acquire().await.map_err(|_| HashError::Failed)?;
    let task = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, not with the caller: a request that was dropped still hashes to its end.
        let _turn = turn;
        work()
    });
    task.await.map_err(|_| HashError::Failed)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_patterned_and_named_passwords_are_refused() {
        assert_eq!(check("elevenchars", "ada"), Err(PasswordProblem::Length));
        assert_eq!(check(&"abcdefg".repeat(19), "ada"), Err(PasswordProblem::Length));
        assert_eq!(check("abababababab", "x"), Err(PasswordProblem::Pattern));
        assert_eq!(
            check("Ada.Lovelace-1815", "ada.lovelace"),
            Err(PasswordProblem::ContainsName)
        );
        assert_eq!(check("correct horse battery", "ada.lovelace"), Ok(()));
        assert_eq!(check("пароль-из-слов", "ada"), Ok(()));
    }

    #[tokio::test]
    async fn a_password_is_hashed_with_argon2id_and_recognised() {
        let hash = hash("correct horse battery".into(), [7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(
            verify("correct horse battery".into(), Some(hash.clone())).await,
            Ok(true)
        );
        assert_eq!(
            verify("correct horse batterz".into(), Some(hash)).await,
            Ok(false)
        );
        assert_eq!(verify("correct horse battery".into(), None).await, Ok(false));
    }
}
