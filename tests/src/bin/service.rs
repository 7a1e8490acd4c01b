//! `backend serve` with a clock that can be set ahead: the service that a test kills and starts again, when it does not
//! want to wait for time to pass.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use backend::config::{Config, Environment};
use imper_tests::harness::clock::AdjustableClock;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<()> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error,warp::server=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let mut file = None;
    let clock = AdjustableClock::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--config" => file = Some(PathBuf::from(value)),
            "--ahead-millis" => clock.advance(Duration::from_millis(value.parse()?)),
            other => bail!("unknown argument {other:?}; usage: service --config FILE [--ahead-millis N]"),
        }
    }
    let config = Config::load(&file.context("--config is missing")?, &Environment)?;
    let public = TcpListener::bind(config.server.listen).await?;
    let operations = TcpListener::bind(config.server.operations_listen).await?;
    // Whoever started it ends it.
    backend::run(
        config,
        public,
        operations,
        Arc::new(clock),
        std::future::pending(),
    )
    .await?;
    Ok(())
}
