//! The values that a column has, for filters to choose from: read by jumping from one to the next, never by looking at
//! every row.

use rusqlite::Transaction;
use rusqlite::types::Value;

use super::statement::Statement;
use crate::store::StoreError;
use crate::verification::InstanceId;

/// An agent, under a name that they have or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Display name.
    pub name: String,
    /// `sys_user.sys_id`.
    pub sys_id: String,
}

/// Name and id as one key whose order is that of the pair: no printable character comes before the one between them.
pub(super) fn agent_key(name: &str, sys_id: &str) -> String {
    format!("{name}\u{1f}{sys_id}")
}

/// Up to `limit` categories of an instance's tickets, in order.
pub fn categories(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let mut values = vec![Value::from(instance.as_str().to_owned())];
        let after = found.last().map_or("", |last| {
            values.push(last.clone().into());
            " AND category > ?"
        });
        let sql = format!(
            "SELECT category FROM listing INDEXED BY listing_by_category WHERE instance = ?{after} ORDER BY category LIMIT 1"
        );
        let next = Statement::new(sql, values).read(tx, |row| row.get(0))?.pop();
        match next {
            Some(next) if found.len() < usize::try_from(limit).unwrap_or(usize::MAX) => found.push(next),
            _ => return Ok(found),
        }
    }
}

/// Up to `limit` agents of an instance, in the order of their names.
pub fn agents(tx: &Transaction<'_>, instance: &InstanceId, limit: u32) -> Result<Vec<Agent>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found: Vec<Agent> = Vec::new();
    while found.len() < limit {
        let Some(next) = next_agent(tx, instance, found.last())? else {
            break;
        };
        found.push(next);
    }
    Ok(found)
}

/// The agent after `last`: first another one of the same name, then the next name. Not both in one condition: SQLite
/// would read all rows of the last agent again before it finds another.
fn next_agent(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    last: Option<&Agent>,
) -> Result<Option<Agent>, StoreError> {
    let first = |condition: &str, values: Vec<Value>| {
        let sql = format!(
            "SELECT agent_name, agent_sys_id FROM listing INDEXED BY listing_by_agent WHERE instance = ?{condition}
             ORDER BY agent_name, agent_sys_id LIMIT 1"
        );
        let mut all = vec![Value::from(instance.as_str().to_owned())];
        all.extend(values);
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Agent {
                name: row.get(0)?,
                sys_id: row.get(1)?,
            })
        };
        Ok::<_, StoreError>(Statement::new(sql, all).read(tx, read)?.pop())
    };
    let Some(last) = last else {
        return first("", Vec::new());
    };
    let name = Value::from(last.name.clone());
    let same_name = first(
        " AND agent_name = ? AND agent_sys_id > ?",
        vec![name.clone(), last.sys_id.clone().into()],
    )?;
    match same_name {
        Some(agent) => Ok(Some(agent)),
        None => first(" AND agent_name > ?", vec![name]),
    }
}
