//! What the console keeps and reads: its users and their sessions, its audit log, and lists of verifications.
//!
//! Every read of a tenant's data takes the instance of the signed-in user, and has it in its `WHERE`.

pub mod accounts;
pub mod audit;
pub mod listing;
