//! A real directory for the tests and the demo.
//!
//! The unit tests of the connectors use doubles, which are exact and fast. Here the directory itself is under test: the
//! password modify operation, the overlay `ppolicy` with its history and its locks, TLS with a private certificate
//! authority, access rules. So the server is Debian's slapd ([`server`]), started by us on the loopback interface with
//! everything it owns in one temporary folder. [`entries`] says what it holds, [`admin`] looks into it as its owner,
//! [`active_directory`] makes it answer as Active Directory does, as far as that can be done honestly, and [`proxy`]
//! holds up what goes back and forth.

pub mod active_directory;
pub mod admin;
pub mod entries;
pub mod proxy;
pub mod server;

pub use entries::Account;
pub use proxy::Proxy;
pub use server::Directory;

use crate::harness::certificates::CertificateError;

/// What can go wrong around the directory.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// slapd is not installed.
    #[error("no LDAP server at {0}: `cargo xtask setup` installs it (Debian package slapd)")]
    NotInstalled(&'static str),
    /// slapd was started but ended, or never answered.
    #[error("the LDAP server did not come up: {0}")]
    NotReady(String),
    /// A file or a socket could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The throw-away certificate could not be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The directory does not do what its owner asks.
    #[error("the directory: {0}")]
    Ldap(#[from] ldap3::LdapError),
    /// There is no such entry.
    #[error("the directory has no entry {0}")]
    NoEntry(String),
}

impl DirectoryError {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}
