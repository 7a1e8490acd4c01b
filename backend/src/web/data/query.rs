//! Queries of the data API. A page narrows nothing by what it does not understand; a program that misspells a filter must
//! hear of it, or it takes everything for what it asked for. So every name and value is either used or refused.

use std::collections::BTreeSet;

use super::routes::Endpoint;
use url::form_urlencoded::{Serializer, parse};

use crate::service::console::{Action, Asked, Column, Narrowing, PAGE_ROWS, Period, Position};
use crate::store::bypasses;
use crate::web::console::bypasses::cursor;
use crate::web::console::view::{View, column_word, day};
use crate::web::problem::ApiError;

/// Rows of one answer at most.
pub const MAX_ROWS: u32 = 200;
/// Longest name of a user or a token.
const MAX_NAME: usize = 100;
const DAY_SECONDS: i64 = 86_400;

/// Names that narrow a list, as in the address of the page.
pub const FILTERS: &[&str] = &[
    "q", "status", "risk", "category", "agent", "channel", "from", "to", "code", "same",
];
/// Names that order a list and go through it.
const PAGING: &[&str] = &["after", "limit"];
/// Names that order a list.
const ORDER: &[&str] = &["sort", "dir"];

/// The names that the query of a route may have.
pub const fn names(endpoint: Endpoint) -> &'static [&'static [&'static str]] {
    match endpoint {
        Endpoint::Verifications => &[FILTERS, ORDER, PAGING],
        Endpoint::Export => &[FILTERS],
        Endpoint::Overview | Endpoint::Agents => &[&["days"]],
        Endpoint::Bypasses => &[&["from", "to", "agent"], PAGING],
        Endpoint::Audit => &[&["user", "action", "before", "limit"]],
        Endpoint::Verification | Endpoint::Report => &[],
    }
}

fn refused(name: &str, reason: impl Into<String>) -> ApiError {
    ApiError::Query {
        name: name.chars().take(MAX_NAME).collect(),
        reason: reason.into(),
    }
}

/// The fields of a query, each known, given once and not empty.
fn fields(query: &str, endpoint: Endpoint) -> Result<Vec<(String, String)>, ApiError> {
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    for (name, value) in parse(query.as_bytes()) {
        if !names(endpoint).iter().any(|names| names.contains(&&*name)) {
            return Err(refused(&name, "There is no such parameter here."));
        }
        if !seen.insert(name.to_string()) {
            return Err(refused(&name, "It is given twice."));
        }
        if value.trim().is_empty() {
            return Err(refused(&name, "It is empty. Leave it out instead."));
        }
        fields.push((name.into_owned(), value.into_owned()));
    }
    Ok(fields)
}

fn limit(value: &str) -> Result<u32, ApiError> {
    let rows = value.parse().ok().filter(|rows| (1..=MAX_ROWS).contains(rows));
    rows.ok_or_else(|| refused("limit", format!("It is a number from 1 to {MAX_ROWS}.")))
}

/// What a list is asked for, and how many rows.
pub fn list(query: &str) -> Result<(Asked, u32), ApiError> {
    let mut rows = PAGE_ROWS;
    let mut rest = Serializer::new(String::new());
    let given = fields(query, Endpoint::Verifications)?;
    for (name, value) in &given {
        if name == "limit" {
            rows = limit(value)?;
        } else {
            rest.append_pair(name, value);
        }
    }
    let asked = read(&rest.finish(), &given)?;
    Ok((asked, rows))
}

/// What an export is narrowed to.
pub fn export(query: &str) -> Result<Asked, ApiError> {
    let given = fields(query, Endpoint::Export)?;
    read(query, &given)
}

/// Reads as the page does, and compares what was understood with what was given.
fn read(query: &str, given: &[(String, String)]) -> Result<Asked, ApiError> {
    let view = View::read(query);
    let understood = view.pairs();
    for (name, value) in given {
        let fits = match name.as_str() {
            "limit" => true,
            "sort" => Column::ALL.iter().any(|column| column_word(*column) == value),
            "dir" => matches!(value.as_str(), "asc" | "desc"),
            "after" => matches!(view.asked.position, Position::After(_)),
            name => understood
                .iter()
                .any(|(one, read)| *one == name && read == value.trim()),
        };
        if !fits {
            return Err(refused(name, "This value is not understood."));
        }
    }
    Ok(view.asked)
}

/// The period of figures.
pub fn period(query: &str) -> Result<Period, ApiError> {
    let given = fields(query, Endpoint::Overview)?;
    let Some((name, days)) = given.first() else {
        return Ok(Period::default());
    };
    let found = Period::ALL
        .iter()
        .find(|period| period.days().to_string() == *days);
    found
        .copied()
        .ok_or_else(|| refused(name, "It is one of 7, 30 and 91."))
}

/// What the log is narrowed to, and how many entries.
pub fn audit(query: &str) -> Result<(Narrowing, u32), ApiError> {
    let mut narrowing = Narrowing::default();
    let mut rows = PAGE_ROWS;
    for (name, value) in fields(query, Endpoint::Audit)? {
        match name.as_str() {
            "user" if value.chars().count() <= MAX_NAME => narrowing.user = Some(value),
            "action" => {
                let action = Action::parse(&value);
                narrowing.action = Some(action.ok_or_else(|| refused(&name, "There is no such action."))?);
            }
            "before" => {
                let before = value.parse().ok().filter(|number| *number > 0);
                narrowing.before =
                    Some(before.ok_or_else(|| refused(&name, "It is the number of an entry."))?);
            }
            "limit" => rows = limit(&value)?,
            _ => return Err(refused(&name, "This value is not understood.")),
        }
    }
    Ok((narrowing, rows))
}

/// What the tickets resolved without verification are narrowed to, and how many of them.
pub fn bypasses(query: &str) -> Result<(bypasses::Narrowing, u32), ApiError> {
    let mut narrowing = bypasses::Narrowing::default();
    let mut rows = PAGE_ROWS;
    for (name, value) in fields(query, Endpoint::Bypasses)? {
        let wrong = || refused(&name, "This value is not understood.");
        match name.as_str() {
            "from" => narrowing.from = Some(day(&value).ok_or_else(wrong)?),
            "to" => {
                let day = day(&value).ok_or_else(wrong)?;
                narrowing.before = Some(day.plus_seconds(DAY_SECONDS));
            }
            "agent" if value.len() <= MAX_NAME => narrowing.agent = Some(value),
            "after" => narrowing.after = Some(cursor(&value).ok_or_else(wrong)?),
            "limit" => rows = limit(&value)?,
            _ => return Err(wrong()),
        }
    }
    Ok((narrowing, rows))
}

/// For routes that take no query.
pub fn none(query: &str) -> Result<(), ApiError> {
    fields(query, Endpoint::Verification).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(result: Result<(Asked, u32), ApiError>) -> String {
        match result {
            Err(ApiError::Query { name, .. }) => name,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (query, name) in [
            ("status=nonsense", "status"),
            ("Status=failed", "Status"),
            ("status=failed&status=passed", "status"),
            ("status=", "status"),
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("risk=high&code=A%22+OR", "code"),
            ("same=device%3Ax", "same"),
            ("sort=body", "sort"),
            ("dir=up", "dir"),
            ("after=garbage", "after"),
            ("before=1~", "before"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("access_token=imper_api_x", "access_token"),
        ] {
            assert_eq!(wrong(list(query)), name, "{query}");
        }
        let long = format!("q={}", "a".repeat(101));
        assert_eq!(wrong(list(&long)), "q");
    }

    #[test]
    fn what_the_page_understands_is_understood() {
        let query = "q=ong&status=pending&risk=medium&category=Password+Reset&agent=abc&channel=sms\
                     &from=2026-11-01&to=2026-11-22&code=device_shared&sort=risk&dir=desc&limit=200&after=5~high";
        let (asked, rows) = list(query).unwrap();
        assert_eq!(rows, 200);
        assert_eq!(asked.filter.text.as_deref(), Some("ong"));
        assert!(asked.order.descending && asked.order.by == Column::Risk);
        assert!(
            matches!(asked.position, Position::After(cursor) if cursor.place == 5 && cursor.key == "high")
        );
        assert_eq!(list("").unwrap(), (Asked::default(), PAGE_ROWS));
        assert_eq!(list("sort=time&dir=desc").unwrap(), (Asked::default(), PAGE_ROWS));
    }
}
