//! The real binary, as operators and service managers use it: what it says, how it ends, what it leaves behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod commands;
mod house;
mod overrides;
mod serving;
