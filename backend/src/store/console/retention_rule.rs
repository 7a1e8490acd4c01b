//! How long things are kept, where administrators have changed it.

use rusqlite::{OptionalExtension as _, Transaction, params};
use shared::words::UnixMillis;

use crate::config::Retention;
use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// What was saved for an instance.
pub fn find(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Option<Retention>, StoreError> {
    let sql = "SELECT addresses_days, personal_days, evidence_days, origins_days, messages_days, audit_days
        FROM retention_rule WHERE instance = ?1";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([instance.as_str()], |row| {
            Ok(Retention {
                addresses_days: row.get(0)?,
                personal_days: row.get(1)?,
                evidence_days: row.get(2)?,
                origins_days: row.get(3)?,
                messages_days: row.get(4)?,
                audit_days: row.get(5)?,
            })
        })
        .optional()?)
}

/// Saves rules in place of what was saved before.
pub fn put(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    rules: &Retention,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO retention_rule (instance, addresses_days, personal_days, evidence_days,
        origins_days, messages_days, audit_days, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = params![
        instance.as_str(),
        rules.addresses_days,
        rules.personal_days,
        rules.evidence_days,
        rules.origins_days,
        rules.messages_days,
        rules.audit_days,
        at.0
    ];
    exactly_one(
        "save the rules of retention",
        tx.prepare_cached(sql)?.execute(values)?,
    )
}

/// Back to the configuration. False if nothing was saved.
pub fn remove(tx: &Transaction<'_>, instance: &InstanceId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM retention_rule WHERE instance = ?1";
    Ok(tx.prepare_cached(sql)?.execute([instance.as_str()])? > 0)
}
