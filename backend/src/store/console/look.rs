//! How instances appear, where administrators have changed it.

use rusqlite::{Row, Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// A logo that administrators have chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SavedLogo {
    /// None: the configuration's, if it has one.
    #[default]
    Configured,
    /// No logo at all.
    None,
    /// This file.
    Own(Vec<u8>),
}

/// What administrators have changed; what is `None` is the configuration's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedLook {
    /// The company's name.
    pub company: Option<String>,
    /// How to reach the service desk.
    pub support_contact: Option<String>,
    /// `#1d4ed8`.
    pub colour: Option<String>,
    /// The logo.
    pub logo: SavedLogo,
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, SavedLook)> {
    let has_no_logo: bool = row.get(5)?;
    Ok((
        row.get(0)?,
        SavedLook {
            company: row.get(1)?,
            support_contact: row.get(2)?,
            colour: row.get(3)?,
            logo: match row.get(4)? {
                _ if has_no_logo => SavedLogo::None,
                Some(bytes) => SavedLogo::Own(bytes),
                None => SavedLogo::Configured,
            },
        },
    ))
}

const COLUMNS: &str = "instance, company, support_contact, colour, logo, has_no_logo";

/// What was saved, by instance.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<(InstanceId, SavedLook)>, StoreError> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM look"))?;
    let rows = statement.query_map([], read)?;
    // A name that cannot be parsed was not written by this program.
    rows.filter_map(|row| {
        row.map(|(id, look)| InstanceId::parse(&id).zip(Some(look)))
            .transpose()
    })
    .map(|row| row.map_err(StoreError::from))
    .collect()
}

/// What was saved for an instance.
pub fn find(tx: &Transaction<'_>, instance: &InstanceId) -> Result<SavedLook, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM look WHERE instance = ?1");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query_map([instance.as_str()], read)?;
    Ok(rows.next().transpose()?.map(|(_, look)| look).unwrap_or_default())
}

/// Saves it in place of what was saved before.
pub fn put(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    look: &SavedLook,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let logo = match &look.logo {
        SavedLogo::Own(bytes) => Some(bytes),
        SavedLogo::Configured | SavedLogo::None => None,
    };
    let sql = "INSERT OR REPLACE INTO look (instance, company, support_contact, colour, logo, has_no_logo, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let affected = tx.prepare_cached(sql)?.execute(params![
        instance.as_str(),
        look.company,
        look.support_contact,
        look.colour,
        logo,
        look.logo == SavedLogo::None,
        at.0
    ])?;
    exactly_one("save a look", affected)
}

/// Back to the configuration. False if nothing was saved.
pub fn remove(tx: &Transaction<'_>, instance: &InstanceId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM look WHERE instance = ?1";
    Ok(tx.prepare_cached(sql)?.execute([instance.as_str()])? > 0)
}
