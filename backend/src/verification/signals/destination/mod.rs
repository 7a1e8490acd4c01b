//! About where the link went.

pub mod company_mailbox;
pub mod contact_changed;
pub mod disposable;
pub mod never_seen;
pub mod not_on_file;
pub mod on_file;
pub mod shared;
