//! `bypass_seconds`: how often an instance is asked for tickets that were resolved without verification.

use std::ops::RangeInclusive;

use super::Checker;

/// Five minutes: soon enough for whoever looks at the day, and no burden for the instance.
const STANDARD: u32 = 300;
/// From a few seconds to a day.
const ALLOWED: RangeInclusive<u32> = 5..=86_400;

impl Checker<'_> {
    pub(super) fn bypass_seconds(&mut self, place: &str, given: Option<u32>) -> u32 {
        let seconds = given.unwrap_or(STANDARD);
        if !ALLOWED.contains(&seconds) {
            self.note(&format!("{place}.bypass_seconds"), "must be between 5 and 86400");
        }
        seconds
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::check::tests::good;

    #[test]
    fn it_is_five_minutes_unless_somebody_says_otherwise() {
        let (text, secrets) = good();
        let of = |more: &str| {
            let text = text.replace("default_region = \"GB\"", more);
            Config::parse(&text, &secrets)
                .map(|config| config.instances.values().next().unwrap().bypass_seconds)
        };
        assert_eq!(of("").unwrap(), 300);
        assert_eq!(of("bypass_seconds = 5").unwrap(), 5);
        for wrong in ["bypass_seconds = 4", "bypass_seconds = 86401"] {
            let mistakes = of(wrong).err().unwrap().mistakes;
            assert!(
                mistakes[0].contains("instance “acme”.bypass_seconds"),
                "{mistakes:?}"
            );
        }
    }
}
