//! Everything that can go wrong, as types: what the instance refuses, and why.

/// A direct call on the instance (not through HTTP) that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// The table is in no dictionary entry.
    #[error("no table named {0:?} on this instance")]
    NoSuchTable(String),
    /// The column is not in the table or in one that it extends.
    #[error("no column {field:?} in table {table:?}")]
    NoSuchField {
        /// Table that was addressed.
        table: String,
        /// Column that it does not have.
        field: String,
    },
    /// No `sys_properties` record has this name.
    #[error("no system property named {0:?}")]
    NoSuchProperty(String),
    /// No user, role or other record with this name.
    #[error("no {kind} named {name:?}")]
    NoSuchRecord {
        /// Kind of record that was looked up.
        kind: &'static str,
        /// The name that was not found.
        name: String,
    },
    /// An encoded query that the platform would not understand.
    #[error("encoded query {query:?}: {reason}")]
    BadQuery {
        /// The query as it was given.
        query: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A rule or a unique column turned the write down.
    #[error("the write to {table:?} was turned down: {reason}")]
    Rejected {
        /// Table of the write.
        table: String,
        /// The error messages of the rules, or the constraint.
        reason: String,
    },
    /// A script threw.
    #[error("script {file}: {message}")]
    Script {
        /// Name of the script record.
        file: String,
        /// What it threw, with the stack.
        message: String,
    },
    /// The real platform may do this; this instance does not.
    #[error("not emulated: {0}")]
    Unsupported(String),
    /// The base data, the script engine or the random source failed: a fault of this crate.
    #[error("the emulator itself failed: {0}")]
    Internal(String),
}

/// Why an update set was not committed. Nothing of a refused set stays on the instance.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The file is not well-formed XML, or not an update set.
    #[error("the file is not an update set: {0}")]
    Malformed(String),
    /// A row breaks a rule of the importer.
    #[error("row {row:?}: {reason}")]
    Row {
        /// Update name of the row, or its position.
        row: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// Preview reports a problem with the set as a whole.
    #[error("preview problem: {0}")]
    Preview(String),
    /// A record inside a payload may not be created by this application.
    #[error("record {table}.{sys_id} of row {row:?}: {reason}")]
    Record {
        /// Update name of the row.
        row: String,
        /// Table of the record.
        table: String,
        /// Its `sys_id`.
        sys_id: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// The set uses something that this instance does not emulate.
    #[error("not emulated: {0}")]
    Unsupported(String),
    /// The emulator itself failed.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}
