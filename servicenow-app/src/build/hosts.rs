//! The hosts of the panel beside the classic form: a button in workspaces, a widget in portals.

use crate::record::{Fields, Identity, Record};
use crate::source::kinds::{PortalWidget, WorkspaceAction};
use crate::source::{Source, Sourced};

/// `sys_ui_action`, `sys_ui_action_role`, `sp_widget`.
pub fn records(source: &Source) -> Vec<Record> {
    let mut records = Vec::new();
    for action in &source.workspace_actions {
        workspace_action(source, action, &mut records);
    }
    records.extend(
        source
            .portal_widgets
            .iter()
            .map(|widget| portal_widget(source, widget)),
    );
    records
}

/// In workspaces only: what a form shows of itself needs no button.
fn workspace_action(source: &Source, action: &Sourced<WorkspaceAction>, records: &mut Vec<Record>) {
    let app = &source.app;
    records.push(
        app.domain_record(
            &Identity {
                table: "sys_ui_action",
                key: &action.action_name,
                name: &action.name,
                label: "UI Action",
                target_table: &action.table,
            },
            Fields::new()
                .set("action_name", &action.action_name)
                .script("client_script_v2", source.beside(&action.file, &action.script))
                .set("condition", &action.condition)
                .set("hint", &action.hint)
                .set("name", &action.name)
                .set("order", &action.order.to_string())
                .set("table", &action.table)
                .yes("active client form_button_v2 format_for_configurable_workspace isolate_script show_update")
                .yes("ui11_compatible ui16_compatible")
                .no("form_action form_button form_context_menu form_link form_menu_button_v2 list_action")
                .no("list_banner_button list_button list_choice list_context_menu list_link")
                .no("list_save_with_form_button show_insert show_multiple_update show_query")
                .empty("comments form_style list_style messages onclick script"),
        ),
    );
    let id = app.id("sys_ui_action", &action.action_name);
    for role in &action.roles {
        records.push(app.record(
            &Identity {
                table: "sys_ui_action_role",
                key: &format!("{}.{role}", action.action_name),
                name: &format!(".{role}"),
                label: "UI Action Role",
                target_table: &action.table,
            },
            Fields::new().shown("sys_ui_action", &action.name, &id).named(
                "sys_user_role",
                role,
                &app.id("sys_user_role", role),
            ),
        ));
    }
}

fn portal_widget(source: &Source, widget: &Sourced<PortalWidget>) -> Record {
    let beside = |name: &str| source.beside(&widget.file, name);
    source.app.record(
        &Identity {
            table: "sp_widget",
            key: &widget.id,
            name: &widget.name,
            label: "Widget",
            target_table: "",
        },
        Fields::new()
            .set("category", "custom")
            .script("client_script", beside(&widget.client_script))
            .set("controller_as", "c")
            .set("data_table", "sp_instance")
            .set("description", &widget.description)
            .set("id", &widget.id)
            .set("name", &widget.name)
            .set("roles", &widget.roles.join(","))
            .script("script", beside(&widget.server_script))
            .script("template", beside(&widget.template))
            .no("has_preview internal public servicenow")
            .empty("css demo_data docs field_list link option_schema"),
    )
}
