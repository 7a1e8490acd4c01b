//! Verifications: the aggregate as JSON, with the columns that lists and limits ask for.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, exactly_one, from_json, to_json};
use crate::verification::limits::{
    AGENT_WINDOW_SECONDS, Counts, INSTANCE_WINDOW_SECONDS, REQUESTER_WINDOW_SECONDS, Window,
};
use crate::verification::{Decision, InstanceId, LinkId, Verification, VerificationId};

const DAY_SECONDS: i64 = 86_400;

fn read(body: &str) -> Result<Verification, StoreError> {
    from_json("verification", body)
}

fn body(row: &Row<'_>) -> rusqlite::Result<String> {
    row.get(0)
}

/// Adds a verification. Returns `false` if the ticket already has one that runs.
pub fn add(
    tx: &Transaction<'_>,
    verification: &Verification,
    destination_digest: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO verification (id, instance, ticket_table, ticket_sys_id, ticket_number, category,
            requester_sys_id, requester_name, requester_email, agent_sys_id, agent_name, destination_digest,
            status, outcome, risk_level, risk_score, created_at, ended_at, expires_at, body, channel)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, NULL, NULL, NULL, ?14, NULL, ?15, ?16, ?17)
        ON CONFLICT (instance, ticket_table, ticket_sys_id) WHERE expires_at IS NOT NULL DO NOTHING";
    let v = verification;
    let added = tx.prepare_cached(sql)?.execute(params![
        v.id.as_str(),
        v.instance.as_str(),
        v.ticket.table,
        v.ticket.sys_id,
        v.ticket.number,
        v.ticket.category,
        v.requester.sys_id,
        v.requester.name,
        v.requester.email,
        v.agent.sys_id,
        v.agent.name,
        destination_digest,
        v.status().as_str(),
        v.created_at.0,
        v.expires_at().map(|at| at.0),
        to_json("verification", v)?,
        v.destination.channel().as_str(),
    ])?;
    Ok(added == 1)
}

/// Writes a changed verification back.
pub fn update(tx: &Transaction<'_>, verification: &Verification) -> Result<(), StoreError> {
    let sql =
        "UPDATE verification SET status = ?3, outcome = ?4, risk_level = ?5, risk_score = ?6, ended_at = ?7,
            expires_at = ?8, body = ?9, codes = ?10
        WHERE id = ?1 AND instance = ?2";
    let v = verification;
    let decision = v.decision();
    let affected = tx.prepare_cached(sql)?.execute(params![
        v.id.as_str(),
        v.instance.as_str(),
        v.status().as_str(),
        decision.map(|d| d.outcome.as_str()),
        decision.map(|d| d.level.as_str()),
        decision.map(|d| d.score),
        v.ended_at().map(|at| at.0),
        v.expires_at().map(|at| at.0),
        to_json("verification", v)?,
        decision.map(raising_codes).unwrap_or_default(),
    ])?;
    exactly_one("update a verification", affected)
}

/// Codes of the findings that raised the risk, each once.
fn raising_codes(decision: &Decision) -> String {
    let mut codes: Vec<&str> = Vec::new();
    for finding in &decision.report.findings {
        if finding.weight > 0 && !codes.contains(&finding.code.as_str()) {
            codes.push(&finding.code);
        }
    }
    codes.join(" ")
}

/// One verification of an instance.
pub fn lookup(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
) -> Result<Option<Verification>, StoreError> {
    let sql = "SELECT body FROM verification WHERE id = ?1 AND instance = ?2";
    let found = tx
        .prepare_cached(sql)?
        .query_row(params![id.as_str(), instance.as_str()], body)
        .optional()?;
    found.as_deref().map(read).transpose()
}

/// True when retention has erased the personal data of a verification.
pub fn is_erased(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM verification WHERE id = ?1 AND instance = ?2 AND erased_at IS NOT NULL)";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![id.as_str(), instance.as_str()], |row| row.get(0))?)
}

/// A verification of any instance, for news from carriers that serve all of them.
pub fn find_in_any_instance(
    tx: &Transaction<'_>,
    id: &VerificationId,
) -> Result<Option<Verification>, StoreError> {
    let sql = "SELECT body FROM verification WHERE id = ?1";
    let found = tx
        .prepare_cached(sql)?
        .query_row([id.as_str()], body)
        .optional()?;
    found.as_deref().map(read).transpose()
}

/// The verifications of one ticket, newest first, at most `limit`.
pub fn list_for_ticket(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    table: &str,
    sys_id: &str,
    limit: u32,
) -> Result<Vec<Verification>, StoreError> {
    let sql = "SELECT body FROM verification WHERE instance = ?1 AND ticket_table = ?2 AND ticket_sys_id = ?3
        ORDER BY created_at DESC, rowid DESC LIMIT ?4";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), table, sys_id, limit], body)?;
    rows.map(|row| read(&row?)).collect()
}

/// Verifications whose time has run out, the longest overdue first, at most `limit`.
pub fn list_overdue(
    tx: &Transaction<'_>,
    now: UnixMillis,
    limit: u32,
) -> Result<Vec<(InstanceId, VerificationId)>, StoreError> {
    let sql = "SELECT instance, id FROM verification WHERE expires_at IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.0, limit], |row| {
        let (instance, id): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(InstanceId::parse(&instance).zip(VerificationId::parse(&id)))
    })?;
    // A name that cannot be parsed was not written by this program; skipping it keeps the others going.
    rows.filter_map(|row| row.map_err(StoreError::from).transpose())
        .collect()
}

/// When the next verification runs out, if any runs.
pub fn next_expiry(tx: &Transaction<'_>) -> Result<Option<UnixMillis>, StoreError> {
    let sql = "SELECT MIN(expires_at) FROM verification WHERE expires_at IS NOT NULL";
    let next: Option<i64> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(next.map(UnixMillis))
}

/// Registers a link by the digest of its secret.
pub fn add_link(
    tx: &Transaction<'_>,
    verification: &Verification,
    token_digest: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO link (token_digest, instance, verification_id, link_id, issued_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let link = &verification.link;
    let affected = tx.prepare_cached(sql)?.execute(params![
        token_digest,
        verification.instance.as_str(),
        verification.id.as_str(),
        crate::keys::hex(&link.id.0),
        link.issued_at.0,
    ])?;
    exactly_one("add a link", affected)
}

/// The verification that a link belongs to, and whether the link is still the newest one of it.
pub fn find_by_link(
    tx: &Transaction<'_>,
    token_digest: &str,
) -> Result<Option<(Verification, bool)>, StoreError> {
    let sql = "SELECT v.body, l.link_id FROM link l JOIN verification v ON v.id = l.verification_id WHERE l.token_digest = ?1";
    let found: Option<(String, String)> = tx
        .prepare_cached(sql)?
        .query_row([token_digest], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((body, link_id)) = found else {
        return Ok(None);
    };
    let verification = read(&body)?;
    let LinkId(current) = verification.link.id;
    let is_current = crate::keys::hex(&current) == link_id;
    Ok(Some((verification, is_current)))
}

/// Notes that a message goes to a destination.
pub fn log_message(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    destination_digest: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO message_log (instance, destination_digest, at) VALUES (?1, ?2, ?3)";
    tx.prepare_cached(sql)?
        .execute(params![instance.as_str(), destination_digest, at.0])?;
    Ok(())
}

/// The counts that limits are made of.
pub fn counts(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    agent: &str,
    requester: &str,
    destination_digest: &str,
    now: UnixMillis,
) -> Result<Counts, StoreError> {
    let window = |sql: &str, key: &str, seconds: i64| -> Result<Window, StoreError> {
        let since = now.plus_seconds(-seconds).0;
        let (count, oldest): (u32, Option<i64>) = tx
            .prepare_cached(sql)?
            .query_row(params![instance.as_str(), key, since], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let oldest_age_seconds = oldest.map_or(0, |oldest| now.millis_since(UnixMillis(oldest)) / 1000);
        Ok(Window {
            count,
            oldest_age_seconds,
        })
    };
    let by_agent = "SELECT COUNT(*), MIN(created_at) FROM verification WHERE instance = ?1 AND agent_sys_id = ?2 AND created_at > ?3";
    let by_requester = "SELECT COUNT(*), MIN(created_at) FROM verification WHERE instance = ?1 AND requester_sys_id = ?2 AND created_at > ?3";
    let by_instance = "SELECT COUNT(*), MIN(created_at) FROM verification WHERE instance = ?1 AND ?2 = '' AND created_at > ?3";
    let messages = "SELECT COUNT(*), MIN(at) FROM message_log WHERE instance = ?1 AND destination_digest = ?2 AND at > ?3";
    Ok(Counts {
        starts_by_agent: window(by_agent, agent, AGENT_WINDOW_SECONDS)?,
        starts_for_requester: window(by_requester, requester, REQUESTER_WINDOW_SECONDS)?,
        messages_this_hour: window(messages, destination_digest, 3600)?,
        messages_this_day: window(messages, destination_digest, DAY_SECONDS)?,
        starts_of_instance: window(by_instance, "", INSTANCE_WINDOW_SECONDS)?,
    })
}

/// Decided verifications whose facts are there, in the order in which they were written, after the row `after`. Each
/// comes with its row.
pub fn list_decided(
    tx: &Transaction<'_>,
    instance: Option<&InstanceId>,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, Verification)>, StoreError> {
    let sql = "SELECT rowid, body FROM verification WHERE outcome IS NOT NULL AND erased_at IS NULL
        AND (?1 IS NULL OR instance = ?1) AND rowid > ?2 ORDER BY rowid LIMIT ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let values = params![instance.map(InstanceId::as_str), after.unwrap_or(0), limit];
    let rows = statement.query_map(values, |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (rowid, body) = row?;
        Ok((rowid, read(&body)?))
    })
    .collect()
}

/// Rows of the last `limit` decided verifications of an instance, the newest first, each with whether retention has
/// erased its facts.
pub fn last_decided(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    limit: u32,
) -> Result<Vec<(i64, bool)>, StoreError> {
    let sql =
        "SELECT rowid, erased_at IS NOT NULL FROM verification WHERE instance = ?1 AND outcome IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![instance.as_str(), limit], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A verification of an instance by its row.
pub fn find_row(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    row: i64,
) -> Result<Option<Verification>, StoreError> {
    let sql = "SELECT body FROM verification WHERE rowid = ?1 AND instance = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement
        .query_row(params![row, instance.as_str()], body)
        .optional()?;
    found.as_deref().map(read).transpose()
}

/// How many decided verifications have had their facts erased.
pub fn count_erased_decisions(
    tx: &Transaction<'_>,
    instance: Option<&InstanceId>,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM verification WHERE outcome IS NOT NULL AND erased_at IS NOT NULL
        AND (?1 IS NULL OR instance = ?1)";
    let count: i64 = tx
        .prepare_cached(sql)?
        .query_row(params![instance.map(InstanceId::as_str)], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
