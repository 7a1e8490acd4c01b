//! The application record, roles, properties and events.

use crate::record::{Fields, Identity, Record, no_translations};
use crate::source::Source;
use crate::source::model::AppFile;
use crate::xml::Element;

/// `sys_app`, `sys_user_role`, `sys_user_role_contains`, `sysevent_register`.
pub fn records(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = vec![application(source)];
    for role in &source.roles {
        records.push(
            app.record(
                &Identity {
                    table: "sys_user_role",
                    key: &role.name,
                    name: &role.name,
                    label: "Role",
                    target_table: "",
                },
                Fields::new()
                    .set("description", &role.description)
                    .set("name", &role.name)
                    .set("requires_subscription", "-1")
                    .set("suffix", suffix(app, &role.name))
                    .yes("can_delegate grantable")
                    .no("elevated_privilege scoped_admin")
                    .empty("assignable_by encryption_context includes_roles"),
            ),
        );
    }
    for (role, contained) in source
        .roles
        .iter()
        .flat_map(|role| role.contains.iter().map(move |name| (role, name)))
    {
        let name = format!("{contained}.{}", role.name);
        records.push(
            app.record(
                &Identity {
                    table: "sys_user_role_contains",
                    key: &name,
                    name: &name,
                    label: "Contained Role",
                    target_table: "",
                },
                Fields::new()
                    .named("contains", contained, &app.id("sys_user_role", contained))
                    .named("role", &role.name, &app.id("sys_user_role", &role.name)),
            ),
        );
    }
    for event in &source.events {
        records.push(
            app.record(
                &Identity {
                    table: "sysevent_register",
                    key: &event.name,
                    name: &event.name,
                    label: "Event Registration",
                    target_table: &event.table,
                },
                Fields::new()
                    .set("description", &event.description)
                    .set("event_name", &event.name)
                    .set("suffix", suffix(app, &event.name))
                    .set("table", &event.table)
                    .empty("caller_access fired_by queue"),
            ),
        );
    }
    records
}

/// The part of a name after `<scope>.`.
fn suffix<'a>(app: &AppFile, name: &'a str) -> &'a str {
    name.strip_prefix(&app.scope)
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(name)
}

/// `sys_app` carries the audit block only, not the metadata block.
fn application(source: &Source) -> Record {
    let app = &source.app;
    let sys_id = app.sys_id();
    let menu = source
        .menus
        .first()
        .map_or(String::new(), |menu| app.id("sys_app_application", &menu.title));
    let fields = Fields::new()
        .set("enforce_license", "log")
        .set("js_level", &app.js_level)
        .set("license_category", "none")
        .set("license_model", "none")
        .set("menu", &menu)
        .set("name", &app.name)
        .set("runtime_access_tracking", "permissive")
        .set("scope", &app.scope)
        .set("short_description", &app.short_description)
        .set("source", &app.scope)
        .set("sys_class_name", "sys_app")
        .named("user_role", &app.role, &app.id("sys_user_role", &app.role))
        .set("version", &app.version)
        .yes("active licensable trackable")
        .no("can_edit_in_studio hide_on_ui installed_as_dependency private restrict_table_access")
        .no("scoped_administration uninstall_blocked")
        .empty("guided_setup_guid license license_definition logo store_correlation_id store_url sys_code")
        .empty("template vendor vendor_prefix")
        .audit(&sys_id);
    let payload = Element::new("record_update")
        .with("table", "sys_app")
        .holding(vec![fields.into_upsert("sys_app"), no_translations(&sys_id)]);
    let identity = Identity {
        table: "sys_app",
        key: &app.scope,
        name: &app.name,
        label: "Custom Application",
        target_table: "",
    };
    let update_name = format!("sys_app_{sys_id}");
    Record::of(&identity, sys_id, update_name, payload)
}

/// `sys_properties_category`, `sys_properties`, `sys_properties_category_m2m`.
pub fn properties(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let admin = format!("{}.admin", app.scope);
    let mut records = Vec::new();
    for page in &source.properties {
        let category_id = app.id("sys_properties_category", &page.name);
        records.push(app.translated_record(
            &Identity {
                table: "sys_properties_category",
                key: &page.name,
                name: &page.name,
                label: "System Property Category",
                target_table: "",
            },
            Fields::new().set("name", &page.name).set("title", &page.title),
        ));
        for (property, order) in page.properties.iter().zip((100..).step_by(100)) {
            records.push(
                app.translated_record(
                    &Identity {
                        table: "sys_properties",
                        key: &property.name,
                        name: &property.name,
                        label: "System Property",
                        target_table: "",
                    },
                    Fields::new()
                        .set("choices", &property.choices.join(","))
                        .set("description", &property.description)
                        .set("name", &property.name)
                        .set("read_roles", &admin)
                        .set("suffix", suffix(app, &property.name))
                        .set("type", &property.kind)
                        .set("value", &property.value)
                        .set("write_roles", &admin)
                        .yes("is_private")
                        .no("ignore_cache"),
                ),
            );
            let name = format!("{}.{}", property.name, page.name);
            records.push(
                app.record(
                    &Identity {
                        table: "sys_properties_category_m2m",
                        key: &name,
                        name: &name,
                        label: "Category Property",
                        target_table: "",
                    },
                    Fields::new()
                        .shown("category", &page.name, &category_id)
                        .set("order", &order.to_string())
                        .named(
                            "property",
                            &property.name,
                            &app.id("sys_properties", &property.name),
                        ),
                ),
            );
        }
    }
    records
}
