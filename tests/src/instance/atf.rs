//! The Automated Test Framework: the steps of a test one after the other, and everything taken back afterwards.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::acl::{CREATE, Subject, scope_name};
use super::core::{Core, Exec, lock, on_deep_stack};
use super::error::InstanceError;
use super::script::Engine;
use super::store::{Row, Values};
use super::users;

/// The steps that are emulated, and their inputs, as every instance has them.
const RECORD_INSERT: &str = "14872288df60220062fe6c7a4df26319";
const INSERT_TABLE: &str = "90144b535320220002c6435723dc3488";
const INSERT_VALUES: &str = "dd54cf535320220002c6435723dc34fd";
const INSERT_SECURITY: &str = "e6e3c7535320220002c6435723dc3496";
const SERVER_SCRIPT: &str = "41de4a935332120028bc29cac2dc349a";
const SCRIPT: &str = "989d9e235324220002c6435723dc3484";

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestStep {
    /// Its name.
    pub name: String,
    /// Whether it passed. The steps after one that failed are not run.
    pub passed: bool,
    /// What it says about that.
    pub message: String,
}

/// Runs a test by its name as a user (a login name).
pub fn run(core: &Arc<Core>, user: &str, name: &str) -> Result<Vec<TestStep>, InstanceError> {
    let user = users::find_user(core, user)?;
    let before = lock(&core.store).clone();
    let outcome = on_deep_stack(|| steps(core, &user, name))?;
    *lock(&core.store) = before;
    outcome
}

fn steps(core: &Arc<Core>, user: &str, name: &str) -> Result<Vec<TestStep>, InstanceError> {
    let (scope, steps) = {
        let store = lock(&core.store);
        let test = store
            .first("sys_atf_test", "name", name)
            .filter(|test| test.is_true("active"))
            .ok_or_else(|| InstanceError::NoSuchRecord {
                kind: "automated test",
                name: name.to_owned(),
            })?;
        let mut steps: Vec<Row> = store
            .find("sys_atf_step", "test", test.sys_id())
            .into_iter()
            .filter(|step| step.is_true("active"))
            .cloned()
            .collect();
        steps.sort_by_key(|step| step.get("order").parse::<i64>().unwrap_or(0));
        (scope_name(&store, test.get("sys_scope")), steps)
    };
    let mut results = Map::new();
    let mut report = Vec::new();
    for step in steps {
        let exec = Exec::new(core, user, &scope);
        let (passed, message, outputs) = match step.get("step_config") {
            RECORD_INSERT => insert(&exec.in_scope("global"), &step)?,
            SERVER_SCRIPT => script(&exec, &step, &results)?,
            other => return Err(exec.refuse(&format!("test steps of the kind {other}"))),
        };
        exec.run_jobs()?;
        results.insert(step.sys_id().to_owned(), outputs);
        report.push(TestStep {
            name: step.get("display_name").to_owned(),
            passed,
            message,
        });
        if !passed {
            break;
        }
    }
    Ok(report)
}

fn input(exec: &Exec, step: &Row, variable: &str) -> String {
    let store = lock(&exec.core.store);
    let found = store
        .find("sys_variable_value", "document_key", step.sys_id())
        .into_iter()
        .find(|row| row.get("variable") == variable);
    found.map(|row| row.get("value").to_owned()).unwrap_or_default()
}

type Outcome = (bool, String, Value);

/// Inserts a record as the user, with access controls unless the step says otherwise.
fn insert(exec: &Exec, step: &Row) -> Result<Outcome, InstanceError> {
    let table = input(exec, step, INSERT_TABLE);
    let mut values = Values::new();
    for pair in input(exec, step, INSERT_VALUES)
        .split('^')
        .filter(|pair| *pair != "EQ")
    {
        if let Some((field, value)) = pair.split_once('=') {
            values.insert(field.to_owned(), value.to_owned());
        }
    }
    let subject = Subject {
        table: &table,
        values: None,
    };
    if input(exec, step, INSERT_SECURITY) != "false" && !exec.may(CREATE, &subject)? {
        let message = format!("the user may not create records in {table}");
        return Ok((false, message, Value::Null));
    }
    match exec.insert(&table, values, true)? {
        Some(stored) => {
            let id = stored.get("sys_id").cloned().unwrap_or_default();
            Ok((true, String::new(), json!({ "table": table, "record_id": id })))
        }
        None => Ok((false, exec.error_text(), Value::Null)),
    }
}

/// Runs a script: it fails the step by throwing, or by giving false.
fn script(exec: &Exec, step: &Row, results: &Map<String, Value>) -> Result<Outcome, InstanceError> {
    let engine = Engine::new(exec)?;
    engine.eval(&format!("__bindTest({})", Value::from(results.clone())), "test")?;
    let file = format!("sys_atf_step {}", step.get("display_name"));
    match engine.eval(&input(exec, step, SCRIPT), &file) {
        Ok(value) => {
            let said = engine.eval("__said()", &file)?;
            let said = said.as_str().unwrap_or_default().to_owned();
            let outputs = engine.eval("outputs", &file)?;
            Ok((value != Value::Bool(false), said, outputs))
        }
        Err(InstanceError::Script { message, .. }) => Ok((false, message, Value::Null)),
        Err(other) => Err(other),
    }
}
