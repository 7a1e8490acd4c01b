//! Gathers what a decision is made from: everything that the store and the configured files know about a verification,
//! as plain facts. Ring 1 decides on them alone, so that a decision can be replayed.

use std::net::IpAddr;

use rusqlite::Transaction;
use shared::words::Channel;

use super::{Service, ServiceError, destination_digest};
use crate::network::prefix;
use crate::store::origins::{self, Origin};
use crate::verification::facts::{DestinationFacts, NetworkFacts, TimeFacts};
use crate::verification::signals::destination::disposable::is_disposable;
use crate::verification::signals::time::zones;
use crate::verification::{CheckDetail, ClientFacts, Destination, Facts, Session, Verification};

/// Who pressed Begin, as far as it can be told.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// What the browser tells about itself.
    pub client: ClientFacts,
    /// The address of the other side.
    pub address: Option<IpAddr>,
    /// The secret of the device cookie.
    pub device: Option<String>,
}

impl From<ClientFacts> for Visitor {
    fn from(client: ClientFacts) -> Self {
        Self {
            client,
            ..Self::default()
        }
    }
}

/// Who opened the landing page, as far as it can be told.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Digest of the user agent.
    pub device_digest: String,
    /// The address of the other side.
    pub address: Option<IpAddr>,
}

impl From<&str> for Opening {
    fn from(device_digest: &str) -> Self {
        Self {
            device_digest: device_digest.to_owned(),
            address: None,
        }
    }
}

/// Notes the network that a link was opened from.
pub(super) fn note_opening(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    address: Option<IpAddr>,
) -> Result<(), ServiceError> {
    if let Some(address) = address {
        origins::add_opening(tx, &of.id, &prefix(address), service.now())?;
    }
    Ok(())
}

/// Notes what a verification was begun from.
pub(super) fn note_origin(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    address: Option<IpAddr>,
    device: Option<&str>,
) -> Result<(), ServiceError> {
    let keys = &service.config.keys;
    let network = address.map(|address| {
        let found = service.config.networks.look_up(address);
        NetworkFacts {
            prefix: prefix(address),
            address_digest: keys.client_digest(&address.to_canonical().to_string()),
            country: found.country,
            asn: found.asn,
            organization: found.organization,
            place: found.place,
            hosting: found.hosting,
            vpn: found.vpn,
            tor: found.tor,
            ..NetworkFacts::default()
        }
    });
    let origin = Origin {
        device_digest: device.map(|secret| keys.device_digest(secret)),
        network,
    };
    Ok(origins::add(tx, of, &origin, service.now())?)
}

/// Notes the contacts that are on file when a verification starts.
pub(super) fn note_contacts(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    on_file: impl Iterator<Item = Destination>,
) -> Result<(), ServiceError> {
    let keys = &service.config.keys;
    let digests: Vec<String> = on_file
        .map(|contact| keys.address_digest(&contact.normalized()))
        .collect();
    Ok(origins::see_contacts(tx, of, &digests, service.now())?)
}

/// Everything that is known now.
pub(super) fn gather(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    refused: bool,
) -> Result<Facts, ServiceError> {
    let now = service.now();
    let session = of.session();
    let client = session.map(|session| session.client.clone());
    let (origin, begun_at) = origins::find(tx, &of.id)?.unwrap_or((Origin::default(), now));
    let history = origins::history(tx, of, &destination_digest(service, of), &origin, begun_at)?;
    let network = match origin.network {
        Some(network) => Some(with_history(service, tx, of, network)?),
        None => None,
    };
    let mut devices = of.opens.devices.clone();
    devices.extend(client.iter().map(|client| client.device_digest.clone()));
    devices.sort();
    devices.dedup();
    Ok(Facts {
        action: of.action,
        assurance: of.assurance,
        checks: session.map_or_else(Vec::new, |session| session.checks().cloned().collect()),
        destination_on_file: of.destination_on_file,
        opens: of.opens.count,
        devices: u32::try_from(devices.len()).unwrap_or(u32::MAX),
        time: times(of, session, client.as_ref(), now),
        client,
        time_zone_on_file: of.requester.time_zone.clone(),
        language_on_file: of.requester.language.clone(),
        history,
        refused_by_requester: refused,
        disowned_by_contact: false,
        destination: destination_facts(service, tx, of, session)?,
        network,
    })
}

fn with_history(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    network: NetworkFacts,
) -> Result<NetworkFacts, ServiceError> {
    let networks = origins::count_networks(tx, &of.id, &network.prefix)?;
    let passes = origins::earlier_passes(tx, of, &network, service.now())?;
    let region = service.instance(&of.instance)?.default_region.as_deref();
    let mut countries_on_file = zones::countries(&of.requester.time_zone);
    let phones = of
        .requester
        .contacts
        .iter()
        .filter(|contact| contact.channel == Channel::Sms);
    countries_on_file.extend(phones.filter_map(|phone| {
        let number = Destination::parse(phone.channel, &phone.address, region).ok()?;
        number.country()
    }));
    countries_on_file.sort();
    countries_on_file.dedup();
    Ok(NetworkFacts {
        networks,
        countries_on_file,
        countries_of_passes: passes.countries,
        known: passes.known,
        last: passes.last,
        ..network
    })
}

fn destination_facts(
    service: &Service,
    tx: &Transaction<'_>,
    of: &Verification,
    session: Option<&Session>,
) -> Result<DestinationFacts, ServiceError> {
    let address = of.destination.address();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let mailbox = Destination::parse(Channel::Email, &of.requester.email, None);
    let code_contact = session.and_then(|session| {
        session.checks().find_map(|check| match &check.detail {
            CheckDetail::OnFileCode(code) => code.contact.as_ref(),
            _ => None,
        })
    });
    let trusted = code_contact
        .map(|contact| &contact.destination)
        .into_iter()
        .chain(of.destination_on_file.then_some(&of.destination));
    let mut youngest: Option<u32> = None;
    for contact in trusted {
        let digest = service.config.keys.address_digest(&contact.normalized());
        if let Some(since) = origins::contact_since(tx, of, &digest)? {
            let days = service.now().millis_since(since) / DAY_MILLIS;
            let days = u32::try_from(days).unwrap_or(0);
            youngest = Some(youngest.map_or(days, |other| other.min(days)));
        }
    }
    Ok(DestinationFacts {
        is_company_mailbox: mailbox.is_ok_and(|mailbox| mailbox.normalized() == of.destination.normalized()),
        disposable: is_disposable(domain),
        contact_age_days: youngest,
    })
}

const DAY_MILLIS: i64 = 86_400_000;

fn times(
    of: &Verification,
    session: Option<&Session>,
    client: Option<&ClientFacts>,
    now: shared::words::UnixMillis,
) -> TimeFacts {
    let begun_at = session.map_or(now, |session| session.started_at);
    let on_file = zones::local(&of.requester.time_zone, begun_at);
    let browser_zone = client.map_or("", |client| client.time_zone.as_str());
    TimeFacts {
        offset_on_file: on_file.map(|local| local.offset_minutes),
        offset_of_browser_zone: zones::local(browser_zone, begun_at).map(|local| local.offset_minutes),
        countries_of_browser_zone: zones::countries(browser_zone),
        taken_ms: session.map(|session| now.millis_since(session.started_at)),
        local_minute: on_file.map(|local| local.minute),
        local_weekday: on_file.map(|local| local.weekday),
    }
}
