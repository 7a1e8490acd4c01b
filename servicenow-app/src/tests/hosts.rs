//! The button for workspaces, the widget for portals, and what is refused in them.

use super::bad_sources::{after_edit, assert_found};
use super::update_set::{Node, rows};
use crate::Rule;

fn record(table: &str) -> Node {
    let mut found: Vec<Node> = rows()
        .into_iter()
        .flat_map(|(_, payload)| payload.children)
        .filter(|record| record.name == table)
        .collect();
    assert_eq!(found.len(), 1, "one {table}");
    found.remove(0)
}

#[test]
fn the_button_stands_in_workspaces_only_for_agents_and_on_every_ticket_that_needs_it() {
    let action = record("sys_ui_action");
    for (field, value) in [
        ("table", "task"),
        ("client", "true"),
        ("form_button_v2", "true"),
        ("format_for_configurable_workspace", "true"),
        ("show_update", "true"),
        ("show_insert", "false"),
        ("form_action", "false"),
        ("form_button", "false"),
        ("list_action", "false"),
        ("onclick", ""),
        ("script", ""),
    ] {
        assert_eq!(action.child(field).text, value, "{field}");
    }
    assert!(action.child("condition").text.contains("ImperPolicy().panelUrl"));
    assert!(
        action
            .child("client_script_v2")
            .text
            .contains("g_modal.showFrame")
    );
    let role = record("sys_ui_action_role");
    assert_eq!(role.child("sys_ui_action").text, action.child("sys_id").text);
    assert_eq!(
        role.child("sys_user_role").attribute("name"),
        "x_imper_verify.agent"
    );
}

#[test]
fn the_widget_is_for_agents_and_shows_the_same_page() {
    let widget = record("sp_widget");
    for (field, value) in [
        ("id", "x-imper-verify"),
        ("roles", "x_imper_verify.agent"),
        ("public", "false"),
        ("controller_as", "c"),
        ("data_table", "sp_instance"),
    ] {
        assert_eq!(widget.child(field).text, value, "{field}");
    }
    assert!(widget.child("script").text.contains("panelUrl"));
    assert!(widget.child("template").text.contains("ng-src"));
}

#[test]
fn the_formatter_is_one_for_all_tickets() {
    let formatter = record("sys_ui_formatter");
    assert_eq!(formatter.child("table").text, "task");
    let section = rows()
        .into_iter()
        .flat_map(|(_, payload)| payload.children)
        .find(|wrapper| wrapper.name == "sys_ui_section" && wrapper.attribute("table") == "incident")
        .unwrap();
    let shown = section.child("sys_ui_element");
    assert_eq!(
        shown.child("sys_ui_formatter").text,
        formatter.child("sys_id").text
    );
}

#[test]
fn mistakes_in_buttons_are_named() {
    let (action, script) = ("sys_ui_action/verify.toml", "sys_ui_action/verify.js");
    for (file, from, to, rule, named, part) in [
        (
            action,
            "[\"x_imper_verify.agent\"]",
            "[]",
            Rule::Platform,
            action,
            "needs a role",
        ),
        (
            action,
            "[\"x_imper_verify.agent\"]",
            "[\"x_imper_verify.boss\"]",
            Rule::Reference,
            action,
            "no role",
        ),
        (
            action,
            "table = \"task\"",
            "table = \"tasks\"",
            Rule::Reference,
            action,
            "no table tasks",
        ),
        (
            action,
            "condition = \"",
            "condition = \"\" # \"",
            Rule::Platform,
            action,
            "needs a condition",
        ),
        (
            action,
            "ImperPolicy()",
            "ImperPolicies()",
            Rule::Reference,
            action,
            "ImperPolicies",
        ),
        (
            action,
            "verify.js",
            "other.js",
            Rule::Reference,
            action,
            "does not exist",
        ),
        (
            script,
            "onClick(g_form)",
            "open(g_form)",
            Rule::Platform,
            action,
            "does not define onClick",
        ),
        (
            script,
            "g_modal",
            "window.g_modal",
            Rule::Platform,
            script,
            "does not exist in a workspace",
        ),
        (
            script,
            "x_imper_verify_panel.do",
            "x_imper_verify_field.do",
            Rule::Reference,
            script,
            "x_imper_verify_field",
        ),
    ] {
        assert_found(&after_edit(file, from, to), rule, named, part);
    }
}

#[test]
fn mistakes_in_widgets_and_sections_are_named() {
    let widget = "sp_widget/verification.toml";
    for (file, from, to, rule, named, part) in [
        (
            widget,
            "[\"x_imper_verify.agent\"]",
            "[]",
            Rule::Platform,
            widget,
            "needs a role",
        ),
        (
            widget,
            "verification.server.js",
            "server.js",
            Rule::Reference,
            widget,
            "does not exist",
        ),
        (
            "sp_widget/verification.client.js",
            "api.controller",
            "api.control",
            Rule::Platform,
            widget,
            "api.controller",
        ),
        (
            "sp_widget/verification.html",
            "</iframe>",
            "",
            Rule::Syntax,
            "sp_widget/verification.html",
            "not well-formed",
        ),
        (
            "sp_widget/verification.server.js",
            "new ImperPolicy()",
            "new ImperRules()",
            Rule::Reference,
            "sp_widget/verification.server.js",
            "ImperRules",
        ),
        (
            "sys_ui_section/incident.toml",
            "  \"x_imper_verify_id\",\n",
            "",
            Rule::Platform,
            "sys_ui_section/incident.toml",
            "without any column",
        ),
        (
            "sys_ui_formatter/panel.toml",
            "\"task\"",
            "\"sys_user\"",
            Rule::Reference,
            "sys_ui_section/incident.toml",
            "formatter",
        ),
    ] {
        assert_found(&after_edit(file, from, to), rule, named, part);
    }
}
