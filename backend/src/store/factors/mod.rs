//! What requesters enrolled to prove who they are: passkeys, an authenticator app, recovery codes. One module each;
//! here is what they share.

pub mod apps;
pub mod challenges;
pub mod notices;
pub mod passkeys;
pub mod recovery;

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::verification::enrolment::Factor;
use crate::verification::{InstanceId, Verification, VerificationId};

/// Whose factors: one person of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The tenant.
    pub instance: &'a InstanceId,
    /// `sys_user.sys_id` of the person.
    pub requester: &'a str,
}

/// One enrolment, by which evidence, messages and alarms name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// `ENR` and 32 hex digits.
    pub id: String,
    /// What was enrolled.
    pub factor: Factor,
    /// When.
    pub at: UnixMillis,
}

/// Notes an enrolment that the pass `of` allows.
pub fn add_enrolment(
    tx: &Transaction<'_>,
    of: &Verification,
    enrolment: &Enrolment,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO enrolment (id, instance, requester_sys_id, verification_id, factor, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        enrolment.id,
        of.instance.as_str(),
        of.requester.sys_id,
        of.id.as_str(),
        enrolment.factor.as_str(),
        enrolment.at.0,
    ])?;
    exactly_one("note an enrolment", affected)
}

/// How many enrolments a pass has led to.
pub fn count_enrolments(tx: &Transaction<'_>, of: &Verification) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM enrolment WHERE verification_id = ?1 AND instance = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![of.id.as_str(), of.instance.as_str()], |row| row.get(0))?)
}

/// The verification in which something was enrolled, by the enrolment's name.
pub fn find_enrolment(
    tx: &Transaction<'_>,
    id: &str,
) -> Result<Option<(InstanceId, VerificationId)>, StoreError> {
    let sql = "SELECT instance, verification_id FROM enrolment WHERE id = ?1";
    let found: Option<(String, String)> = tx
        .prepare_cached(sql)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(instance, id)| InstanceId::parse(&instance).zip(VerificationId::parse(&id))))
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Names of the removed enrolments of passkeys.
    pub passkeys: Vec<String>,
    /// … of authenticator apps.
    pub apps: Vec<String>,
    /// … of sets of recovery codes.
    pub recovery: Vec<String>,
}

impl Removed {
    /// True when there was nothing to remove.
    pub const fn is_empty(&self) -> bool {
        self.passkeys.is_empty() && self.apps.is_empty() && self.recovery.is_empty()
    }
}

/// Removes what a person enrolled after the pass `of`, and everything that they enrolled at or after `since`.
pub fn remove(
    tx: &Transaction<'_>,
    owner: Owner<'_>,
    of: &VerificationId,
    since: Option<UnixMillis>,
) -> Result<Removed, StoreError> {
    let remove = |table: &str| -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "DELETE FROM {table} WHERE instance = ?1 AND requester_sys_id = ?2 AND enrolment IN
                (SELECT id FROM enrolment WHERE verification_id = ?3 OR at >= ?4)
             RETURNING enrolment"
        );
        let since = since.map(|since| since.0);
        let mut statement = tx.prepare_cached(&sql)?;
        let rows = statement.query_map(
            params![owner.instance.as_str(), owner.requester, of.as_str(), since],
            |row| row.get(0),
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    Ok(Removed {
        passkeys: remove("passkey")?,
        apps: remove("authenticator_app")?,
        recovery: remove("recovery_set")?,
    })
}

#[cfg(test)]
mod tests;
