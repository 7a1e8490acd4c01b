//! What the end-to-end tests and the demo stand on: the emulated ServiceNow instance, a real mail server,
//! a real directory, a browser driver, and the world that puts them together.

pub mod directory;
pub mod harness;
pub mod instance;
pub mod mail;
pub mod syslog;
