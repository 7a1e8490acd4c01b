//! The service as a process of its own, so that it can be killed in the middle of its work and started again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::clock::AdjustableClock;
use super::process::ProcessGroup;

/// A start reads the database and the configuration.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// What is needed to start the service, and the process while it runs.
pub struct ServiceProcess {
    program: PathBuf,
    configuration: PathBuf,
    secrets: BTreeMap<String, String>,
    url: String,
    running: Option<ProcessGroup>,
}

impl ServiceProcess {
    /// `program` runs the service with the configuration and a clock that is set ahead: see `src/bin/service.rs`.
    pub fn new(
        program: PathBuf,
        configuration: PathBuf,
        secrets: BTreeMap<String, String>,
        url: String,
    ) -> Self {
        Self {
            program,
            configuration,
            secrets,
            url,
            running: None,
        }
    }

    pub(super) async fn started(mut self, clock: &AdjustableClock) -> Result<Self> {
        self.start(clock).await?;
        Ok(self)
    }

    /// Starts it, and waits until it answers. `clock` says how far ahead its clock is set.
    pub async fn start(&mut self, clock: &AdjustableClock) -> Result<()> {
        let process = ProcessGroup::spawn(
            Command::new(&self.program)
                .arg("--config")
                .arg(&self.configuration)
                .arg("--ahead-millis")
                .arg(clock.ahead_millis().to_string())
                .envs(&self.secrets)
                .stdin(Stdio::null())
                .stdout(Stdio::null()),
        )
        .context("could not start the service")?;
        let running = self.running.insert(process);
        let answered = async {
            loop {
                if let Some(status) = running.exit_status()? {
                    bail!("the service ended: {status}");
                }
                // Anything that speaks HTTP is an answer.
                if reqwest::get(&self.url).await.is_ok() {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(READY_WITHIN, answered)
            .await
            .context("the service does not answer")?
    }

    /// Ends it as `kill -9` does: it can put nothing in order.
    pub fn kill(&mut self) {
        self.running = None;
    }
}
