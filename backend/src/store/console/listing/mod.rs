//! Verifications as the console lists them: narrowed by filters and a search, in the order of any column, page by page in
//! both directions, at the same speed wherever the page lies.
//!
//! The table `listing` and its full-text index are kept by triggers; see the migration that makes them.

mod dense;
mod read;
mod related;
mod statement;
mod values;

use std::cmp::Ordering;

use shared::words::{Channel, RiskLevel, Status, UnixMillis};

use crate::verification::VerificationId;

pub use read::{Found, Wanted, codes, count, counted, list};
pub use related::{Same, Shared, find, related, shared};
pub use values::{Agent, agents, categories};

/// Among so many matching rows any order is made exactly; of more the newest are ordered (see [`Found::newest_only`]).
pub const SORTED_ROWS: u32 = 5_000;

/// Places in one millisecond: see the migration.
const PLACES_PER_MILLI: i64 = 1024;

/// Which states a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whatever is still under way.
    Pending,
    /// Only this one.
    One(Status),
}

impl Standing {
    /// The states it stands for.
    pub fn statuses(self) -> Vec<Status> {
        match self {
            Self::Pending => {
                let all = Status::ALL.iter().copied();
                all.filter(|status| !status.is_final()).collect()
            }
            Self::One(status) => vec![status],
        }
    }
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these states.
    pub standing: Option<Standing>,
    /// Only this level of risk; undecided verifications have none.
    pub risk: Option<RiskLevel>,
    /// Only this category of tickets.
    pub category: Option<String>,
    /// Only those that this agent initiated: `sys_user.sys_id`.
    pub agent: Option<String>,
    /// Only those whose link went this way.
    pub channel: Option<Channel>,
    /// Only those created at this moment or later.
    pub from: Option<UnixMillis>,
    /// Only those created before this moment.
    pub before: Option<UnixMillis>,
    /// Only those whose report has this finding, and where it raised the risk.
    pub code: Option<String>,
    /// Beginnings of words of the ticket's number, of the requester's name or email, or of the id.
    pub text: Option<String>,
    /// Only those that share something with another verification.
    pub same: Option<(Same, VerificationId)>,
}

/// The columns that a list can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// Number of the ticket.
    Ticket,
    /// Name of the requester.
    Requester,
    /// Level of risk, undecided first.
    Risk,
    /// Status, in the order in which a verification takes them.
    Status,
    /// Category of the ticket.
    Category,
    /// Name of the agent.
    Agent,
    /// When the agent pressed Send.
    #[default]
    Time,
}

impl Column {
    /// Every column, in the order of the table.
    pub const ALL: &'static [Self] = &[
        Self::Ticket,
        Self::Requester,
        Self::Risk,
        Self::Status,
        Self::Category,
        Self::Agent,
        Self::Time,
    ];
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// By this column. Rows that are equal in it follow each other newest first, tickets and requesters in the order's
    /// own direction.
    pub by: Column,
    /// From the greatest to the least.
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            by: Column::Time,
            descending: true,
        }
    }
}

/// A place between two rows of a list. Rows that are added later move nothing past it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What the row beside it has in the column of the order; empty for the order of time.
    pub key: String,
    /// Its place in the order of time.
    pub place: i64,
}

/// Which rows of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// The first.
    #[default]
    First,
    /// Those after this one.
    After(Cursor),
    /// Those before this one.
    Before(Cursor),
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place in the order of time.
    pub place: i64,
    /// Its id.
    pub id: VerificationId,
    /// Number of the ticket.
    pub ticket_number: String,
    /// Display name of the requester.
    pub requester_name: String,
    /// Company mailbox of the requester, empty if none is on file.
    pub requester_email: String,
    /// Set when decided.
    pub risk: Option<RiskLevel>,
    /// Set when decided, 0–100.
    pub score: Option<u8>,
    /// Where it stands.
    pub status: Status,
    /// Category of the ticket.
    pub category: String,
    /// `sys_id` of the agent.
    pub agent_sys_id: String,
    /// Name of the agent.
    pub agent_name: String,
    /// How the link was sent.
    pub channel: Channel,
    /// From Send to the end, in milliseconds; `None` while it is under way.
    pub took_ms: Option<i64>,
    /// Codes of the findings that raised the risk.
    pub codes: Vec<String>,
}

impl Listed {
    /// When the agent pressed Send.
    pub const fn created_at(&self) -> UnixMillis {
        moment(self.place)
    }

    /// The place of this row in a list of this order.
    pub fn cursor(&self, order: Order) -> Cursor {
        let key = match order.by {
            Column::Ticket => self.ticket_number.clone(),
            Column::Requester => self.requester_name.clone(),
            Column::Risk => self.risk.map_or("", RiskLevel::as_str).to_owned(),
            Column::Status => self.status.as_str().to_owned(),
            Column::Category => self.category.clone(),
            Column::Agent => values::agent_key(&self.agent_name, &self.agent_sys_id),
            Column::Time => String::new(),
        };
        Cursor {
            key,
            place: self.place,
        }
    }
}

/// The moment of a place.
pub(super) const fn moment(place: i64) -> UnixMillis {
    UnixMillis(place.div_euclid(PLACES_PER_MILLI))
}

/// The first place of a moment.
pub const fn place_of(at: UnixMillis) -> i64 {
    at.0.saturating_mul(PLACES_PER_MILLI)
}

/// How two rows follow each other.
fn compare(order: Order, one: &Cursor, other: &Cursor) -> Ordering {
    let rank = |key: &str| match order.by {
        Column::Status => Status::ALL.iter().position(|status| status.as_str() == key),
        _ => RiskLevel::ALL.iter().position(|level| level.as_str() == key),
    };
    let keys = match order.by {
        Column::Time => Ordering::Equal,
        // As SQLite's NOCASE compares.
        Column::Ticket | Column::Requester => {
            one.key.to_ascii_lowercase().cmp(&other.key.to_ascii_lowercase())
        }
        Column::Status | Column::Risk => rank(&one.key).cmp(&rank(&other.key)),
        Column::Category | Column::Agent => one.key.cmp(&other.key),
    };
    let directed = |ordering: Ordering| {
        if order.descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    let places = one.place.cmp(&other.place);
    match order.by {
        Column::Time | Column::Ticket | Column::Requester => directed(keys.then(places)),
        Column::Risk | Column::Status | Column::Category | Column::Agent => {
            directed(keys).then(places.reverse())
        }
    }
}

#[cfg(test)]
mod tests;
