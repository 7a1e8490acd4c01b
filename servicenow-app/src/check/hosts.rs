//! Buttons of workspaces and widgets of portals: for whom they are, and what their scripts may not do there.

use super::{Known, scripts};
use crate::error::{Finding, Rule};
use crate::source::Source;

/// What a script of a workspace cannot reach, and a classic form could.
const ABSENT_IN_WORKSPACES: &[&str] = &["window.", "document.", "jQuery", "GlideModal", "gsftSubmit", "$("];

pub fn check(source: &Source, known: &Known<'_>) -> Vec<Finding> {
    let mut checker = Checker {
        source,
        known,
        findings: Vec::new(),
    };
    for action in &source.workspace_actions {
        let file = action.file.as_str();
        checker.roles(file, &action.name, &action.roles);
        if !known.has_table(&action.table) {
            let message = format!("there is no table {}", action.table);
            checker.refuse(Rule::Reference, file, &action.table, message);
        }
        if action.condition.is_empty() {
            let message = format!(
                "{} needs a condition: it would stand on every record",
                action.name
            );
            checker.refuse(Rule::Platform, file, &action.name, message);
        }
        checker
            .findings
            .extend(scripts::check_text(known, file, &action.condition));
        let script = source.beside(file, &action.script);
        if !script.contains("function onClick(g_form)") {
            let message = format!("{} does not define onClick(g_form)", action.script);
            checker.refuse(Rule::Platform, file, &action.script, message);
        }
        for name in ABSENT_IN_WORKSPACES {
            if let Some(offset) = script.find(name) {
                let path = crate::source::path_beside(file, &action.script);
                let message = format!("{name} does not exist in a workspace");
                let finding = Finding::at(&path, script, offset, Rule::Platform, message);
                checker.findings.push(finding);
            }
        }
    }
    for widget in &source.portal_widgets {
        let file = widget.file.as_str();
        checker.roles(file, &widget.name, &widget.roles);
        if !source
            .beside(file, &widget.client_script)
            .contains("api.controller")
        {
            let message = format!("{} does not set api.controller", widget.client_script);
            checker.refuse(Rule::Platform, file, &widget.client_script, message);
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

    fn roles(&mut self, file: &str, name: &str, roles: &[String]) {
        if roles.is_empty() {
            self.refuse(Rule::Platform, file, name, format!("{name} needs a role"));
        }
        for role in roles {
            if !self.known.roles.contains(&role.as_str()) {
                self.refuse(Rule::Reference, file, role, format!("there is no role {role}"));
            }
        }
    }
}
