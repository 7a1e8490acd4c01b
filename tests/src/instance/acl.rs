//! Access control: records, fields, pages and REST resources.

use super::core::{Exec, lock};
use super::error::InstanceError;
use super::script::rule_engine;
use super::store::Values;

/// What an access control protects, and how specific it is.
struct Control {
    sys_id: String,
    admin_overrides: bool,
    condition: String,
    script: String,
    scope: String,
    roles: Vec<String>,
}

/// A record as an access control sees it.
pub struct Subject<'a> {
    /// Table of the record.
    pub table: &'a str,
    /// Its values, when there is a record.
    pub values: Option<&'a Values>,
}

/// Operations on records.
pub const READ: &str = "read";
/// Changing an existing record.
pub const WRITE: &str = "write";
/// Inserting a record.
pub const CREATE: &str = "create";
/// Deleting a record.
pub const DELETE: &str = "delete";

impl Exec {
    /// Whether the user may do this to a record: a rule of the most specific table that has one decides.
    pub fn may(&self, operation: &str, subject: &Subject<'_>) -> Result<bool, InstanceError> {
        if self.is_system() {
            return Ok(true);
        }
        let names: Vec<String> = {
            let store = lock(&self.core.store);
            store.known(subject.table)?;
            let lineage = store.schema.lineage(subject.table);
            lineage
                .iter()
                .map(|table| table.name.clone())
                .chain(["*".to_owned()])
                .collect()
        };
        for name in names {
            let controls = self.controls("record", operation, &name);
            if !controls.is_empty() {
                return self.any_passes(&controls, subject);
            }
        }
        // No rule at all: the default of a hardened instance is that only admins get in.
        Ok(self.has_role("admin"))
    }

    /// Whether the user may do this to one column; needs the record's own rule as well.
    pub fn may_field(
        &self,
        operation: &str,
        subject: &Subject<'_>,
        field: &str,
    ) -> Result<bool, InstanceError> {
        if self.is_system() {
            return Ok(true);
        }
        if !self.may(operation, subject)? {
            return Ok(false);
        }
        let names: Vec<String> = {
            let store = lock(&self.core.store);
            let lineage = store.schema.lineage(subject.table);
            let tables: Vec<&str> = lineage
                .iter()
                .map(|table| table.name.as_str())
                .chain(["*"])
                .collect();
            let exact = tables.iter().map(|table| format!("{table}.{field}"));
            exact
                .chain(tables.iter().map(|table| format!("{table}.*")))
                .collect()
        };
        for name in names {
            let mut controls = self.controls("record", operation, &name);
            if controls.is_empty() && operation == CREATE {
                // A column without a create rule follows its write rule.
                controls = self.controls("record", WRITE, &name);
            }
            if !controls.is_empty() {
                return self.any_passes(&controls, subject);
            }
        }
        Ok(true)
    }

    /// Whether the user may open a UI page; a page without a rule is open to everyone who is logged in.
    pub fn may_open_page(&self, endpoint: &str) -> Result<bool, InstanceError> {
        let controls = self.controls("ui_page", READ, endpoint);
        if controls.is_empty() {
            return Ok(true);
        }
        self.any_passes(
            &controls,
            &Subject {
                table: "sys_ui_page",
                values: None,
            },
        )
    }

    /// Whether the user passes one of the REST access controls (comma separated ids).
    pub fn may_call_rest(&self, enforced: &str) -> Result<bool, InstanceError> {
        let ids: Vec<&str> = enforced
            .split(',')
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .collect();
        let names: Vec<String> = {
            let store = lock(&self.core.store);
            ids.iter()
                .filter_map(|id| store.get("sys_security_acl", id))
                .map(|row| row.get("name").to_owned())
                .collect()
        };
        for name in names {
            let controls: Vec<Control> = self
                .controls("REST_Endpoint", "execute", &name)
                .into_iter()
                .filter(|control| ids.contains(&control.sys_id.as_str()))
                .collect();
            if !controls.is_empty()
                && self.any_passes(
                    &controls,
                    &Subject {
                        table: "sys_ws_operation",
                        values: None,
                    },
                )?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn controls(&self, kind: &str, operation: &str, name: &str) -> Vec<Control> {
        let store = lock(&self.core.store);
        store
            .find("sys_security_acl", "name", name)
            .into_iter()
            .filter(|row| {
                row.get("type") == kind && row.get("operation") == operation && row.is_true("active")
            })
            .map(|row| Control {
                sys_id: row.sys_id().to_owned(),
                admin_overrides: row.is_true("admin_overrides"),
                condition: row.get("condition").to_owned(),
                script: if row.is_true("advanced") {
                    row.get("script").to_owned()
                } else {
                    String::new()
                },
                scope: scope_name(&store, row.get("sys_scope")),
                roles: store
                    .find("sys_security_acl_role", "sys_security_acl", row.sys_id())
                    .into_iter()
                    .map(|link| {
                        store.get("sys_user_role", link.get("sys_user_role")).map_or_else(
                            || format!("(missing role {})", link.get("sys_user_role")),
                            |role| role.get("name").to_owned(),
                        )
                    })
                    .collect(),
            })
            .collect()
    }

    fn any_passes(&self, controls: &[Control], subject: &Subject<'_>) -> Result<bool, InstanceError> {
        for control in controls {
            if self.passes(control, subject)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn passes(&self, control: &Control, subject: &Subject<'_>) -> Result<bool, InstanceError> {
        if control.admin_overrides && self.has_role("admin") {
            return Ok(true);
        }
        let has_role =
            control.roles.is_empty() || control.roles.iter().any(|role| self.has_role_exactly(role));
        if !has_role {
            return Ok(false);
        }
        if !control.condition.is_empty()
            && let Some(values) = subject.values
        {
            let query = super::store::query::Query::parse(&control.condition)?;
            let store = lock(&self.core.store);
            query.check(&store.schema, subject.table)?;
            let row = super::store::Row {
                class: subject.table.to_owned(),
                seq: 0,
                values: values.clone(),
            };
            if !query.matches(&store, &row) {
                return Ok(false);
            }
        }
        if control.script.trim().is_empty() {
            return Ok(true);
        }
        let engine = rule_engine(
            &self.in_scope(&control.scope).deeper(),
            subject.table,
            subject.values,
            None,
            "acl",
        )?;
        // The script either sets `answer` or ends with the answer.
        let source = serde_json::Value::from(control.script.as_str());
        let wrapped = format!(
            "var answer; var __result = (0, eval)({source}); !!(answer === undefined ? __result : answer)"
        );
        let answer = engine.eval(&wrapped, &format!("sys_security_acl {}", control.sys_id))?;
        Ok(answer == serde_json::Value::Bool(true))
    }
}

/// Name of a scope by the `sys_id` of its application.
pub fn scope_name(store: &super::store::Store, sys_id: &str) -> String {
    match store.get("sys_app", sys_id) {
        Some(app) => app.get("scope").to_owned(),
        None => "global".to_owned(),
    }
}
