//! The imper.ai Verification service. Rings, from the inside out; an inner one never imports an outer one:
//!
//! 1. [`verification`]: the rules, pure; [`locale`]: the words of requesters, pure;
//! 2. [`store`], [`delivery`], [`servicenow`], [`actions`], [`identity`], [`network`]: the database and the outside world;
//! 3. [`service`]: the use cases, one transaction each;
//! 4. [`web`], [`worker`]: requests coming in, messages going out.

pub mod actions;
pub mod config;
pub mod crypto;
pub mod delivery;
pub mod identity;
pub mod keys;
pub mod locale;
pub mod network;
pub mod ports;
pub mod push;
pub mod schema;
mod server;
pub mod service;
pub mod servicenow;
pub mod signed_report;
pub mod store;
pub mod verification;
pub mod web;
pub mod words;
pub mod worker;

pub use server::{StartError, run};

#[cfg(test)]
pub(crate) mod testing;
