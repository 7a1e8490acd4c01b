//! Business rules, credential aliases, automated tests, and the rows that take records away.

use crate::record::{Fields, Identity, Record, no_translations};
use crate::source::kinds::{AtfStep, AtfTest, BusinessRule};
use crate::source::model::AppFile;
use crate::source::{Source, Supplement};
use crate::xml::Element;

/// The platform's step "Run Server Side Script" and its two inputs, as the `ServiceNow` SDK 4.9.0 names them.
const SERVER_SCRIPT_STEP: &str = "41de4a935332120028bc29cac2dc349a";
const SERVER_SCRIPT_INPUT: &str = "989d9e235324220002c6435723dc3484";
const JASMINE_INPUT: &str = "42f2564b73031300440211d8faf6a777";
const JASMINE_VERSION: &str = "3.1";

/// `sys_script`, `sys_alias`.
pub fn records(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records: Vec<Record> = source
        .business_rules
        .iter()
        .map(|rule| self::rule(app, rule, source.beside(&rule.file, &rule.script)))
        .collect();
    for alias in source.aliases.iter().flat_map(|file| &file.aliases) {
        records.push(
            app.record(
                &Identity {
                    table: "sys_alias",
                    key: &alias.name,
                    name: &alias.name,
                    label: "Connection & Credential Alias",
                    target_table: "",
                },
                Fields::new()
                    .set("description", &alias.description)
                    .set("id", &alias.id(&app.scope))
                    .set("name", &alias.name)
                    .set("type", "credential")
                    .no("multiple_connections")
                    .empty("configuration_template connection_type parent retry_policy"),
            ),
        );
    }
    records
}

/// The records of a set beside the app's own.
pub fn supplement(app: &AppFile, set: &Supplement) -> Vec<Record> {
    let mut records: Vec<Record> = set
        .business_rules
        .iter()
        .map(|rule| self::rule(app, rule, set.beside(&rule.file, &rule.script)))
        .collect();
    for test in &set.tests {
        records.push(atf_test(app, test));
        for (step, order) in test.steps.iter().zip(1_u32..) {
            records.push(atf_step(
                app,
                test,
                step,
                order,
                set.beside(&test.file, &step.script),
            ));
        }
    }
    records
}

fn rule(app: &AppFile, rule: &BusinessRule, script: &str) -> Record {
    let on = |action: &str| rule.on.iter().any(|name| name == action);
    let fields = Fields::new()
        .set("access", "package_private")
        .set("collection", &rule.table)
        .set("condition", &rule.condition)
        .set("description", &rule.description)
        .set("name", &rule.name)
        .set("order", &rule.order.to_string())
        .set("priority", "100")
        .script("script", script)
        .set("when", &rule.when)
        .element(Element::text("filter_condition", &rule.filter).with("table", &rule.table))
        .yes("active advanced")
        .flag("action_insert", on("insert"))
        .flag("action_update", on("update"))
        .flag("action_delete", on("delete"))
        .no("abort_action action_query add_message change_fields client_callable execute_function is_rest")
        .empty("message rest_method rest_method_text rest_service rest_service_text rest_variables")
        .empty("role_conditions template");
    app.domain_record(
        &Identity {
            table: "sys_script",
            key: &rule.name,
            name: &rule.name,
            label: "Business Rule",
            target_table: &rule.table,
        },
        fields,
    )
}

fn atf_test(app: &AppFile, test: &AtfTest) -> Record {
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

/// A step and the values of its inputs, which travel in the same payload.
fn atf_step(app: &AppFile, test: &AtfTest, step: &AtfStep, order: u32, script: &str) -> Record {
    let key = format!("{}.{}", test.name, step.name);
    let sys_id = app.id("sys_atf_step", &key);
    let update_name = format!("sys_atf_step_{sys_id}");
    let fields = Fields::new()
        .set("display_name", &step.name)
        .set("order", &order.to_string())
        .shown("step_config", "Run Server Side Script", SERVER_SCRIPT_STEP)
        .shown("test", &test.name, &app.id("sys_atf_test", &test.name))
        .yes("active")
        .empty("description notes table timeout warning_message")
        .meta(app, "sys_atf_step", &sys_id, &step.name, &update_name);
    let values = [
        (JASMINE_INPUT, JASMINE_VERSION, "100"),
        (SERVER_SCRIPT_INPUT, script, "200"),
    ];
    let inputs = values.iter().map(|(variable, value, order)| {
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
    let clear = Element::new("sys_variable_value")
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
    let payload = Element::new("record_update")
        .with("table", "sys_atf_step")
        .holding(children);
    Record::of(&identity, sys_id, update_name, payload)
}

/// One row with the action DELETE for each record that this version takes away.
pub fn deletions(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let deleted = source.deletions.deleted.iter().map(|deletion| {
        let sys_id = app.id(&deletion.table, &deletion.key);
        let update_name = format!("{}_{sys_id}", deletion.table);
        let fields = Fields::new().meta(app, &deletion.table, &sys_id, &deletion.name, &update_name);
        let payload = Element::new("record_update")
            .with("table", &deletion.table)
            .holding(vec![
                fields.into_delete(&deletion.table),
                no_translations(&sys_id),
            ]);
        let identity = Identity {
            table: &deletion.table,
            key: &deletion.key,
            name: &deletion.name,
            label: "Deleted record",
            target_table: "",
        };
        Record {
            deletes: true,
            ..Record::of(&identity, sys_id, update_name, payload)
        }
    });
    deleted.collect()
}
