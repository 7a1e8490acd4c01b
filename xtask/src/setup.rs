//! Installs what is missing. Everything is looked for first, so a second run changes nothing.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::{cargo, exists, output, root, run, step, target, tool};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Trunk 0.22 needs a newer compiler than ours.
const TRUNK: &str = "0.21.14";

/// What is needed from Debian: the file that shows it is there, and the packages that bring it.
const DEBIAN: &[(&str, &[&str])] = &[
    ("/usr/bin/chromium", &["chromium"]),
    ("/usr/bin/chromedriver", &["chromium-driver"]),
    // The light daemon has everything the tests need: TLS and a login.
    ("/usr/sbin/exim4", &["exim4-daemon-light"]),
    // A syslog server with TLS, which the push is proven on.
    ("/usr/sbin/rsyslogd", &["rsyslog", "rsyslog-gnutls"]),
    // The platform's own script engine.
    ("/usr/bin/rhino", &["rhino"]),
    // Japanese in its real width: without a font its pages are judged by boxes that are narrower.
    (
        "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
        &["fonts-ipafont-gothic"],
    ),
];

/// What is used from Debian where it can be installed: without it the demo says so and goes on, and the tests of
/// directories fail.
const DEBIAN_IF_POSSIBLE: &[(&str, &[&str])] = &[
    // A real directory, in which the action after a pass is performed.
    ("/usr/sbin/slapd", &["slapd", "ldap-utils"]),
];

/// Answers to what Debian's packages ask. We start slapd ourselves, with a configuration of our own.
const DEBCONF: &str = "slapd slapd/no_configuration boolean true\n";

/// Brings the machine to the point where everything can be built and tested.
pub fn setup() -> Result<()> {
    step("Setup");
    wasm_target()?;
    debian_packages()?;
    packages_if_possible();
    npm_packages("xtask/tools", "npm tools (binaryen, esbuild, acorn)")?;
    cargo_tool(
        "wasm-bindgen",
        "wasm-bindgen-cli",
        &locked_version("wasm-bindgen")?,
        false,
    )?;
    cargo_tool("trunk", "trunk", TRUNK, true)
}

fn wasm_target() -> Result<()> {
    let sysroot = output(
        Command::new("rustc")
            .current_dir(root())
            .args(["--print", "sysroot"]),
    )
    .context("rustc does not answer: install Rust with rustup")?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        println!("   {WASM_TARGET}: there");
        return Ok(());
    }
    run(
        Command::new("rustup")
            .current_dir(root())
            .args(["target", "add", WASM_TARGET]),
        "install the target for your Rust toolchain by hand (a distribution's Rust has it as a package of its own)",
    )
}

fn debian_packages() -> Result<()> {
    let mut missing: Vec<&str> = Vec::new();
    for (file, packages) in DEBIAN {
        if Path::new(file).exists() {
            println!("   {}: there", packages.join(", "));
        } else {
            missing.extend(*packages);
        }
    }
    if exists("node") && exists("npm") {
        println!("   nodejs, npm: there");
    } else {
        missing.extend(["nodejs", "npm"]);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("install these by hand: {}", missing.join(" "));
    if !exists("apt-get") {
        bail!("apt-get is not here, so this is not Debian: {by_hand}");
    }
    if !is_root() && !exists("sudo") {
        bail!("neither root nor sudo: {by_hand}");
    }
    install(&missing, &by_hand)
}

fn packages_if_possible() {
    for (file, packages) in DEBIAN_IF_POSSIBLE {
        let names = packages.join(", ");
        if Path::new(file).exists() {
            println!("   {names}: there");
            continue;
        }
        let installed = preset().and_then(|()| install(packages, "this machine goes on without it"));
        if let Err(error) = installed {
            println!("   {names}: not here, and it could not be installed ({error:#})");
        }
    }
}

/// The owner of our own /proc entry is us; the standard library has no getuid.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// A program that only the administrator may run.
fn as_root(program: &str) -> Command {
    let mut command = Command::new(if is_root() { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", program]);
    command
}

fn install(packages: &[&str], hint: &str) -> Result<()> {
    let apt = || {
        let mut command = as_root("apt-get");
        command.args(["-q", "-y"]);
        command
    };
    run(apt().arg("update"), "look at the package sources of this machine")?;
    run(
        apt().args(["install", "--no-install-recommends"]).args(packages),
        hint,
    )
}

/// Answers the packages' questions before they are asked.
fn preset() -> Result<()> {
    let mut preset = as_root("debconf-set-selections")
        .stdin(Stdio::piped())
        .spawn()
        .context("debconf-set-selections does not start")?;
    let mut questions = preset
        .stdin
        .take()
        .context("debconf-set-selections takes no answers")?;
    questions.write_all(DEBCONF.as_bytes())?;
    drop(questions);
    if preset.wait()?.success() {
        Ok(())
    } else {
        bail!("debconf-set-selections does not take our answers")
    }
}

/// What only the tests need: ServiceNow's SDK, which reads the update set back, axe-core, which judges pages, and
/// libraries of the neighbours that messages and callbacks are tested against.
pub fn test_tools() -> Result<()> {
    npm_packages("xtask/sdk", "ServiceNow's SDK 4.9.0")?;
    npm_packages("tests/tools", "axe-core, AngularJS")?;
    npm_packages(
        "tests/peers",
        "libraries of Twilio and SendGrid, mailauth, oidc-provider",
    )
}

/// Installs what the lock file in `folder` names.
fn npm_packages(folder: &str, what: &str) -> Result<()> {
    let folder = root().join(folder);
    // npm writes this file at the end of an installation; one that is older than the lock file is out of date.
    let installed = folder.join("node_modules/.package-lock.json");
    let is_current = match (
        fs::metadata(&installed),
        fs::metadata(folder.join("package-lock.json")),
    ) {
        (Ok(installed), Ok(lock)) => installed.modified()? >= lock.modified()?,
        _ => false,
    };
    if is_current {
        println!("   {what}: there");
        return Ok(());
    }
    // No install scripts: none of the tools needs one.
    run(
        tool("npm")
            .args([
                "ci",
                "--include=dev",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefix",
            ])
            .arg(folder),
        "check that npm reaches its registry",
    )
}

fn cargo_tool(program: &str, package: &str, version: &str, locked: bool) -> Result<()> {
    let there = output(tool(program).arg("--version"));
    if there.as_deref().and_then(|line| line.split(' ').nth(1)) == Some(version) {
        println!("   {program} {version}: there");
        return Ok(());
    }
    println!(
        "   {program} {version}: building it, which takes some minutes (found: {})",
        there.as_deref().unwrap_or("none")
    );
    let mut command = cargo();
    command
        .args(["install", package, "--version", version, "--root"])
        .arg(target().join("tools"));
    if locked {
        command.arg("--locked");
    }
    run(
        &mut command,
        "check that cargo reaches its registry and that a C compiler is installed",
    )
}

/// The version of `package` in `Cargo.lock`. wasm-bindgen's program and crate must be of one version, exactly.
fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("could not read Cargo.lock")?;
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock does not name {package}"))
}
