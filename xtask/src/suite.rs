//! `cargo xtask test`: everything that must hold.

use anyhow::Result;

use crate::run::{cargo, run, step};
use crate::{corpus, package, read_back, second_try, setup};

/// The update set for the end-to-end tests.
const UPDATE_SET: &str = "IMPER_UPDATE_SET";

/// Formatting, lints, package, all tests.
pub fn test() -> Result<()> {
    step("Formatting");
    run(cargo().args(["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;

    setup::setup()?;
    setup::test_tools()?;

    step("Lints");
    run(
        cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        "the messages above name each place",
    )?;
    run(
        cargo().args([
            "clippy",
            "--package",
            "widget",
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "-D",
            "warnings",
        ]),
        "the messages above name each place",
    )?;

    let package = package::package()?;
    read_back::check(&package.path, &package.manifest)?;
    for (path, manifest) in &package.optional {
        read_back::check(path, manifest)?;
    }
    run(
        cargo().args(["test", "--package", "xtask", "--", "--ignored", "read_back"]),
        "reading back no longer notices a damaged set",
    )?;

    step("Tests");
    second_try::tests(&[(UPDATE_SET, &package.path)])?;

    corpus::corpus()?;

    step("Server scripts on Rhino");
    run(
        cargo().args(["test", "--package", "servicenow-app", "--lib", "--", "--ignored"]),
        "a script does something else on the platform's engine than its test expects",
    )?;

    step("Everything holds");
    package.print();
    Ok(())
}
