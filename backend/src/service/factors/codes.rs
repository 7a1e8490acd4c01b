//! A set of recovery codes, made and hashed before the transaction that keeps it.

use rusqlite::Transaction;

use super::super::{Service, ServiceError};
use super::{FactorError, owner};
use crate::identity::recovery::{CODE_BYTES, SALT_BYTES, hash, read, write};
use crate::keys::hex;
use crate::ports::random;
use crate::store::factors::{Enrolment, recovery};
use crate::verification::Verification;
use crate::verification::checks::recovery_code::CODES;

/// A set that is not kept yet.
pub(in crate::service) struct Set {
    /// As they are shown, once.
    pub codes: Vec<String>,
    /// Their hashes, in the same order.
    pub hashes: Vec<[u8; 32]>,
    /// The salt of the set.
    pub salt: [u8; SALT_BYTES],
}

/// Makes a set.
pub(in crate::service) async fn make(service: &Service) -> Result<Set, ServiceError> {
    let entropy = service.entropy.as_ref();
    let codes = (0..CODES)
        .map(|_| random::<CODE_BYTES>(entropy).map(write))
        .collect::<Result<Vec<_>, _>>()?;
    let salt = random::<SALT_BYTES>(entropy)?;
    let plain = codes.iter().filter_map(|code| read(code)).collect();
    let hashes = hash(plain, salt).await.map_err(FactorError::from)?;
    Ok(Set { codes, hashes, salt })
}

/// Keeps a set; the earlier one is of no use from then on.
pub(super) fn keep(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    enrolment: &Enrolment,
    set: &Set,
) -> Result<(), ServiceError> {
    let (keys, instance) = (&service.config.keys, of.instance.as_str());
    let digests: Vec<String> = set
        .hashes
        .iter()
        .map(|hash| keys.recovery_digest(instance, &of.requester.sys_id, hash))
        .collect();
    Ok(recovery::put(
        tx,
        owner(of),
        enrolment,
        &hex(&set.salt),
        &digests,
    )?)
}

/// The salt that is kept in hex.
pub(in crate::service) fn salt_from(text: &str) -> Option<[u8; SALT_BYTES]> {
    let mut salt = [0; SALT_BYTES];
    if text.len() != 2 * SALT_BYTES {
        return None;
    }
    for (place, byte) in salt.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(salt)
}
