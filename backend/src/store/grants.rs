//! Grants: the aggregate as JSON, with the columns that the spending statement and the sweep ask for.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::{ActionState, UnixMillis};

use super::{StoreError, exactly_one, from_json, to_json};
use crate::verification::grant::{Binding, Grant, MAX_ATTEMPTS, ReceiptId};
use crate::verification::{InstanceId, VerificationId};

fn read(body: &str) -> Result<Grant, StoreError> {
    from_json("grant", body)
}

fn body(row: &Row<'_>) -> rusqlite::Result<String> {
    row.get(0)
}

/// Adds the grant of a verification that has none yet.
pub fn add(tx: &Transaction<'_>, grant: &Grant) -> Result<(), StoreError> {
    let sql = "INSERT INTO action_grant (verification_id, instance, ticket_table, ticket_sys_id, requester_sys_id, action,
            state, is_open, attempts, expires_at, wakes_at, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let binding = &grant.binding;
    let affected = tx.prepare_cached(sql)?.execute(params![
        binding.verification.as_str(),
        binding.instance.as_str(),
        binding.ticket_table,
        binding.ticket_sys_id,
        binding.requester,
        binding.action.as_str(),
        grant.word().as_str(),
        grant.is_open(),
        grant.attempts,
        grant.expires_at.0,
        grant.wakes_at().map(|at| at.0),
        to_json("grant", grant)?,
    ])?;
    exactly_one("add a grant", affected)
}

/// Spends a grant in one statement, which looks at everything again by itself: what the grant is good for, that it is
/// unspent, and its time. Returns `false` if any of that does not hold; then nothing has changed.
pub fn spend(tx: &Transaction<'_>, spent: &Grant, now: UnixMillis) -> Result<bool, StoreError> {
    let sql =
        "UPDATE action_grant SET state = ?7, is_open = 1, attempts = attempts + 1, wakes_at = ?8, body = ?9
        WHERE verification_id = ?1 AND instance = ?2 AND ticket_table = ?3 AND ticket_sys_id = ?4
          AND requester_sys_id = ?5 AND action = ?6
          AND is_open = 1 AND state IN (?10, ?11) AND attempts < ?12 AND attempts = ?13 - 1 AND expires_at > ?14";
    let binding = &spent.binding;
    let affected = tx.prepare_cached(sql)?.execute(params![
        binding.verification.as_str(),
        binding.instance.as_str(),
        binding.ticket_table,
        binding.ticket_sys_id,
        binding.requester,
        binding.action.as_str(),
        spent.word().as_str(),
        spent.wakes_at().map(|at| at.0),
        to_json("grant", spent)?,
        ActionState::Granted.as_str(),
        ActionState::Failed.as_str(),
        MAX_ATTEMPTS,
        spent.attempts,
        now.0,
    ])?;
    Ok(affected == 1)
}

/// Writes a changed grant back, if it still stands where it was read.
pub fn update(tx: &Transaction<'_>, before: &Grant, grant: &Grant) -> Result<(), StoreError> {
    let sql = "UPDATE action_grant SET state = ?4, is_open = ?5, attempts = ?6, expires_at = ?7, wakes_at = ?8, body = ?9
        WHERE verification_id = ?1 AND instance = ?2 AND state = ?3";
    let affected = tx.prepare_cached(sql)?.execute(params![
        grant.binding.verification.as_str(),
        grant.binding.instance.as_str(),
        before.word().as_str(),
        grant.word().as_str(),
        grant.is_open(),
        grant.attempts,
        grant.expires_at.0,
        grant.wakes_at().map(|at| at.0),
        to_json("grant", grant)?,
    ])?;
    exactly_one("update a grant", affected)
}

/// The grant of a verification, if it has one.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
) -> Result<Option<Grant>, StoreError> {
    let sql = "SELECT body FROM action_grant WHERE verification_id = ?1 AND instance = ?2";
    let found = tx
        .prepare_cached(sql)?
        .query_row(params![verification.as_str(), instance.as_str()], body)
        .optional()?;
    found.as_deref().map(read).transpose()
}

/// Open grants of a requester or of a ticket.
pub fn list_open(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    requester: &str,
    ticket: (&str, &str),
) -> Result<Vec<Grant>, StoreError> {
    let sql = "SELECT body FROM action_grant WHERE instance = ?1 AND is_open = 1
          AND (requester_sys_id = ?2 OR (ticket_table = ?3 AND ticket_sys_id = ?4))";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), requester, ticket.0, ticket.1], body)?;
    rows.map(|row| read(&row?)).collect()
}

/// Grants that have run out or whose execution was interrupted, at most `limit`.
pub fn list_waking(
    tx: &Transaction<'_>,
    now: UnixMillis,
    limit: u32,
) -> Result<Vec<(InstanceId, VerificationId)>, StoreError> {
    let sql =
        "SELECT instance, verification_id FROM action_grant WHERE wakes_at IS NOT NULL AND wakes_at <= ?1
        ORDER BY wakes_at LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.0, limit], |row| {
        let (instance, id): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(InstanceId::parse(&instance).zip(VerificationId::parse(&id)))
    })?;
    rows.filter_map(|row| row.map_err(StoreError::from).transpose())
        .collect()
}

/// When the next grant wakes, if any does.
pub fn next_waking(tx: &Transaction<'_>) -> Result<Option<UnixMillis>, StoreError> {
    let sql = "SELECT MIN(wakes_at) FROM action_grant WHERE wakes_at IS NOT NULL";
    let next: Option<i64> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(next.map(UnixMillis))
}

/// Remembers which verification an execution belongs to.
pub fn add_receipt(
    tx: &Transaction<'_>,
    binding: &Binding,
    receipt: &ReceiptId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO action_receipt (receipt, instance, verification_id, started_at) VALUES (?1, ?2, ?3, ?4)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        receipt.as_str(),
        binding.instance.as_str(),
        binding.verification.as_str(),
        at.0
    ])?;
    exactly_one("add a receipt", affected)
}

/// The verification that an execution belongs to.
pub fn find_receipt(
    tx: &Transaction<'_>,
    receipt: &ReceiptId,
) -> Result<Option<(InstanceId, VerificationId)>, StoreError> {
    let sql = "SELECT instance, verification_id FROM action_receipt WHERE receipt = ?1";
    let found: Option<(String, String)> = tx
        .prepare_cached(sql)?
        .query_row([receipt.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(instance, id)| InstanceId::parse(&instance).zip(VerificationId::parse(&id))))
}

/// Registers the link of a notice.
pub fn add_alarm(
    tx: &Transaction<'_>,
    binding: &Binding,
    token_digest: &str,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO alarm_link (token_digest, instance, verification_id, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?.execute(params![
        token_digest,
        binding.instance.as_str(),
        binding.verification.as_str(),
        expires_at.0
    ])?;
    Ok(())
}

/// The link of a notice.
pub struct Alarm {
    /// Its tenant.
    pub instance: InstanceId,
    /// What it is about.
    pub verification: VerificationId,
    /// From when on it opens nothing.
    pub expires_at: UnixMillis,
    /// When it was used.
    pub used_at: Option<UnixMillis>,
}

/// The link with this digest.
pub fn find_alarm(tx: &Transaction<'_>, token_digest: &str) -> Result<Option<Alarm>, StoreError> {
    let sql = "SELECT instance, verification_id, expires_at, used_at FROM alarm_link WHERE token_digest = ?1";
    let found: Option<(String, String, i64, Option<i64>)> = tx
        .prepare_cached(sql)?
        .query_row([token_digest], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(found.and_then(|(instance, id, expires_at, used_at)| {
        Some(Alarm {
            instance: InstanceId::parse(&instance)?,
            verification: VerificationId::parse(&id)?,
            expires_at: UnixMillis(expires_at),
            used_at: used_at.map(UnixMillis),
        })
    }))
}

/// Spends every link of a notice of this verification that is still unused. Returns how many there were.
pub fn spend_alarms(
    tx: &Transaction<'_>,
    verification: &VerificationId,
    at: UnixMillis,
) -> Result<usize, StoreError> {
    let sql = "UPDATE alarm_link SET used_at = ?2 WHERE verification_id = ?1 AND used_at IS NULL";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![verification.as_str(), at.0])?)
}

#[cfg(test)]
mod tests;
