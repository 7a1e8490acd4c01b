//! Keys between an instance of ServiceNow and this service that were made in the console. Secrets are sealed before they
//! come here, and leave the table when their key ends.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Agent tokens, which the instance makes.
    Tokens,
    /// Events, which this service makes.
    Events,
}

impl Purpose {
    /// The stable form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Events => "events",
        }
    }

    /// Reads the stable form.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Tokens, Self::Events]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }
}

/// A key that is of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveKey {
    /// Its id.
    pub kid: String,
    /// Its secret, sealed.
    pub sealed: String,
    /// The only one that is valid, but for a new one; false for a new one, valid beside the one before.
    pub is_current: bool,
    /// When it was made.
    pub begun_at: UnixMillis,
    /// By whom.
    pub begun_by: String,
}

fn live_key(row: &Row<'_>) -> rusqlite::Result<LiveKey> {
    Ok(LiveKey {
        kid: row.get(0)?,
        sealed: row.get(1)?,
        is_current: row.get(2)?,
        begun_at: UnixMillis(row.get(3)?),
        begun_by: row.get(4)?,
    })
}

/// The keys of an instance that are of use, the newest first.
pub fn live(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    purpose: Purpose,
) -> Result<Vec<LiveKey>, StoreError> {
    let sql = "SELECT kid, sealed, state = 'current', begun_at, begun_by FROM instance_key
        WHERE instance = ?1 AND purpose = ?2 AND state <> 'ended' ORDER BY state = 'current'";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), purpose.as_str()], live_key)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a new key. There must be none.
pub fn add(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    purpose: Purpose,
    (kid, sealed): (&str, &str),
    by: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO instance_key (instance, purpose, kid, state, sealed, begun_at, begun_by)
        VALUES (?1, ?2, ?3, 'new', ?4, ?5, ?6)";
    let values = params![instance.as_str(), purpose.as_str(), kid, sealed, now.0, by];
    exactly_one("add a key", tx.prepare_cached(sql)?.execute(values)?)
}

/// Ends the keys of a state, if there are any. Their secrets go. Returns how many.
fn end(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    purpose: Purpose,
    state: &str,
    now: UnixMillis,
) -> Result<usize, StoreError> {
    let sql = "UPDATE instance_key SET state = 'ended', sealed = NULL, ended_at = ?4
        WHERE instance = ?1 AND purpose = ?2 AND state = ?3";
    let values = params![instance.as_str(), purpose.as_str(), state, now.0];
    Ok(tx.prepare_cached(sql)?.execute(values)?)
}

/// Makes the new key the only one.
pub fn promote(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<(), StoreError> {
    end(tx, instance, purpose, "current", now)?;
    let sql =
        "UPDATE instance_key SET state = 'current' WHERE instance = ?1 AND purpose = ?2 AND state = 'new'";
    let values = params![instance.as_str(), purpose.as_str()];
    exactly_one("promote a key", tx.prepare_cached(sql)?.execute(values)?)
}

/// Takes the new key back.
pub fn withdraw(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<(), StoreError> {
    exactly_one("withdraw a key", end(tx, instance, purpose, "new", now)?)
}

/// Ends every key that was made in the console, so that those of the configuration count. Returns how many there were.
pub fn end_all(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    purpose: Purpose,
    now: UnixMillis,
) -> Result<usize, StoreError> {
    Ok(end(tx, instance, purpose, "new", now)? + end(tx, instance, purpose, "current", now)?)
}

/// Keeps when a key was last used.
pub fn note_use(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    kid: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO instance_key_use (instance, kid, last_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (instance, kid) DO UPDATE SET last_at = MAX(last_at, ?3)";
    let values = params![instance.as_str(), kid, now.0];
    exactly_one("note the use of a key", tx.prepare_cached(sql)?.execute(values)?)
}

/// When each key of agent tokens was last used.
pub fn uses(tx: &Transaction<'_>, instance: &InstanceId) -> Result<BTreeMap<String, UnixMillis>, StoreError> {
    let sql = "SELECT kid, last_at FROM instance_key_use WHERE instance = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([instance.as_str()], |row| {
        Ok((row.get(0)?, UnixMillis(row.get(1)?)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the instance last accepted an event that is still kept.
pub fn last_event(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Option<UnixMillis>, StoreError> {
    let sql = "SELECT MAX(ended_at) FROM outbox WHERE instance = ?1 AND kind = 'event' AND state = 'done'
        AND ended_at IS NOT NULL";
    let mut statement = tx.prepare_cached(sql)?;
    let at: Option<i64> = statement.query_row([instance.as_str()], |row| row.get(0))?;
    Ok(at.map(UnixMillis))
}
