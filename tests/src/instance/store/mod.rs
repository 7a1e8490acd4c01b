//! Records in memory: tables with inheritance, dictionary-driven columns, string values.

mod display;
pub mod query;
pub mod schema;

use std::collections::{BTreeMap, HashMap};

use self::query::Query;
use self::schema::{Column, Kind, Schema};
use super::error::InstanceError;

/// Field values of one record, as the database holds them.
pub type Values = BTreeMap<String, String>;

/// One record.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Table whose record this is, which may extend the one that was asked for.
    pub class: String,
    /// Insertion order, the order of unordered queries.
    pub seq: u64,
    /// Values; an absent one is empty.
    pub values: Values,
}

impl Row {
    /// A value, empty when it was never set.
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// The record's `sys_id`.
    pub fn sys_id(&self) -> &str {
        self.get("sys_id")
    }

    /// Whether a boolean column is true.
    pub fn is_true(&self, field: &str) -> bool {
        matches!(self.get(field), "1" | "true")
    }
}

/// The database of the instance.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// The dictionary as it stands.
    pub schema: Schema,
    /// Rows by root table, then by `sys_id`.
    rows: HashMap<String, HashMap<String, Row>>,
    next_seq: u64,
    /// Last number handed out, by table.
    numbers: HashMap<String, u64>,
}

impl Store {
    /// Puts a row as it is: no rules, no audit fields. The writers above this module fill those in.
    pub fn put(&mut self, table: &str, values: Values) -> String {
        let sys_id = values.get("sys_id").cloned().unwrap_or_default();
        let root = self.schema.root(table).to_owned();
        let rows = self.rows.entry(root).or_default();
        let seq = rows.get(&sys_id).map_or(self.next_seq, |row| row.seq);
        self.next_seq += 1;
        rows.insert(
            sys_id.clone(),
            Row {
                class: table.to_owned(),
                seq,
                values,
            },
        );
        sys_id
    }

    /// Overwrites single values of an existing row.
    pub fn patch(&mut self, table: &str, sys_id: &str, changes: &Values) {
        let root = self.schema.root(table).to_owned();
        if let Some(row) = self.rows.get_mut(&root).and_then(|rows| rows.get_mut(sys_id)) {
            for (field, value) in changes {
                row.values.insert(field.clone(), value.clone());
            }
        }
    }

    /// Removes a row; true when there was one.
    pub fn remove(&mut self, table: &str, sys_id: &str) -> bool {
        let root = self.schema.root(table).to_owned();
        self.rows
            .get_mut(&root)
            .is_some_and(|rows| rows.remove(sys_id).is_some())
    }

    /// A record of the table or of one that extends it.
    pub fn get(&self, table: &str, sys_id: &str) -> Option<&Row> {
        let row = self.rows.get(self.schema.root(table))?.get(sys_id)?;
        self.schema.is_a(&row.class, table).then_some(row)
    }

    /// All records of the table in insertion order.
    pub fn all(&self, table: &str) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self
            .rows
            .get(self.schema.root(table))
            .into_iter()
            .flat_map(HashMap::values)
            .filter(|row| self.schema.is_a(&row.class, table))
            .collect();
        rows.sort_by_key(|row| row.seq);
        rows
    }

    /// Records of the table whose `field` is exactly `value`.
    pub fn find<'a>(&'a self, table: &str, field: &str, value: &str) -> Vec<&'a Row> {
        self.all(table)
            .into_iter()
            .filter(|row| row.get(field) == value)
            .collect()
    }

    /// The first such record.
    pub fn first<'a>(&'a self, table: &str, field: &str, value: &str) -> Option<&'a Row> {
        self.find(table, field, value).into_iter().next()
    }

    /// Records that match, ordered; fields are checked against the dictionary first.
    pub fn select(&self, table: &str, query: &Query) -> Result<Vec<&Row>, InstanceError> {
        self.known(table)?;
        query.check(&self.schema, table)?;
        let mut rows: Vec<&Row> = self
            .all(table)
            .into_iter()
            .filter(|row| query.matches(self, row))
            .collect();
        query.sort(self, &mut rows);
        Ok(rows)
    }

    /// The column, or the error that names what is missing.
    pub fn column(&self, table: &str, field: &str) -> Result<Column, InstanceError> {
        self.known(table)?;
        self.schema
            .column(table, field)
            .ok_or_else(|| InstanceError::NoSuchField {
                table: table.to_owned(),
                field: field.to_owned(),
            })
    }

    /// Fails for a table that is in no dictionary entry.
    pub fn known(&self, table: &str) -> Result<(), InstanceError> {
        match self.schema.table(table) {
            Some(_) => Ok(()),
            None => Err(InstanceError::NoSuchTable(table.to_owned())),
        }
    }

    /// Follows a dotted path from a record: `caller_id.manager.email`.
    pub fn walk<'a>(&'a self, row: &'a Row, path: &str) -> (&'a Row, String, String) {
        let mut row = row;
        let mut parts = path.split('.').peekable();
        while let Some(field) = parts.next() {
            if parts.peek().is_none() {
                return (row, field.to_owned(), row.get(field).to_owned());
            }
            let target = self
                .schema
                .column(&row.class, field)
                .and_then(|column| column.reference)
                .and_then(|table| self.get(&table, row.get(field)));
            match target {
                Some(next) => row = next,
                None => return (row, field.to_owned(), String::new()),
            }
        }
        (row, String::new(), String::new())
    }

    /// Checks a dotted path against the dictionary.
    pub fn check_path(&self, table: &str, path: &str) -> Result<Column, InstanceError> {
        let mut table = table.to_owned();
        let mut parts = path.split('.').peekable();
        while let Some(field) = parts.next() {
            let column = self.column(&table, field)?;
            if parts.peek().is_none() {
                return Ok(column);
            }
            table = column
                .reference
                .clone()
                .ok_or_else(|| InstanceError::NoSuchField {
                    table: table.clone(),
                    field: path.to_owned(),
                })?;
        }
        Err(InstanceError::NoSuchField {
            table,
            field: path.to_owned(),
        })
    }

    /// A value as the column stores it: booleans as digits, text cut to length.
    pub fn normalize(column: &Column, value: &str) -> String {
        match column.kind {
            Kind::Boolean => if matches!(value, "true" | "1") { "1" } else { "0" }.to_owned(),
            Kind::Integer => value
                .trim()
                .parse::<f64>()
                .map_or_else(|_| String::new(), |n| format!("{n:.0}")),
            Kind::Decimal => value
                .trim()
                .parse::<f64>()
                .map_or_else(|_| String::new(), |n| n.to_string()),
            Kind::Text if column.internal_type == "string" && column.name != "sys_id" => {
                value.chars().take(column.max_length.max(1)).collect()
            }
            _ => value.to_owned(),
        }
    }

    /// The next number of a table with a `sys_number` record, for example `INC0010001`.
    pub fn next_number(&mut self, table: &str) -> Option<String> {
        let owner = self.schema.lineage(table).into_iter().find_map(|level| {
            self.all("sys_number")
                .into_iter()
                .find(|row| row.get("category") == level.name)
                .map(|row| {
                    (
                        row.get("prefix").to_owned(),
                        row.get("number").parse::<u64>().unwrap_or(1000),
                        row.get("maximum_digits").parse::<usize>().unwrap_or(7),
                    )
                })
        });
        let (prefix, start, digits) = owner?;
        let last = self.numbers.entry(prefix.clone()).or_insert(start);
        *last += 1;
        Some(format!("{prefix}{last:0digits$}"))
    }

    /// Every row that `after` has otherwise or has not, and every one that only it has, as it is here.
    pub fn differences(&self, after: &Self) -> Vec<(String, String, Option<Row>)> {
        let mut found = Vec::new();
        for (root, rows) in &self.rows {
            for (sys_id, row) in rows {
                let then = after.rows.get(root).and_then(|rows| rows.get(sys_id));
                if then.is_none_or(|then| then.values != row.values || then.class != row.class) {
                    found.push((root.clone(), sys_id.clone(), Some(row.clone())));
                }
            }
        }
        for (root, rows) in &after.rows {
            let here = self.rows.get(root);
            let fresh = rows
                .keys()
                .filter(|sys_id| here.is_none_or(|rows| !rows.contains_key(*sys_id)));
            found.extend(fresh.map(|sys_id| (root.clone(), sys_id.clone(), None)));
        }
        found
    }

    /// Drops the rows of tables that are in no dictionary entry any more.
    pub fn drop_unknown_tables(&mut self) {
        let schema = &self.schema;
        self.rows.retain(|root, _| schema.table(root).is_some());
    }

    /// Reads the dictionary again, after records of it changed.
    pub fn rebuild_schema(&mut self) {
        let scopes: HashMap<String, String> = self
            .raw("sys_app")
            .map(|row| (row.sys_id().to_owned(), row.get("scope").to_owned()))
            .collect();
        let schema = Schema::build(
            self.raw("sys_db_object"),
            self.raw("sys_dictionary"),
            self.raw("sys_documentation"),
            &scopes,
        );
        self.schema = schema;
    }

    fn raw(&self, root: &str) -> impl Iterator<Item = &Row> {
        self.rows.get(root).into_iter().flat_map(HashMap::values)
    }
}
