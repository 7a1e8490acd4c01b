//! Facts: everything that a decision is made from, recorded with it so that it can be replayed.

use serde::{Deserialize, Serialize};
use shared::words::{Action, Assurance};

/// What the browser told about itself when the requester pressed Begin. All of it can be forged: it may add to the
/// risk, never take away from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// What earlier verifications of the same instance say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Other requesters whose link went to the same destination within 90 days.
    pub other_requesters_at_destination: u32,
    /// Failed verifications of this requester within 24 hours.
    pub recent_failures: u32,
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
}

/// Substrings of user agents that name a tool rather than a browser, in lower case.
const AUTOMATION: [&str; 12] = [
    "headless",
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

    /// True when the browser's time zone differs from the one on file; unknown is no difference.
    pub fn time_zone_differs(&self, on_file: &str) -> bool {
        !self.time_zone.is_empty() && !on_file.is_empty() && !self.time_zone.eq_ignore_ascii_case(on_file)
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
        assert!(of("Mozilla/5.0 (X11) HeadlessChrome/156.0").is_automated());
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
