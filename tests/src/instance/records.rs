//! Writing records as the platform does: defaults, rules, audit fields, journals, numbers.

use super::core::{Exec, lock, random_id};
use super::error::InstanceError;
use super::rules::{Change, Phase};
use super::script::rule_engine;
use super::store::schema::Kind;
use super::store::{Store, Values};

/// Something that waits until the outermost work of a transaction is done.
#[derive(Debug, Clone)]
pub enum Job {
    /// An async business rule with the record as it was when it was queued.
    Rule {
        /// `sys_id` of the rule.
        rule: String,
        /// The write that queued it.
        change: Change,
    },
    /// An event from `gs.eventQueue`.
    Event {
        /// `sys_id` of the `sysevent` record.
        sys_id: String,
    },
}

/// Async rules may queue further ones; a loop of that sort must end.
const MAX_JOBS: usize = 200;

impl Exec {
    /// Inserts a record. `None` when a rule aborted it or a unique column objected; the reason is among the
    /// messages of the transaction.
    pub fn insert(&self, table: &str, input: Values, rules: bool) -> Result<Option<Values>, InstanceError> {
        let mut values = self.normalized(table, input)?;
        self.defaults(table, &mut values)?;
        if values.get("sys_id").is_none_or(String::is_empty) {
            values.insert("sys_id".to_owned(), random_id()?);
        }
        let (now, author) = (self.core.now(), self.login_name());
        for (field, value) in [
            ("sys_created_on", now.as_str()),
            ("sys_created_by", &author),
            ("sys_updated_on", &now),
            ("sys_updated_by", &author),
            ("sys_mod_count", "0"),
            ("sys_class_name", table),
        ] {
            values.insert(field.to_owned(), value.to_owned());
        }
        let mut change = Change::new(table, "insert", values, None);
        if rules && !self.run_rules(Phase::Before, &mut change)? {
            return Ok(None);
        }
        self.settle(&mut change)?;
        if !self.unique(&change) {
            return Ok(None);
        }
        self.commit(&change)?;
        if rules {
            self.run_rules(Phase::After, &mut change)?;
            self.run_rules(Phase::Async, &mut change)?;
        }
        Ok(Some(self.stored(table, change.sys_id())))
    }

    /// Updates a record. `None` as for an insert; an update that changes nothing runs no rule.
    pub fn update(
        &self,
        table: &str,
        sys_id: &str,
        input: Values,
        rules: bool,
    ) -> Result<Option<Values>, InstanceError> {
        let changes = self.normalized(table, input)?;
        let Some((class, previous)) = ({
            let store = lock(&self.core.store);
            store
                .get(table, sys_id)
                .map(|row| (row.class.clone(), row.values.clone()))
        }) else {
            return Ok(None);
        };
        let differs = changes
            .iter()
            .any(|(field, value)| previous.get(field).map_or("", String::as_str) != value);
        if !differs {
            return Ok(Some(previous));
        }
        let mut values = previous.clone();
        values.extend(changes);
        let count = previous
            .get("sys_mod_count")
            .and_then(|n| n.parse::<u64>().ok())
            .unwrap_or(0)
            + 1;
        values.insert("sys_mod_count".to_owned(), count.to_string());
        values.insert("sys_updated_on".to_owned(), self.core.now());
        values.insert("sys_updated_by".to_owned(), self.login_name());
        let mut change = Change::new(&class, "update", values, Some(previous));
        if rules && !self.run_rules(Phase::Before, &mut change)? {
            return Ok(None);
        }
        self.settle(&mut change)?;
        if !self.unique(&change) {
            return Ok(None);
        }
        self.commit(&change)?;
        if rules {
            self.run_rules(Phase::After, &mut change)?;
            self.run_rules(Phase::Async, &mut change)?;
        }
        Ok(Some(self.stored(&class, sys_id)))
    }

    /// Deletes a record; false when there was none or a rule aborted it.
    pub fn delete(&self, table: &str, sys_id: &str, rules: bool) -> Result<bool, InstanceError> {
        let Some((class, values)) = ({
            let store = lock(&self.core.store);
            store
                .get(table, sys_id)
                .map(|row| (row.class.clone(), row.values.clone()))
        }) else {
            return Ok(false);
        };
        let mut change = Change::new(&class, "delete", values.clone(), Some(values));
        if rules && !self.run_rules(Phase::Before, &mut change)? {
            return Ok(false);
        }
        let removed = lock(&self.core.store).remove(&class, sys_id);
        if rules {
            self.run_rules(Phase::After, &mut change)?;
            self.run_rules(Phase::Async, &mut change)?;
        }
        Ok(removed)
    }

    /// Runs what waits: async rules and events, until none is left.
    pub fn run_jobs(&self) -> Result<(), InstanceError> {
        for _ in 0..MAX_JOBS {
            let job = {
                let mut transaction = lock(&self.transaction);
                if transaction.jobs.is_empty() {
                    return Ok(());
                }
                transaction.jobs.remove(0)
            };
            match job {
                Job::Rule { rule, change } => self.run_async_rule(&rule, change)?,
                Job::Event { sys_id } => self.run_event(&sys_id)?,
            }
        }
        Err(self.refuse("more than 200 async jobs in one transaction (a loop?)"))
    }

    fn stored(&self, table: &str, sys_id: &str) -> Values {
        lock(&self.core.store)
            .get(table, sys_id)
            .map(|row| row.values.clone())
            .unwrap_or_default()
    }

    /// Checks columns and brings values into the form in which the database keeps them.
    pub fn normalized(&self, table: &str, input: Values) -> Result<Values, InstanceError> {
        let mut values = Values::new();
        for (field, value) in input {
            let column = lock(&self.core.store).column(table, &field)?;
            let value = match column.kind {
                Kind::Password2 => self.core.encrypt(&value)?,
                _ => Store::normalize(&column, &value),
            };
            values.insert(field, value);
        }
        Ok(values)
    }

    /// A rule may have written clear text or raw numbers: the same normal form again.
    fn settle(&self, change: &mut Change) -> Result<(), InstanceError> {
        change.values = self.normalized(&change.table, std::mem::take(&mut change.values))?;
        Ok(())
    }

    /// Default values of the columns that were not given.
    pub fn defaults(&self, table: &str, values: &mut Values) -> Result<(), InstanceError> {
        let columns = lock(&self.core.store).schema.columns(table);
        for column in columns
            .into_iter()
            .filter(|column| !column.default_value.is_empty())
        {
            if values.contains_key(&column.name) {
                continue;
            }
            let value = match column.default_value.strip_prefix("javascript:") {
                None => column.default_value.clone(),
                Some(script) => self.default_script(table, script)?,
            };
            values.insert(column.name.clone(), Store::normalize(&column, &value));
        }
        Ok(())
    }

    fn default_script(&self, table: &str, script: &str) -> Result<String, InstanceError> {
        match script.trim().trim_end_matches(';').trim_start_matches("global.") {
            "getNextObjNumberPadded()" => Ok(lock(&self.core.store).next_number(table).unwrap_or_default()),
            "gs.getUserID()" => Ok(self.user.clone()),
            "gs.nowDateTime()" | "gs.now()" => Ok(self.core.now()),
            other => {
                let engine = rule_engine(&self.deeper(), table, None, None, "default")?;
                let value = engine.eval(other, &format!("default value in {table}"))?;
                Ok(value
                    .as_str()
                    .map_or_else(|| value.to_string(), ToOwned::to_owned))
            }
        }
    }

    fn unique(&self, change: &Change) -> bool {
        let store = lock(&self.core.store);
        for column in store
            .schema
            .columns(&change.table)
            .into_iter()
            .filter(|column| column.unique)
        {
            let Some(value) = change.values.get(&column.name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let taken = store.all(&change.table).into_iter().any(|row| {
                row.sys_id() != change.sys_id() && row.get(&column.name).eq_ignore_ascii_case(value)
            });
            if taken {
                drop(store);
                let text = format!(
                    "Unique Key violation detected by database ({}.{} = {value:?})",
                    change.table, column.name
                );
                self.message("error", &text);
                self.core.syslog("error", &self.scope, &text);
                return false;
            }
        }
        true
    }

    /// Writes the row, and its journal entries beside it.
    fn commit(&self, change: &Change) -> Result<(), InstanceError> {
        let mut values = change.values.clone();
        let journals: Vec<(String, String)> = {
            let store = lock(&self.core.store);
            let columns = store.schema.columns(&change.table);
            columns
                .iter()
                .filter(|column| column.kind == Kind::Journal)
                .filter_map(|column| {
                    values
                        .remove(&column.name)
                        .map(|text| (column.name.clone(), text))
                })
                .filter(|(_, text)| !text.is_empty())
                .collect()
        };
        let sys_id = change.sys_id().to_owned();
        lock(&self.core.store).put(&change.table, values);
        for (element, text) in journals {
            let row = [
                ("sys_id", random_id()?),
                ("name", change.table.clone()),
                ("element", element),
                ("element_id", sys_id.clone()),
                ("value", text),
                ("sys_created_on", self.core.now()),
                ("sys_created_by", self.login_name()),
            ];
            let row = row
                .into_iter()
                .map(|(field, value)| (field.to_owned(), value))
                .collect();
            lock(&self.core.store).put("sys_journal_field", row);
        }
        Ok(())
    }
}
