//! `cargo xtask corpus`: attacks and honest people side by side.

use anyhow::Result;

use crate::run::{cargo, run, step};

/// Plays both corpora and prints who was caught and who came through.
pub fn corpus() -> Result<()> {
    step("Attacks and honest people");
    run(
        cargo().args([
            "test",
            "--package",
            "imper-tests",
            "--test",
            "corpus",
            "--",
            "--nocapture",
        ]),
        "a story ended otherwise than it must; the lines with ! in the table say which",
    )
}
