//! `cargo xtask bench`: how fast the console answers with a million verifications.

use anyhow::Result;

use crate::run::{cargo, run, step};

/// Makes the rows, once, and times the pages.
pub fn bench(rows: u32) -> Result<()> {
    step("The console with many verifications");
    run(
        cargo()
            .args([
                "run",
                "--release",
                "--quiet",
                "--package",
                "imper-tests",
                "--bin",
                "bench",
                "--",
            ])
            .args(["--rows", &rows.to_string()]),
        "the table above names the pages that took longer than they may",
    )
}
