//! `backend policy check` and `backend risk replay`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use backend::config::Config;
use backend::service::replay::{self, Replayed, Verdict};
use backend::store::Store;
use backend::verification::{InstanceId, Policy};
use backend::words::counted;
use clap::{Args, Subcommand};

/// Exit code of a replay that found decisions which would have come out otherwise.
const FLIPS: u8 = 3;

#[derive(Subcommand)]
pub enum RiskCommand {
    /// Decides stored verifications anew under another policy and prints every flip; changes nothing. Ends with 3 if
    /// there is one.
    Replay(Replay),
}

#[derive(Args)]
pub struct Replay {
    /// The policy file.
    #[arg(long)]
    policy: PathBuf,
    /// Only verifications of this instance.
    #[arg(long)]
    instance: Option<String>,
}

/// Reads a policy file.
fn read(file: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Policy::parse(&text).with_context(|| format!("{} cannot be used", file.display()))
}

/// `backend policy check`.
pub fn check(file: &Path) -> anyhow::Result<ExitCode> {
    let policy = read(file)?;
    let off: Vec<&str> = backend::verification::signals::ALL
        .iter()
        .map(|signal| signal.name)
        .filter(|name| !policy.signals.contains_key(*name))
        .collect();
    println!("{} is right: policy {}.", file.display(), policy.version);
    if !off.is_empty() {
        println!("Switched off: {}.", off.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// `backend risk replay`.
pub async fn replay(config: Config, wanted: &Replay) -> anyhow::Result<ExitCode> {
    let policy = read(&wanted.policy)?;
    let instance = match &wanted.instance {
        None => None,
        Some(name) => match InstanceId::parse(name).filter(|id| config.instances.contains_key(id)) {
            Some(id) => Some(id),
            None => bail!("“{name}” is not the id of a configured instance"),
        },
    };
    let version = policy.version.clone();
    let store = Store::open(&config.storage.path)?;
    let replayed = replay::replay(&store, policy, instance).await;
    store.close();
    let replayed = replayed?;
    print!("{}", table(&replayed, &version));
    Ok(if replayed.flips.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FLIPS)
    })
}

/// What was found, for people.
fn table(replayed: &Replayed, version: &str) -> String {
    let mut text = String::new();
    let shown = |verdict: &Verdict| {
        format!(
            "{} {} {}",
            verdict.outcome.label(),
            verdict.level.label(),
            verdict.score
        )
    };
    if !replayed.flips.is_empty() {
        let _ = writeln!(
            text,
            "{:<16} {:<12} {:<12} {:<22} {:<22} because of",
            "verification", "instance", "ticket", "decided", "would be"
        );
    }
    for flip in &replayed.flips {
        let _ = writeln!(
            text,
            "{:<16} {:<12} {:<12} {:<22} {:<22} {}",
            flip.id,
            flip.instance,
            flip.ticket_number,
            shown(&flip.before),
            shown(&flip.after),
            flip.because.join(", ")
        );
    }
    let _ = writeln!(
        text,
        "{} replayed under policy {version}: {} would come out otherwise, {} would only change the score.",
        counted(replayed.decisions, "decision", "decisions"),
        replayed.flips.len(),
        replayed.moved
    );
    if replayed.erased > 0 {
        let _ = writeln!(
            text,
            "Left out: {}, because retention has erased what they were made from.",
            counted(replayed.erased, "decision", "decisions")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use backend::service::replay::Flip;
    use backend::verification::VerificationId;
    use shared::words::{Outcome, RiskLevel};

    use super::*;

    #[test]
    fn the_table_names_every_flip_and_sums_up() {
        let verdict = |outcome, level, score| Verdict {
            outcome,
            level,
            score,
        };
        let flip = Flip {
            instance: InstanceId::parse("acme").unwrap(),
            id: VerificationId::from_random([1; 8]),
            ticket_number: "INC0010023".into(),
            policy_version: "standard-3+00000000".into(),
            before: verdict(Outcome::Passed, RiskLevel::Verified, 5),
            after: verdict(Outcome::Failed, RiskLevel::High, 60),
            because: vec!["no_script".into()],
        };
        let replayed = Replayed {
            decisions: 9,
            moved: 2,
            flips: vec![flip],
            erased: 1,
        };
        let text = table(&replayed, "acme-7");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        let words: Vec<&str> = lines[1].split_whitespace().collect();
        assert_eq!(
            words[1..],
            [
                "acme",
                "INC0010023",
                "Passed",
                "Verified",
                "5",
                "Failed",
                "High",
                "60",
                "no_script"
            ]
        );
        assert!(
            lines[2].starts_with("9 decisions replayed under policy acme-7: 1 would come out otherwise, 2")
        );
        assert!(lines[3].starts_with("Left out: 1 decision,"));
        assert_eq!(table(&Replayed::default(), "x").lines().count(), 1);
    }
}
