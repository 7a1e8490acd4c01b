//! Policies that were put in force in the console, and drafts of such. Triggers keep the former append-only.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one, from_json, to_json};
use crate::verification::InstanceId;

/// One activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Within the instance, from 1 on.
    pub number: i64,
    /// When.
    pub at: UnixMillis,
    /// Name of the user, empty for the command line.
    pub user: String,
    /// Why.
    pub note: String,
    /// The policy; `None` for that of the configuration.
    pub text: Option<String>,
    /// Version of the policy, with the digest of its content.
    pub version: String,
    /// SHA-256 of the text, in hex.
    pub digest: String,
}

/// An activation to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewActivation<'a> {
    /// The tenant.
    pub instance: &'a InstanceId,
    /// Id and name of the user; `None` for the command line.
    pub user: Option<(i64, &'a str)>,
    /// See [`Activation::note`].
    pub note: &'a str,
    /// See [`Activation::text`].
    pub text: Option<&'a str>,
    /// See [`Activation::version`].
    pub version: &'a str,
    /// See [`Activation::digest`].
    pub digest: &'a str,
}

/// The number of the newest activation, 0 when there was none.
pub fn newest(tx: &Transaction<'_>, instance: &InstanceId) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(number), 0) FROM policy_activation WHERE instance = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_row([instance.as_str()], |row| row.get(0))?)
}

const COLUMNS: &str = "number, at, user_name, note, text, version, digest";

fn activation(row: &Row<'_>) -> rusqlite::Result<Activation> {
    Ok(Activation {
        number: row.get(0)?,
        at: UnixMillis(row.get(1)?),
        user: row.get(2)?,
        note: row.get(3)?,
        text: row.get(4)?,
        version: row.get(5)?,
        digest: row.get(6)?,
    })
}

/// One activation of an instance.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    number: i64,
) -> Result<Option<Activation>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policy_activation WHERE instance = ?1 AND number = ?2");
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement
        .query_row(params![instance.as_str(), number], activation)
        .optional()?)
}

/// Digest of the text under a number; `None` where the policy of the configuration was put in force.
pub fn digest_of_text(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    number: i64,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT digest FROM policy_activation WHERE instance = ?1 AND number = ?2 AND text IS NOT NULL";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement
        .query_row(params![instance.as_str(), number], |row| row.get(0))
        .optional()?)
}

/// Up to `limit` activations of an instance, the newest first.
pub fn list(tx: &Transaction<'_>, instance: &InstanceId, limit: u32) -> Result<Vec<Activation>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM policy_activation WHERE instance = ?1 ORDER BY number DESC LIMIT ?2");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params![instance.as_str(), limit], activation)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The number of the newest activation of a version.
pub fn number_of_version(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    version: &str,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT MAX(number) FROM policy_activation WHERE instance = ?1 AND version = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_row(params![instance.as_str(), version], |row| row.get(0))?)
}

/// Appends an activation. Returns its number.
pub fn append(tx: &Transaction<'_>, new: NewActivation<'_>, at: UnixMillis) -> Result<i64, StoreError> {
    let number = newest(tx, new.instance)? + 1;
    let sql = "INSERT INTO policy_activation (instance, number, at, user_id, user_name, note, text, version, digest)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        new.instance.as_str(),
        number,
        at.0,
        new.user.map(|(id, _)| id),
        new.user.map_or("", |(_, name)| name),
        new.note,
        new.text,
        new.version,
        new.digest
    ])?;
    exactly_one("append an activation of a policy", affected)?;
    Ok(number)
}

/// What somebody has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<R> {
    /// The policy.
    pub text: String,
    /// SHA-256 of the text, in hex.
    pub digest: String,
    /// When it was saved.
    pub saved_at: UnixMillis,
    /// What came of replaying it, since it was saved.
    pub replay: Option<R>,
}

/// Saves a draft in place of the user's earlier one. What was replayed before says nothing about it.
pub fn put_draft(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    user: i64,
    (text, digest): (&str, &str),
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO policy_draft (instance, user_id, text, digest, saved_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (instance, user_id) DO UPDATE SET text = ?3, digest = ?4, saved_at = ?5, replay = NULL";
    let values = params![instance.as_str(), user, text, digest, now.0];
    exactly_one("save a draft", tx.prepare_cached(sql)?.execute(values)?)
}

/// The draft of a user.
pub fn find_draft<R: serde::de::DeserializeOwned>(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    user: i64,
) -> Result<Option<Draft<R>>, StoreError> {
    let sql = "SELECT text, digest, saved_at, replay FROM policy_draft WHERE instance = ?1 AND user_id = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_row(params![instance.as_str(), user], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get::<_, Option<String>>(3)?,
        ))
    });
    let Some((text, digest, saved_at, replay)) = found.optional()? else {
        return Ok(None);
    };
    let replay = replay.map(|replay| from_json("replay", &replay)).transpose()?;
    Ok(Some(Draft {
        text,
        digest,
        saved_at: UnixMillis(saved_at),
        replay,
    }))
}

/// Keeps what came of replaying a draft. False when the user has saved another meanwhile.
pub fn note_replay<R: serde::Serialize>(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    user: i64,
    digest: &str,
    replay: &R,
) -> Result<bool, StoreError> {
    let sql = "UPDATE policy_draft SET replay = ?4 WHERE instance = ?1 AND user_id = ?2 AND digest = ?3";
    let replay = to_json("replay", replay)?;
    let values = params![instance.as_str(), user, digest, replay];
    Ok(tx.prepare_cached(sql)?.execute(values)? == 1)
}

/// Removes the draft of a user. False when there is none.
pub fn remove_draft(tx: &Transaction<'_>, instance: &InstanceId, user: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM policy_draft WHERE instance = ?1 AND user_id = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![instance.as_str(), user])?
        == 1)
}
