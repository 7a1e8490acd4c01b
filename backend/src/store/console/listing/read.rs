//! Reading one page. Which way is taken depends on the order and on how much a filter leaves:
//!
//! - the order of time: straight along an index;
//! - any other order with a filter that leaves at most [`SORTED_ROWS`]: those rows, ordered here;
//! - columns with few values: value by value, each in the order of time;
//! - tickets and requesters without a filter: along their own index, with one the newest rows, ordered here.
//!
//! Words that nearly every row has are looked for row by row; see [`super::dense`].
//!
//! None of them reads more than a bounded number of rows, and none sorts in the database.

use rusqlite::Transaction;
use rusqlite::types::Value;
use shared::words::{RiskLevel, Status};

use super::statement::{COLUMNS, Facet, Narrowed, Statement};
use super::{
    Column, Cursor, Filter, Listed, Order, Position, SORTED_ROWS, Standing, compare, related, values,
};
use crate::store::StoreError;
use crate::verification::InstanceId;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Of this tenant and no other.
    pub instance: &'a InstanceId,
    /// Narrowed to this.
    pub filter: &'a Filter,
    /// In this order.
    pub order: Order,
    /// Beside this row.
    pub position: &'a Position,
    /// At most so many.
    pub limit: u32,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order that was asked for.
    pub rows: Vec<Listed>,
    /// More rows match than are ordered: only the newest [`SORTED_ROWS`] are.
    pub newest_only: bool,
    /// How many rows match, counted to [`SORTED_ROWS`] and one; `None` if they were not counted on the way.
    pub matching: Option<u32>,
}

/// One page of a list, and how many rows match, counted to [`SORTED_ROWS`] and one. What both need is read once.
pub fn counted(tx: &Transaction<'_>, wanted: Wanted<'_>) -> Result<(Found, u32), StoreError> {
    let Wanted {
        instance,
        filter,
        order,
        position,
        limit,
    } = wanted;
    if order.by == Column::Time && *filter != Filter::default() && filter.same.is_none() {
        let narrowed = Narrowed::new(instance, filter);
        if narrowed.is_empty {
            return Ok((Found::default(), 0));
        }
        let keys = keys(tx, &narrowed, order)?;
        let matching = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let rows = if matching > SORTED_ROWS {
            by_time(tx, &narrowed, order, position, limit)?
        } else {
            ordered_here(tx, instance, keys, order, position, limit)?
        };
        return Ok((exact(rows), matching));
    }
    let found = list(tx, wanted)?;
    let matching = match found.matching {
        Some(matching) => matching,
        None => count(tx, instance, filter, SORTED_ROWS + 1)?,
    };
    Ok((found, matching))
}

/// One page of a list.
pub fn list(tx: &Transaction<'_>, wanted: Wanted<'_>) -> Result<Found, StoreError> {
    let Wanted {
        instance,
        filter,
        order,
        position,
        limit,
    } = wanted;
    let narrowed = Narrowed::new(instance, filter);
    if narrowed.is_empty {
        return Ok(Found::default());
    }
    if let Some((same, id)) = &filter.same {
        let places = related::places(tx, instance, *same, id, SORTED_ROWS)?;
        let mut found = Vec::new();
        for place in places {
            found.extend(
                narrowed
                    .between(place, place)
                    .statement(COLUMNS, true, 1)
                    .rows(tx)?,
            );
        }
        let matching = u32::try_from(found.len()).ok();
        let rows = among(found, order, position, limit);
        return Ok(Found {
            matching,
            ..exact(rows)
        });
    }
    if order.by == Column::Time {
        return Ok(exact(by_time(tx, &narrowed, order, position, limit)?));
    }
    let is_narrowed = *filter != Filter::default();
    let mut matching = None;
    if is_narrowed {
        let keys = keys(tx, &narrowed, order)?;
        let all = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        matching = Some(all);
        let newest_only = all > SORTED_ROWS;
        if !newest_only || matches!(order.by, Column::Ticket | Column::Requester) {
            let rows = ordered_here(tx, instance, keys, order, position, limit)?;
            return Ok(Found {
                rows,
                newest_only,
                matching,
            });
        }
    }
    let rows = match order.by {
        Column::Ticket => by_text(tx, instance, ("ticket_number", "listing_by_ticket"), wanted)?,
        Column::Requester => by_text(tx, instance, ("requester_name", "listing_by_requester"), wanted)?,
        Column::Time => Vec::new(),
        Column::Risk | Column::Status | Column::Category | Column::Agent => by_value(tx, &narrowed, wanted)?,
    };
    Ok(Found {
        matching,
        ..exact(rows)
    })
}

/// How many rows match, counted no further than `limit`.
pub fn count(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    limit: u32,
) -> Result<u32, StoreError> {
    let narrowed = Narrowed::new(instance, filter);
    if narrowed.is_empty {
        return Ok(0);
    }
    let found = match &filter.same {
        Some((same, id)) => {
            let mut found = 0;
            for place in related::places(tx, instance, *same, id, limit)? {
                let one = narrowed.between(place, place).statement("1", true, 1);
                found += one.read(tx, |_| Ok(()))?.len();
            }
            found
        }
        None => narrowed.read(tx, ("1", true, limit), |_| Ok(()))?.len(),
    };
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

/// The codes of up to `limit` matching rows, the newest first: of each row in one text, with blanks between them.
pub fn codes(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let narrowed = Narrowed::new(instance, filter);
    narrowed.read(tx, ("listing.codes", true, limit), |row| row.get(0))
}

fn exact(rows: Vec<Listed>) -> Found {
    Found {
        rows,
        newest_only: false,
        matching: None,
    }
}

/// Rows that are there already, in order, the page cut out.
fn among(mut rows: Vec<Listed>, order: Order, position: &Position, limit: u32) -> Vec<Listed> {
    rows.sort_by(|one, other| compare(order, &one.cursor(order), &other.cursor(order)));
    cut(rows, |row| row.cursor(order), order, position, limit)
}

/// The page at `position` of all rows in order.
fn cut<T>(
    mut all: Vec<T>,
    cursor: impl Fn(&T) -> Cursor,
    order: Order,
    position: &Position,
    limit: u32,
) -> Vec<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    match position {
        Position::First => {}
        Position::After(place) => all.retain(|row| compare(order, &cursor(row), place).is_gt()),
        Position::Before(place) => {
            all.retain(|row| compare(order, &cursor(row), place).is_lt());
            all.drain(..all.len().saturating_sub(limit));
        }
    }
    all.truncate(limit);
    all
}

fn by_time(
    tx: &Transaction<'_>,
    narrowed: &Narrowed<'_>,
    order: Order,
    position: &Position,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let backwards = matches!(position, Position::Before(_));
    let newest_first = order.descending != backwards;
    let place = match position {
        Position::First => None,
        Position::After(cursor) | Position::Before(cursor) => Some(cursor.place),
    };
    let narrowed = match place {
        None => narrowed.clone(),
        Some(place) if newest_first => narrowed.between(i64::MIN, place.saturating_sub(1)),
        Some(place) => narrowed.between(place.saturating_add(1), i64::MAX),
    };
    let mut rows = narrowed.rows(tx, newest_first, limit)?;
    if backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// Key and place of the newest matching rows, one more than are ordered.
fn keys(tx: &Transaction<'_>, narrowed: &Narrowed<'_>, order: Order) -> Result<Vec<Cursor>, StoreError> {
    let key = match order.by {
        Column::Ticket => "listing.ticket_number",
        Column::Requester => "listing.requester_name",
        Column::Risk => "COALESCE(listing.risk_level, '')",
        Column::Status => "listing.status",
        Column::Category => "listing.category",
        Column::Agent => "listing.agent_name || char(31) || listing.agent_sys_id",
        Column::Time => "''",
    };
    let columns = format!("{key}, listing.place");
    narrowed.read(tx, (&columns, true, SORTED_ROWS + 1), |row| {
        Ok(Cursor {
            key: row.get(0)?,
            place: row.get(1)?,
        })
    })
}

fn ordered_here(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    mut keys: Vec<Cursor>,
    order: Order,
    position: &Position,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    keys.truncate(usize::try_from(SORTED_ROWS).unwrap_or(usize::MAX));
    keys.sort_by(|one, other| compare(order, one, other));
    let page = cut(keys, Cursor::clone, order, position, limit);
    let mut rows = Vec::with_capacity(page.len());
    for cursor in page {
        let sql = format!("SELECT {COLUMNS} FROM listing WHERE place = ? AND instance = ?");
        let values = [
            Value::from(cursor.place),
            Value::from(instance.as_str().to_owned()),
        ];
        rows.extend(Statement::new(sql, values).rows(tx)?);
    }
    Ok(rows)
}

/// Along the index of a text column. Rows with the same text come in the order of time.
fn by_text(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    (column, index): (&str, &str),
    wanted: Wanted<'_>,
) -> Result<Vec<Listed>, StoreError> {
    let backwards = matches!(wanted.position, Position::Before(_));
    let upwards = wanted.order.descending == backwards;
    let (operator, direction) = if upwards { (">", "ASC") } else { ("<", "DESC") };
    let select = |condition: &str, values: Vec<Value>, limit: u32| {
        let sql = format!(
            "SELECT {COLUMNS} FROM listing INDEXED BY {index} WHERE instance = ? {condition}
             ORDER BY {column} {direction}, place {direction} LIMIT ?"
        );
        let mut all = vec![Value::from(instance.as_str().to_owned())];
        all.extend(values);
        all.push(i64::from(limit).into());
        Statement::new(sql, all).rows(tx)
    };
    let mut rows = match wanted.position {
        Position::First => select("", Vec::new(), wanted.limit)?,
        Position::After(cursor) | Position::Before(cursor) => {
            // Two statements: with both columns in one condition SQLite would read all equal texts again and again.
            let key = Value::from(cursor.key.clone());
            let same = format!("AND {column} = ? AND place {operator} ?");
            let mut rows = select(&same, vec![key.clone(), cursor.place.into()], wanted.limit)?;
            let left = wanted
                .limit
                .saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            if left > 0 {
                rows.extend(select(&format!("AND {column} {operator} ?"), vec![key], left)?);
            }
            rows
        }
    };
    if backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// Value by value, each in the order of time.
fn by_value(
    tx: &Transaction<'_>,
    narrowed: &Narrowed<'_>,
    wanted: Wanted<'_>,
) -> Result<Vec<Listed>, StoreError> {
    let Wanted {
        order,
        position,
        limit,
        ..
    } = wanted;
    let backwards = matches!(position, Position::Before(_));
    let mut all = values_of(tx, wanted)?;
    if order.descending != backwards {
        all.reverse();
    }
    let mut rows: Vec<Listed> = Vec::new();
    for (key, facet) in all {
        let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let place = match position {
            Position::First => None,
            Position::After(cursor) | Position::Before(cursor) => {
                let at = |key: &str| Cursor {
                    key: key.to_owned(),
                    place: 0,
                };
                let (value, beside) = (at(&key), at(&cursor.key));
                match compare(order, &value, &beside) {
                    std::cmp::Ordering::Equal => Some(cursor.place),
                    // This value lies on the other side of the row.
                    side if side.is_lt() != backwards => continue,
                    _ => None,
                }
            }
        };
        let value = narrowed.with(facet);
        let value = match place {
            None => value,
            Some(place) if backwards => value.between(place.saturating_add(1), i64::MAX),
            Some(place) => value.between(i64::MIN, place.saturating_sub(1)),
        };
        rows.extend(value.rows(tx, !backwards, left)?);
    }
    if backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// The values of the order's column that the filter leaves, the least first.
fn values_of(tx: &Transaction<'_>, wanted: Wanted<'_>) -> Result<Vec<(String, Facet)>, StoreError> {
    let filter = wanted.filter;
    Ok(match wanted.order.by {
        Column::Status => filter
            .standing
            .map_or_else(|| Status::ALL.to_vec(), Standing::statuses)
            .into_iter()
            .map(|status| (status.as_str().to_owned(), Facet::status(status)))
            .collect(),
        Column::Risk => {
            let all = std::iter::once(None).chain(RiskLevel::ALL.iter().copied().map(Some));
            all.filter(|level| filter.risk.is_none() || filter.risk == *level)
                .map(|level| (level.map_or("", RiskLevel::as_str).to_owned(), Facet::risk(level)))
                .collect()
        }
        Column::Category => match &filter.category {
            Some(category) => vec![(category.clone(), Facet::category(category))],
            None => values::categories(tx, wanted.instance, u32::MAX)?
                .into_iter()
                .map(|category| (category.clone(), Facet::category(&category)))
                .collect(),
        },
        Column::Agent => values::agents(tx, wanted.instance, u32::MAX)?
            .into_iter()
            .filter(|agent| filter.agent.as_ref().is_none_or(|wanted| *wanted == agent.sys_id))
            .map(|agent| {
                let facet = Facet::named_agent(&agent.name, &agent.sys_id);
                (values::agent_key(&agent.name, &agent.sys_id), facet)
            })
            .collect(),
        Column::Ticket | Column::Requester | Column::Time => Vec::new(),
    })
}
