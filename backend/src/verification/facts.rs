//! Facts: everything that a decision is made from, recorded with it so that it can be replayed.

use serde::{Deserialize, Serialize};
use shared::words::{Action, Assurance};

/// What the browser told about itself when the requester pressed Begin. All of it can be forged: it may add to the
/// risk, never take away from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientFacts {
    /// `User-Agent` header, cut to 400 characters.
    pub user_agent: String,
    /// SHA-256 of the user agent, in hex: tells browsers apart without keeping more than needed.
    pub device_digest: String,
    /// `Accept-Language` header, cut to 200 characters.
    pub accept_language: String,
    /// True when the page's script ran and reported.
    pub script_ran: bool,
    /// `navigator.webdriver`.
    pub webdriver: bool,
    /// IANA time zone of the browser; empty without script.
    pub time_zone: String,
    /// Offset of the browser's clock from UTC in minutes, east positive; `None` without script.
    pub utc_offset_minutes: Option<i32>,
    /// `navigator.platform`, for example `Win32`; empty without script.
    pub platform: String,
    /// `Sec-CH-UA-Platform` header without its quotes, for example `Windows`; only Chromium sends it.
    pub hinted_platform: String,
    /// `Sec-CH-UA` header, cut to 200 characters; only Chromium sends it.
    pub hinted_brands: String,
    /// `navigator.maxTouchPoints`; `None` without script.
    pub touch_points: Option<u16>,
    /// The renderer that WebGL names, cut to 200 characters; empty without script or WebGL.
    pub renderer: String,
    /// True when the script found a window without an outer size: nobody can look at it.
    pub window_without_size: bool,
}

/// What is known about where the link went and which contacts are on file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DestinationFacts {
    /// It is the company mailbox of the requester.
    pub is_company_mailbox: bool,
    /// Its domain hands out throw-away mailboxes.
    pub disposable: bool,
    /// Days since the contact that the code went to came on file, if that is known and the contact is not the first.
    pub contact_age_days: Option<u32>,
}

/// A place on Earth, in whole degrees: enough to tell continents apart, too coarse to find a home.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// North positive.
    pub latitude: i16,
    /// East positive.
    pub longitude: i16,
}

/// An earlier place of the same requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Where.
    pub place: Place,
    /// Seconds before this verification was begun.
    pub seconds_before: i64,
}

/// What is known about the network that the verification was begun from. The address itself is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkFacts {
    /// The network that the address belongs to: its first 24 bits (IPv4) or 48 bits (IPv6), for example
    /// `203.0.113.0/24`.
    pub prefix: String,
    /// Keyed digest of the address: equal for equal addresses, of no use without the key.
    pub address_digest: String,
    /// ISO 3166 code, if a database is configured and knows it.
    pub country: Option<String>,
    /// Number of the autonomous system, if a database is configured and knows it.
    pub asn: Option<u32>,
    /// Name of the organisation that runs it.
    pub organization: Option<String>,
    /// Where it is, if a database is configured and knows it.
    pub place: Option<Place>,
    /// On the configured list of hosting companies.
    pub hosting: bool,
    /// On the configured list of VPN services.
    pub vpn: bool,
    /// On the configured list of Tor exits.
    pub tor: bool,
    /// Networks that the link was opened from, the one that began included.
    pub networks: u32,
    /// Countries that the requester is expected in: of the time zone and the phone numbers on file.
    pub countries_on_file: Vec<String>,
    /// Countries of the requester's earlier passes within a year.
    pub countries_of_passes: Vec<String>,
    /// Whether an earlier pass came from this network; `None` without earlier passes.
    pub known: Option<bool>,
    /// The last place of the requester within a day.
    pub last: Option<Sighting>,
}

/// What is known about times. Computed when the facts are gathered, so that a replay does not depend on the version
/// of the time zone database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeFacts {
    /// Offset of the zone on file from UTC at Begin, in minutes.
    pub offset_on_file: Option<i32>,
    /// Offset of the zone that the browser names, at Begin, in minutes.
    pub offset_of_browser_zone: Option<i32>,
    /// Countries in which the zone that the browser names is used.
    pub countries_of_browser_zone: Vec<String>,
    /// Milliseconds from Begin to the decision.
    pub taken_ms: Option<i64>,
    /// Minute of the day at Begin by the zone on file, 0–1439.
    pub local_minute: Option<u16>,
    /// Day of the week at Begin by the zone on file, 1 (Monday) – 7.
    pub local_weekday: Option<u8>,
}

/// What earlier verifications of the same instance say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// Other requesters whose link went to the same destination within 90 days.
    pub other_requesters_at_destination: u32,
    /// Failed verifications of this requester within 24 hours.
    pub recent_failures: u32,
    /// Earlier passes of this requester whose link went to the same destination, within a year.
    pub passes_at_destination: u32,
    /// Earlier passes of this requester on the same device, within a year.
    pub passes_on_device: u32,
    /// Other requesters who began on the same device within 90 days.
    pub other_requesters_on_device: u32,
    /// Verifications of this requester started within 24 hours, this one included.
    pub starts_for_requester: u32,
    /// Verifications started by the same agent within an hour, this one included.
    pub starts_by_agent: u32,
    /// Messages sent to the same destination within 24 hours, those of this verification included.
    pub messages_to_destination: u32,
    /// Verifications begun on the same device within 24 hours, this one included.
    pub begins_on_device: u32,
    /// Different requesters who began from the same network within an hour, this one included.
    pub requesters_on_network: u32,
    /// Different requesters of the whole instance whose verification failed within an hour.
    pub requesters_failed: u32,
}

/// Who takes a pass back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disowned {
    /// Whoever holds the session that passed.
    BySession,
    /// Whoever reads a contact on file.
    ByContact,
}

/// The input of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What the ticket asks for: with `assurance` it says which steps are required.
    pub action: Option<Action>,
    /// How much must be proven.
    pub assurance: Assurance,
    /// Every check of the session, also alternatives that were not asked, in the order of the steps.
    pub checks: Vec<super::checks::Check>,
    /// The destination is among the contacts on file.
    pub destination_on_file: bool,
    /// How often the landing page was opened.
    pub opens: u32,
    /// From how many different browsers, the one that began included.
    pub devices: u32,
    /// The browser that began; absent when the requester refused from the landing page.
    pub client: Option<ClientFacts>,
    /// Time zone on file for the requester, empty if none.
    pub time_zone_on_file: String,
    /// Language on file for the requester, empty if none.
    pub language_on_file: String,
    /// What earlier verifications say.
    pub history: History,
    /// The requester said that they did not ask for this.
    pub refused_by_requester: bool,
    /// After a pass, somebody at a contact on file said that it was not them.
    #[serde(default)]
    pub disowned_by_contact: bool,
    /// More about the destination and the contacts on file.
    #[serde(default)]
    pub destination: DestinationFacts,
    /// The network that began; absent when its address is not known.
    #[serde(default)]
    pub network: Option<NetworkFacts>,
    /// Times.
    #[serde(default)]
    pub time: TimeFacts,
}

impl Facts {
    /// True when somebody who should know says that the request is not theirs: then nothing passes.
    pub const fn is_disowned(&self) -> bool {
        self.refused_by_requester || self.disowned_by_contact
    }

    /// The same, with the word that takes a pass back.
    #[must_use]
    pub fn disowned(mut self, by: Disowned) -> Self {
        match by {
            Disowned::BySession => self.refused_by_requester = true,
            Disowned::ByContact => self.disowned_by_contact = true,
        }
        self
    }
}

/// Substrings of user agents that name a tool rather than a browser, in lower case.
const AUTOMATION: [&str; 11] = [
    "phantomjs",
    "selenium",
    "puppeteer",
    "playwright",
    "webdriver",
    "curl/",
    "wget/",
    "python-requests",
    "go-http-client",
    "okhttp",
    "java/",
];

impl ClientFacts {
    /// True when the browser says of itself that a program drives it.
    pub fn is_automated(&self) -> bool {
        let user_agent = self.user_agent.to_lowercase();
        self.webdriver || user_agent.is_empty() || AUTOMATION.iter().any(|mark| user_agent.contains(mark))
    }

    /// True when the browser's first language differs from the language on file; unknown is no difference.
    pub fn language_differs(&self, on_file: &str) -> bool {
        let first = |tag: &str| {
            tag.split(['-', '_', ',', ';'])
                .next()
                .unwrap_or("")
                .trim()
                .to_lowercase()
        };
        let (browser, file) = (first(&self.accept_language), first(on_file));
        !browser.is_empty() && !file.is_empty() && browser != "*" && browser != file
    }

    /// True when the browser says that nobody can see its window.
    pub fn is_headless(&self) -> bool {
        let names = [&self.user_agent, &self.hinted_brands];
        let says_so = names.iter().any(|name| name.to_lowercase().contains("headless"));
        says_so || self.window_without_size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_recognised_and_browsers_are_not() {
        let of = |user_agent: &str| ClientFacts {
            user_agent: user_agent.into(),
            ..ClientFacts::default()
        };
        assert!(of("python-requests/2.32").is_automated());
        assert!(of("Mozilla/5.0 (X11) HeadlessChrome/156.0").is_headless());
        assert!(!of("Mozilla/5.0 (X11) Chrome/156.0").is_headless());
        assert!(of("").is_automated());
        assert!(!of("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1").is_automated());
    }

    #[test]
    fn languages_are_compared_by_their_first_part() {
        let client = ClientFacts {
            accept_language: "de-AT,de;q=0.9,en;q=0.8".into(),
            ..ClientFacts::default()
        };
        assert!(!client.language_differs("de"));
        assert!(client.language_differs("en-US"));
        assert!(!client.language_differs(""));
    }
}
