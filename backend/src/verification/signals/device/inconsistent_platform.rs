//! What the browser says about its system does not fit together: the user agent, `navigator.platform`, the client hints
//! and the number of touch points. Reads `client`.

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "inconsistent_platform",
    weight: 25,
    may_lower: false,
    for_agent: true,
    look,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Windows,
    Mac,
    Ios,
    Android,
    Linux,
    ChromeOs,
}

impl System {
    fn of_user_agent(text: &str) -> Option<Self> {
        let marks = [
            ("iPhone", Self::Ios),
            ("iPad", Self::Ios),
            ("Android", Self::Android),
            ("CrOS", Self::ChromeOs),
            ("Windows", Self::Windows),
            ("Macintosh", Self::Mac),
            ("Linux", Self::Linux),
        ];
        marks
            .into_iter()
            .find_map(|(mark, system)| text.contains(mark).then_some(system))
    }

    fn of_platform(text: &str) -> Option<Self> {
        let marks = [
            ("Win", Self::Windows),
            ("Mac", Self::Mac),
            ("iP", Self::Ios),
            ("Android", Self::Android),
            ("Linux", Self::Linux),
        ];
        marks
            .into_iter()
            .find_map(|(mark, system)| text.starts_with(mark).then_some(system))
    }

    fn of_hint(text: &str) -> Option<Self> {
        match text {
            "Windows" => Some(Self::Windows),
            "macOS" => Some(Self::Mac),
            "iOS" => Some(Self::Ios),
            "Android" => Some(Self::Android),
            "Linux" => Some(Self::Linux),
            "Chrome OS" | "Chromium OS" => Some(Self::ChromeOs),
            _ => None,
        }
    }

    /// True when one device may truly say both: an iPad asks for desktop pages as a Mac, a phone as Linux.
    fn fits(self, other: Self) -> bool {
        let alike = [
            (Self::Mac, Self::Ios),
            (Self::Android, Self::Linux),
            (Self::ChromeOs, Self::Linux),
        ];
        self == other || alike.contains(&(self, other)) || alike.contains(&(other, self))
    }
}

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    let client = facts.client.as_ref()?;
    let claimed = System::of_user_agent(&client.user_agent)?;
    let told = [
        System::of_platform(&client.platform),
        System::of_hint(&client.hinted_platform),
    ];
    let differs = told.into_iter().flatten().any(|other| !claimed.fits(other));
    let phone_without_touch =
        matches!(claimed, System::Ios | System::Android) && client.touch_points == Some(0);
    (differs || phone_without_touch)
        .then(|| Seen::once("What the browser says about its device does not fit together."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_devices_fit_and_masks_do_not() {
        let fits = |user_agent, platform| {
            let claimed = System::of_user_agent(user_agent).unwrap();
            System::of_platform(platform).is_none_or(|told| claimed.fits(told))
        };
        assert!(fits("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Win32"));
        assert!(fits(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
            "MacIntel"
        ));
        assert!(fits("Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X)", "MacIntel"));
        assert!(fits("Mozilla/5.0 (Linux; Android 16; Pixel 9)", "Linux armv81"));
        assert!(fits("Mozilla/5.0 (X11; CrOS x86_64 16000.0.0)", "Linux x86_64"));
        assert!(fits("Mozilla/5.0 (X11; Linux x86_64)", ""));
        assert!(!fits("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Linux x86_64"));
        assert!(!fits(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)",
            "Win32"
        ));
    }
}
