//! The two corpora side by side, and what is wrong with them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::story::{End, Told};

/// Name, end, and a mark where it is not the expected one.
fn line(told: &Told) -> String {
    let end = told.end.map_or_else(|| "broke off".to_owned(), End::label);
    let mark = if told.end == Some(told.expected) { ' ' } else { '!' };
    format!("{mark}{:<50} {end:<16}", told.name)
}

fn share(part: usize, whole: usize) -> String {
    let percent = part * 1000 / whole.max(1);
    format!("{part} of {whole} ({}.{} %)", percent / 10, percent % 10)
}

/// The table.
pub fn table(attacks: &[Told], honest: &[Told]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "\n {:<68}| honest people", "attacks");
    let _ = writeln!(text, " {0:-<68}+{0:-<68}", "");
    for row in 0..attacks.len().max(honest.len()) {
        let left = attacks.get(row).map_or_else(String::new, line);
        let right = honest.get(row).map_or_else(String::new, line);
        let _ = writeln!(text, "{left:<69}|{}", right.trim_end());
    }
    let ends = |told: &[Told], is: fn(End) -> bool| told.iter().filter(|t| t.end.is_some_and(is)).count();
    let stopped = ends(attacks, End::is_stopped);
    let flagged = ends(attacks, |end| end == End::Flagged);
    let verified = ends(honest, |end| end == End::Verified);
    let careful = ends(honest, |end| end == End::Flagged);
    let _ = writeln!(
        text,
        "\n attacks stopped:                 {}",
        share(stopped, attacks.len())
    );
    let _ = writeln!(
        text,
        " attacks flagged as Medium:       {}",
        share(flagged, attacks.len())
    );
    let missed = attacks.len() - stopped - flagged;
    let _ = writeln!(
        text,
        " attacks missed:                  {}",
        share(missed, attacks.len())
    );
    let _ = writeln!(
        text,
        " honest people through, no help:  {}",
        share(verified + careful, honest.len())
    );
    let _ = writeln!(
        text,
        "   of these as Verified:          {}",
        share(verified, honest.len())
    );
    let _ = writeln!(
        text,
        "   of these as Medium:            {}",
        share(careful, honest.len())
    );
    text
}

/// What makes the command fail.
pub fn faults(
    attacks: &[Told],
    honest: &[Told],
    misses: &[(&str, &str)],
    need_help: &[(&str, &str)],
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for told in attacks.iter().chain(honest) {
        if !names.insert(told.name) {
            faults.push(format!("{}: two stories have this name", told.name));
        }
        if told.end != Some(told.expected) {
            let end = told.end.map_or_else(|| "broke off".to_owned(), End::label);
            faults.push(format!(
                "{}: expected {}, but: {end}",
                told.name,
                told.expected.label()
            ));
        }
    }
    let listed = |list: &[(&str, &str)], name: &str| list.iter().any(|(listed, _)| *listed == name);
    for told in attacks {
        let is_missed = matches!(told.end, None | Some(End::Verified | End::Breached));
        match (is_missed, listed(misses, told.name)) {
            (true, false) => faults.push(format!("{}: a miss that is not listed", told.name)),
            (false, true) => faults.push(format!("{}: listed as a miss, but caught", told.name)),
            _ => {}
        }
    }
    for told in honest {
        let passed = matches!(told.end, Some(End::Verified | End::Flagged));
        match (passed, listed(need_help, told.name)) {
            (false, false) => faults.push(format!("{}: an honest person was stopped", told.name)),
            (true, true) => faults.push(format!("{}: listed as needing help, but got through", told.name)),
            _ => {}
        }
    }
    let all = misses.iter().chain(need_help);
    for (name, _) in all.filter(|(name, _)| !names.contains(name)) {
        faults.push(format!("{name}: listed, but there is no such story"));
    }
    let threats = include_str!("../../docs/threat-model.md");
    for (name, _) in misses.iter().filter(|(name, _)| !threats.contains(*name)) {
        faults.push(format!("{name}: does not stand in docs/threat-model.md"));
    }
    faults
}
