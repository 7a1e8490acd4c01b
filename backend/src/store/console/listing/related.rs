//! Verifications that have something in common: what looks harmless one by one may be one attack.

use rusqlite::Transaction;
use rusqlite::types::Value;
use shared::words::UnixMillis;

use super::statement::{COLUMNS, Statement};
use super::{Listed, place_of};
use crate::store::StoreError;
use crate::verification::{InstanceId, VerificationId};

/// What two verifications may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// The person to verify.
    Requester,
    /// The browser that pressed Begin, by its cookie.
    Device,
    /// Where the link went.
    Destination,
    /// The network that Begin came from.
    Network,
    /// The ticket.
    Ticket,
}

impl Same {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Requester,
        Self::Device,
        Self::Destination,
        Self::Network,
        Self::Ticket,
    ];

    /// The form in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Device => "device",
            Self::Destination => "destination",
            Self::Network => "network",
            Self::Ticket => "ticket",
        }
    }

    /// Reads the form of [`Same::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|same| same.as_str() == text)
    }

    /// Selects the places of what shares it with one verification: instance, id, instance, limit.
    const fn sql(self) -> &'static str {
        match self {
            Self::Requester => {
                "SELECT l.place FROM verification v JOIN listing l ON l.verification_id = v.id
                 WHERE v.instance = ? AND v.requester_sys_id = (SELECT requester_sys_id FROM verification WHERE id = ? AND instance = ?)
                 ORDER BY v.created_at DESC LIMIT ?"
            }
            Self::Destination => {
                "SELECT l.place FROM verification v JOIN listing l ON l.verification_id = v.id
                 WHERE v.instance = ? AND v.destination_digest = (SELECT destination_digest FROM verification WHERE id = ? AND instance = ?)
                 ORDER BY v.created_at DESC LIMIT ?"
            }
            Self::Ticket => {
                "SELECT l.place FROM verification v JOIN listing l ON l.verification_id = v.id
                 WHERE v.instance = ? AND (v.ticket_table, v.ticket_sys_id) = (SELECT ticket_table, ticket_sys_id FROM verification WHERE id = ? AND instance = ?)
                 ORDER BY v.created_at DESC LIMIT ?"
            }
            Self::Device => {
                "SELECT l.place FROM origin o JOIN listing l ON l.verification_id = o.verification_id
                 WHERE o.instance = ? AND o.device_digest = (SELECT device_digest FROM origin WHERE verification_id = ? AND instance = ?)
                 ORDER BY o.at DESC LIMIT ?"
            }
            Self::Network => {
                "SELECT l.place FROM origin o JOIN listing l ON l.verification_id = o.verification_id
                 WHERE o.instance = ? AND o.network = (SELECT network FROM origin WHERE verification_id = ? AND instance = ?)
                 ORDER BY o.at DESC LIMIT ?"
            }
        }
    }
}

/// Places of up to `limit` verifications that share something with `id`, itself included, the newest first.
pub(super) fn places(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    same: Same,
    id: &VerificationId,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let own = Value::from(instance.as_str().to_owned());
    let values = [
        own.clone(),
        id.as_str().to_owned().into(),
        own,
        i64::from(limit).into(),
    ];
    Statement::new(same.sql().to_owned(), values).read(tx, |row| row.get(0))
}

/// One verification as it is listed.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    id: &VerificationId,
) -> Result<Option<Listed>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM listing WHERE verification_id = ? AND instance = ?");
    let values = [
        Value::from(id.as_str().to_owned()),
        instance.as_str().to_owned().into(),
    ];
    Ok(Statement::new(sql, values).rows(tx)?.pop())
}

/// Up to `limit` others that share something with `id`, the newest first.
pub fn related(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    same: Same,
    id: &VerificationId,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let mut found = Vec::new();
    for place in places(tx, instance, same, id, limit.saturating_add(1))? {
        let sql = format!("SELECT {COLUMNS} FROM listing WHERE place = ? AND instance = ?");
        let values = [Value::from(place), instance.as_str().to_owned().into()];
        found.extend(Statement::new(sql, values).rows(tx)?);
    }
    found.retain(|row| row.id != *id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Something that several requesters share within a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// What.
    pub same: Same,
    /// One of the verifications that share it.
    pub example: VerificationId,
    /// How many different requesters.
    pub requesters: u32,
    /// How many verifications.
    pub verifications: u32,
    /// How many of them failed.
    pub failed: u32,
    /// When the newest was created.
    pub last_at: UnixMillis,
}

/// What at least `least` requesters of an instance have in common since `since`: devices, destinations and networks.
pub fn shared(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    since: UnixMillis,
    least: u32,
) -> Result<Vec<Shared>, StoreError> {
    let by_origin = |column: &str| {
        format!(
            "SELECT MAX(o.verification_id), COUNT(DISTINCT o.requester_sys_id) AS requesters, COUNT(*), SUM(l.status = 'failed'), MAX(l.place)
             FROM listing l JOIN origin o ON o.verification_id = l.verification_id
             WHERE l.instance = ? AND l.place >= ? AND o.{column} IS NOT NULL
             GROUP BY o.{column} HAVING requesters >= ? ORDER BY requesters DESC LIMIT 20"
        )
    };
    let by_destination = "SELECT MAX(v.id), COUNT(DISTINCT v.requester_sys_id) AS requesters, COUNT(*), SUM(l.status = 'failed'), MAX(l.place)
             FROM listing l JOIN verification v ON v.id = l.verification_id
             WHERE l.instance = ? AND l.place >= ?
             GROUP BY v.destination_digest HAVING requesters >= ? ORDER BY requesters DESC LIMIT 20";
    let mut found = Vec::new();
    for (same, sql) in [
        (Same::Device, by_origin("device_digest")),
        (Same::Destination, by_destination.to_owned()),
        (Same::Network, by_origin("network")),
    ] {
        let mut statement = tx.prepare_cached(&sql)?;
        let values = rusqlite::params![instance.as_str(), place_of(since), least];
        let rows = statement.query_map(values, |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get::<_, i64>(4)?,
            ))
        })?;
        for row in rows {
            let (id, requesters, verifications, failed, place) = row?;
            // An id that cannot be read was not written by this program.
            if let Some(example) = VerificationId::parse(&id) {
                found.push(Shared {
                    same,
                    example,
                    requesters,
                    verifications,
                    failed,
                    last_at: super::moment(place),
                });
            }
        }
    }
    Ok(found)
}
