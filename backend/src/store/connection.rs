//! Opening the file: pragmas, migrations, and the refusal of a newer schema.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;

mod migrations {
    refinery::embed_migrations!("migrations");
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "busy_timeout", 5000)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// The one connection that writes. Migrates the schema.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path)?;
    prepare(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is overwritten or deleted leaves nothing behind in the file: see `retention`.
    connection.pragma_update(None, "secure_delete", true)?;
    refuse_newer(&connection)?;
    migrations::migrations::runner()
        .set_grouped(true)
        .run(&mut connection)
        .map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(connection)
}

/// A connection beside the one that writes, to a file that is there and has its schema.
pub(super) fn open_neighbour(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    Ok(connection)
}

/// True when the schema is that of this version.
pub(super) fn is_current(connection: &Connection) -> Result<bool, StoreError> {
    Ok(schema(connection)? == Some(known()))
}

/// The newest schema that this version knows.
fn known() -> i32 {
    let runner = migrations::migrations::runner();
    let versions = runner.get_migrations().iter().map(refinery::Migration::version);
    versions.max().unwrap_or(0)
}

/// The schema of the file, `None` for an empty one.
fn schema(connection: &Connection) -> Result<Option<i32>, StoreError> {
    let has_history: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'refinery_schema_history')",
        [],
        |row| row.get(0),
    )?;
    if !has_history {
        return Ok(None);
    }
    let found = connection.query_row(
        "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history",
        [],
        |row| row.get(0),
    )?;
    Ok(Some(found))
}

fn refuse_newer(connection: &Connection) -> Result<(), StoreError> {
    let known = known();
    match schema(connection)? {
        Some(found) if found > known => Err(StoreError::Newer { found, known }),
        _ => Ok(()),
    }
}
