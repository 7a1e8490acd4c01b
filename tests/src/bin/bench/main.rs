//! How fast the console answers with a million verifications: `cargo xtask bench` builds and runs this.
//!
//! The rows are made once, by the same functions of the store that the service uses, and kept for the next run. Then a
//! real service on that database is asked over HTTP, as an analyst's browser would ask it, and each page's time from
//! the request to the last byte is taken: look-up of the session, the queries, the page, and the entry in the log.

mod data;
mod pages;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::Instant;

use backend::ports::{Clock as _, SystemClock};
use pages::{Console, Page};

/// Requests of each page that are timed, after one that is not.
const TIMES: usize = 15;

struct Arguments {
    rows: u32,
    folder: PathBuf,
}

impl Arguments {
    fn read() -> Result<Self> {
        let mut arguments = Self {
            rows: 1_000_000,
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench"),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--rows" => arguments.rows = value()?.parse().context("--rows needs a number")?,
                "--folder" => arguments.folder = value()?.into(),
                other => bail!("unknown argument {other:?}; usage: bench [--rows NUMBER] [--folder PATH]"),
            }
        }
        Ok(arguments)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match bench().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn bench() -> Result<bool> {
    let Arguments { rows, folder } = Arguments::read()?;
    std::fs::create_dir_all(&folder)?;
    let database = folder.join(format!("console-{rows}.db"));
    let config = pages::config(&database)?;
    data::make(&config, rows).await?;
    let plan = data::plan(&config, rows, SystemClock.now())?;
    let console = Console::open(config).await?;
    println!("\n{rows} verifications, {TIMES} requests of each page\n");
    println!(
        "{:<58}{:>10}{:>10}{:>10}{:>10}",
        "page", "median", "slowest", "CPU", "limit"
    );
    let mut holds = true;
    for page in pages::all(&plan)? {
        holds &= measure(&console, &page).await?;
    }
    export(&console, rows).await?;
    if !holds {
        println!("\nPages with ! took longer than they may.");
    }
    Ok(holds)
}

async fn measure(console: &Console, page: &Page) -> Result<bool> {
    let seen = console.get(&page.path).await?;
    if !seen.contains(page.shows) {
        bail!("{} does not show {:?}", page.path, page.shows);
    }
    let mut times = Vec::new();
    let before = processor();
    for _ in 0..TIMES {
        let start = Instant::now();
        console.get(&page.path).await?;
        times.push(start.elapsed());
    }
    // On a machine that is busy with other things the time of the processor says more than the clock on the wall.
    let worked = processor().saturating_sub(before) / u32::try_from(TIMES)?;
    times.sort_unstable();
    let (median, slowest) = (times[TIMES / 2], times[TIMES - 1]);
    let holds = median <= page.limit;
    let mark = if holds { " " } else { "!" };
    println!(
        "{mark} {:<56}{:>10}{:>10}{:>10}{:>10}",
        page.name,
        millis(median),
        millis(slowest),
        millis(worked),
        millis(page.limit)
    );
    Ok(holds)
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// A whole export: how long it takes, and what it costs in memory.
async fn export(console: &Console, rows: u32) -> Result<()> {
    let before = memory();
    let start = Instant::now();
    let bytes = console.count_bytes("/console/verifications/export/csv").await?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "\nExport of {rows} rows as CSV: {:.1} s, {} MB; memory of the process {} -> {} MB",
        seconds,
        bytes / 1_000_000,
        before,
        memory()
    );
    Ok(())
}

/// Processor time of this process, the asking side included, as Linux tells it in hundredths of a second.
fn processor() -> Duration {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in brackets and may have blanks.
    let numbers = status.rsplit_once(") ").map_or("", |(_, numbers)| numbers);
    let ticks: u64 = numbers
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|number| number.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Resident memory of this process in MB, as Linux tells it; 0 elsewhere.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|number| number.parse::<u64>().ok())
        .unwrap_or(0)
        / 1000
}
