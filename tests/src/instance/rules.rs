//! Business rules, events and scheduled scripts.

use serde_json::Value;

use super::acl::scope_name;
use super::core::{Exec, lock};
use super::error::InstanceError;
use super::records::Job;
use super::script::{Engine, rule_engine};
use super::store::query::Query;
use super::store::{Row, Values};

/// When a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the database is written; may change the record and abort.
    Before,
    /// After it, in the same transaction.
    After,
    /// After the transaction.
    Async,
    /// When a form is opened.
    Display,
}

/// A write as the rules see it.
#[derive(Debug, Clone)]
pub struct Change {
    /// Class of the record.
    pub table: String,
    /// `insert`, `update` or `delete`; `display` for a form.
    pub operation: &'static str,
    /// The record as it will be, or is.
    pub values: Values,
    /// The record as it was.
    pub previous: Option<Values>,
}

impl Change {
    /// A write that is about to happen.
    pub fn new(table: &str, operation: &'static str, values: Values, previous: Option<Values>) -> Self {
        Self {
            table: table.to_owned(),
            operation,
            values,
            previous,
        }
    }

    /// `sys_id` of the record.
    pub fn sys_id(&self) -> &str {
        self.values.get("sys_id").map_or("", String::as_str)
    }

    fn row(&self) -> Row {
        Row {
            class: self.table.clone(),
            seq: 0,
            values: self.values.clone(),
        }
    }
}

/// A rule nested deeper than this is taken for a loop.
const MAX_DEPTH: u8 = 6;

impl Exec {
    /// Runs the rules of a phase in their order. False when one aborted the write.
    pub fn run_rules(&self, phase: Phase, change: &mut Change) -> Result<bool, InstanceError> {
        let rules = self.rules_for(phase, change);
        if rules.is_empty() {
            return Ok(true);
        }
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(&format!(
                "business rules on {} nested {MAX_DEPTH} deep (a loop?)",
                change.table
            )));
        }
        for rule in rules {
            if !self.condition_holds(&rule, change)? {
                continue;
            }
            if phase == Phase::Async {
                let job = Job::Rule {
                    rule: rule.sys_id().to_owned(),
                    change: change.clone(),
                };
                lock(&self.transaction).jobs.push(job);
            } else if !self.run_rule(&rule, phase, change)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs the display rules of a form and returns `g_scratchpad`.
    pub fn run_display_rules(&self, table: &str, values: &Values) -> Result<Value, InstanceError> {
        let change = Change::new(table, "display", values.clone(), Some(values.clone()));
        let mut scratchpad = serde_json::Map::new();
        for rule in self.rules_for(Phase::Display, &change) {
            if !self.condition_holds(&rule, &change)? {
                continue;
            }
            let engine = self.engine_for(&rule, &change, "display")?;
            engine.eval("var g_scratchpad = {};", "display")?;
            self.guarded(&rule, || engine.run(rule.get("script"), &source_name(&rule)))?;
            if let Value::Object(map) = engine.eval("g_scratchpad", "display")? {
                scratchpad.extend(map);
            }
        }
        Ok(Value::Object(scratchpad))
    }

    /// Runs a queued rule against the record as it is now.
    pub fn run_async_rule(&self, rule: &str, mut change: Change) -> Result<(), InstanceError> {
        let (rule, current) = {
            let store = lock(&self.core.store);
            let Some(rule) = store.get("sys_script", rule).cloned() else {
                return Ok(());
            };
            (
                rule,
                store
                    .get(&change.table, change.sys_id())
                    .map(|row| row.values.clone()),
            )
        };
        if let Some(current) = current {
            change.values = current;
        }
        self.run_rule(&rule, Phase::Async, &mut change).map(|_| ())
    }

    /// Runs the script actions of a queued event.
    pub fn run_event(&self, sys_id: &str) -> Result<(), InstanceError> {
        let (event, actions, record) = {
            let store = lock(&self.core.store);
            let Some(event) = store.get("sysevent", sys_id).cloned() else {
                return Ok(());
            };
            let mut actions: Vec<Row> = store
                .find("sysevent_script_action", "event_name", event.get("name"))
                .into_iter()
                .filter(|row| row.is_true("active"))
                .cloned()
                .collect();
            actions.sort_by_key(|row| row.get("order").parse::<i64>().unwrap_or(100));
            let record = store.get(event.get("table"), event.get("instance")).cloned();
            (event, actions, record)
        };
        for action in actions {
            let scope = scope_name(&lock(&self.core.store), action.get("sys_scope"));
            let system = Exec {
                user: super::core::SYSTEM.to_owned(),
                ..self.in_scope(&scope).deeper()
            };
            let values = record.as_ref().map(|row| &row.values);
            let table = record.as_ref().map_or("sysevent", |row| row.class.as_str());
            let engine = rule_engine(&system, table, values, None, "async")?;
            let event_json = serde_json::to_string(&event.values).unwrap_or_default();
            engine.eval(&format!("var event = {event_json};"), "event")?;
            let holds = match action.get("condition_script").trim() {
                "" => true,
                condition => engine.eval(condition, &source_name(&action))? == Value::Bool(true),
            };
            if holds {
                self.guarded(&action, || {
                    engine.run(action.get("script"), &source_name(&action))
                })?;
            }
        }
        let done = [("state".to_owned(), "processed".to_owned())].into();
        lock(&self.core.store).patch("sysevent", sys_id, &done);
        Ok(())
    }

    /// Runs a scheduled script now.
    pub fn run_scheduled(&self, name: &str) -> Result<(), InstanceError> {
        let job = {
            let store = lock(&self.core.store);
            store
                .first("sysauto_script", "name", name)
                .cloned()
                .ok_or_else(|| InstanceError::NoSuchRecord {
                    kind: "scheduled script",
                    name: name.to_owned(),
                })?
        };
        let scope = scope_name(&lock(&self.core.store), job.get("sys_scope"));
        let engine = Engine::new(&self.in_scope(&scope))?;
        engine.run(job.get("script"), &source_name(&job)).map(|_| ())
    }

    fn rules_for(&self, phase: Phase, change: &Change) -> Vec<Row> {
        let store = lock(&self.core.store);
        let mut rules: Vec<Row> = store
            .all("sys_script")
            .into_iter()
            .filter(|row| row.is_true("active") && store.schema.is_a(&change.table, row.get("collection")))
            .filter(|row| phase == Phase::Display || row.is_true(&format!("action_{}", change.operation)))
            .filter(|row| match phase {
                Phase::Before => row.get("when") == "before",
                Phase::After => row.get("when") == "after",
                Phase::Async => matches!(row.get("when"), "async" | "async_always"),
                Phase::Display => row.get("when") == "display",
            })
            .cloned()
            .collect();
        rules.sort_by_key(|row| (row.get("order").parse::<i64>().unwrap_or(100), row.seq));
        rules
    }

    fn condition_holds(&self, rule: &Row, change: &Change) -> Result<bool, InstanceError> {
        let filter = rule.get("filter_condition");
        if !filter.is_empty() {
            let query = Query::parse(filter)?;
            let store = lock(&self.core.store);
            query.check_with(&store.schema, &change.table, true)?;
            if !query.matches_change(&store, &change.row(), change.previous.as_ref()) {
                return Ok(false);
            }
        }
        let roles = rule.get("role_conditions");
        if !roles.is_empty() && !self.has_role(roles) {
            return Ok(false);
        }
        let script = rule.get("condition").trim();
        if script.is_empty() {
            return Ok(true);
        }
        let engine = self.engine_for(rule, change, "condition")?;
        let result = self.guarded(rule, || engine.eval(&format!("!!({script})"), &source_name(rule)))?;
        Ok(result == Some(Value::Bool(true)))
    }

    fn engine_for(&self, rule: &Row, change: &Change, mode: &str) -> Result<Engine, InstanceError> {
        let scope = scope_name(&lock(&self.core.store), rule.get("sys_scope"));
        let exec = self.in_scope(&scope).deeper();
        let mode = format!("{mode} {}", change.operation);
        rule_engine(
            &exec,
            &change.table,
            Some(&change.values),
            change.previous.as_ref(),
            &mode,
        )
    }

    /// Runs one rule; false when it aborted the write.
    fn run_rule(&self, rule: &Row, phase: Phase, change: &mut Change) -> Result<bool, InstanceError> {
        if rule.is_true("change_fields") && !rule.get("template").is_empty() {
            for pair in rule.get("template").split('^').filter(|pair| *pair != "EQ") {
                if let Some((field, value)) = pair.split_once('=') {
                    lock(&self.core.store).column(&change.table, field)?;
                    change.values.insert(field.to_owned(), value.to_owned());
                }
            }
        }
        if rule.is_true("add_message") {
            self.message("info", rule.get("message"));
        }
        if rule.is_true("abort_action") {
            return Ok(false);
        }
        if !rule.is_true("advanced") || rule.get("script").trim().is_empty() {
            return Ok(true);
        }
        let mode = match phase {
            Phase::Before => "before",
            Phase::After => "after",
            Phase::Async => "async",
            Phase::Display => "display",
        };
        let engine = self.engine_for(rule, change, mode)?;
        self.guarded(rule, || engine.run(rule.get("script"), &source_name(rule)))?;
        if phase != Phase::Before {
            return Ok(true);
        }
        let outcome = engine.eval("__outcome()", "rule")?;
        if let Some(changes) = outcome.get("changes").and_then(Value::as_object) {
            for (field, value) in changes {
                change
                    .values
                    .insert(field.clone(), value.as_str().unwrap_or_default().to_owned());
            }
        }
        let aborted = outcome.get("aborted") == Some(&Value::Bool(true));
        if aborted && self.error_text().is_empty() {
            self.message("error", "Invalid insert or update: aborted by a business rule");
        }
        Ok(!aborted)
    }

    /// As on the platform, a rule that throws is logged and the write goes on; a refusal is never swallowed.
    fn guarded(
        &self,
        rule: &Row,
        run: impl FnOnce() -> Result<Value, InstanceError>,
    ) -> Result<Option<Value>, InstanceError> {
        match run() {
            Ok(value) => Ok(Some(value)),
            Err(InstanceError::Script { file, message }) => {
                let text = format!("{file}: {message}");
                self.core.syslog("error", rule.get("name"), &text);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

fn source_name(row: &Row) -> String {
    format!("{} {}", row.class, row.get("name"))
}
