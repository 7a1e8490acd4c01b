//! What is refused before anything is packed. Every check reports all it finds.

mod automation;
mod hosts;
mod layouts;
mod names;
mod references;
mod scripts;
mod text;

pub use automation::check_supplement;

use std::collections::BTreeMap;

use crate::error::{Finding, Rule};
use crate::record::Record;
use crate::source::Source;

/// All mistakes in the sources.
pub fn check(source: &Source) -> Vec<Finding> {
    let known = Known::of(source);
    let mut findings = names::check(source);
    findings.extend(references::check(source, &known));
    findings.extend(layouts::check(source, &known));
    findings.extend(automation::check(source, &known));
    findings.extend(hosts::check(source, &known));
    findings.extend(scripts::check(source, &known));
    findings.extend(text::check(source));
    findings
}

/// Two records of one table with the same key would silently become one.
pub fn duplicates(records: &[Record]) -> Vec<Finding> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records {
        *seen.entry(&record.update_name).or_default() += 1;
    }
    records
        .iter()
        .filter(|record| {
            seen.remove(record.update_name.as_str())
                .is_some_and(|count| count > 1)
        })
        .map(|record| {
            let message = format!("{} is there more than once", record.target_name);
            Finding::in_file(&record.table, Rule::Duplicate, message)
        })
        .collect()
}

/// Every name that the app defines, for the checks of references.
pub struct Known<'a> {
    scope: &'a str,
    roles: Vec<&'a str>,
    tables: Vec<&'a str>,
    /// Columns of the app, also those on foreign tables: table and column.
    columns: Vec<(&'a str, &'a str)>,
    properties: Vec<&'a str>,
    events: Vec<&'a str>,
    script_includes: Vec<&'a str>,
    macros: Vec<&'a str>,
    pages: Vec<&'a str>,
    assets: Vec<&'a str>,
    rest_acls: Vec<&'a str>,
    /// Ids of the credential aliases.
    aliases: Vec<String>,
    /// Paths of the scripted REST resources, with the version in them.
    paths: Vec<String>,
}

/// Tables of the platform that the app's records may refer to.
const PLATFORM_TABLES: &[&str] = &[
    "incident",
    "sc_req_item",
    "sys_alias",
    "sys_choice",
    "sys_metadata",
    "sys_user",
    "task",
];

impl<'a> Known<'a> {
    fn of(source: &'a Source) -> Self {
        let own = source
            .tables
            .iter()
            .flat_map(|table| table.columns.iter().map(|c| (table.name.as_str(), c)));
        let foreign = source
            .foreign_columns
            .iter()
            .flat_map(|added| added.columns.iter().map(|c| (added.table.as_str(), c)));
        let resources = source
            .rest_apis
            .iter()
            .flat_map(|api| api.operations.iter().map(move |o| (api, o)));
        let acls = source.acls.iter().flat_map(|file| &file.acl);
        Self {
            scope: &source.app.scope,
            roles: source.roles.iter().map(|role| role.name.as_str()).collect(),
            tables: source.tables.iter().map(|table| table.name.as_str()).collect(),
            columns: own
                .chain(foreign)
                .map(|(table, column)| (table, column.name.as_str()))
                .collect(),
            properties: source
                .properties
                .iter()
                .flat_map(|page| &page.properties)
                .map(|property| property.name.as_str())
                .collect(),
            events: source.events.iter().map(|event| event.name.as_str()).collect(),
            script_includes: source
                .script_includes
                .iter()
                .map(|include| include.name.as_str())
                .collect(),
            macros: source.macros.iter().map(|item| item.name.as_str()).collect(),
            pages: source.pages.iter().map(|page| page.name.as_str()).collect(),
            assets: source.assets.iter().map(|asset| asset.name.as_str()).collect(),
            rest_acls: acls
                .filter(|acl| acl.kind == crate::source::model::AclType::RestEndpoint)
                .map(|acl| acl.name.as_str())
                .collect(),
            aliases: source
                .aliases
                .iter()
                .flat_map(|file| &file.aliases)
                .map(|alias| alias.id(&source.app.scope))
                .collect(),
            paths: resources
                .map(|(api, operation)| crate::build::versioned_path(&source.app, api, &operation.path))
                .collect(),
        }
    }

    fn has_table(&self, name: &str) -> bool {
        self.tables.contains(&name) || PLATFORM_TABLES.contains(&name)
    }

    /// `<scope>_<name>`, where `name` is that of a page or a macro.
    fn has_scoped(&self, names: &[&str], scoped: &str) -> bool {
        scoped
            .strip_prefix(self.scope)
            .and_then(|rest| rest.strip_prefix('_'))
            .is_some_and(|name| names.contains(&name))
    }
}
