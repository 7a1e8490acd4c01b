//! All tests, and a second try for those that drive a real browser.
//!
//! Chromium and its driver are not ours, and on two loaded cores one of a hundred browser tests may fail for a reason
//! that no page of ours has. Such a test program is run once more, alone and one test at a time, and what needed it is
//! printed: it is a finding to look at. Everything else gets no second try.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::run::{cargo, run, step};

/// The package whose test programs drive browsers.
const BROWSERS: &str = "-p imper-tests --test ";
/// More failures than this have another reason than the browser.
const MOST: usize = 2;
const HINT: &str =
    "the list of failures stands above; screenshots of browser tests are in target/screenshots";

/// Runs every test of the workspace with these variables.
pub fn tests(variables: &[(&str, &std::path::Path)]) -> Result<()> {
    let mut all = cargo();
    all.args(["test", "--workspace", "--no-fail-fast"])
        .envs(variables.iter().copied())
        .stderr(Stdio::piped());
    println!("   $ cargo test --workspace --no-fail-fast");
    let mut child = all.spawn().context("could not start cargo")?;
    let said = child.stderr.take().context("cargo says nothing")?;
    let mut lines = Vec::new();
    for line in BufReader::new(said).lines() {
        let line = line.context("could not read what cargo says")?;
        eprintln!("{line}");
        lines.push(line);
    }
    if child.wait().context("could not wait for cargo")?.success() {
        return Ok(());
    }
    let failed = failed(&lines);
    let browsers: Vec<&str> = failed
        .iter()
        .filter_map(|target| target.strip_prefix(BROWSERS))
        .collect();
    if failed.is_empty() || browsers.len() < failed.len() || browsers.len() > MOST {
        bail!("{HINT}");
    }
    for name in &browsers {
        step(&format!("Once more, alone: {name}"));
        run(
            cargo()
                .args(["test", "--workspace", "--test", name, "--", "--test-threads=1"])
                .envs(variables.iter().copied()),
            HINT,
        )?;
    }
    println!(
        "   needed a second try, which is worth a look: {}",
        browsers.join(", ")
    );
    Ok(())
}

/// The test programs that cargo names at the end as failed.
fn failed(lines: &[String]) -> Vec<&str> {
    let start = lines
        .iter()
        .rposition(|line| line.starts_with("error: ") && line.ends_with("failed:"));
    let after = start.map_or(&[][..], |start| &lines[start + 1..]);
    after
        .iter()
        .map_while(|line| line.trim().strip_prefix('`')?.strip_suffix('`'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_that_failed_are_found_at_the_end() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let end = "error: test failed, to rerun pass `-p backend --lib`\n\
            error: 2 targets failed:\n    `-p backend --lib`\n    `-p imper-tests --test e2e`\n";
        assert_eq!(
            failed(&lines(end)),
            ["-p backend --lib", "-p imper-tests --test e2e"]
        );
        let one = "   Doc-tests widget\nerror: 1 target failed:\n    `-p imper-tests --test hosts`\n";
        assert_eq!(failed(&lines(one)), ["-p imper-tests --test hosts"]);
        assert!(failed(&lines("error: could not compile `backend`\n")).is_empty());
    }
}
