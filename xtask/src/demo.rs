//! `cargo xtask demo`: the whole product on one machine.

use anyhow::Result;

use crate::run::{cargo, run, step};
use crate::{package, setup};

/// Builds everything and starts it; with `once`, drives one verification through a browser, to the closed ticket, and
/// ends. Without slapd there is no action after the pass, and the demo says so.
pub fn demo(once: bool) -> Result<()> {
    setup::setup()?;
    let package = package::package()?;
    step("Demo");
    let mut command = cargo();
    command.args([
        "run",
        "--quiet",
        "--package",
        "imper-tests",
        "--bin",
        "demo",
        "--",
        "--update-set",
    ]);
    command.arg(&package.path);
    if once {
        command.arg("--once");
    }
    run(&mut command, "the messages above say what did not work")
}
