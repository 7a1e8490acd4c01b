//! The policy as a file: TOML, read with every mistake named at once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use shared::words::{Action, Assurance, CheckKind, RiskLevel};
use toml::{Table, Value};

use super::lines::line_at;
use super::reader::{Mistake, Reader, Section};
use super::{Plan, Policy, Step, Weights, WorkingHours};
use crate::verification::signals;
use crate::words::counted;

/// The format that this version reads.
const FORMAT: i64 = 1;
/// Characters of a version.
const VERSION_CHARS: RangeInclusive<usize> = 1..=40;
/// What a proof may take off the score.
const PROOF: RangeInclusive<i64> = -50..=0;
/// What anything else may add to it.
const PENALTY: RangeInclusive<i64> = 0..=100;
/// What a signal may weigh that rests on our own records.
const RECORD: RangeInclusive<i64> = -30..=100;
/// The names of the days, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Every mistake in a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy has {}:\n{}", counted(.mistakes.len(), "mistake", "mistakes"), .mistakes.iter().map(|m| format!("  - {m}")).collect::<Vec<_>>().join("\n"))]
pub struct PolicyError {
    /// In the order in which they were found.
    pub mistakes: Vec<Mistake>,
}

/// Where a weight of [`Weights`] is kept.
type Place = fn(&mut Weights) -> &mut i16;

/// The weights of the checks by name, with what they may be.
const WEIGHTS: [(&str, Place, RangeInclusive<i64>); 11] = [
    (
        "independent_contact_proven",
        |w| &mut w.independent_contact_proven,
        PROOF,
    ),
    ("passkey_proven", |w| &mut w.passkey_proven, PROOF),
    (
        "authenticator_app_proven",
        |w| &mut w.authenticator_app_proven,
        PROOF,
    ),
    ("recovery_code_proven", |w| &mut w.recovery_code_proven, PROOF),
    ("company_sign_in_proven", |w| &mut w.company_sign_in_proven, PROOF),
    ("manager_approved", |w| &mut w.manager_approved, PROOF),
    (
        "contact_not_independent",
        |w| &mut w.contact_not_independent,
        PENALTY,
    ),
    ("no_contact_on_file", |w| &mut w.no_contact_on_file, PENALTY),
    ("check_failed", |w| &mut w.check_failed, PENALTY),
    ("wrong_answer", |w| &mut w.wrong_answer, PENALTY),
    ("refused_by_requester", |w| &mut w.refused_by_requester, PENALTY),
];

/// Reads a policy. What the file leaves out is as in `base`.
pub(super) fn read(text: &str, base: Policy) -> Result<Policy, PolicyError> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| PolicyError {
        mistakes: vec![Mistake {
            line: error.span().map(|span| line_at(text, span.start)),
            place: String::new(),
            what: format!("it is no TOML: {}", error.message().trim_end()),
        }],
    })?;
    let mut reader = Reader::default();
    let mut policy = base;
    let mut top = Section::new("", table);
    match top.take("format") {
        Some(Value::Integer(FORMAT)) => {}
        Some(_) => reader.note(
            "format",
            format!("must be {FORMAT}, the only format that this version reads"),
        ),
        None => reader.note("format", format!("is missing; write format = {FORMAT}")),
    }
    match top.text(&mut reader, "version") {
        Some(version) if is_version(&version) => policy.version = version,
        Some(version) => reader.note(
            "version",
            format!("“{version}” must have 1 to 40 letters, digits, dots, hyphens and underscores"),
        ),
        None => reader.note("version", "is missing; every decision records it"),
    }
    levels(&mut reader, &mut top, &mut policy);
    if let Some(section) = top.section(&mut reader, "working_hours") {
        policy.working_hours = working_hours(&mut reader, section, policy.working_hours);
    }
    if let Some(section) = top.section(&mut reader, "weights") {
        weights(&mut reader, section, &mut policy.weights);
    }
    if let Some(section) = top.section(&mut reader, "signals") {
        signal_weights(&mut reader, section, &mut policy.signals);
    }
    if let Some(found) = plans(&mut reader, &mut top) {
        coverage(&mut reader, &found);
        policy.plans = found;
    }
    let known = [
        "format",
        "version",
        "levels",
        "working_hours",
        "weights",
        "signals",
        "plan",
    ];
    top.finish(&mut reader, &known);
    if reader.is_right() {
        Ok(policy)
    } else {
        Err(PolicyError {
            mistakes: reader.mistakes(text),
        })
    }
}

fn is_version(text: &str) -> bool {
    let clean = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    VERSION_CHARS.contains(&text.len()) && text.chars().all(clean)
}

fn levels(reader: &mut Reader, top: &mut Section, policy: &mut Policy) {
    let Some(mut section) = top.section(reader, "levels") else {
        return;
    };
    let mut threshold = |reader: &mut Reader, key: &str, was: u8| {
        let read = section.number(reader, key, &(1..=100));
        read.and_then(|points| u8::try_from(points).ok()).unwrap_or(was)
    };
    policy.medium_from = threshold(reader, "medium_from", policy.medium_from);
    policy.high_from = threshold(reader, "high_from", policy.high_from);
    if policy.medium_from >= policy.high_from {
        reader.note(
            "levels",
            format!(
                "medium_from ({}) must be below high_from ({})",
                policy.medium_from, policy.high_from
            ),
        );
    }
    if let Some(level) = level(reader, &mut section, "highest_passing") {
        policy.highest_passing_level = level;
    }
    section.finish(reader, &["medium_from", "high_from", "highest_passing"]);
}

fn level(reader: &mut Reader, section: &mut Section, key: &str) -> Option<RiskLevel> {
    let word = section.text(reader, key)?;
    let level = RiskLevel::parse(&word);
    if level.is_none() {
        let known: Vec<&str> = RiskLevel::ALL.iter().map(|level| level.as_str()).collect();
        reader.unknown(&section.name(key), &word, "level", &known);
    }
    level
}

fn working_hours(reader: &mut Reader, mut section: Section, was: WorkingHours) -> WorkingHours {
    let mut time = |reader: &mut Reader, key: &str, was: u16| {
        let Some(text) = section.text(reader, key) else {
            return was;
        };
        minute_of_day(&text).unwrap_or_else(|| {
            reader.note(&section.name(key), format!("“{text}” is no time like 08:30"));
            was
        })
    };
    let (from, to) = (time(reader, "from", was.from), time(reader, "to", was.to));
    if from >= to {
        reader.note("working_hours", "from must be before to");
    }
    let days = match section.words(reader, "days") {
        None => was.days,
        Some(words) => {
            for word in words.iter().filter(|word| !DAYS.contains(&word.as_str())) {
                reader.unknown("working_hours.days", word, "day", &DAYS);
            }
            DAYS.map(|day| words.iter().any(|word| word == day))
        }
    };
    section.finish(reader, &["from", "to", "days"]);
    WorkingHours { from, to, days }
}

/// Minutes since midnight; 24:00 is the end of the day.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}

fn weights(reader: &mut Reader, mut section: Section, weights: &mut Weights) {
    for (name, place, range) in WEIGHTS {
        if let Some(points) = section.number(reader, name, &range) {
            *place(weights) = i16::try_from(points).unwrap_or(0);
        }
    }
    section.finish(reader, &WEIGHTS.map(|(name, ..)| name));
}

fn signal_weights(reader: &mut Reader, mut section: Section, weights: &mut BTreeMap<String, i16>) {
    for signal in signals::ALL {
        let range = if signal.may_lower { RECORD } else { PENALTY };
        if section.is_off(signal.name) {
            weights.remove(signal.name);
        } else if let Some(points) = section.number(reader, signal.name, &range) {
            weights.insert(signal.name.to_owned(), i16::try_from(points).unwrap_or(0));
        }
    }
    let known: Vec<&str> = signals::ALL.iter().map(|signal| signal.name).collect();
    section.finish(reader, &known);
}

fn plans(reader: &mut Reader, top: &mut Section) -> Option<Vec<Plan>> {
    let sections = top.sections(reader, "plan")?;
    if sections.is_empty() {
        reader.note("plan", "at least one is needed, or leave the key out");
    }
    Some(
        sections
            .into_iter()
            .map(|section| plan(reader, section))
            .collect(),
    )
}

fn plan(reader: &mut Reader, mut section: Section) -> Plan {
    let actions = section.words(reader, "actions").unwrap_or_default();
    let known: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let actions = actions.iter().filter_map(|word| {
        let action = Action::parse(word);
        if action.is_none() {
            reader.unknown(&section.name("actions"), word, "action", &known);
        }
        action
    });
    let actions = actions.collect();
    let assurance = section.text(reader, "assurance").and_then(|word| {
        let assurance = Assurance::parse(&word);
        if assurance.is_none() {
            let known: Vec<&str> = Assurance::ALL.iter().map(|word| word.as_str()).collect();
            reader.unknown(&section.name("assurance"), &word, "assurance", &known);
        }
        assurance
    });
    let highest_passing = level(reader, &mut section, "highest_passing");
    let steps = section.sections(reader, "steps").unwrap_or_default();
    if steps.is_empty() {
        reader.note(
            &section.name("steps"),
            "is empty: a plan without steps would prove nothing",
        );
    }
    let mut asked: Vec<CheckKind> = Vec::new();
    let steps = steps
        .into_iter()
        .map(|part| step(reader, part, &mut asked))
        .collect();
    section.finish(reader, &["actions", "assurance", "highest_passing", "steps"]);
    Plan {
        actions,
        assurance,
        highest_passing,
        steps,
    }
}

/// One step. `asked` holds the kinds of the steps before it: one proof never counts for two steps.
fn step(reader: &mut Reader, mut section: Section, asked: &mut Vec<CheckKind>) -> Step {
    let words = section.words(reader, "any_of").unwrap_or_default();
    let place = section.name("any_of");
    let known: Vec<&str> = CheckKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut any_of: Vec<CheckKind> = Vec::new();
    for word in &words {
        match CheckKind::parse(word) {
            None => reader.unknown(&place, word, "check", &known),
            Some(kind) if any_of.contains(&kind) => reader.note(&place, format!("“{word}” is named twice")),
            Some(kind) => any_of.push(kind),
        }
    }
    if words.is_empty() {
        reader.note(&place, "is empty: a step needs at least one alternative");
    } else if !any_of.is_empty() && any_of.iter().all(|kind| asked.contains(kind)) {
        reader.note(
            &place,
            "names only checks of earlier steps, and one proof never counts for two steps",
        );
    }
    asked.extend(&any_of);
    section.finish(reader, &["any_of"]);
    Step { any_of }
}

/// Every ticket must have a plan, and every plan a ticket.
fn coverage(reader: &mut Reader, plans: &[Plan]) {
    let mut used = vec![false; plans.len()];
    for action in Action::ALL.iter().copied().map(Some).chain([None]) {
        for assurance in Assurance::ALL.iter().copied() {
            match plans.iter().position(|plan| plan.applies(action, assurance)) {
                Some(index) => used[index] = true,
                None => reader.note(
                    "plan",
                    format!(
                        "none applies to tickets with {} at the assurance {assurance}; nothing could pass there",
                        action.map_or("no action", Action::as_str)
                    ),
                ),
            }
        }
    }
    for (index, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
        reader.note(
            &format!("plan {}", index + 1),
            "never applies: the plans before it take every ticket",
        );
    }
}

#[cfg(test)]
mod tests;
