//! Access controls, their roles, and what the app may touch outside of its scope.

use crate::record::{Fields, Identity, Record};
use crate::source::Source;
use crate::source::model::{Acl, AclType, AppFile};

/// The key of an access control: three of them may share a name.
pub fn acl_key(acl: &Acl) -> String {
    format!("{}.{}.{}", acl.kind.as_str(), acl.name, acl.operation.as_str())
}

/// The `sys_id` of the access control of a REST resource.
pub fn rest_acl_id(app: &AppFile, name: &str) -> String {
    app.id(
        "sys_security_acl",
        &format!("{}.{name}.execute", AclType::RestEndpoint.as_str()),
    )
}

/// `sys_security_acl`, `sys_security_acl_role`, `sys_scope_privilege`.
pub fn records(source: &Source) -> Vec<Record> {
    let app = &source.app;
    let mut records = Vec::new();
    for acl in source.acls.iter().flat_map(|file| &file.acl) {
        let key = acl_key(acl);
        let operation = acl.operation.as_str();
        let kind = acl.kind.as_str();
        let fields = Fields::new()
            .set("description", &acl.description)
            .set("name", &acl.name)
            .shown("operation", operation, operation)
            .shown("type", kind, kind)
            .flag("admin_overrides", acl.admin_overrides)
            .flag("advanced", acl.script.is_some())
            .script("script", acl.script.as_deref().unwrap_or_default())
            .yes("active")
            .empty("condition");
        records.push(app.record(
            &Identity {
                table: "sys_security_acl",
                key: &key,
                name: &acl.name,
                label: "Access Control",
                target_table: &acl.name,
            },
            fields,
        ));
        let acl_id = app.id("sys_security_acl", &key);
        for role in &acl.roles {
            records.push(app.record(
                &Identity {
                    table: "sys_security_acl_role",
                    key: &format!("{key}.{role}"),
                    name: &format!("{}.{role}", acl.name),
                    label: "Access Roles",
                    target_table: &acl.name,
                },
                Fields::new().shown("sys_security_acl", &acl.name, &acl_id).named(
                    "sys_user_role",
                    role,
                    &app.id("sys_user_role", role),
                ),
            ));
        }
    }
    for privilege in source.privileges.iter().flat_map(|file| &file.privileges) {
        for operation in &privilege.operations {
            let operation = operation.as_str();
            records.push(
                app.record(
                    &Identity {
                        table: "sys_scope_privilege",
                        key: &format!("{}.{}.{operation}", privilege.kind, privilege.target),
                        name: &privilege.target,
                        label: "Cross scope privilege",
                        target_table: "",
                    },
                    Fields::new()
                        .set("operation", operation)
                        .shown("source_scope", &app.name, &app.sys_id())
                        .set("status", "allowed")
                        .set("target_name", &privilege.target)
                        .shown("target_scope", "Global", "global")
                        .set("target_type", &privilege.kind),
                ),
            );
        }
    }
    records
}
