//! Script includes and the scripted REST API.

use super::access::rest_acl_id;
use crate::record::{Fields, Identity, Record};
use crate::source::model::{AppFile, RestApi};
use crate::source::{Source, Sourced};

const MEDIA_TYPES: &str = "application/json";

/// The path of a resource with the API's version in it; this is what callers use.
pub fn versioned_path(app: &AppFile, api: &RestApi, path: &str) -> String {
    format!("/api/{}/v{}/{}{path}", app.scope, api.version, api.service_id)
}

/// `sys_script_include`, `sys_ws_definition`, `sys_ws_version`, `sys_ws_operation`.
pub fn records(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for include in &source.script_includes {
        records.push(
            app.record(
                &Identity {
                    table: "sys_script_include",
                    key: &include.name,
                    name: &include.name,
                    label: "Script Include",
                    target_table: "",
                },
                Fields::new()
                    .set("access", &include.access)
                    .set("api_name", &format!("{}.{}", app.scope, include.name))
                    .set("description", &include.description)
                    .set("name", &include.name)
                    .script("script", &source.script(&include.file, &include.script))
                    .yes("active")
                    .no("client_callable")
                    .empty("caller_access"),
            ),
        );
    }
    for api in &source.rest_apis {
        rest_api(source, api, &mut records);
    }
    records
}

fn rest_api(source: &Source, api: &Sourced<RestApi>, records: &mut Vec<Record>) {
    let app = &source.app;
    let version = format!("v{}", api.version);
    let definition_id = app.id("sys_ws_definition", &api.service_id);
    let version_key = format!("{}.{version}", api.service_id);
    records.push(
        app.record(
            &Identity {
                table: "sys_ws_definition",
                key: &api.service_id,
                name: &api.name,
                label: "Scripted REST API",
                target_table: "",
            },
            Fields::new()
                .set("base_uri", &format!("/api/{}/{}", app.scope, api.service_id))
                .set("consumes", MEDIA_TYPES)
                .set("default_version", &version)
                .set("enforce_acl", &rest_acl_id(app, &api.acl))
                .set("name", &api.name)
                .set("namespace", &app.scope)
                .set("produces", MEDIA_TYPES)
                .set("service_id", &api.service_id)
                .set("short_description", &api.short_description)
                .yes("active is_versioned consumes_customized produces_customized")
                .empty("doc_link"),
        ),
    );
    records.push(
        app.record(
            &Identity {
                table: "sys_ws_version",
                key: &version_key,
                name: &version,
                label: "Scripted REST Version",
                target_table: "",
            },
            Fields::new()
                .set("version", &api.version.to_string())
                .set("version_id", &version)
                .shown("web_service_definition", &api.name, &definition_id)
                .yes("active is_default")
                .no("deprecated")
                .empty("short_description"),
        ),
    );
    for operation in &api.operations {
        records.push(app.record(
            &Identity {
                table: "sys_ws_operation",
                key: &format!("{version_key}.{} {}", operation.method, operation.path),
                name: &operation.name,
                label: "Scripted REST Resource",
                target_table: "",
            },
            Fields::new()
                .set("consumes", MEDIA_TYPES)
                .set("default_operation_uri", &format!("/api/{}/{}{}", app.scope, api.service_id, operation.path))
                .set("enforce_acl", &rest_acl_id(app, &operation.acl))
                .set("http_method", &operation.method)
                .set("name", &operation.name)
                .script("operation_script", &source.script(&api.file, &operation.script))
                .set("operation_uri", &versioned_path(app, api, &operation.path))
                .set("produces", MEDIA_TYPES)
                .set("relative_path", &operation.path)
                .set("short_description", &operation.short_description)
                .shown("web_service_definition", &api.name, &definition_id)
                .shown("web_service_version", &version, &app.id("sys_ws_version", &version_key))
                .yes("active requires_acl_authorization requires_authentication requires_snc_internal_role")
                .no("consumes_customized produces_customized")
                .empty("request_example"),
        ));
    }
}
