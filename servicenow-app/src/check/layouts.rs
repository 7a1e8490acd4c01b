//! Lists, related lists and forms: they belong to the app's own tables, and name columns that exist.

use super::Known;
use crate::error::{Finding, Rule};
use crate::source::Source;

/// Columns that every table has.
const SYSTEM_COLUMNS: &[&str] = &[
    "sys_created_on",
    "sys_created_by",
    "sys_updated_on",
    "sys_updated_by",
];

pub fn check(source: &Source, known: &Known<'_>) -> Vec<Finding> {
    let mut checker = Checker {
        source,
        known,
        findings: Vec::new(),
    };
    for list in &source.lists {
        checker.own_table(&list.file, &list.table);
        for column in &list.columns {
            checker.column(&list.file, &list.table, column);
        }
    }
    for form in &source.forms {
        checker.own_table(&form.file, &form.table);
        for element in form.sections.iter().flat_map(|section| &section.elements) {
            if !matches!(element.as_str(), ".begin_split" | ".split" | ".end_split") {
                checker.column(&form.file, &form.table, element);
            }
        }
        for section in &form.sections {
            checker.splits(&form.file, &section.elements);
        }
    }
    for related in &source.related_lists {
        checker.own_table(&related.file, &related.table);
        for list in &related.lists {
            checker.related(&related.file, &related.table, list);
        }
    }
    checker.findings
}

struct Checker<'a> {
    source: &'a Source,
    known: &'a Known<'a>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn refuse(&mut self, rule: Rule, file: &str, name: &str, message: String) {
        let text = self.source.files.get(file).map_or("", String::as_str);
        self.findings
            .push(Finding::where_it_says(file, text, name, rule, message));
    }

    /// The layouts of a platform table are one record that an import would replace as a whole.
    fn own_table(&mut self, file: &str, table: &str) {
        if !self.known.tables.contains(&table) {
            let message = format!(
                "{table} is not a table of the app: importing this would replace a customer's layout"
            );
            self.refuse(Rule::Platform, file, table, message);
        }
    }

    fn column(&mut self, file: &str, table: &str, path: &str) {
        let (name, dotted) = path
            .split_once('.')
            .map_or((path, false), |(name, _)| (name, true));
        let own = self.source.tables.iter().find(|known| known.name == table);
        let column = own.and_then(|table| table.columns.iter().find(|column| column.name == name));
        let found = match column {
            // What lies behind a reference only the instance knows.
            Some(column) => !dotted || column.reference.is_some(),
            None => SYSTEM_COLUMNS.contains(&path),
        };
        if !found {
            self.refuse(
                Rule::Reference,
                file,
                path,
                format!("there is no column {table}.{path}"),
            );
        }
    }

    fn splits(&mut self, file: &str, elements: &[String]) {
        let count = |name: &str| elements.iter().filter(|element| *element == name).count();
        if count(".begin_split") != count(".end_split") {
            let message = ".begin_split and .end_split come in pairs".to_owned();
            self.refuse(Rule::Syntax, file, ".begin_split", message);
        }
        let twice = elements
            .iter()
            .enumerate()
            .filter(|(place, element)| elements[..*place].contains(element));
        for (_, element) in twice {
            // Each is a record named after section and element: two of a name would be one record, written twice.
            let message = format!("{element} stands twice in one section");
            self.refuse(Rule::Syntax, file, element, message);
        }
    }

    fn related(&mut self, file: &str, table: &str, list: &str) {
        let target = list.split_once('.').and_then(|(owner, name)| {
            let owner = self.source.tables.iter().find(|known| known.name == owner)?;
            owner.columns.iter().find(|column| column.name == name)
        });
        if target.and_then(|column| column.reference.as_deref()) != Some(table) {
            let message = format!("{list} is no column of the app that refers to {table}");
            self.refuse(Rule::Reference, file, list, message);
        }
    }
}
