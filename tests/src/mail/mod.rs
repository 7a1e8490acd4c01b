//! A real SMTP server for the end-to-end tests and the demo, and what is needed to read what it received.
//!
//! The unit tests of the backend use an in-memory transport, which is exact and fast. Here the transport itself
//! is under test: STARTTLS with a private certificate authority, a login, refusals, connections that go stale.
//! So the server is Debian's Exim ([`server`]), started by us on the loopback interface with everything it owns
//! in one temporary folder. It delivers into a Maildir that [`maildir`] reads, and [`inbox`] shows that Maildir
//! as a web page: the requester's private mailbox in the demo. What Exim cannot be made to do wrong, [`scripted`] does.

pub mod inbox;
pub mod maildir;
pub mod scripted;
pub mod server;

pub use maildir::{Mailbox, Message};
pub use scripted::ScriptedServer;
pub use server::MailServer;

use crate::harness::certificates::CertificateError;

/// What can go wrong around the mail server.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Exim is not installed.
    #[error("no SMTP server at {0}: `cargo xtask setup` installs it (Debian package exim4-daemon-light)")]
    NotInstalled(String),
    /// Exim was started but ended, or never answered.
    #[error("the SMTP server did not come up: {0}")]
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
    /// No such message arrived in time.
    #[error("no mail to {recipient} that matches within {seconds} s; the mailbox holds: {held}")]
    NoSuchMail {
        /// Who it should have been sent to.
        recipient: String,
        /// How long was waited.
        seconds: u64,
        /// Recipients and subjects that did arrive.
        held: String,
    },
}

impl MailError {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}
