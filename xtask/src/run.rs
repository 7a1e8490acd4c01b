//! Running other programs: what is run is printed, and what fails says what to do.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The workspace's folder.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder that cargo builds into.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A program found in PATH, with our own tools in front: npm's (its wasm-opt must win over a distribution's, which
/// breaks the widget without a word), then those that `setup` built.
pub fn tool(program: impl AsRef<OsStr>) -> Command {
    let mut folders = vec![
        root().join("xtask/tools/node_modules/.bin"),
        target().join("tools/bin"),
    ];
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    let mut command = Command::new(program);
    command.current_dir(root());
    // A folder with a colon in its name cannot stand in PATH; then the tools are looked for without ours.
    if let Ok(path) = std::env::join_paths(folders) {
        command.env("PATH", path);
    }
    command
}

/// Prints a heading for one step.
pub fn step(what: &str) {
    println!("\n── {what}");
}

/// Prints the command and runs it; `hint` says what to do when it fails.
pub fn run(command: &mut Command, hint: &str) -> Result<()> {
    println!("   $ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`: {hint}", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status}): {hint}", shown(command));
    }
    Ok(())
}

/// What the command prints, trimmed, or `None` if it is not there or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// True when a program of that name is in PATH.
pub fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    let line = words.join(" ");
    // A command with many files says the same in one line.
    if line.len() > 200 {
        format!("{} …", line.chars().take(120).collect::<String>())
    } else {
        line
    }
}
