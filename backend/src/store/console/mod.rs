//! What the console keeps and reads: its users, their sessions and views, its audit log, and lists of verifications.
//!
//! Every read of a tenant's data takes the instance of the signed-in user, and has it in its `WHERE`.

pub mod accounts;
pub mod audit;
pub mod deliveries;
pub mod figures;
pub mod listing;
pub mod tokens;
pub mod views;
