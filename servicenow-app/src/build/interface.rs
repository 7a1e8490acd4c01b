//! Macros, pages, the asset with the widget, and the menu.

use crate::ids::md5_hex;
use crate::record::{Fields, Identity, Record};
use crate::source::Source;
use crate::source::model::Module;
use crate::xml::Element;

/// `sys_ui_macro`, `sys_ui_page`, `sys_ux_lib_asset`.
pub fn records(source: &Source, panel_module: &str) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for item in &source.macros {
        records.push(
            app.record(
                &Identity {
                    table: "sys_ui_macro",
                    key: &item.name,
                    name: &item.name,
                    label: "Macro",
                    target_table: "",
                },
                Fields::new()
                    .set("category", "general")
                    .set("description", &item.description)
                    .set("name", &item.name)
                    .set("scoped_name", &format!("{}_{}", app.scope, item.name))
                    .script("xml", source.beside(&item.file, &item.xml))
                    .yes("active")
                    .empty("media_type"),
            ),
        );
    }
    for page in &source.pages {
        records.push(
            app.record(
                &Identity {
                    table: "sys_ui_page",
                    key: &page.name,
                    name: &page.name,
                    label: "UI Page",
                    target_table: "",
                },
                Fields::new()
                    .set("category", "general")
                    .set("description", &page.description)
                    .set("endpoint", &format!("{}_{}.do", app.scope, page.name))
                    .script("html", source.beside(&page.file, &page.html))
                    .set("name", &page.name)
                    .flag("direct", page.direct)
                    .empty("client_script processing_script"),
            ),
        );
    }
    for asset in &source.assets {
        records.push(
            app.record(
                &Identity {
                    table: "sys_ux_lib_asset",
                    key: &asset.name,
                    name: &asset.name,
                    label: "UX Library Asset",
                    target_table: "",
                },
                Fields::new()
                    .set("category", "component")
                    .set("checksum", &md5_hex(panel_module))
                    .script("content", panel_module)
                    .set("engine", "21")
                    .set("mime_type", "application/javascript")
                    .set("name", &asset.name)
                    .yes("es_module")
                    .no("bundled_asset is_attachment")
                    .empty("config_option content_meta dependencies"),
            ),
        );
    }
    records
}

/// `sys_app_application`, `sys_app_module`.
pub fn menus(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for menu in &source.menus {
        records.push(
            app.domain_record(
                &Identity {
                    table: "sys_app_application",
                    key: &menu.title,
                    name: &menu.title,
                    label: "Application Menu",
                    target_table: "",
                },
                Fields::new()
                    .shown("category", &menu.category.name, &menu.category.sys_id)
                    .set("device_type", "browser")
                    .set("hint", &menu.hint)
                    .set("order", &menu.order.to_string())
                    .set("roles", &menu.roles.join(","))
                    .set("title", &menu.title)
                    .yes("active")
                    .empty("description name view_name"),
            ),
        );
        let menu_id = app.id("sys_app_application", &menu.title);
        for (module, order) in menu.modules.iter().zip((100..).step_by(100)) {
            records.push(
                app.domain_record(
                    &Identity {
                        table: "sys_app_module",
                        key: &format!("{}.{}", menu.title, module.title),
                        name: &module.title,
                        label: "Module",
                        target_table: &module.table,
                    },
                    Fields::new()
                        .shown("application", &menu.title, &menu_id)
                        .element(module_filter(module))
                        .set("link_type", &module.link_type)
                        .set("mobile_title", &module.title)
                        .set("mobile_view_name", "Mobile")
                        .set("name", &module.table)
                        .set("order", &order.to_string())
                        .set("query", &module.query)
                        .set("roles", &module.roles.join(","))
                        .set("title", &module.title)
                        .yes("active")
                        .no("override_menu_roles require_confirmation uncancelable")
                        .empty("assessment content_page device_type hint homepage image map_page report")
                        .empty("timeline_page view_name window_name"),
                ),
            );
        }
    }
    records
}

/// The condition of a list, which names the table that it is about.
fn module_filter(module: &Module) -> Element {
    let filter = Element::text("filter", &module.filter);
    if module.filter.is_empty() {
        filter
    } else {
        filter.with("table", &module.table)
    }
}
