//! Does everything exist that a record refers to?

use super::Known;
use crate::build::{formatter_element, shows_in};
use crate::error::{Finding, Rule};
use crate::source::Source;
use crate::source::model::{Acl, AclType, Column, ColumnType, Operation};

pub fn check(source: &Source, known: &Known<'_>) -> Vec<Finding> {
    let mut checker = Checker {
        source,
        known,
        findings: Vec::new(),
    };
    checker.roles();
    checker.tables();
    checker.acls();
    checker.rest();
    checker.forms();
    checker.menus();
    checker.rows();
    checker.findings
}

struct Checker<'a> {
    source: &'a Source,
    known: &'a Known<'a>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn refuse(&mut self, rule: Rule, file: &str, name: &str, message: impl Into<String>) {
        let text = self.source.files.get(file).map_or("", String::as_str);
        self.findings
            .push(Finding::where_it_says(file, text, name, rule, message));
    }

    fn exists(&mut self, found: bool, kind: &str, file: &str, name: &str) {
        if !found {
            self.refuse(Rule::Reference, file, name, format!("there is no {kind} {name}"));
        }
    }

    fn role(&mut self, file: &str, name: &str) {
        self.exists(self.known.roles.contains(&name), "role", file, name);
    }

    fn roles(&mut self) {
        let source = self.source;
        self.role(&source.app.file, &source.app.role);
        for role in &source.roles {
            role.contains.iter().for_each(|name| self.role(&role.file, name));
        }
    }

    fn tables(&mut self) {
        let source = self.source;
        for table in &source.tables {
            if let Some(parent) = &table.extends {
                self.exists(self.known.has_table(parent), "table", &table.file, parent);
            }
            self.columns(&table.file, &table.columns);
            // Certification: create, read, write and delete are ruled for every table.
            for operation in [
                Operation::Create,
                Operation::Read,
                Operation::Write,
                Operation::Delete,
            ] {
                let ruled = source.acls.iter().flat_map(|file| &file.acl).any(|acl| {
                    acl.kind == AclType::Record && acl.name == table.name && acl.operation == operation
                });
                if !ruled {
                    let message = format!("no access control rules {} of {}", operation.as_str(), table.name);
                    self.refuse(Rule::Platform, &table.file, &table.name, message);
                }
            }
        }
        for added in &source.foreign_columns {
            self.exists(
                self.known.has_table(&added.table),
                "table",
                &added.file,
                &added.table,
            );
            self.columns(&added.file, &added.columns);
        }
        for event in &source.events {
            self.exists(
                self.known.has_table(&event.table),
                "table",
                &event.file,
                &event.table,
            );
        }
    }

    fn columns(&mut self, file: &str, columns: &[Column]) {
        for column in columns {
            if (column.kind == ColumnType::Reference) != column.reference.is_some() {
                let message = format!(
                    "{}: a reference names its table, and nothing else does",
                    column.name
                );
                self.refuse(Rule::Reference, file, &column.name, message);
            }
            if let Some(table) = &column.reference {
                self.exists(self.known.has_table(table), "table", file, table);
            }
            if let Some(name) = &column.dependent {
                self.exists(
                    columns.iter().any(|other| other.name == *name),
                    "column",
                    file,
                    name,
                );
            }
            if let Some(value) = column.default.as_deref().filter(|_| !column.choices.is_empty()) {
                self.exists(
                    column.choices.iter().any(|choice| choice.value == value),
                    "choice",
                    file,
                    value,
                );
            }
            if columns.iter().filter(|other| other.name == column.name).count() > 1 {
                self.refuse(
                    Rule::Duplicate,
                    file,
                    &column.name,
                    format!("two columns {}", column.name),
                );
            }
        }
    }

    fn acls(&mut self) {
        let source = self.source;
        for file in &source.acls {
            for acl in &file.acl {
                acl.roles.iter().for_each(|role| self.role(&file.file, role));
                self.acl(&file.file, acl);
            }
        }
    }

    fn acl(&mut self, file: &str, acl: &Acl) {
        let name = acl.name.as_str();
        if acl.roles.is_empty() {
            self.refuse(
                Rule::Platform,
                file,
                name,
                format!("the access control {name} names no role"),
            );
        }
        match acl.kind {
            AclType::Record => {
                let (table, column) = name.split_once('.').unwrap_or((name, ""));
                // Its own column on a foreign table an app may protect, by roles alone.
                let own_column = self.known.columns.contains(&(table, column)) && acl.script.is_none();
                if self.known.has_table(table) && !self.known.tables.contains(&table) && !own_column {
                    let message = format!("an app must not control access to {table}, which is not its own");
                    self.refuse(Rule::Platform, file, name, message);
                }
                self.exists(self.known.has_table(table), "table", file, table);
            }
            AclType::UiPage => {
                self.exists(
                    self.known.has_scoped(&self.known.pages, name),
                    "UI page",
                    file,
                    name,
                );
            }
            AclType::RestEndpoint => {
                let apis = &self.source.rest_apis;
                let used = apis
                    .iter()
                    .any(|api| api.acl == name || api.operations.iter().any(|o| o.acl == name));
                self.exists(used, "REST resource with the access control", file, name);
            }
        }
    }

    fn rest(&mut self) {
        let source = self.source;
        for api in &source.rest_apis {
            let named = api
                .operations
                .iter()
                .map(|operation| &operation.acl)
                .chain([&api.acl]);
            for acl in named {
                self.exists(
                    self.known.rest_acls.contains(&acl.as_str()),
                    "REST access control",
                    &api.file,
                    acl,
                );
            }
            for operation in &api.operations {
                if api
                    .operations
                    .iter()
                    .filter(|other| other.acl == operation.acl)
                    .count()
                    > 1
                {
                    let message = format!(
                        "{} shares its access control with another resource",
                        operation.name
                    );
                    self.refuse(Rule::Platform, &api.file, &operation.acl, message);
                }
            }
        }
        for page in &source.pages {
            let name = format!("{}_{}", source.app.scope, page.name);
            let acls = source.acls.iter().flat_map(|file| &file.acl);
            if !acls
                .into_iter()
                .any(|acl| acl.kind == AclType::UiPage && acl.name == name)
            {
                self.refuse(
                    Rule::Platform,
                    &page.file,
                    &page.name,
                    format!("no access control rules the page {name}"),
                );
            }
        }
    }

    fn forms(&mut self) {
        let source = self.source;
        for formatter in &source.formatters {
            self.exists(
                self.known.macros.contains(&formatter.uses.as_str()),
                "macro",
                &formatter.file,
                &formatter.uses,
            );
            self.exists(
                self.known.has_table(&formatter.table),
                "table",
                &formatter.file,
                &formatter.table,
            );
        }
        for section in &source.sections {
            let table = section.table.as_str();
            self.exists(self.known.has_table(table), "table", &section.file, table);
            let is_formatter = |element: &str| {
                element
                    .rsplit_once('.')
                    .is_some_and(|(_, ending)| ending == "xml")
            };
            if section.elements.iter().all(|element| is_formatter(element)) {
                let message = "a section without any column is not shown, and its formatters are not either";
                self.refuse(Rule::Platform, &section.file, "elements", message);
            }
            for element in &section.elements {
                let is_formatter = is_formatter(element);
                let found = if is_formatter {
                    source.formatters.iter().any(|formatter| {
                        shows_in(formatter, table) && formatter_element(&source.app, formatter) == *element
                    })
                } else {
                    // A column of the platform has no prefix, and which of them exist only the instance knows.
                    let is_own = self.known.tables.contains(&table) || element.starts_with(self.known.scope);
                    !is_own || self.known.columns.contains(&(table, element.as_str()))
                };
                self.exists(
                    found,
                    if is_formatter { "formatter" } else { "column" },
                    &section.file,
                    element,
                );
            }
        }
    }

    fn menus(&mut self) {
        let source = self.source;
        for menu in &source.menus {
            menu.roles.iter().for_each(|role| self.role(&menu.file, role));
            for module in &menu.modules {
                module.roles.iter().for_each(|role| self.role(&menu.file, role));
                if module.roles.is_empty() {
                    self.refuse(Rule::Platform, &menu.file, &module.title, "a module needs a role");
                }
                if module.link_type == "LIST" {
                    self.exists(
                        self.known.has_table(&module.table),
                        "table",
                        &menu.file,
                        &module.table,
                    );
                } else if let Some(page) = module
                    .query
                    .strip_suffix(".do")
                    .filter(|q| q.starts_with(self.known.scope))
                {
                    self.exists(
                        self.known.has_scoped(&self.known.pages, page),
                        "UI page",
                        &menu.file,
                        page,
                    );
                }
            }
        }
        for privilege in source
            .privileges
            .iter()
            .flat_map(|file| file.privileges.iter().map(move |p| (file, p)))
        {
            let (file, privilege) = privilege;
            let found = privilege.kind != "sys_db_object" || self.known.has_table(&privilege.target);
            self.exists(found, "table", &file.file, &privilege.target);
        }
    }

    fn rows(&mut self) {
        let source = self.source;
        for row in &source.rows {
            let Some(table) = source.tables.iter().find(|table| table.name == row.table) else {
                continue;
            };
            for (field, value) in &row.fields {
                let Some(column) = table.columns.iter().find(|column| column.name == *field) else {
                    self.exists(false, "column", &row.file, field);
                    continue;
                };
                if let Some(value) = value.as_str().filter(|_| !column.choices.is_empty()) {
                    self.exists(
                        column.choices.iter().any(|choice| choice.value == value),
                        "choice",
                        &row.file,
                        value,
                    );
                }
            }
            for column in table.columns.iter().filter(|column| column.mandatory) {
                if !row.fields.contains_key(&column.name) {
                    let message = format!("the mandatory column {} is missing", column.name);
                    self.findings
                        .push(Finding::in_file(&row.file, Rule::Reference, message));
                }
            }
        }
    }
}
