//! What is known about the person, their browser and their network.

use shared::agent_token::Contact;
use shared::words::UnixMillis;

use super::words::{browser, when};
use crate::config::Instance;
use crate::verification::facts::NetworkFacts;
use crate::verification::{Delivery, Destination, State, Verification, state};

/// A name and a value, with a remark.
pub struct Fact {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
    /// More about it, possibly empty.
    pub remark: String,
}

impl Fact {
    /// A fact.
    pub fn new(name: &str, value: impl Into<String>, remark: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            remark: remark.into(),
        }
    }
}

/// What is known about the person and their browser.
pub fn about(
    of: &Verification,
    network: Option<&NetworkFacts>,
    is_whole: bool,
    now: UnixMillis,
) -> Vec<Fact> {
    let session = match &of.state {
        State::InProgress(session) => Some(session),
        State::Decided(decided) => decided.session.as_ref(),
        _ => None,
    };
    let mut facts = about_person(of);
    facts.extend(about_link(of, session, now));
    if !is_whole {
        return facts;
    }
    let on_file = |value: &str| match value {
        "" => "None on file".to_owned(),
        value => format!("On file: {value}"),
    };
    let told = |value: &str| {
        if value.is_empty() {
            "Not told".to_owned()
        } else {
            value.to_owned()
        }
    };
    let unknown = || "Not known".to_owned();
    let client = session.map(|session| &session.client);
    let (name, remark) = client.map_or((unknown(), "The requester has not pressed Begin"), |client| {
        (
            browser(&client.user_agent).unwrap_or_else(|| "Not recognised".into()),
            client.user_agent.as_str(),
        )
    });
    facts.push(Fact::new("Browser", name, remark));
    let language = client.map_or_else(unknown, |client| told(&client.accept_language));
    facts.push(Fact::new("Language", language, on_file(&of.requester.language)));
    let time_zone = client.map_or_else(unknown, |client| {
        let offset = client
            .utc_offset_minutes
            .map(|minutes| format!(" (UTC{})", offset(minutes)));
        told(&client.time_zone) + &offset.unwrap_or_default()
    });
    facts.push(Fact::new(
        "Time zone",
        time_zone,
        on_file(&of.requester.time_zone),
    ));
    if let Some(client) = client {
        let program = if client.is_automated() || client.is_headless() {
            "Yes"
        } else {
            "No sign of it"
        };
        let remark = if client.script_ran {
            ""
        } else {
            "The page's script did not run"
        };
        facts.push(Fact::new("Driven by a program", program, remark));
    }
    facts.extend(network.map(about_network));
    facts
}

/// What the signed token says of the person.
fn about_person(of: &Verification) -> Vec<Fact> {
    let manager = of.requester.manager.as_ref();
    let fact = |manager: &shared::agent_token::Manager| {
        Fact::new("Manager", manager.name.clone(), manager.email.clone())
    };
    manager.map(fact).into_iter().collect()
}

/// Where Begin came from. The address itself is not kept.
fn about_network(network: &NetworkFacts) -> Fact {
    let mut remarks = Vec::new();
    remarks.extend(
        network
            .country
            .as_ref()
            .map(|country| format!("Country {country}")),
    );
    remarks.extend(network.organization.clone());
    remarks.extend(network.asn.map(|asn| format!("AS{asn}")));
    for (is_so, what) in [
        (network.hosting, "a hosting company"),
        (network.vpn, "a VPN service"),
        (network.tor, "a Tor exit"),
        (network.known == Some(true), "known from an earlier pass"),
    ] {
        if is_so {
            remarks.push(what.to_owned());
        }
    }
    Fact::new("Network", network.prefix.clone(), remarks.join(", "))
}

/// Where the link went, and who opened it.
fn about_link(of: &Verification, session: Option<&state::Session>, now: UnixMillis) -> Vec<Fact> {
    let on_file = if of.destination_on_file {
        "On file"
    } else {
        "Not on file: the agent entered it"
    };
    let channel = of.destination.channel().label();
    let mut facts = vec![Fact::new(
        "Link sent to",
        of.destination.masked(),
        format!("{channel}. {on_file}"),
    )];
    match &of.delivery {
        Delivery::Refused { reason, .. } => facts.push(Fact::new("Delivery", "Refused", reason.clone())),
        Delivery::Delayed { reason, .. } => facts.push(Fact::new("Delivery", "Tried again", reason.clone())),
        Delivery::Queued | Delivery::Accepted { .. } | Delivery::Delivered { .. } => {}
    }
    let first = of
        .opens
        .first_at
        .map(|at| format!("First {}", when(at, now).exact));
    facts.push(Fact::new(
        "Openings of the link",
        of.opens.count.to_string(),
        first.unwrap_or_default(),
    ));
    let mut devices: Vec<&str> = of.opens.devices.iter().map(String::as_str).collect();
    devices.extend(session.map(|session| session.client.device_digest.as_str()));
    devices.sort_unstable();
    devices.dedup();
    let remark = "Browsers told apart by what they call themselves";
    facts.push(Fact::new("Devices", devices.len().to_string(), remark));
    facts
}

fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '−' } else { '+' };
    format!(
        "{sign}{:02}:{:02}",
        minutes.unsigned_abs() / 60,
        minutes.unsigned_abs() % 60
    )
}

/// A contact that ServiceNow has on file, masked.
pub fn contact_on_file(contact: &Contact, instance: &Instance) -> Fact {
    let read = Destination::parse(
        contact.channel,
        &contact.address,
        instance.default_region.as_deref(),
    );
    let value = read.map_or_else(|_| "Not usable".to_owned(), |destination| destination.masked());
    Fact::new(contact.channel.label(), value, format!("From {}", contact.source))
}
