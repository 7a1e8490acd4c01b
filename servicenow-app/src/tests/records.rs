//! The shapes of single records, as platform exports have them.

use super::update_set::{Node, rows};

/// The payload of the row with this update name.
fn payload(name: &str) -> Node {
    let found = rows().into_iter().find(|(row, _)| row.child("name").text == name);
    found.unwrap_or_else(|| panic!("no row {name}")).1
}

/// The records of one table whose `field` is `value`.
fn records(table: &str, field: &str, value: &str) -> Vec<Node> {
    rows()
        .into_iter()
        .flat_map(|(_, payload)| payload.children)
        .filter(|record| record.name == table && record.child(field).text == value)
        .collect()
}

fn record(table: &str, field: &str, value: &str) -> Node {
    let mut found = records(table, field, value);
    assert_eq!(found.len(), 1, "one {table} with {field} {value}");
    found.remove(0)
}

#[test]
fn the_application_is_in_the_set_without_the_metadata_block() {
    let app = record("sys_app", "scope", "x_imper_verify");
    assert_eq!(app.child("js_level").text, "helsinki_es5");
    assert_eq!(app.child("version").text, "1.0.0");
    assert_eq!(app.child("user_role").attribute("name"), "x_imper_verify.agent");
    let menu = record("sys_app_application", "title", "imper.ai Verification");
    assert_eq!(app.child("menu").text, menu.child("sys_id").text);
    assert!(
        app.children
            .iter()
            .all(|field| field.name != "sys_scope" && field.name != "sys_update_name")
    );
}

#[test]
fn the_admin_role_contains_the_agent_role() {
    let admin = record("sys_user_role", "name", "x_imper_verify.admin");
    let contained = record(
        "sys_user_role_contains",
        "sys_name",
        "x_imper_verify.agent.x_imper_verify.admin",
    );
    assert_eq!(contained.child("role").text, admin.child("sys_id").text);
    assert_eq!(
        contained.child("contains").attribute("display_value"),
        "x_imper_verify.agent"
    );
}

#[test]
fn a_column_on_the_incident_is_read_only_and_has_its_label_and_choices() {
    let payload = payload("sys_dictionary_incident_x_imper_verify_outcome");
    assert!(payload.attributes.is_empty());
    let column = payload.child("sys_dictionary");
    assert_eq!(
        (column.attribute("element"), column.attribute("table")),
        ("x_imper_verify_outcome", "incident")
    );
    assert_eq!(column.child("read_only").text, "true");
    assert_eq!(column.child("internal_type").attribute("display_value"), "String");
    assert_eq!(column.child("choice").text, "1");
    let outer = self::payload("sys_documentation_incident_x_imper_verify_outcome_en");
    let outer = outer.child("sys_documentation");
    assert!(outer.attributes.iter().all(|(name, _)| name != "action"));
    assert_eq!(outer.attribute("label"), "imper.ai Verification outcome");
    assert_eq!(
        outer.child("sys_documentation").child("label").text,
        "imper.ai Verification outcome"
    );
    let choices = self::payload("sys_choice_incident_x_imper_verify_risk");
    let choices = choices.child("sys_choice");
    assert_eq!(choices.attribute("version"), "3");
    let labels: Vec<_> = choices
        .children
        .iter()
        .filter(|child| child.name == "sys_choice")
        .map(|choice| choice.child("label").text.as_str())
        .collect();
    assert_eq!(labels, ["Verified", "Medium", "High"]);
    assert_eq!(choices.children.last().unwrap().name, "sys_choice_set");
    let url = self::payload("sys_dictionary_incident_x_imper_verify_url");
    assert_eq!(url.child("sys_dictionary").child("internal_type").text, "url");
}

#[test]
fn the_words_of_the_tables_are_those_of_the_product() {
    for (field, expected) in [
        (
            "status",
            vec![
                "sending",
                "sent",
                "opened",
                "in_progress",
                "passed",
                "failed",
                "expired",
                "cancelled",
                "undeliverable",
            ],
        ),
        ("outcome", vec!["passed", "failed"]),
        ("recommendation", vec!["proceed", "proceed_with_care", "reject"]),
    ] {
        let payload = payload(&format!("sys_choice_x_imper_verify_verification_{field}"));
        let list = payload.child("sys_choice");
        let values: Vec<_> = list
            .children
            .iter()
            .filter(|child| child.name == "sys_choice")
            .map(|choice| choice.child("value").text.clone())
            .collect();
        assert_eq!(values, expected);
    }
}

#[test]
fn every_table_has_its_object_its_dictionary_row_and_its_label() {
    for table in ["policy", "verification", "event"] {
        let table = format!("x_imper_verify_{table}");
        assert_eq!(
            record("sys_db_object", "name", &table)
                .child("create_access_controls")
                .text,
            "false"
        );
        let payload = payload(&format!("sys_dictionary_{table}_null"));
        assert_eq!(payload.attribute("table"), "sys_dictionary");
        assert_eq!(
            payload.child("sys_dictionary").child("internal_type").text,
            "collection"
        );
        self::payload(&format!("sys_documentation_{table}__en"));
    }
}

#[test]
fn every_resource_has_an_access_control_of_its_own_with_the_right_role() {
    for (path, roles) in [
        ("/agent_token", vec!["x_imper_verify.agent"]),
        ("/result", vec!["x_imper_verify.integration"]),
        (
            "/health",
            vec!["x_imper_verify.admin", "x_imper_verify.integration"],
        ),
    ] {
        let operation = record("sys_ws_operation", "relative_path", path);
        assert_eq!(
            operation.child("operation_uri").text,
            format!("/api/x_imper_verify/v1/verify{path}")
        );
        assert_eq!(operation.child("requires_authentication").text, "true");
        assert_eq!(operation.child("requires_acl_authorization").text, "true");
        let acl = record("sys_security_acl", "sys_id", &operation.child("enforce_acl").text);
        assert_eq!(acl.child("type").text, "REST_Endpoint");
        let links = records(
            "sys_security_acl_role",
            "sys_security_acl",
            &acl.child("sys_id").text,
        );
        let mut found: Vec<_> = links
            .iter()
            .map(|link| link.child("sys_user_role").attribute("name").to_owned())
            .collect();
        found.sort();
        assert_eq!(found, roles);
    }
}

#[test]
fn nobody_writes_events_and_verifications_by_hand() {
    for table in ["x_imper_verify_event", "x_imper_verify_verification"] {
        let acls = records("sys_security_acl", "name", table);
        assert_eq!(acls.len(), 4);
        for acl in acls {
            let is_shut = acl.child("script").text == "answer = false;"
                && acl.child("advanced").text == "true"
                && acl.child("admin_overrides").text == "false";
            let operation = acl.child("operation").text.as_str();
            assert_eq!(
                is_shut,
                operation == "create" || operation == "write",
                "{table} {operation}"
            );
        }
    }
}

#[test]
fn the_section_shows_the_formatter_and_the_one_column_without_which_it_would_not_be_shown() {
    let formatter = record("sys_ui_formatter", "formatter", "x_imper_verify_panel.xml");
    let section = rows()
        .into_iter()
        .map(|(_, payload)| payload)
        .flat_map(|payload| payload.children)
        .find(|child| child.name == "sys_ui_section")
        .unwrap();
    assert_eq!(
        (section.attribute("table"), section.attribute("version")),
        ("incident", "3")
    );
    let elements: Vec<_> = section
        .children
        .iter()
        .filter(|child| child.name == "sys_ui_element")
        .collect();
    let names: Vec<_> = elements
        .iter()
        .map(|element| element.child("element").text.as_str())
        .collect();
    assert_eq!(names, ["x_imper_verify_panel.xml", "x_imper_verify_id"]);
    assert_eq!(
        elements[0].child("sys_ui_formatter").text,
        formatter.child("sys_id").text
    );
    assert_eq!(elements[0].child("position").text, "0");
    let own = section.child("sys_ui_section");
    assert_eq!(own.child("sys_id").text, section.attribute("section_id"));
    assert_eq!(own.child("view").attribute("name"), "NULL");
}

#[test]
fn properties_are_private_and_secrets_are_empty() {
    let properties: Vec<_> = rows()
        .into_iter()
        .flat_map(|(_, payload)| payload.children)
        .filter(|r| r.name == "sys_properties")
        .collect();
    assert_eq!(properties.len(), 9);
    for property in properties {
        assert_eq!(property.child("is_private").text, "true");
        assert_eq!(property.child("write_roles").text, "x_imper_verify.admin");
        assert!(property.child("type").text != "password2" || property.child("value").text.is_empty());
    }
}

#[test]
fn the_widget_is_an_inline_module_with_the_checksum_of_its_content() {
    let asset = record("sys_ux_lib_asset", "name", "x_imper_verify/panel");
    assert_eq!(asset.child("content").text, super::panel());
    assert_eq!(asset.child("checksum").text, crate::ids::md5_hex(&super::panel()));
    assert_eq!(asset.child("es_module").text, "true");
}

#[test]
fn the_shipped_policies_are_rows_of_the_policy_table() {
    for action in ["password_reset", "account_unlock", "mfa_reset"] {
        let row = record("x_imper_verify_policy", "action", action);
        assert_eq!(
            row.child("condition").text,
            format!("category={action}^ORsubcategory={action}")
        );
        assert_eq!(row.child("active").text, "true");
        assert_eq!(row.child("resolve_automatically").text, "true");
        assert_eq!(row.child("close_automatically").text, "true");
        // An application file carries the metadata block, so that a customer's change to it is tracked.
        assert_eq!(row.child("sys_class_name").text, "x_imper_verify_policy");
    }
}

#[test]
fn scripts_travel_unchanged_but_for_the_version() {
    let include = record("sys_script_include", "name", "ImperProperties");
    assert!(
        include
            .child("script")
            .text
            .contains("ImperProperties.VERSION = '1.0.0';")
    );
    assert_eq!(include.child("api_name").text, "x_imper_verify.ImperProperties");
    let source = std::fs::read_to_string(super::app_dir().join("sys_script_include/ImperTicket.js")).unwrap();
    assert_eq!(
        record("sys_script_include", "name", "ImperTicket")
            .child("script")
            .text,
        source
    );
    for (row, _) in rows() {
        assert!(!row.child("payload").text.contains("@version@"));
    }
}
