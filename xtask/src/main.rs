//! The project's commands: `cargo xtask setup | package | demo | corpus | bench | test`.
//!
//! Each sets up what it needs, so that a machine with Rust and Debian's packages is enough for any of them.

mod bench;
mod corpus;
mod demo;
mod es5;
mod gate;
mod package;
mod read_back;
mod run;
mod second_try;
mod setup;
mod short_names;
mod size;
mod suite;
mod widget;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// imper.ai Verification for ServiceNow: the project's commands.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: wasm target, Debian packages, build tools. Safe to repeat.
    Setup,
    /// Build the widget, check it in a browser, and pack the update set.
    Package,
    /// Build everything and start service, emulated instance and inbox; ends with Ctrl-C.
    Demo {
        /// Drive one verification through a real browser, print what happened, and end.
        #[arg(long)]
        once: bool,
    },
    /// Play attacks and honest people against the service, and print who was caught and who came through.
    Corpus,
    /// Make a million verifications, once, and time the pages of the console on them; fails where one is too slow.
    Bench {
        /// How many verifications.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u32,
    },
    /// Everything that must hold before a change is merged.
    Test,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Setup => setup::setup().and_then(|()| setup::test_tools()),
        Command::Package => setup::setup()
            .and_then(|()| package::package())
            .map(|package| package.print()),
        Command::Demo { once } => demo::demo(once),
        Command::Corpus => corpus::corpus(),
        Command::Bench { rows } => bench::bench(rows),
        Command::Test => suite::test(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
