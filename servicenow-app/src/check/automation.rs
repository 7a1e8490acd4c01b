//! Business rules, aliases, deletions, and the sets beside the app.

use super::{Known, scripts, text};
use crate::build::placeholder;
use crate::error::{Finding, Rule};
use crate::source::kinds::{AtfTest, BusinessRule};
use crate::source::{DELETED, Source, Sourced, Supplement};

/// Where a rule stands: its own application may do more on its own tables than elsewhere.
enum Place {
    OwnTable,
    ForeignTable,
    GlobalScope,
}

pub fn check(source: &Source, known: &Known<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in &source.business_rules {
        let file = source.files.get(&rule.file).map_or("", String::as_str);
        let script = source.beside(&rule.file, &rule.script);
        let place = if known.tables.contains(&rule.table.as_str()) {
            Place::OwnTable
        } else {
            Place::ForeignTable
        };
        if !known.has_table(&rule.table) {
            let message = format!("there is no table {}", rule.table);
            findings.push(Finding::where_it_says(
                &rule.file,
                file,
                &rule.table,
                Rule::Reference,
                message,
            ));
        }
        findings.extend(self::rule(rule, file, script, &place));
        findings.extend(scripts::check_text(known, &rule.file, &rule.condition));
    }
    findings.extend(deletions(source, known));
    findings
}

/// What the platform or its certification refuses in a rule.
fn rule(rule: &Sourced<BusinessRule>, file: &str, script: &str, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut refuse = |needle: &str, message: String| {
        findings.push(Finding::where_it_says(
            &rule.file,
            file,
            needle,
            Rule::Platform,
            message,
        ));
    };
    if !matches!(
        rule.when.as_str(),
        "before" | "after" | "async_always" | "display"
    ) {
        refuse(&rule.when, format!("a rule does not run {:?}", rule.when));
    }
    for action in &rule.on {
        if !matches!(action.as_str(), "insert" | "update" | "delete") {
            refuse(action, format!("a rule does not run on {action:?}"));
        }
    }
    if matches!(place, Place::ForeignTable) && rule.when != "async_always" {
        let message = format!(
            "on {}, which is not the app's own, only an async_always rule may run a script",
            rule.table
        );
        refuse(&rule.when, message);
    }
    if rule.filter.is_empty() && !matches!(place, Place::OwnTable) {
        let message = format!(
            "a rule on {} needs a filter: it would run on every write",
            rule.table
        );
        refuse(&rule.table, message);
    }
    if rule.when == "before" && script.contains("current.update(") {
        refuse(
            &rule.when,
            "a before rule must not call current.update()".to_owned(),
        );
    }
    findings
}

/// A table or a column takes its data along, and an update set cannot bring that back.
fn deletions(source: &Source, known: &Known<'_>) -> Vec<Finding> {
    let text = source.files.get(DELETED).map_or("", String::as_str);
    let mut findings = Vec::new();
    for deletion in &source.deletions.deleted {
        let mut refuse = |needle: &str, message: String| {
            findings.push(Finding::where_it_says(
                DELETED,
                text,
                needle,
                Rule::Platform,
                message,
            ));
        };
        if matches!(deletion.table.as_str(), "sys_db_object" | "sys_dictionary") {
            let message = format!("deleting from {} would delete data", deletion.table);
            refuse(&deletion.table, message);
        }
        let still = match deletion.table.as_str() {
            "sys_script_include" => known.script_includes.contains(&deletion.key.as_str()),
            "sys_ui_page" => known.pages.contains(&deletion.key.as_str()),
            "sys_user_role" => known.roles.contains(&deletion.key.as_str()),
            "sys_properties" => known.properties.contains(&deletion.key.as_str()),
            "sys_ui_action" => {
                let mut actions = source.workspace_actions.iter();
                actions.any(|action| action.action_name == deletion.key)
            }
            "sp_widget" => source
                .portal_widgets
                .iter()
                .any(|widget| widget.id == deletion.key),
            _ => false,
        };
        if still {
            let message = format!("{} is deleted and shipped", deletion.key);
            refuse(&deletion.key, message);
        }
        if deletion.since.split('.').count() != 3 {
            let message = format!("{:?} is no version", deletion.since);
            refuse(&deletion.since, message);
        }
    }
    findings
}

/// The same checks for a set beside the app. Its scripts may name what the app defines.
pub fn check_supplement(source: &Source, set: &Supplement) -> Vec<Finding> {
    let known = Known::of(source);
    let mut findings = text::check_files(&set.files, &[]);
    for (file, text) in set.files.iter().filter(|(file, _)| !scripts::is_toml(file)) {
        findings.extend(scripts::check_text(&known, file, text));
    }
    for rule in &set.business_rules {
        let file = set.files.get(&rule.file).map_or("", String::as_str);
        let place = if set.set.global {
            Place::GlobalScope
        } else {
            Place::ForeignTable
        };
        findings.extend(self::rule(
            rule,
            file,
            set.beside(&rule.file, &rule.script),
            &place,
        ));
    }
    for test in &set.tests {
        findings.extend(tested(set, test, &known));
    }
    findings
}

/// A step does one thing, and a script speaks only of steps that come before it.
fn tested(set: &Supplement, test: &Sourced<AtfTest>, known: &Known<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let source = set.files.get(&test.file).map_or("", String::as_str);
    let mut refuse = |rule: Rule, needle: &str, message: String| {
        findings.push(Finding::where_it_says(&test.file, source, needle, rule, message));
    };
    for (position, step) in test.steps.iter().enumerate() {
        if step.insert.is_some() == step.script.is_some() {
            let message = format!("the step {} inserts a record or runs a script", step.name);
            refuse(Rule::Syntax, &step.name, message);
        }
        if let Some(table) = step.insert.as_deref().filter(|table| !known.has_table(table)) {
            refuse(Rule::Reference, table, format!("there is no table {table}"));
        }
        if test.steps.iter().filter(|other| other.name == step.name).count() > 1 {
            let message = format!("two steps are named {}", step.name);
            refuse(Rule::Duplicate, &step.name, message);
        }
        let Some(script) = &step.script else { continue };
        let earlier = test.steps.iter().take(position);
        let left = earlier.fold(set.beside(&test.file, script).to_owned(), |left, other| {
            left.replace(&placeholder(&other.name), "")
        });
        if left.contains("@step:") {
            let message = format!("{script} speaks of a step that does not come before it");
            refuse(Rule::Reference, script, message);
        }
    }
    findings
}
