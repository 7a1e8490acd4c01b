//! The console's audit log: who signed in, and who looked at what. Triggers keep it append-only.

use rusqlite::{Transaction, params};
use shared::words::UnixMillis;

use crate::store::{StoreError, exactly_one};
use crate::verification::InstanceId;

/// What is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A user was added.
    UserAdded,
    /// Somebody signed in.
    SignedIn,
    /// Somebody gave a wrong password, or a name that belongs to nobody.
    SignInRefused,
    /// Somebody signed out.
    SignedOut,
    /// Somebody read the details of a verification.
    DetailsRead,
    /// A signed report of a verification was handed out.
    ReportIssued,
    /// Retention took entries out of this log.
    EntriesErased,
}

impl Action {
    /// The stable form in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserAdded => "user.added",
            Self::SignedIn => "session.signed_in",
            Self::SignInRefused => "session.refused",
            Self::SignedOut => "session.signed_out",
            Self::DetailsRead => "verification.read",
            Self::ReportIssued => "verification.report_issued",
            Self::EntriesErased => "audit.erased",
        }
    }
}

/// One entry to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The tenant; `None` for a sign-in to one that does not exist.
    pub instance: Option<&'a InstanceId>,
    /// Id and name of the user; `None` for a name that belongs to nobody, which may be a mistyped password.
    pub user: Option<(i64, &'a str)>,
    /// What happened.
    pub action: Action,
    /// What it happened to: the id of a verification, the name of a user, or nothing.
    pub subject: &'a str,
    /// Where the request came from; empty on the command line.
    pub client_address: &'a str,
}

/// Appends one entry.
pub fn append(tx: &Transaction<'_>, entry: Entry<'_>, at: UnixMillis) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_audit (instance, at, user_id, user_name, action, subject, client_address)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (user_id, user_name) = entry.user.map_or((None, ""), |(id, name)| (Some(id), name));
    let affected = tx.prepare_cached(sql)?.execute(params![
        entry.instance.map_or("", InstanceId::as_str),
        at.0,
        user_id,
        user_name,
        entry.action.as_str(),
        entry.subject,
        entry.client_address
    ])?;
    exactly_one("append to the audit log", affected)
}
