//! What result events write to tickets: sequences of events, each with the exact state that it must leave behind.
//!
//! The real update set is installed in the emulated instance and its scripted REST resource is called over HTTP, with
//! bodies that the service's own types make and its own code signs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests: a failure is the test's failure"
)]

mod ticket_writes {
    mod actions;
    mod desk;
    mod guard;
    mod policies;
    mod results;
    mod trust;
}
