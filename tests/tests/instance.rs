//! The emulated instance on its own: small update sets of a made-up application, and what the platform does.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests: a failure is the test's failure"
)]

mod instance {
    mod access;
    mod dialogs;
    mod hosts;
    mod install;
    mod outbound;
    mod pages;
    mod records;
    mod rest;
    mod rules;
    mod support;
    mod support_web;
}
