//! The pages as a browser meets them: a real store, a clock that tests move, and the routes of the public listener.

mod access;
mod exports;
pub mod fixture;
mod lists;
mod look;
mod matrix;
mod report;
mod signing_in;
