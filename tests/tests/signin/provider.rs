//! The identity provider: a process of its own, which ends with the test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// How this service is known there.
pub const CLIENT: &str = "imper";
/// With which secret.
pub const SECRET: &str = "a-client-secret-of-some-length-0123456789";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// See the module.
pub struct Provider {
    process: Child,
    said: mpsc::Receiver<Value>,
    issuer: String,
}

impl Provider {
    /// Starts the program. It serves nothing before [`Provider::furnish`].
    pub fn start() -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        ensure!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "the identity provider is not installed: run `cargo xtask setup`"
        );
        let mut process = Command::new("node")
            .arg(folder.join("oidc.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("node does not start")?;
        let output = process.stdout.take().context("no output")?;
        let (say, said) = mpsc::channel();
        // Its warnings are no JSON and are passed over. The thread goes on reading, so that the pipe never fills.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Ok(value) = serde_json::from_str(&line) {
                    let _ = say.send(value);
                }
            }
        });
        let first: Value = said.recv_timeout(PATIENCE).context("the provider says nothing")?;
        let issuer = first["issuer"].as_str().context("no issuer")?.to_owned();
        Ok(Self {
            process,
            said,
            issuer,
        })
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Registers this service, and the accounts of Mia (whom the tickets are about) and Trudy (another employee).
    pub fn furnish(&mut self, redirect_uri: &str) -> Result<()> {
        let account = |name: &str| json!({ "preferred_username": name, "email": format!("{name}@acme.example"), "email_verified": true });
        let settings = json!({
            "clients": [{ "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [redirect_uri] }],
            "accounts": { "mia.chen": account("mia.chen"), "trudy.miller": account("trudy.miller") },
        });
        let input = self.process.stdin.as_mut().context("no input")?;
        writeln!(input, "{settings}")?;
        let ready = self
            .said
            .recv_timeout(PATIENCE)
            .context("the provider is not ready")?;
        ensure!(ready["ready"] == true, "the provider said {ready}");
        Ok(())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
