//! The shapes of layouts, rules, aliases and deletions, as platform exports have them.

use super::bad_sources::copy_of_the_app;
use super::panel;
use super::update_set::{Node, parse, rows};
use crate::pack;

/// The row with this update name, and its payload.
fn row(name: &str) -> (Node, Node) {
    let found = rows().into_iter().find(|(row, _)| row.child("name").text == name);
    found.unwrap_or_else(|| panic!("no row {name}"))
}

fn texts<'a>(wrapper: &'a Node, table: &str, field: &str) -> Vec<&'a str> {
    wrapper
        .children
        .iter()
        .filter(|child| child.name == table)
        .map(|child| child.child(field).text.as_str())
        .collect()
}

#[test]
fn a_list_layout_names_its_columns_in_order_and_then_itself() {
    let (row, payload) = row("sys_ui_list_x_imper_verify_verification_null");
    assert_eq!(row.child("view").text, "Default view");
    assert!(payload.attributes.is_empty());
    let wrapper = payload.child("sys_ui_list");
    assert_eq!(wrapper.attribute("table"), "x_imper_verify_verification");
    let columns = texts(wrapper, "sys_ui_list_element", "element");
    assert_eq!(columns[..3], ["number", "ticket_number", "requester"]);
    assert!(columns.contains(&"requester.email"));
    let own = wrapper.children.last().unwrap();
    assert_eq!(own.name, "sys_ui_list");
    let owners = texts(wrapper, "sys_ui_list_element", "list_id");
    assert!(owners.iter().all(|id| *id == own.child("sys_id").text));
}

#[test]
fn the_verification_shows_its_events_below_its_form() {
    let (_, payload) = row("sys_ui_related_x_imper_verify_verification_null");
    let wrapper = payload.child("sys_ui_related");
    let lists = texts(wrapper, "sys_ui_related_list_entry", "related_list");
    assert_eq!(lists, ["x_imper_verify_event.verification"]);
}

#[test]
fn a_form_names_its_sections_in_order() {
    let rows = rows();
    let (_, payload) = rows
        .iter()
        .find(|(_, payload)| {
            let first = payload.children.first();
            first.is_some_and(|child| {
                child.name == "sys_ui_form_sections"
                    && child.attribute("table") == "x_imper_verify_verification"
            })
        })
        .unwrap();
    let wrapper = payload.child("sys_ui_form_sections");
    let positions = texts(wrapper, "sys_ui_form_section", "position");
    assert_eq!(positions, ["0", "1", "2", "3"]);
    for id in texts(wrapper, "sys_ui_form_section", "sys_ui_section") {
        assert!(
            rows.iter()
                .any(|(row, _)| row.child("name").text == format!("sys_ui_section_{id}")),
            "the section {id} is in the set"
        );
    }
}

#[test]
fn the_policy_table_extends_application_files_by_name() {
    let records: Vec<Node> = rows()
        .into_iter()
        .flat_map(|(_, payload)| payload.children)
        .filter(|record| record.name == "sys_db_object")
        .collect();
    for record in &records {
        let parent = record.child("super_class");
        match record.child("name").text.as_str() {
            "x_imper_verify_policy" => assert_eq!(parent.attribute("name"), "sys_metadata"),
            _ => assert!(parent.text.is_empty() && parent.attributes.is_empty()),
        }
    }
    assert_eq!(records.len(), 3);
}

#[test]
fn the_bypass_rule_runs_after_the_write_on_every_ticket_that_changes_its_state() {
    let record = rows()
        .into_iter()
        .flat_map(|(_, payload)| payload.children)
        .find(|record| record.name == "sys_script")
        .unwrap();
    for (field, value) in [
        ("collection", "task"),
        ("when", "async_always"),
        ("action_update", "true"),
        ("action_insert", "false"),
        ("action_query", "false"),
        ("abort_action", "false"),
        ("filter_condition", "stateCHANGES^EQ"),
    ] {
        assert_eq!(record.child(field).text, value, "{field}");
    }
    assert_eq!(record.child("filter_condition").attribute("table"), "task");
}

#[test]
fn a_second_version_takes_away_what_it_no_longer_has() {
    let copy = copy_of_the_app();
    let path = copy.path().join("sys_app/imper_verify.toml");
    let app = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, app.replace("1.0.0", "1.1.0")).unwrap();
    let old = super::packed();
    for ending in ["toml", "html"] {
        std::fs::remove_file(copy.path().join(format!("sys_ui_page/overview.{ending}"))).unwrap();
    }
    for (file, from, to) in [
        (
            "sys_app_application/imper_verify.toml",
            "x_imper_verify_overview.do",
            "x_imper_verify_support_privacy.do",
        ),
        (
            "sys_security_acl/pages.toml",
            "x_imper_verify_overview",
            "x_imper_verify_support_privacy",
        ),
    ] {
        let path = copy.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace(from, to);
        // Two access controls for one page would be one record.
        let text = text.replacen("[[acl]]\ntype = \"ui_page\"\nname = \"x_imper_verify_support_privacy\"\noperation = \"read\"\nroles = [\"x_imper_verify.agent\"]\ndescription = \"Verifications by week.\"\n", "", 1);
        std::fs::write(&path, text).unwrap();
    }
    std::fs::write(
        copy.path().join("deleted.toml"),
        "[[deleted]]\ntable = \"sys_ui_page\"\nkey = \"overview\"\nname = \"overview\"\nsince = \"1.1.0\"\n",
    )
    .unwrap();
    let new = pack(copy.path(), &panel()).unwrap();
    let unload = parse(&new.xml);
    let deleted: Vec<&Node> = unload
        .children
        .iter()
        .filter(|row| row.name == "sys_update_xml" && row.child("action").text == "DELETE")
        .collect();
    assert_eq!(deleted.len(), 1);
    let name = &deleted[0].child("name").text;
    assert!(
        old.xml.contains(&format!("<name>{name}</name>")),
        "the old set has {name}"
    );
    let payload = parse(&deleted[0].child("payload").text);
    assert_eq!(payload.child("sys_ui_page").attribute("action"), "DELETE");
    assert_eq!(new.app_sys_id, old.app_sys_id);
}
