//! The filters of the table: what they offer, and those in force as chips that can be taken away.

use shared::words::{Channel, RiskLevel, Status};

use super::view::{View, day_word};
use crate::service::console::{Choices, Same, Standing};

/// One choice of a filter.
pub struct Choice {
    /// Its word in the address.
    pub value: String,
    /// What people read.
    pub label: String,
    /// It is in force.
    pub chosen: bool,
}

/// A filter in force, with the address of the table without it.
pub struct Chip {
    /// Which filter.
    pub what: &'static str,
    /// Its value.
    pub value: String,
    /// Where the table stands without it.
    pub without: String,
}

/// The filters as the form shows them.
pub struct Filters {
    /// What is searched for.
    pub search: String,
    /// Verification Status.
    pub statuses: Vec<Choice>,
    /// Risk level.
    pub risks: Vec<Choice>,
    /// Request category.
    pub categories: Vec<Choice>,
    /// Initiated By.
    pub agents: Vec<Choice>,
    /// Channel.
    pub channels: Vec<Choice>,
    /// First day, empty without one.
    pub from: String,
    /// Last day, empty without one.
    pub to: String,
    /// One of the filters that are folded away is in force.
    pub is_open: bool,
    /// What the form must not lose: names and values.
    pub kept: Vec<(&'static str, String)>,
}

impl Filters {
    /// The form for a view.
    pub fn new(view: &View, choices: &Choices) -> Self {
        let filter = &view.asked.filter;
        let pending = Choice {
            value: "pending".into(),
            label: "Under way".into(),
            chosen: filter.standing == Some(Standing::Pending),
        };
        let statuses = Status::ALL.iter().map(|status| Choice {
            value: status.as_str().into(),
            label: status.label().into(),
            chosen: filter.standing == Some(Standing::One(*status)),
        });
        let days = |at: Option<shared::words::UnixMillis>| at.map(day_word).unwrap_or_default();
        Self {
            search: filter.text.clone().unwrap_or_default(),
            statuses: std::iter::once(pending).chain(statuses).collect(),
            risks: words(RiskLevel::ALL, filter.risk, RiskLevel::as_str, RiskLevel::label),
            categories: texts(
                choices.categories.iter().map(|one| (one.clone(), one.clone())),
                filter.category.as_deref(),
            ),
            agents: texts(
                choices
                    .agents
                    .iter()
                    .map(|agent| (agent.sys_id.clone(), agent.name.clone())),
                filter.agent.as_deref(),
            ),
            channels: words(Channel::ALL, filter.channel, Channel::as_str, Channel::label),
            from: days(filter.from),
            to: days(filter.before.map(|at| at.plus_seconds(-86_400))),
            is_open: filter.category.is_some()
                || filter.agent.is_some()
                || filter.channel.is_some()
                || filter.from.is_some()
                || filter.before.is_some(),
            kept: view
                .pairs()
                .into_iter()
                .filter(|(name, _)| matches!(*name, "code" | "same" | "sort" | "dir" | "cols"))
                .collect(),
        }
    }
}

fn words<T: Copy + PartialEq>(
    all: &[T],
    chosen: Option<T>,
    value: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
) -> Vec<Choice> {
    all.iter()
        .map(|&one| Choice {
            value: value(one).into(),
            label: label(one).into(),
            chosen: chosen == Some(one),
        })
        .collect()
}

/// Values of rows; one in force that no row has any more is offered, too, so that the form shows what the table does.
fn texts(all: impl Iterator<Item = (String, String)>, chosen: Option<&str>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = all
        .filter(|(value, _)| !value.is_empty())
        .map(|(value, label)| Choice {
            chosen: chosen == Some(&value),
            value,
            label,
        })
        .collect();
    if let Some(chosen) = chosen
        && choices.iter().all(|choice| !choice.chosen)
    {
        choices.push(Choice {
            value: chosen.into(),
            label: chosen.into(),
            chosen: true,
        });
    }
    choices
}

/// A code as people read it: `device_shared` is *Device shared*.
pub fn code_label(code: &str) -> String {
    let text = code.replace('_', " ");
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// What verifications share, in words.
pub const fn same_label(same: Same) -> &'static str {
    match same {
        Same::Requester => "Same requester",
        Same::Device => "Same device",
        Same::Destination => "Same destination",
        Same::Network => "Same network",
        Same::Ticket => "Same ticket",
    }
}

/// The filters in force.
pub fn chips(view: &View, choices: &Choices) -> Vec<Chip> {
    let filter = &view.asked.filter;
    let mut chips = Vec::new();
    let mut chip = |what, value: Option<String>, change: fn(&mut View)| {
        chips.extend(value.map(|value| Chip {
            what,
            value,
            without: view.changed(change).address(),
        }));
    };
    chip("Search", filter.text.clone(), |view| {
        view.asked.filter.text = None;
    });
    let standing = filter.standing.map(|standing| match standing {
        Standing::Pending => "Under way".to_owned(),
        Standing::One(status) => status.label().to_owned(),
    });
    chip("Verification Status", standing, |view| {
        view.asked.filter.standing = None;
    });
    let risk = filter.risk.map(|level| level.label().to_owned());
    chip("Risk level", risk, |view| view.asked.filter.risk = None);
    chip("Request category", filter.category.clone(), |view| {
        view.asked.filter.category = None;
    });
    let agent = filter.agent.as_ref().map(|sys_id| {
        let known = choices.agents.iter().find(|agent| agent.sys_id == *sys_id);
        known.map_or_else(|| sys_id.clone(), |agent| agent.name.clone())
    });
    chip("Initiated By", agent, |view| view.asked.filter.agent = None);
    let channel = filter.channel.map(|channel| channel.label().to_owned());
    chip("Channel", channel, |view| view.asked.filter.channel = None);
    chip("From", filter.from.map(day_word), |view| {
        view.asked.filter.from = None;
    });
    let last = filter.before.map(|at| day_word(at.plus_seconds(-86_400)));
    chip("To", last, |view| view.asked.filter.before = None);
    chip("Finding", filter.code.as_deref().map(code_label), |view| {
        view.asked.filter.code = None;
    });
    let same = filter
        .same
        .as_ref()
        .map(|(same, id)| format!("{} as {id}", same_label(*same)));
    chip("Related", same, |view| view.asked.filter.same = None);
    chips
}
