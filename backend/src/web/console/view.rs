//! A view of the table and its address: filters, search, order, columns and page are all in the URL, and one view has
//! one address.

use shared::words::{Channel, RiskLevel, Status, UnixMillis};
use url::form_urlencoded::{Serializer, parse};

use super::columns::{self, Shown};
use crate::service::console::{Asked, Column, Cursor, Filter, Order, Position, Same, Standing};
use crate::verification::VerificationId;

/// Where the table is.
pub const PATH: &str = "/console/verifications";
/// Longest text that is searched or filtered for, in characters.
pub const MAX_TEXT: usize = 100;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Filter, order and page.
    pub asked: Asked,
    /// Columns beside the ticket's.
    pub shown: Shown,
}

/// The word of a column in addresses.
pub const fn column_word(column: Column) -> &'static str {
    match column {
        Column::Ticket => "ticket",
        Column::Requester => "requester",
        Column::Risk => "risk",
        Column::Status => "status",
        Column::Category => "category",
        Column::Agent => "agent",
        Column::Time => "time",
    }
}

/// The direction in which people look at a column first: the newest and the riskiest on top.
pub const fn first_direction(column: Column) -> bool {
    matches!(column, Column::Time | Column::Risk)
}

impl View {
    /// Reads a query. What is not understood narrows nothing.
    pub fn read(query: &str) -> Self {
        let mut view = Self::default();
        let mut direction = None;
        let mut columns: Option<Vec<String>> = None;
        for (name, value) in parse(query.as_bytes()) {
            match &*name {
                "after" => view.asked.position = cursor(&value).map_or(Position::First, Position::After),
                "before" => view.asked.position = cursor(&value).map_or(Position::First, Position::Before),
                _ => {}
            }
            let value = clean(&value);
            if value.is_empty() && name != "cols" {
                continue;
            }
            let filter = &mut view.asked.filter;
            match &*name {
                "q" => filter.text = Some(value),
                "status" if value == "pending" => filter.standing = Some(Standing::Pending),
                "status" => filter.standing = Status::parse(&value).map(Standing::One),
                "risk" => filter.risk = RiskLevel::parse(&value),
                "category" => filter.category = Some(value),
                "agent" => filter.agent = Some(value),
                "channel" => filter.channel = Channel::parse(&value),
                "from" => filter.from = day(&value),
                "to" => filter.before = day(&value).map(|at| at.plus_seconds(86_400)),
                "code" => filter.code = Some(value).filter(|code| is_code(code)),
                "same" => {
                    filter.same = value
                        .split_once(':')
                        .and_then(|(same, id)| Some((Same::parse(same)?, VerificationId::parse(id)?)));
                }
                "sort" => {
                    let found = Column::ALL.iter().find(|column| column_word(**column) == value);
                    if let Some(column) = found {
                        view.asked.order.by = *column;
                    }
                }
                "dir" => direction = Some(value),
                // Check boxes come one by one, an address names them all at once.
                "col" => columns.get_or_insert_default().push(value),
                "cols" => columns
                    .get_or_insert_default()
                    .extend(value.split(' ').map(str::to_owned)),
                _ => {}
            }
        }
        let order = &mut view.asked.order;
        order.descending = match direction.as_deref() {
            Some("asc") => false,
            Some("desc") => true,
            _ => first_direction(order.by),
        };
        if let Some(words) = columns {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            view.shown = Shown::read(&words);
        }
        view
    }

    /// The query of this view without its page.
    pub fn query_of_filters(&self) -> String {
        let mut pairs = Serializer::new(String::new());
        for (name, value) in self.pairs() {
            pairs.append_pair(name, &value);
        }
        pairs.finish()
    }

    /// The one address of this view.
    pub fn address(&self) -> String {
        let mut pairs = Serializer::new(self.query_of_filters());
        match &self.asked.position {
            Position::First => {}
            Position::After(cursor) => {
                pairs.append_pair("after", &cursor_word(cursor));
            }
            Position::Before(cursor) => {
                pairs.append_pair("before", &cursor_word(cursor));
            }
        }
        with_query(PATH, &pairs.finish())
    }

    /// Everything but the page, as names and values.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = filter_pairs(&self.asked.filter);
        let order = self.asked.order;
        if order != Order::default() {
            if order.by != Column::Time {
                pairs.push(("sort", column_word(order.by).to_owned()));
            }
            if order.descending != first_direction(order.by) {
                let word = if order.descending { "desc" } else { "asc" };
                pairs.push(("dir", word.to_owned()));
            }
        }
        if self.shown != Shown::default() {
            pairs.push(("cols", self.shown.words().join(" ")));
        }
        pairs
    }

    /// The first page of this view, changed.
    pub fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut view = self.clone();
        view.asked.position = Position::First;
        change(&mut view);
        view
    }
}

fn filter_pairs(filter: &Filter) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| {
        pairs.extend(value.map(|value| (name, value)));
    };
    add("q", filter.text.clone());
    add(
        "status",
        filter.standing.map(|standing| match standing {
            Standing::Pending => "pending".to_owned(),
            Standing::One(status) => status.as_str().to_owned(),
        }),
    );
    add("risk", filter.risk.map(|level| level.as_str().to_owned()));
    add("category", filter.category.clone());
    add("agent", filter.agent.clone());
    add(
        "channel",
        filter.channel.map(|channel| channel.as_str().to_owned()),
    );
    add("from", filter.from.map(day_word));
    add("to", filter.before.map(|at| day_word(at.plus_seconds(-86_400))));
    add("code", filter.code.clone());
    add(
        "same",
        filter
            .same
            .as_ref()
            .map(|(same, id)| format!("{}:{id}", same.as_str())),
    );
    pairs
}

/// The address of the first page with this filter and nothing else.
pub fn address_of(filter: Filter) -> String {
    View {
        asked: Asked {
            filter,
            ..Asked::default()
        },
        shown: columns::Shown::default(),
    }
    .address()
}

/// A path with its query, if there is one.
pub fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

fn clean(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_TEXT)
        .collect();
    shown.trim().to_owned()
}

fn is_code(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A place between two rows, in addresses.
pub fn cursor_word(cursor: &Cursor) -> String {
    format!("{}~{}", cursor.place, cursor.key)
}

fn cursor(text: &str) -> Option<Cursor> {
    let (place, key) = text.split_once('~')?;
    Some(Cursor {
        place: place.parse().ok()?,
        key: key.to_owned(),
    })
}

/// The first moment of a day in UTC.
pub fn day(text: &str) -> Option<UnixMillis> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(UnixMillis(start.timestamp().as_millisecond()))
}

/// A day as `2026-11-22`.
pub fn day_word(at: UnixMillis) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_read_back_from_its_address() {
        for query in [
            "",
            "q=mia+chen",
            "q=ong&status=pending&risk=medium&category=Password+Reset&agent=abc&channel=sms&from=2026-11-01&to=2026-11-22&code=device_shared",
            "same=device%3AVER7K3M9QX2A4TN",
            "sort=risk",
            "sort=requester&dir=desc",
            "dir=asc",
            "cols=requester+risk+score+time",
            "cols=",
            "sort=agent&after=1838429798400000%7EBeth+Anglin%1Fabc",
            "before=1838429798400000%7E",
        ] {
            let view = View::read(query);
            assert_eq!(view.address(), with_query(PATH, query));
            assert_eq!(
                View::read(view.address().split_once('?').map_or("", |(_, query)| query)),
                view
            );
        }
    }

    #[test]
    fn what_is_not_understood_narrows_nothing() {
        for query in [
            "status=nonsense",
            "risk=&q=%20",
            "from=yesterday",
            "code=A%22+OR",
            "same=device%3Ax",
            "after=garbage",
            "after=99999999999999999999~",
            "sort=body&x=1",
        ] {
            assert_eq!(View::read(query).address(), PATH, "{query}");
        }
    }

    #[test]
    fn a_day_ends_before_the_next() {
        let filter = View::read("from=2026-11-22&to=2026-11-22").asked.filter;
        assert_eq!(filter.from, Some(UnixMillis(1_795_305_600_000)));
        assert_eq!(filter.before, Some(UnixMillis(1_795_392_000_000)));
    }
}
