//! Business rules, credential aliases, and the rows that take records away.

use super::atf;
use crate::record::{Fields, Identity, Record, no_translations};
use crate::source::kinds::BusinessRule;
use crate::source::model::AppFile;
use crate::source::{Source, Supplement};
use crate::xml::Element;

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
    records.extend(set.tests.iter().flat_map(|test| atf::records(app, set, test)));
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
