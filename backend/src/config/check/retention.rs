//! `[instance.retention]`.

use super::Checker;
use crate::config::Retention;
use crate::config::raw::RawRetention;
use crate::config::retention::{LEAST_DAYS, MOST_DAYS};

impl Checker<'_> {
    pub(super) fn retention(&mut self, place: &str, raw: &RawRetention) -> Retention {
        let standard = Retention::default();
        let mut days = |name: &str, given: Option<u32>, standard: u32| {
            let days = given.unwrap_or(standard);
            if !(LEAST_DAYS..=MOST_DAYS).contains(&days) {
                self.note(
                    &format!("{place}.{name}"),
                    format!("must be between {LEAST_DAYS} and {MOST_DAYS}"),
                );
            }
            days
        };
        let addresses_days = days("addresses_days", raw.addresses_days, standard.addresses_days);
        // Where only one is given, the others follow as far as they must.
        let personal = raw
            .personal_days
            .unwrap_or(standard.personal_days.max(addresses_days));
        let personal_days = days("personal_days", Some(personal), standard.personal_days);
        let evidence = raw
            .evidence_days
            .unwrap_or(standard.evidence_days.max(personal_days));
        let read = Retention {
            addresses_days,
            personal_days,
            evidence_days: days("evidence_days", Some(evidence), standard.evidence_days),
            origins_days: days("origins_days", raw.origins_days, standard.origins_days),
            messages_days: days("messages_days", raw.messages_days, standard.messages_days),
            audit_days: days("audit_days", raw.audit_days, standard.audit_days),
        };
        if read.personal_days < read.addresses_days {
            self.note(
                &format!("{place}.personal_days"),
                "must not be less than addresses_days: personal data holds the addresses",
            );
        }
        if read.evidence_days < read.personal_days {
            self.note(
                &format!("{place}.evidence_days"),
                "must not be less than personal_days: nothing could be shown about a verification that is still told of",
            );
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::check::tests::good;

    #[test]
    fn what_is_not_given_is_kept_for_as_long_as_the_guide_says() {
        let (text, secrets) = good();
        let of = |more: &str| {
            let text = format!("{text}\n[instance.retention]\n{more}");
            Config::parse(&text, &secrets).map(|config| config.instances.values().next().unwrap().retention)
        };
        let standard = of("").unwrap();
        assert_eq!(standard, super::Retention::default());
        let long = of("addresses_days = 2000").unwrap();
        assert_eq!((long.personal_days, long.evidence_days), (2000, 2000));
        let mistakes = of("addresses_days = 1\npersonal_days = 0\nevidence_days = 9\naudit_days = 99999")
            .err()
            .unwrap()
            .mistakes;
        for setting in ["addresses_days", "personal_days", "audit_days"] {
            let place = format!("instance “acme”.retention.{setting}");
            assert!(
                mistakes.iter().any(|m| m.contains(&place)),
                "{setting}: {mistakes:?}"
            );
        }
        let mistakes = of("addresses_days = 50\npersonal_days = 40\nevidence_days = 30")
            .err()
            .unwrap()
            .mistakes;
        assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    }
}
