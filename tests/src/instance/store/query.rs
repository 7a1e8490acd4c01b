//! Encoded queries: parsed once, checked against the dictionary, evaluated on rows.

use std::cmp::Ordering;

use super::schema::{Kind, Schema};
use super::{Row, Store, Values};
use crate::instance::error::InstanceError;

/// An operator of an encoded query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `LIKE`, `CONTAINS`
    Contains,
    /// `NOT LIKE`, `DOES NOT CONTAIN`
    NotContains,
    /// `STARTSWITH`
    StartsWith,
    /// `ENDSWITH`
    EndsWith,
    /// `IN`
    In,
    /// `NOT IN`
    NotIn,
    /// `ISEMPTY`
    Empty,
    /// `ISNOTEMPTY`
    NotEmpty,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
    /// `INSTANCEOF`
    InstanceOf,
    /// `VALCHANGES`, `CHANGES`: only in conditions of business rules
    Changes,
    /// `CHANGESTO`: only in conditions of business rules
    ChangesTo,
    /// `CHANGESFROM`: only in conditions of business rules
    ChangesFrom,
}

/// Longest spelling first, so that `NOT IN` is not read as `IN`.
const OPERATORS: &[(&str, Operator)] = &[
    ("DOES NOT CONTAIN", Operator::NotContains),
    ("ISNOTEMPTY", Operator::NotEmpty),
    ("STARTSWITH", Operator::StartsWith),
    ("INSTANCEOF", Operator::InstanceOf),
    ("CHANGESFROM", Operator::ChangesFrom),
    ("VALCHANGES", Operator::Changes),
    ("CHANGESTO", Operator::ChangesTo),
    ("NOT LIKE", Operator::NotContains),
    ("NOTLIKE", Operator::NotContains),
    ("ENDSWITH", Operator::EndsWith),
    ("CONTAINS", Operator::Contains),
    ("ISEMPTY", Operator::Empty),
    ("CHANGES", Operator::Changes),
    ("NOT IN", Operator::NotIn),
    ("LIKE", Operator::Contains),
    ("IN", Operator::In),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("!=", Operator::IsNot),
    ("<>", Operator::IsNot),
    ("=", Operator::Is),
    (">", Operator::Above),
    ("<", Operator::Below),
];

/// One comparison.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Column, possibly dotted.
    pub field: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: String,
}

/// A whole query: any of the groups, each of which is all of its alternatives.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// `^NQ` separates groups, `^` terms, `^OR` alternatives.
    groups: Vec<Vec<Vec<Condition>>>,
    /// Further queries that must match as well.
    also: Vec<Query>,
    /// Order of the result: column and whether it descends.
    pub order: Vec<(String, bool)>,
}

impl Query {
    /// Parses an encoded query.
    pub fn parse(encoded: &str) -> Result<Self, InstanceError> {
        let bad = |reason: String| InstanceError::BadQuery {
            query: encoded.to_owned(),
            reason,
        };
        let mut query = Self::default();
        let mut group: Vec<Vec<Condition>> = Vec::new();
        let protected = encoded.replace("^^", "\u{1}");
        for term in protected
            .split('^')
            .filter(|term| !term.is_empty() && *term != "EQ")
        {
            if let Some(field) = term.strip_prefix("ORDERBYDESC") {
                query.order.push((field.to_owned(), true));
            } else if let Some(field) = term.strip_prefix("ORDERBY") {
                query.order.push((field.to_owned(), false));
            } else if let Some(rest) = term.strip_prefix("NQ") {
                query.groups.push(std::mem::take(&mut group));
                group.push(vec![condition(rest).map_err(bad)?]);
            } else if let Some(rest) = term.strip_prefix("OR") {
                let alternative = condition(rest).map_err(bad)?;
                match group.last_mut() {
                    Some(alternatives) => alternatives.push(alternative),
                    None => return Err(bad("starts with ^OR".to_owned())),
                }
            } else {
                group.push(vec![condition(term).map_err(bad)?]);
            }
        }
        query.groups.push(group);
        Ok(query)
    }

    /// A query of one term with alternatives.
    pub fn term(alternatives: Vec<Condition>) -> Self {
        Self {
            groups: vec![vec![alternatives]],
            ..Self::default()
        }
    }

    /// Both queries must match; orders are joined.
    pub fn and(&mut self, other: Self) {
        self.order.extend(other.order.iter().cloned());
        self.also.push(other);
    }

    /// Every column must exist; operators that only rules know are refused.
    pub fn check(&self, schema: &Schema, table: &str) -> Result<(), InstanceError> {
        self.check_with(schema, table, false)
    }

    /// The same for the condition of a rule, where `CHANGES` and its kind are allowed.
    pub fn check_with(&self, schema: &Schema, table: &str, in_rule: bool) -> Result<(), InstanceError> {
        for condition in self.groups.iter().flatten().flatten() {
            let change = matches!(
                condition.operator,
                Operator::Changes | Operator::ChangesTo | Operator::ChangesFrom
            );
            if change && !in_rule {
                return Err(InstanceError::Unsupported(format!(
                    "{:?} in a query on {table}: only conditions of business rules know it",
                    condition.operator
                )));
            }
            if condition.value.starts_with("javascript:") {
                return Err(InstanceError::Unsupported(format!(
                    "{} in an encoded query",
                    condition.value
                )));
            }
            path_exists(schema, table, &condition.field)?;
        }
        for (field, _) in &self.order {
            path_exists(schema, table, field)?;
        }
        self.also
            .iter()
            .try_for_each(|query| query.check_with(schema, table, in_rule))
    }

    /// Whether a row matches.
    pub fn matches(&self, store: &Store, row: &Row) -> bool {
        self.matches_change(store, row, None)
    }

    /// Whether a row matches, given what it was before.
    pub fn matches_change(&self, store: &Store, row: &Row, previous: Option<&Values>) -> bool {
        let one = self.groups.iter().any(|group| {
            group
                .iter()
                .all(|alternatives| alternatives.iter().any(|c| c.holds(store, row, previous)))
        });
        (one || self.groups.is_empty())
            && self
                .also
                .iter()
                .all(|query| query.matches_change(store, row, previous))
    }

    /// Orders a result; without an order it keeps the insertion order.
    pub fn sort(&self, store: &Store, rows: &mut [&Row]) {
        for (field, descending) in self.order.iter().rev() {
            rows.sort_by(|a, b| {
                let (row_a, name, left) = store.walk(a, field);
                let (_, _, right) = store.walk(b, field);
                let kind = store
                    .schema
                    .column(&row_a.class, &name)
                    .map_or(Kind::Text, |column| column.kind);
                let order = compare(kind, &left, &right);
                if *descending { order.reverse() } else { order }
            });
        }
    }
}

fn path_exists(schema: &Schema, table: &str, path: &str) -> Result<(), InstanceError> {
    let mut table = table.to_owned();
    let mut parts = path.split('.').peekable();
    while let Some(field) = parts.next() {
        let missing = || InstanceError::NoSuchField {
            table: table.clone(),
            field: field.to_owned(),
        };
        let column = schema.column(&table, field).ok_or_else(missing)?;
        if parts.peek().is_some() {
            let target = column.reference.clone().ok_or_else(missing)?;
            table = target;
        }
    }
    Ok(())
}

fn condition(term: &str) -> Result<Condition, String> {
    let end = term
        .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.')))
        .unwrap_or(term.len());
    let (field, rest) = term.split_at(end);
    if field.is_empty() {
        return Err(format!("no column in {term:?}"));
    }
    OPERATORS
        .iter()
        .find_map(|(spelling, operator)| {
            rest.strip_prefix(spelling).map(|value| Condition {
                field: field.to_owned(),
                operator: *operator,
                value: value.replace('\u{1}', "^"),
            })
        })
        .ok_or_else(|| format!("no known operator in {term:?}"))
}

/// The operator that a script names, for example in `addQuery('number', 'STARTSWITH', 'INC')`.
pub fn operator(name: &str) -> Option<Operator> {
    let upper = name.trim().to_ascii_uppercase();
    OPERATORS
        .iter()
        .find(|(spelling, _)| *spelling == upper)
        .map(|(_, operator)| *operator)
}

impl Condition {
    fn holds(&self, store: &Store, row: &Row, previous: Option<&Values>) -> bool {
        let (owner, name, value) = store.walk(row, &self.field);
        let column = store.schema.column(&owner.class, &name);
        let kind = column.as_ref().map_or(Kind::Text, |column| column.kind);
        let normal = |text: &str| {
            column
                .as_ref()
                .map_or_else(|| text.to_owned(), |c| Store::normalize(c, text))
        };
        let value = if kind == Kind::Boolean && value.is_empty() {
            "0".to_owned()
        } else {
            value
        };
        // MySQL, the database of the platform, compares text without regard to case.
        let (low, wanted) = (value.to_lowercase(), self.value.to_lowercase());
        let before = || {
            previous
                .and_then(|values| values.get(&self.field))
                .cloned()
                .unwrap_or_default()
        };
        let is = |text: &str| low == normal(text).to_lowercase();
        match self.operator {
            Operator::Is => is(&self.value),
            Operator::IsNot => !is(&self.value),
            Operator::Contains => low.contains(&wanted),
            Operator::NotContains => !low.contains(&wanted),
            Operator::StartsWith => low.starts_with(&wanted),
            Operator::EndsWith => low.ends_with(&wanted),
            Operator::In => self.value.split(',').any(|one| is(one.trim())),
            Operator::NotIn => !self.value.split(',').any(|one| is(one.trim())),
            Operator::Empty => value.is_empty(),
            Operator::NotEmpty => !value.is_empty(),
            Operator::AtLeast => !value.is_empty() && compare(kind, &value, &self.value) != Ordering::Less,
            Operator::AtMost => !value.is_empty() && compare(kind, &value, &self.value) != Ordering::Greater,
            Operator::Above => !value.is_empty() && compare(kind, &value, &self.value) == Ordering::Greater,
            Operator::Below => !value.is_empty() && compare(kind, &value, &self.value) == Ordering::Less,
            Operator::InstanceOf => store.schema.is_a(&value, &self.value),
            Operator::Changes => before() != value,
            Operator::ChangesTo => before() != value && is(&self.value),
            Operator::ChangesFrom => before() != value && before().to_lowercase() == wanted,
        }
    }
}

fn compare(kind: Kind, left: &str, right: &str) -> Ordering {
    if matches!(kind, Kind::Integer | Kind::Decimal)
        && let (Ok(a), Ok(b)) = (left.parse::<f64>(), right.parse::<f64>())
    {
        return a.partial_cmp(&b).unwrap_or(Ordering::Equal);
    }
    left.to_lowercase().cmp(&right.to_lowercase())
}
