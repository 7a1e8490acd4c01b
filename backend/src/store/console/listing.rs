//! Verifications as the console lists them, and what was sent for one of them.

use rusqlite::types::Value;
use rusqlite::{Row, Transaction, params, params_from_iter};
use shared::words::{RiskLevel, Status, UnixMillis};

use crate::store::StoreError;
use crate::verification::{InstanceId, VerificationId};

/// What a list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this status.
    pub status: Option<Status>,
    /// Only this level of risk; undecided verifications have none.
    pub risk: Option<RiskLevel>,
    /// Part of the ticket's number, of the requester's name or of the id.
    pub text: Option<String>,
}

/// A place between two rows of a list. Rows that are added later move nothing past it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Creation of the row beside it.
    pub created_at: UnixMillis,
    /// Id of the row beside it; decides between equal moments.
    pub id: VerificationId,
}

/// Which rows of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// The newest.
    #[default]
    Newest,
    /// Those after this place, on the way to older ones.
    OlderThan(Cursor),
    /// Those before this place, on the way to newer ones.
    NewerThan(Cursor),
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: VerificationId,
    /// Number of the ticket.
    pub ticket_number: String,
    /// Display name of the requester.
    pub requester_name: String,
    /// Company mailbox of the requester, empty if none is on file.
    pub requester_email: String,
    /// Set when decided.
    pub risk: Option<RiskLevel>,
    /// Where it stands.
    pub status: Status,
    /// Category of the ticket.
    pub category: String,
    /// Name of the agent.
    pub agent_name: String,
    /// When the agent pressed Send.
    pub created_at: UnixMillis,
}

impl Listed {
    /// The place of this row.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            created_at: self.created_at,
            id: self.id.clone(),
        }
    }
}

/// One message to the outside, as its delivery stands. Its content is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `link`, `code` or `event`.
    pub kind: String,
    /// `open`, `done` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub created_at: UnixMillis,
    /// When it is tried next, while it is open.
    pub next_at: UnixMillis,
    /// When it was done or given up.
    pub ended_at: Option<UnixMillis>,
    /// Why the last attempt failed, without addresses.
    pub last_error: Option<String>,
}

const COLUMNS: &str = "id, ticket_number, requester_name, requester_email, risk_level, status, category, agent_name, created_at";

/// Up to `limit` verifications of an instance, newest first.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    position: &Position,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let mut sql = format!("SELECT {COLUMNS} FROM verification WHERE instance = ?");
    let mut values = vec![Value::from(instance.as_str().to_owned())];
    if let Some(status) = filter.status {
        sql.push_str(" AND status = ?");
        values.push(status.as_str().to_owned().into());
    }
    if let Some(risk) = filter.risk {
        sql.push_str(" AND risk_level = ?");
        values.push(risk.as_str().to_owned().into());
    }
    if let Some(text) = &filter.text {
        sql.push_str(r" AND (ticket_number LIKE ? ESCAPE '\' OR requester_name LIKE ? ESCAPE '\' OR id LIKE ? ESCAPE '\')");
        let pattern = Value::from(contains(text));
        values.extend([pattern.clone(), pattern.clone(), pattern]);
    }
    let cursor = match position {
        Position::Newest => None,
        Position::OlderThan(cursor) => Some(("<", cursor)),
        Position::NewerThan(cursor) => Some((">", cursor)),
    };
    if let Some((operator, cursor)) = cursor {
        sql.push_str(" AND (created_at, id) ");
        sql.push_str(operator);
        sql.push_str(" (?, ?)");
        values.extend([
            Value::from(cursor.created_at.0),
            cursor.id.as_str().to_owned().into(),
        ]);
    }
    let upwards = matches!(position, Position::NewerThan(_));
    let order = if upwards { "ASC" } else { "DESC" };
    sql.push_str(" ORDER BY created_at ");
    sql.push_str(order);
    sql.push_str(", id ");
    sql.push_str(order);
    sql.push_str(" LIMIT ?");
    values.push(i64::from(limit).into());

    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), listed)?;
    let mut found = rows.map(|row| row?).collect::<Result<Vec<_>, StoreError>>()?;
    if upwards {
        found.reverse();
    }
    Ok(found)
}

/// The `LIKE` pattern for texts that contain `text`, whatever characters it has.
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Result<Listed, StoreError>> {
    let corrupt = |error: &str| StoreError::Corrupt {
        what: "verification row",
        error: error.to_owned(),
    };
    let (id, risk, status): (String, Option<String>, String) = (row.get(0)?, row.get(4)?, row.get(5)?);
    let Some(id) = VerificationId::parse(&id) else {
        return Ok(Err(corrupt("id")));
    };
    let Some(status) = Status::parse(&status) else {
        return Ok(Err(corrupt("status")));
    };
    Ok(Ok(Listed {
        id,
        ticket_number: row.get(1)?,
        requester_name: row.get(2)?,
        requester_email: row.get(3)?,
        risk: risk.as_deref().and_then(RiskLevel::parse),
        status,
        category: row.get(6)?,
        agent_name: row.get(7)?,
        created_at: UnixMillis(row.get(8)?),
    }))
}

/// What was sent, or is to be sent, for one verification, oldest first.
pub fn deliveries(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    verification: &VerificationId,
) -> Result<Vec<Delivery>, StoreError> {
    let sql = "SELECT kind, state, attempts, created_at, next_at, ended_at, last_error FROM outbox
        WHERE verification_id = ?2 AND instance = ?1 ORDER BY id";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), verification.as_str()], |row| {
        Ok(Delivery {
            kind: row.get(0)?,
            state: row.get(1)?,
            attempts: row.get(2)?,
            created_at: UnixMillis(row.get(3)?),
            next_at: UnixMillis(row.get(4)?),
            ended_at: row.get::<_, Option<i64>>(5)?.map(UnixMillis),
            last_error: row.get(6)?,
        })
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_a_search_stands_for_itself() {
        assert_eq!(contains(r"50%_a\b"), r"%50\%\_a\\b%");
    }
}
