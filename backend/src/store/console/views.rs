//! Views of the verifications table that users have saved.

use rusqlite::{Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};

/// One saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Row id.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The query of its address.
    pub query: String,
}

/// The views of a user, by name.
pub fn list_views(tx: &Transaction<'_>, user: i64) -> Result<Vec<SavedView>, StoreError> {
    let sql = "SELECT id, name, query FROM console_view WHERE user_id = ?1 ORDER BY name";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([user], |row| {
        Ok(SavedView {
            id: row.get(0)?,
            name: row.get(1)?,
            query: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Saves a view, in place of the user's view of the same name.
pub fn put_view(
    tx: &Transaction<'_>,
    user: i64,
    name: &str,
    query: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_view (user_id, name, query, created_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (user_id, name) DO UPDATE SET query = ?3";
    exactly_one(
        "save a view",
        tx.prepare_cached(sql)?
            .execute(params![user, name, query, now.0])?,
    )
}

/// How many views a user has.
pub fn count_views(tx: &Transaction<'_>, user: i64) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM console_view WHERE user_id = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([user], |row| row.get(0))?)
}

/// Removes a user's own view. Returns its name, or `None` if they have none with this id.
pub fn remove_view(tx: &Transaction<'_>, user: i64, id: i64) -> Result<Option<String>, StoreError> {
    let sql = "DELETE FROM console_view WHERE id = ?1 AND user_id = ?2 RETURNING name";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, user])?;
    let name = rows.next()?.map(|row| row.get(0)).transpose()?;
    Ok(name)
}
