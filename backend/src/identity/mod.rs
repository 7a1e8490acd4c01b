//! Ring 2: the ways in which a person proves who they are by something of their own. Nothing here knows the database, a
//! clock or a verification: whose it is goes in, what it proves comes out.

pub mod oidc;
pub mod passkey;
pub mod qr;
pub mod recovery;
pub mod totp;

/// The double of a browser with a passkey; the end-to-end tests use the same.
#[cfg(test)]
#[path = "../../../tests/src/harness/soft_passkey.rs"]
pub(crate) mod soft_passkey;
