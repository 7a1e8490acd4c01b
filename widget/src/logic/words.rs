//! Numbers and times as words.

/// A span of time in whole words, rounded up: `45 seconds`, `1 minute`, `2 hours`.
pub fn span(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// A countdown: `1:58`, `0:09`.
pub fn countdown(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// How long ago something was: `just now`, `3 minutes ago`; `None` beyond a day, when the date says more.
pub fn ago(millis: i64) -> Option<String> {
    let seconds = millis.div_euclid(1000);
    let (count, unit) = match seconds {
        ..60 => return Some("just now".to_owned()),
        60..3600 => (seconds / 60, "minute"),
        3600..86400 => (seconds / 3600, "hour"),
        _ => return None,
    };
    let plural = if count == 1 { "" } else { "s" };
    Some(format!("{count} {unit}{plural} ago"))
}

/// Digits set apart, so that a screen reader says each one: `47` becomes `4 7`.
pub fn spelled(digits: &str) -> String {
    let mut spelled = String::with_capacity(digits.len() * 2);
    for digit in digits.chars() {
        if !spelled.is_empty() {
            spelled.push(' ');
        }
        spelled.push(digit);
    }
    spelled
}

/// The locale for times. The field speaks English, so another language's times would read oddly in it; the
/// agent's own kind of English is kept.
pub fn time_locale(browser: &str) -> &str {
    if browser
        .get(..2)
        .is_some_and(|language| language.eq_ignore_ascii_case("en"))
    {
        browser
    } else {
        "en-GB"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_round_up_so_that_nobody_tries_too_early() {
        assert_eq!(span(1), "1 second");
        assert_eq!(span(45), "45 seconds");
        assert_eq!(span(60), "1 minute");
        assert_eq!(span(61), "2 minutes");
        assert_eq!(span(3600), "1 hour");
        assert_eq!(span(3601), "2 hours");
    }

    #[test]
    fn countdowns_have_two_digits_of_seconds() {
        assert_eq!(countdown(118), "1:58");
        assert_eq!(countdown(9), "0:09");
        assert_eq!(countdown(0), "0:00");
    }

    #[test]
    fn relative_times_survive_a_clock_that_runs_behind() {
        assert_eq!(ago(-5_000).as_deref(), Some("just now"));
        assert_eq!(ago(59_999).as_deref(), Some("just now"));
        assert_eq!(ago(60_000).as_deref(), Some("1 minute ago"));
        assert_eq!(ago(7_200_000).as_deref(), Some("2 hours ago"));
        assert_eq!(ago(86_400_000), None);
    }

    #[test]
    fn a_number_is_spelled_digit_by_digit() {
        assert_eq!(spelled("47"), "4 7");
        assert_eq!(spelled(""), "");
    }

    #[test]
    fn times_are_english_and_otherwise_as_the_browser_has_them() {
        assert_eq!(time_locale("en-US"), "en-US");
        assert_eq!(time_locale("de-DE"), "en-GB");
        assert_eq!(time_locale(""), "en-GB");
    }
}
