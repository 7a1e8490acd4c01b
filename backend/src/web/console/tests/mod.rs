//! The pages as a browser meets them: a real store, a clock that tests move, and the routes of the public listener.

mod access;
mod account;
mod branding;
mod bypasses;
mod company;
mod delivery;
mod exports;
mod factors;
pub mod fixture;
mod health;
mod instance;
mod lists;
mod look;
mod matrix;
mod messages;
mod passkeys;
mod policy;
mod report;
mod retention;
mod signing_in;
mod users;
