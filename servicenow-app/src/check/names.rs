//! Lengths and prefixes of names.

use crate::error::{Finding, Rule};
use crate::source::Source;

/// The platform's limits, in characters.
const MAX_SCOPE: usize = 18;
const MAX_TABLE: usize = 80;
const MAX_COLUMN: usize = 80;
const MAX_EVENT: usize = 40;
const MAX_ROLE: usize = 100;
const MAX_PROPERTY: usize = 100;

pub fn check(source: &Source) -> Vec<Finding> {
    let mut names = Names {
        source,
        findings: Vec::new(),
    };
    let scope = source.app.scope.as_str();
    names.length("scope", &source.app.file, scope, MAX_SCOPE);
    if !scope.starts_with("x_") {
        names.refuse(
            Rule::Prefix,
            &source.app.file,
            scope,
            format!("the scope {scope} does not begin with x_"),
        );
    }
    for table in &source.tables {
        names.length("table", &table.file, &table.name, MAX_TABLE);
        names.prefix("table", &table.file, &table.name, "_");
        for column in &table.columns {
            names.length("column", &table.file, &column.name, MAX_COLUMN);
        }
    }
    for added in &source.foreign_columns {
        for column in &added.columns {
            names.length("column", &added.file, &column.name, MAX_COLUMN);
            names.prefix("column", &added.file, &column.name, "_");
        }
    }
    for role in &source.roles {
        names.length("role", &role.file, &role.name, MAX_ROLE);
        names.prefix("role", &role.file, &role.name, ".");
    }
    for event in &source.events {
        names.length("event", &event.file, &event.name, MAX_EVENT);
        names.prefix("event", &event.file, &event.name, ".");
    }
    for page in &source.properties {
        for property in &page.properties {
            names.length("property", &page.file, &property.name, MAX_PROPERTY);
            names.prefix("property", &page.file, &property.name, ".");
        }
    }
    for asset in &source.assets {
        names.prefix("asset", &asset.file, &asset.name, "/");
    }
    names.findings
}

struct Names<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl Names<'_> {
    fn length(&mut self, kind: &str, file: &str, name: &str, limit: usize) {
        let length = name.chars().count();
        if length > limit {
            let message =
                format!("the {kind} name {name} has {length} characters, and at most {limit} are allowed");
            self.refuse(Rule::Length, file, name, message);
        }
    }

    fn prefix(&mut self, kind: &str, file: &str, name: &str, separator: &str) {
        let prefix = format!("{}{separator}", self.source.app.scope);
        if !name.starts_with(&prefix) {
            let message = format!("the {kind} name {name} does not begin with {prefix}");
            self.refuse(Rule::Prefix, file, name, message);
        }
    }

    fn refuse(&mut self, rule: Rule, file: &str, name: &str, message: String) {
        let text = self.source.files.get(file).map_or("", String::as_str);
        self.findings
            .push(Finding::where_it_says(file, text, name, rule, message));
    }
}
