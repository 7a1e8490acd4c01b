//! Moments and browsers in words.

use shared::words::UnixMillis;

/// One moment: for machines, exact, and as people speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// RFC 3339, for `datetime`.
    pub machine: String,
    /// `22 Nov 2026, 10:00 UTC`.
    pub exact: String,
    /// `22 Nov 2026, 10:00`, where the zone stands elsewhere.
    pub minute: String,
    /// `22 Nov 2026`.
    pub day: String,
    /// `10:00:31`.
    pub clock: String,
    /// `3 min ago`.
    pub relative: String,
}

/// The moment `at`, seen from `now`.
pub fn when(at: UnixMillis, now: UnixMillis) -> When {
    let time = jiff::Timestamp::from_second(at.unix_seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    When {
        machine: time.to_string(),
        exact: time.strftime("%-d %b %Y, %H:%M UTC").to_string(),
        minute: time.strftime("%-d %b %Y, %H:%M").to_string(),
        day: time.strftime("%-d %b %Y").to_string(),
        clock: time.strftime("%H:%M:%S").to_string(),
        relative: relative(now.millis_since(at) / 1000),
    }
}

fn relative(seconds_ago: i64) -> String {
    let distance = match seconds_ago.unsigned_abs() {
        0..=44 => {
            return if seconds_ago < -10 {
                "in a moment".into()
            } else {
                "just now".into()
            };
        }
        seconds @ 45..=3569 => format!("{} min", (seconds + 30) / 60),
        seconds @ 3570..=84_599 => format!("{} h", (seconds + 1800) / 3600),
        seconds => match (seconds + 43_200) / 86_400 {
            1 => "1 day".into(),
            days @ 2..=59 => format!("{days} days"),
            days @ 60..=729 => format!("{} months", days / 30),
            days => format!("{} years", days / 365),
        },
    };
    if seconds_ago < 0 {
        format!("in {distance}")
    } else {
        format!("{distance} ago")
    }
}

/// A count with its thousands apart: `12,345`.
pub fn count(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How long something took.
pub fn duration(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds @ 60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Name and system of a browser, for display only: a user agent says what it likes.
pub fn browser(user_agent: &str) -> Option<String> {
    const NAMES: [(&str, &str); 8] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("CriOS/", "Chrome"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Headless Chrome"),
        ("Chrome/", "Chrome"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let version = |mark: &str| {
        let rest = &user_agent[user_agent.find(mark)? + mark.len()..];
        Some(rest.chars().take_while(char::is_ascii_digit).collect::<String>())
    };
    let named = NAMES
        .iter()
        .find_map(|(mark, name)| version(mark).map(|version| format!("{name} {version}")));
    let safari = || {
        user_agent
            .contains("Safari/")
            .then(|| version("Version/").map(|version| format!("Safari {version}")))
            .flatten()
    };
    let name = named.or_else(safari)?;
    let system = SYSTEMS.iter().find(|(mark, _)| user_agent.contains(mark));
    Some(system.map_or(name.clone(), |(_, system)| format!("{name} on {system}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact_and_relative() {
        let at = crate::testing::START;
        let seen = |seconds: i64| when(at, at.plus_seconds(seconds)).relative;
        let when = when(at, at);
        assert_eq!(
            (when.machine.as_str(), when.exact.as_str()),
            ("2026-11-22T10:00:00Z", "22 Nov 2026, 10:00 UTC")
        );
        assert_eq!(seen(0), "just now");
        assert_eq!(seen(50), "1 min ago");
        assert_eq!(seen(3569), "59 min ago");
        assert_eq!(seen(3570), "1 h ago");
        assert_eq!(seen(84_599), "23 h ago");
        assert_eq!(seen(86_400), "1 day ago");
        assert_eq!(seen(40 * 86_400), "40 days ago");
        assert_eq!(seen(-300), "in 5 min");
        assert_eq!(duration(200), "3 min 20 s");
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(count),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn browsers_are_named_where_they_can_be() {
        let name = |text| browser(text).unwrap_or_default();
        assert_eq!(
            name("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0"),
            "Edge 156 on Windows"
        );
        assert_eq!(
            name("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1"),
            "Safari 19 on iPhone"
        );
        assert_eq!(
            name("Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"),
            "Firefox 146 on Linux"
        );
        assert_eq!(name("curl/8.5"), "");
    }
}
