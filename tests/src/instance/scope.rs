//! Application scopes: who may use a table of somebody else.

use super::core::{Exec, lock};
use super::error::InstanceError;

impl Exec {
    /// Checks a use of a table against the scope that the script runs in.
    ///
    /// A privilege record allows it; an application that only *tracks* access may do it as well, and it is
    /// recorded, as the platform would record it; an enforcing one may not.
    pub fn check_scope(&self, operation: &str, table: &str) -> Result<(), InstanceError> {
        let store = lock(&self.core.store);
        store.known(table)?;
        let Some(target) = store.schema.table(table) else {
            return Ok(());
        };
        if target.scope == self.scope || self.is_system() && self.scope == "global" {
            return Ok(());
        }
        let refused = || InstanceError::Rejected {
            table: table.to_owned(),
            reason: format!(
                "{operation} operation against '{table}' from scope '{}' has been refused due to the table's \
                 cross-scope access policy",
                self.scope
            ),
        };
        if target.private {
            return Err(refused());
        }
        let Some(app) = store.first("sys_app", "scope", &self.scope) else {
            return Ok(());
        };
        let granted = store
            .find("sys_scope_privilege", "source_scope", app.sys_id())
            .into_iter()
            .any(|row| {
                row.get("target_type") == "sys_db_object"
                    && row.get("target_name") == table
                    && row.get("operation") == operation
                    && row.get("status") == "allowed"
            });
        if granted {
            return Ok(());
        }
        let enforcing = app.get("runtime_access_tracking") == "enforcing";
        drop(store);
        let entry = format!("{} {operation} {table}", self.scope);
        lock(&self.core.log).cross_scope.insert(entry);
        if enforcing { Err(refused()) } else { Ok(()) }
    }
}
