//! The rows of the benchmark: made once, kept for the next run.

use std::sync::Arc;

use anyhow::{Context, Result};
use backend::config::Config;
use backend::ports::{Clock as _, SystemClock};
use backend::store::console::listing::{self, Filter};
use backend::store::{Store, StoreError, evidence};
use imper_tests::harness::sample::{self, Plan};
use rusqlite::Transaction;
use shared::words::UnixMillis;

/// Written in one transaction.
const BATCH: u32 = 5_000;
/// So many of the newest verifications have evidence, each these entries: enough that nobody can read the whole chain
/// within the time of a page.
const WITH_EVIDENCE: u32 = 200_000;
const ENTRIES: [&str; 8] = [
    "verification.created",
    "link.accepted",
    "event.delivered",
    "verification.begun",
    "check.answered",
    "code.queued",
    "check.answered",
    "verification.decided",
];
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
    evidence(&store, &plan).await?;
    store.close();
    Ok(())
}

/// Makes the evidence that is missing.
async fn evidence(store: &Store, plan: &Plan) -> Result<()> {
    let own = plan.instance.clone();
    let head = store.read(move |tx| evidence::head(tx, &own)).await?;
    let per_row = u32::try_from(ENTRIES.len())?;
    let mut number = plan.rows.saturating_sub(WITH_EVIDENCE) + u32::try_from(head.number)? / per_row;
    while number < plan.rows {
        let end = (number + BATCH).min(plan.rows);
        let batch = plan.make(number, end)?;
        let add = move |tx: &Transaction<'_>| {
            for of in &batch {
                for kind in ENTRIES {
                    let at = of.created_at;
                    evidence::append(
                        tx,
                        &of.instance,
                        &of.id,
                        kind,
                        "{\"made\":\"for the bench\"}",
                        [7; 16],
                        at,
                    )?;
                }
            }
            Ok::<_, StoreError>(())
        };
        store.write(add).await?;
        number = end;
        if number.is_multiple_of(50_000) {
            println!("evidence up to row {number} of {} is made", plan.rows);
        }
    }
    Ok(())
}
