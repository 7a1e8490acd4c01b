//! What the console keeps and reads: its users, their sessions and views, its audit log, and lists of verifications.
//!
//! Every read of a tenant's data takes the instance of the signed-in user, and has it in its `WHERE`.

pub mod accounts;
pub mod audit;
pub mod company;
pub mod deliveries;
pub mod factors;
pub mod figures;
pub mod health;
pub mod listing;
pub mod look;
pub mod outbox;
pub mod retention_rule;
pub mod sessions;
pub mod tokens;
pub mod users;
pub mod views;
