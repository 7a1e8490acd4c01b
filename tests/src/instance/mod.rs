//! An emulated `ServiceNow` instance.
//!
//! It installs a real update set, runs its real scripts and serves its pages and services over HTTP. It knows
//! nothing of any application: what it serves comes out of the base data set and the update sets. What it does
//! not emulate it refuses: with a typed error, with HTTP 500, and in [`Instance::unsupported`].
//!
//! ```
//! use std::sync::Arc;
//! use imper_tests::instance::{Instance, InstanceConfig, UserSpec};
//!
//! # fn main() -> Result<(), imper_tests::instance::InstanceError> {
//! let instance = Instance::new(InstanceConfig::new("http://localhost:8091", Arc::new(|| 1_767_225_600_000)))?;
//! instance.add_user(UserSpec::new("beth", "Beth Anglin", "secret").role("itil"))?;
//! let incident = instance.insert("incident", &[("short_description", "Locked out")])?;
//! assert_eq!(instance.record("incident", &incident).unwrap()["number"], "INC0010001");
//! # Ok(())
//! # }
//! ```

mod acl;
mod atf;
mod base;
mod core;
mod error;
mod jelly;
mod records;
mod rules;
mod scope;
mod script;
mod store;
mod update_set;
mod users;
mod web;
mod xml;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;

pub use self::atf::TestStep;
pub use self::core::Clock;
use self::core::{Core, Exec, Logins, SYSTEM, lock, on_deep_stack};
pub use self::error::{InstallError, InstanceError};
use self::script::Engine;
use self::store::query::Query;
use self::store::{Store, Values};
pub use self::update_set::InstallReport;
pub use self::users::UserSpec;

/// What an instance needs to know from outside.
#[derive(Clone)]
pub struct InstanceConfig {
    /// Base URL under which browsers reach it, for example `http://localhost:8091`.
    pub url: String,
    /// Time in milliseconds since 1970.
    pub clock: Clock,
}

impl InstanceConfig {
    /// A configuration.
    pub fn new(url: &str, clock: Clock) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            clock,
        }
    }
}

/// One emulated instance. Clones share it.
#[derive(Clone)]
pub struct Instance {
    core: Arc<Core>,
}

impl Instance {
    /// A new instance with the base data set and the user `admin` (password `admin`).
    pub fn new(config: InstanceConfig) -> Result<Self, InstanceError> {
        let mut store = Store::default();
        base::load(&mut store)?;
        store.rebuild_schema();
        let core = Arc::new(Core {
            url: config.url,
            clock: config.clock,
            store: Mutex::new(store),
            log: Mutex::default(),
            vault: Mutex::default(),
            logins: Mutex::new(Logins::default()),
            committed: Mutex::default(),
            hibernating: AtomicBool::new(false),
        });
        let instance = Self { core };
        instance.add_user(UserSpec::new("admin", "System Administrator", "admin").role("admin"))?;
        Ok(instance)
    }

    /// Previews and commits an update set; a refused one leaves nothing behind.
    pub fn install(&self, xml: &str) -> Result<InstallReport, InstallError> {
        update_set::install(&self.core, xml)
    }

    /// Takes back the newest committed update set, by its name: what it inserted goes, what it changed or deleted is as
    /// before, and tables that it brought go with their data.
    pub fn back_out(&self, name: &str) -> Result<(), InstallError> {
        update_set::back_out(&self.core, name)
    }

    /// Serves HTTP until `shutdown` resolves.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) {
        web::serve(Arc::clone(&self.core), listener, shutdown).await;
    }

    /// Puts a developer instance to sleep, or wakes it. What its scripts were doing goes on.
    pub fn hibernate(&self, asleep: bool) {
        self.core.hibernating.store(asleep, Ordering::SeqCst);
    }

    /// Base URL of the instance.
    pub fn url(&self) -> &str {
        &self.core.url
    }

    /// Sets a system property as an admin does on its property page.
    pub fn set_property(&self, name: &str, value: &str) -> Result<(), InstanceError> {
        let (sys_id, kind) = {
            let store = lock(&self.core.store);
            let row = store
                .first("sys_properties", "name", name)
                .ok_or_else(|| InstanceError::NoSuchProperty(name.to_owned()))?;
            (row.sys_id().to_owned(), row.get("type").to_owned())
        };
        let value = if kind == "password2" {
            self.core.encrypt(value)?
        } else {
            value.to_owned()
        };
        lock(&self.core.store).patch("sys_properties", &sys_id, &[("value".to_owned(), value)].into());
        Ok(())
    }

    /// The stored value of a system property; encrypted text for a secret.
    pub fn property(&self, name: &str) -> Option<String> {
        lock(&self.core.store)
            .first("sys_properties", "name", name)
            .map(|row| row.get("value").to_owned())
    }

    /// Adds a user and returns its `sys_id`.
    pub fn add_user(&self, user: UserSpec) -> Result<String, InstanceError> {
        users::add_user(&self.core, user)
    }

    /// Takes a role from a user, as an admin does on the user's form.
    pub fn remove_role(&self, user: &str, role: &str) -> Result<(), InstanceError> {
        users::remove_role(&self.core, user, role)
    }

    /// Registers an OAuth client whose tokens act as `user` (a login name).
    pub fn add_oauth_client(&self, client_id: &str, secret: &str, user: &str) -> Result<(), InstanceError> {
        users::add_oauth_client(&self.core, client_id, secret, user)
    }

    /// Inserts a record as the platform itself: business rules run, access controls do not.
    pub fn insert(&self, table: &str, fields: &[(&str, &str)]) -> Result<String, InstanceError> {
        let values = owned(fields);
        let stored = self.as_system(|exec| {
            exec.insert(table, values, true)?
                .ok_or_else(|| rejected(exec, table))
        })?;
        Ok(stored.get("sys_id").cloned().unwrap_or_default())
    }

    /// Updates a record as the platform itself; business rules run.
    pub fn update(&self, table: &str, sys_id: &str, fields: &[(&str, &str)]) -> Result<(), InstanceError> {
        let values = owned(fields);
        self.as_system(|exec| {
            exec.update(table, sys_id, values, true)?
                .map(|_| ())
                .ok_or_else(|| rejected(exec, table))
        })
    }

    /// All stored values of a record.
    pub fn record(&self, table: &str, sys_id: &str) -> Option<BTreeMap<String, String>> {
        lock(&self.core.store)
            .get(table, sys_id)
            .map(|row| row.values.clone())
    }

    /// Records that match an encoded query, in its order.
    pub fn query(
        &self,
        table: &str,
        encoded_query: &str,
    ) -> Result<Vec<BTreeMap<String, String>>, InstanceError> {
        let query = Query::parse(encoded_query)?;
        let store = lock(&self.core.store);
        Ok(store
            .select(table, &query)?
            .into_iter()
            .map(|row| row.values.clone())
            .collect())
    }

    /// What a person sees in a column of a record.
    pub fn display_value(&self, table: &str, sys_id: &str, field: &str) -> Option<String> {
        let store = lock(&self.core.store);
        let row = store.get(table, sys_id)?;
        Some(store.display(&row.class, sys_id, field, row.get(field)))
    }

    /// Entries of a journal column, oldest first.
    pub fn journal(&self, sys_id: &str, field: &str) -> Vec<String> {
        let store = lock(&self.core.store);
        let mut entries: Vec<String> = store
            .journal_rows(sys_id, field)
            .into_iter()
            .map(|row| row.get("value").to_owned())
            .collect();
        entries.reverse();
        entries
    }

    /// Runs a script as a user (a login name) in a scope, and returns its value as JSON.
    pub fn run_script(
        &self,
        scope: &str,
        user: &str,
        script: &str,
    ) -> Result<serde_json::Value, InstanceError> {
        let user = users::find_user(&self.core, user)?;
        let exec = Exec::new(&self.core, &user, scope);
        on_deep_stack(|| {
            let value = Engine::new(&exec)?.eval(script, "script")?;
            exec.run_jobs()?;
            Ok(value)
        })?
    }

    /// Runs a scheduled script by its name, now.
    pub fn run_job(&self, name: &str) -> Result<(), InstanceError> {
        self.as_system(|exec| exec.run_scheduled(name))
    }

    /// Runs an automated test by its name, as a user (a login name). What it has written is taken back.
    pub fn run_test(&self, user: &str, name: &str) -> Result<Vec<TestStep>, InstanceError> {
        atf::run(&self.core, user, name)
    }

    /// Calls that were refused because they are not emulated, oldest first.
    pub fn unsupported(&self) -> Vec<String> {
        lock(&self.core.log).unsupported.clone()
    }

    /// Uses of another scope's tables that no privilege record covers: `scope operation table`.
    pub fn cross_scope(&self) -> Vec<String> {
        lock(&self.core.log).cross_scope.iter().cloned().collect()
    }

    fn as_system<T: Send>(
        &self,
        work: impl FnOnce(&Exec) -> Result<T, InstanceError> + Send,
    ) -> Result<T, InstanceError> {
        let exec = Exec::new(&self.core, SYSTEM, "global");
        on_deep_stack(|| {
            let value = work(&exec)?;
            exec.run_jobs()?;
            Ok(value)
        })?
    }
}

fn rejected(exec: &Exec, table: &str) -> InstanceError {
    let reason = match exec.error_text() {
        text if text.is_empty() => "there is no such record".to_owned(),
        text => text,
    };
    InstanceError::Rejected {
        table: table.to_owned(),
        reason,
    }
}

fn owned(fields: &[(&str, &str)]) -> Values {
    fields
        .iter()
        .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
        .collect()
}
