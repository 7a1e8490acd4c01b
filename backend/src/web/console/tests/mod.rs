//! The pages as a browser meets them: a real store, a clock that tests move, and the routes of the public listener.

mod access;
mod account;
mod company;
mod exports;
mod factors;
mod fixture;
mod instance;
mod lists;
mod look;
mod matrix;
mod passkeys;
mod policy;
mod report;
mod signing_in;
mod users;
