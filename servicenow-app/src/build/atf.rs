//! Automated tests: a test, its steps, and the inputs of the steps.

use crate::record::{Fields, Identity, Record};
use crate::source::kinds::{AtfStep, AtfTest};
use crate::source::model::AppFile;
use crate::source::{Sourced, Supplement};

/// A kind of step and the inputs that it takes, as the `ServiceNow` SDK 4.9.0 names them: variable, order, value.
struct StepKind {
    sys_id: &'static str,
    name: &'static str,
    inputs: Vec<(&'static str, &'static str, String)>,
}

/// `sys_atf_test`, `sys_atf_step`.
pub fn records(app: &AppFile, set: &Supplement, test: &Sourced<AtfTest>) -> Vec<Record> {
    let mut records = vec![record(app, test)];
    for (step, order) in test.steps.iter().zip(1_u32..) {
        records.push(step_record(app, test, step, order, &kind(app, set, test, step)));
    }
    records
}

/// What a script writes for the `sys_id` of the step with this name.
pub fn placeholder(step: &str) -> String {
    format!("@step:{step}@")
}

fn step_key(test: &AtfTest, step: &AtfStep) -> String {
    format!("{}.{}", test.name, step.name)
}

fn record(app: &AppFile, test: &AtfTest) -> Record {
    app.record(
        &Identity {
            table: "sys_atf_test",
            key: &test.name,
            name: &test.name,
            label: "Test",
            target_table: "",
        },
        Fields::new()
            .set("description", &test.description)
            .set("name", &test.name)
            .yes("active fail_on_server_error"),
    )
}

fn kind(app: &AppFile, set: &Supplement, test: &Sourced<AtfTest>, step: &AtfStep) -> StepKind {
    if let Some(table) = &step.insert {
        return StepKind {
            sys_id: "14872288df60220062fe6c7a4df26319",
            name: "Record Insert",
            inputs: vec![
                (
                    "9024a37f671003007ba405225685efe5",
                    "100",
                    "record_successfully_inserted".to_owned(),
                ),
                ("e6e3c7535320220002c6435723dc3496", "100", "false".to_owned()),
                ("90144b535320220002c6435723dc3488", "200", table.clone()),
                (
                    "dd54cf535320220002c6435723dc34fd",
                    "400",
                    format!("{}^EQ", step.values),
                ),
            ],
        };
    }
    let script = step.script.as_deref().unwrap_or_default();
    let source = test
        .steps
        .iter()
        .fold(set.beside(&test.file, script).to_owned(), |source, other| {
            let id = app.id("sys_atf_step", &step_key(test, other));
            source.replace(&placeholder(&other.name), &id)
        });
    StepKind {
        sys_id: "41de4a935332120028bc29cac2dc349a",
        name: "Run Server Side Script",
        inputs: vec![
            ("42f2564b73031300440211d8faf6a777", "100", "3.1".to_owned()),
            ("989d9e235324220002c6435723dc3484", "200", source),
        ],
    }
}

/// A step and the values of its inputs, which travel in the same payload and replace those that were there.
fn step_record(app: &AppFile, test: &AtfTest, step: &AtfStep, order: u32, kind: &StepKind) -> Record {
    let key = step_key(test, step);
    let sys_id = app.id("sys_atf_step", &key);
    let update_name = format!("sys_atf_step_{sys_id}");
    let fields = Fields::new()
        .set("display_name", &step.name)
        .set("order", &order.to_string())
        .shown("step_config", kind.name, kind.sys_id)
        .set("table", step.insert.as_deref().unwrap_or_default())
        .shown("test", &test.name, &app.id("sys_atf_test", &test.name))
        .yes("active")
        .empty("description notes timeout warning_message")
        .meta(app, "sys_atf_step", &sys_id, &step.name, &update_name);
    let inputs = kind.inputs.iter().map(|(variable, order, value)| {
        Fields::new()
            .set("document", "sys_atf_step")
            .set("document_key", &sys_id)
            .set("order", order)
            .script("value", value)
            .set("variable", variable)
            .set(
                "sys_id",
                &app.id("sys_variable_value", &format!("{key}.{variable}")),
            )
            .into_upsert("sys_variable_value")
    });
    let clear = crate::xml::Element::new("sys_variable_value")
        .with("action", "delete_multiple")
        .with("query", &format!("document_key={sys_id}"));
    let children = [fields.into_upsert("sys_atf_step"), clear]
        .into_iter()
        .chain(inputs)
        .collect();
    let identity = Identity {
        table: "sys_atf_step",
        key: &key,
        name: &step.name,
        label: "Test Step",
        target_table: "",
    };
    let payload = crate::xml::Element::new("record_update")
        .with("table", "sys_atf_step")
        .holding(children);
    Record::of(&identity, sys_id, update_name, payload)
}
