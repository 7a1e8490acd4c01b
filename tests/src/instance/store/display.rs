//! Display values: labels of choices, names of references, entries of journals.

use std::fmt::Write as _;

use super::schema::Kind;
use super::{Row, Store};

impl Store {
    /// What a person sees for a value of a column.
    pub fn display(&self, table: &str, sys_id: &str, field: &str, value: &str) -> String {
        let Some(column) = self.schema.column(table, field) else {
            return value.to_owned();
        };
        match column.kind {
            Kind::Boolean => if value == "1" { "true" } else { "false" }.to_owned(),
            Kind::Password2 => if value.is_empty() { "" } else { "********" }.to_owned(),
            Kind::Journal => self.journal(table, sys_id, field),
            Kind::Reference => column
                .reference
                .as_deref()
                .and_then(|target| self.get(target, value))
                .map(|row| self.display_name(row))
                .unwrap_or_default(),
            _ if field == "sys_class_name" => self
                .schema
                .table(value)
                .map_or_else(|| value.to_owned(), |table| table.label.clone()),
            _ => self
                .choice_label(table, field, value)
                .unwrap_or_else(|| value.to_owned()),
        }
    }

    /// The display value of the record itself.
    pub fn display_name(&self, row: &Row) -> String {
        let column = self.schema.display_column(&row.class);
        self.display(&row.class, row.sys_id(), &column, row.get(&column))
    }

    /// Choices of a column as (value, label), in order; those of the nearest table that has any.
    pub fn choices(&self, table: &str, field: &str) -> Vec<(String, String)> {
        for level in self.schema.lineage(table) {
            let mut found: Vec<&Row> = self
                .find("sys_choice", "name", &level.name)
                .into_iter()
                .filter(|row| row.get("element") == field && !row.is_true("inactive"))
                .filter(|row| matches!(row.get("language"), "" | "en"))
                .collect();
            if !found.is_empty() {
                found.sort_by_key(|row| (row.get("sequence").parse::<i64>().unwrap_or(0), row.seq));
                return found
                    .into_iter()
                    .map(|row| (row.get("value").to_owned(), row.get("label").to_owned()))
                    .collect();
            }
        }
        Vec::new()
    }

    fn choice_label(&self, table: &str, field: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        self.choices(table, field)
            .into_iter()
            .find(|(known, _)| known == value)
            .map(|(_, label)| label)
    }

    /// Journal rows of a record, newest first; of one column, or of all when `field` is empty.
    pub fn journal_rows(&self, sys_id: &str, field: &str) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self
            .find("sys_journal_field", "element_id", sys_id)
            .into_iter()
            .filter(|row| field.is_empty() || row.get("element") == field)
            .collect();
        rows.reverse();
        rows
    }

    /// All entries of a journal column as the platform formats them.
    pub fn journal(&self, table: &str, sys_id: &str, field: &str) -> String {
        let label = self
            .schema
            .column(table, field)
            .map_or_else(|| field.to_owned(), |column| column.label);
        let mut text = String::new();
        for row in self.journal_rows(sys_id, field) {
            let author = self.user_name(row.get("sys_created_by"));
            let _ = write!(
                text,
                "{} - {author} ({label})\n{}\n\n",
                row.get("sys_created_on"),
                row.get("value")
            );
        }
        text
    }

    /// Display name of a user by login name.
    pub fn user_name(&self, login: &str) -> String {
        self.first("sys_user", "user_name", login)
            .map(|row| row.get("name").to_owned())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| if login == "system" { "System" } else { login }.to_owned())
    }
}
