//! The real binary as a process of its own, which can be killed at any moment and started again.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::process::ProcessGroup;
use super::settings::Settings;

/// Names the binary; without it, it is built.
pub const BINARY_VARIABLE: &str = "IMPER_BACKEND";

/// A first start makes the database; on a busy machine that takes a while.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How often something is looked at.
const POLL: Duration = Duration::from_millis(10);

/// The lines of its log.
type Log = Arc<Mutex<Vec<String>>>;

/// A running service. Dropping it kills it, as `kill -9` would: nothing is put in order.
#[derive(Debug)]
pub struct Backend {
    process: ProcessGroup,
    /// Base URL of the public listener.
    pub url: String,
    /// Base URL of the listener for health and metrics.
    pub operations_url: String,
    log: Log,
}

impl Backend {
    /// The binary to start, built like any other part of the workspace.
    pub fn binary() -> Result<PathBuf> {
        if let Some(path) = std::env::var_os(BINARY_VARIABLE) {
            return Ok(path.into());
        }
        // With the whole workspace and one of its tests selected, dependencies have the features that they have in
        // `cargo test --workspace`, and are not built a second time.
        let selection = ["--workspace", "--bin", "backend", "--test", "tokens"];
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .args(selection)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .status()
            .context("cargo cannot be started")?;
        if !status.success() {
            bail!("the backend could not be built");
        }
        // Tests lie in target/debug/deps, binaries in target/debug.
        let test = std::env::current_exe().context("this program has no path")?;
        let folder = test.parent().and_then(Path::parent).context("no target folder")?;
        Ok(folder.join("backend"))
    }

    /// Starts it, and waits until it serves.
    pub async fn start(binary: &Path, settings: &Settings) -> Result<Self> {
        let config = settings.database.with_extension("toml");
        fs::write(&config, settings.text()).context("the configuration cannot be written")?;
        let mut command = Command::new(binary);
        command
            .arg("--config")
            .arg(&config)
            .arg("serve")
            .env_clear()
            .envs(settings.secrets())
            .env("RUST_LOG", "info,backend=debug")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = ProcessGroup::spawn(&mut command).context("the backend cannot be started")?;
        let output = process.take_stdout().context("the backend has no output")?;
        let log: Log = Arc::default();
        let into = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                into.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        let mut started = Self {
            process,
            url: String::new(),
            operations_url: String::new(),
            log,
        };
        started.wait_until_ready().await?;
        Ok(started)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let running = async {
            loop {
                let told = self.log().into_iter().find_map(|line| {
                    let line: Value = serde_json::from_str(&line).ok()?;
                    let fields = &line["fields"];
                    let address = |name: &str| Some(format!("http://{}", fields[name].as_str()?));
                    Some((address("listen")?, address("operations_listen")?))
                });
                if let Some(addresses) = told {
                    return Ok(addresses);
                }
                if let Some(status) = self.process.exit_status()? {
                    bail!("the backend ended with {status}: {}", self.log().join("\n"));
                }
                tokio::time::sleep(POLL).await;
            }
        };
        let addresses = tokio::time::timeout(READY_WITHIN, running).await;
        (self.url, self.operations_url) = addresses.context("the backend did not come up")??;
        Ok(())
    }

    /// Kills it at once. What it was doing is left undone.
    pub fn kill(self) {
        drop(self);
    }

    /// Its log so far, for messages of failed tests and for what must not stand there.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A metric as it is printed, by its name and labels exactly as they are printed; `0` if it is not there.
    pub async fn metric(&self, name: &str) -> Result<String> {
        let text = reqwest::get(format!("{}/metrics", self.operations_url))
            .await?
            .text()
            .await?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.unwrap_or("0").to_owned())
    }
}
