//! The rows of the benchmark: made once, kept for the next run.

use std::sync::Arc;

use anyhow::{Context, Result};
use backend::config::Config;
use backend::ports::{Clock as _, SystemClock};
use backend::store::Store;
use backend::store::console::listing::{self, Filter};
use imper_tests::harness::sample::{self, Plan};
use shared::words::UnixMillis;

/// Written in one transaction.
const BATCH: u32 = 5_000;
/// Two years, in seconds.
const SPAN_SECONDS: i64 = 2 * 365 * 86_400;

/// The plan of `rows` rows until `now`.
pub fn plan(config: &Config, rows: u32, now: UnixMillis) -> Result<Plan> {
    Ok(Plan {
        instance: config.instances.keys().next().cloned().context("no instance")?,
        rows,
        requesters: 40_000,
        agents: 200,
        span_seconds: SPAN_SECONDS,
        now,
    })
}

/// Makes the rows that are missing.
pub async fn make(config: &Arc<Config>, rows: u32) -> Result<()> {
    let store = Store::open(&config.storage.path)?;
    let plan = plan(config, rows, SystemClock.now())?;
    let own = plan.instance.clone();
    let mut number = store
        .read(move |tx| listing::count(tx, &own, &Filter::default(), rows))
        .await?;
    while number < rows {
        let end = (number + BATCH).min(rows);
        let batch = plan.make(number, end)?;
        store.write(move |tx| sample::write(tx, &batch)).await?;
        number = end;
        if number.is_multiple_of(50_000) {
            println!("{number} of {rows} rows are made");
        }
    }
    store.close();
    Ok(())
}
