//! Where verifications come from: devices, networks and contacts, for the signals that look back.

use rusqlite::{OptionalExtension as _, ToSql, Transaction, params};
use shared::words::UnixMillis;

use super::{StoreError, from_json, to_json};
use crate::verification::facts::{History, NetworkFacts, Sighting};
use crate::verification::{Verification, VerificationId};

/// What a verification was begun from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Keyed digest of the device cookie.
    pub device_digest: Option<String>,
    /// The network; `None` when the address is not known.
    pub network: Option<NetworkFacts>,
}

const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;
/// Other requesters at a destination or device are looked for this far back.
const SHARED_SECONDS: i64 = 90 * DAY_SECONDS;
/// Earlier passes are looked for this far back.
const PASSES_SECONDS: i64 = 365 * DAY_SECONDS;

/// Notes what a verification was begun from.
pub fn add(
    tx: &Transaction<'_>,
    of: &Verification,
    origin: &Origin,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO origin (verification_id, instance, requester_sys_id, at, device_digest, network, asn, country, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let network = origin.network.as_ref();
    let body = network
        .map(|network| to_json("network facts", network))
        .transpose()?;
    tx.prepare_cached(sql)?.execute(params![
        of.id.as_str(),
        of.instance.as_str(),
        of.requester.sys_id,
        at.0,
        origin.device_digest,
        network.map(|network| network.prefix.as_str()),
        network.and_then(|network| network.asn),
        network.and_then(|network| network.country.as_deref()),
        body,
    ])?;
    Ok(())
}

/// What a verification was begun from.
pub fn find(tx: &Transaction<'_>, id: &VerificationId) -> Result<Option<(Origin, UnixMillis)>, StoreError> {
    let sql = "SELECT device_digest, body, at FROM origin WHERE verification_id = ?1";
    let found: Option<(Option<String>, Option<String>, i64)> = tx
        .prepare_cached(sql)?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((device_digest, body, at)) = found else {
        return Ok(None);
    };
    let network = body.map(|body| from_json("network facts", &body)).transpose()?;
    let origin = Origin {
        device_digest,
        network,
    };
    Ok(Some((origin, UnixMillis(at))))
}

/// Notes that a link was opened from a network.
pub fn add_opening(
    tx: &Transaction<'_>,
    id: &VerificationId,
    network: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO opening (verification_id, network, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?
        .execute(params![id.as_str(), network, at.0])?;
    Ok(())
}

/// How many networks a link was opened from, `own` included.
pub fn count_networks(tx: &Transaction<'_>, id: &VerificationId, own: &str) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM opening WHERE verification_id = ?1 AND network <> ?2";
    let others: u32 = tx
        .prepare_cached(sql)?
        .query_row([id.as_str(), own], |row| row.get(0))?;
    Ok(others + 1)
}

/// Notes the contacts that are on file now, by digest.
pub fn see_contacts(
    tx: &Transaction<'_>,
    of: &Verification,
    digests: &[String],
    at: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO contact_on_file (instance, requester_sys_id, digest, first_seen_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING";
    let mut statement = tx.prepare_cached(sql)?;
    for digest in digests {
        statement.execute(params![of.instance.as_str(), of.requester.sys_id, digest, at.0])?;
    }
    Ok(())
}

/// When a contact came on file, if another contact of the requester was on file before: the contacts of the first
/// verification are as old as they may be.
pub fn contact_since(
    tx: &Transaction<'_>,
    of: &Verification,
    digest: &str,
) -> Result<Option<UnixMillis>, StoreError> {
    let sql = "SELECT c.first_seen_at FROM contact_on_file c WHERE c.instance = ?1 AND c.requester_sys_id = ?2 AND c.digest = ?3
        AND EXISTS (SELECT 1 FROM contact_on_file o WHERE o.instance = ?1 AND o.requester_sys_id = ?2
            AND o.first_seen_at < c.first_seen_at)";
    let found: Option<i64> = tx
        .prepare_cached(sql)?
        .query_row(
            params![of.instance.as_str(), of.requester.sys_id, digest],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.map(UnixMillis))
}

/// What the requester's earlier passes say about a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EarlierPasses {
    /// Whether one of them came from this network or its owner; `None` without passes from known networks.
    pub known: Option<bool>,
    /// Their countries, each once, sorted.
    pub countries: Vec<String>,
    /// The last place within a day.
    pub last: Option<Sighting>,
}

/// Looks at the requester's earlier passes.
pub fn earlier_passes(
    tx: &Transaction<'_>,
    of: &Verification,
    network: &NetworkFacts,
    now: UnixMillis,
) -> Result<EarlierPasses, StoreError> {
    let sql = "SELECT o.network, o.asn, o.country, o.body, o.at FROM origin o JOIN verification v ON v.id = o.verification_id
        WHERE o.instance = ?1 AND o.requester_sys_id = ?2 AND o.at > ?3 AND o.network IS NOT NULL
          AND v.outcome = 'passed' AND v.id <> ?4 ORDER BY o.at DESC LIMIT 200";
    let mut statement = tx.prepare_cached(sql)?;
    let since = now.plus_seconds(-PASSES_SECONDS).0;
    let mut rows = statement.query(params![
        of.instance.as_str(),
        of.requester.sys_id,
        since,
        of.id.as_str()
    ])?;
    let mut passes = EarlierPasses::default();
    while let Some(row) = rows.next()? {
        let prefix: String = row.get(0)?;
        let asn: Option<u32> = row.get(1)?;
        let is_same = prefix == network.prefix || asn.is_some() && asn == network.asn;
        passes.known = Some(passes.known.unwrap_or(false) || is_same);
        passes.countries.extend(row.get::<_, Option<String>>(2)?);
        let seconds_before = now.millis_since(UnixMillis(row.get(4)?)) / 1000;
        if passes.last.is_none() && seconds_before < DAY_SECONDS {
            let body: String = row.get(3)?;
            let place = from_json::<NetworkFacts>("network facts", &body)?.place;
            passes.last = place.map(|place| Sighting {
                place,
                seconds_before,
            });
        }
    }
    passes.countries.sort();
    passes.countries.dedup();
    Ok(passes)
}

/// What earlier verifications of the instance say about this one.
pub fn history(
    tx: &Transaction<'_>,
    of: &Verification,
    destination_digest: &str,
    origin: &Origin,
    now: UnixMillis,
) -> Result<History, StoreError> {
    let instance = of.instance.as_str();
    let requester = of.requester.sys_id.as_str();
    let own = of.id.as_str();
    let since = |seconds: i64| now.plus_seconds(-seconds).0;
    let count = |sql: &str, values: &[&dyn ToSql]| -> Result<u32, StoreError> {
        Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    };
    let (hour, day) = (since(HOUR_SECONDS), since(DAY_SECONDS));
    let (shared, passes) = (since(SHARED_SECONDS), since(PASSES_SECONDS));
    let mut history = History {
        other_requesters_at_destination: count(
            "SELECT COUNT(DISTINCT requester_sys_id) FROM verification
             WHERE instance = ?1 AND destination_digest = ?2 AND requester_sys_id <> ?3 AND created_at > ?4",
            params![instance, destination_digest, requester, shared],
        )?,
        recent_failures: count(
            "SELECT COUNT(*) FROM verification
             WHERE instance = ?1 AND requester_sys_id = ?2 AND outcome = 'failed' AND id <> ?3 AND created_at > ?4",
            params![instance, requester, own, day],
        )?,
        passes_at_destination: count(
            "SELECT COUNT(*) FROM verification WHERE instance = ?1 AND destination_digest = ?2
             AND requester_sys_id = ?3 AND outcome = 'passed' AND id <> ?4 AND created_at > ?5",
            params![instance, destination_digest, requester, own, passes],
        )?,
        starts_for_requester: count(
            "SELECT COUNT(*) FROM verification WHERE instance = ?1 AND requester_sys_id = ?2 AND created_at > ?3",
            params![instance, requester, day],
        )?,
        starts_by_agent: count(
            "SELECT COUNT(*) FROM verification WHERE instance = ?1 AND agent_sys_id = ?2 AND created_at > ?3",
            params![instance, of.agent.sys_id, hour],
        )?,
        messages_to_destination: count(
            "SELECT COUNT(*) FROM message_log WHERE instance = ?1 AND destination_digest = ?2 AND at > ?3",
            params![instance, destination_digest, day],
        )?,
        requesters_failed: count(
            "SELECT COUNT(DISTINCT requester_sys_id) FROM verification
             WHERE instance = ?1 AND outcome = 'failed' AND ended_at > ?2",
            params![instance, hour],
        )?,
        ..History::default()
    };
    if let Some(device) = &origin.device_digest {
        history.passes_on_device = count(
            "SELECT COUNT(*) FROM origin o JOIN verification v ON v.id = o.verification_id
             WHERE o.instance = ?1 AND o.device_digest = ?2 AND o.requester_sys_id = ?3 AND v.outcome = 'passed'
             AND v.id <> ?4 AND o.at > ?5",
            params![instance, device, requester, own, passes],
        )?;
        history.other_requesters_on_device = count(
            "SELECT COUNT(DISTINCT requester_sys_id) FROM origin
             WHERE instance = ?1 AND device_digest = ?2 AND requester_sys_id <> ?3 AND at > ?4",
            params![instance, device, requester, shared],
        )?;
        history.begins_on_device = count(
            "SELECT COUNT(*) FROM origin WHERE instance = ?1 AND device_digest = ?2 AND at > ?3",
            params![instance, device, day],
        )?;
    }
    if let Some(network) = &origin.network {
        history.requesters_on_network = count(
            "SELECT COUNT(DISTINCT requester_sys_id) FROM origin WHERE instance = ?1 AND network = ?2 AND at > ?3",
            params![instance, network.prefix, hour],
        )?;
    }
    Ok(history)
}
