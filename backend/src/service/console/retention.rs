//! How long things are kept, seen and changed by administrators. Their rules stand over the configuration.

use super::{Action, Admin};
use crate::config::Retention;
use crate::config::retention::{LEAST_DAYS, MOST_DAYS, Rule};
use crate::service::retention::{self, Erased};
use crate::service::{Service, ServiceError};
use crate::store::console::audit::{self, Entry};
use crate::store::console::health::{self, Kept, Upkeep};
use crate::store::console::retention_rule as store;

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// What the configuration says.
    pub configured: Retention,
    /// What is in force.
    pub in_force: Retention,
    /// When it last ran.
    pub last_run: Option<Kept>,
    /// When it last erased something, and what.
    pub last_erasure: Option<Kept>,
    /// What the next run erases.
    pub due: Erased,
}

/// The rules of the administrator's instance, and what they have done.
pub async fn keeping(service: &Service, admin: Admin<'_>) -> Result<Keeping, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let configured = service.instance(&instance)?.retention;
    let now = service.now();
    service
        .store
        .read(move |tx| {
            let in_force = store::find(tx, &instance)?.unwrap_or(configured);
            Ok::<_, ServiceError>(Keeping {
                configured,
                in_force,
                last_run: health::find(tx, &instance, Upkeep::Retention)?,
                last_erasure: health::find(tx, &instance, Upkeep::Erasure)?,
                due: retention::count(tx, &instance, &in_force, now)?,
            })
        })
        .await
}

/// What new rules would erase at once. Changes nothing.
pub async fn would_erase(
    service: &Service,
    admin: Admin<'_>,
    rules: Retention,
) -> Result<Erased, ServiceError> {
    let (instance, now) = (admin.session().user.instance.clone(), service.now());
    service
        .store
        .read(move |tx| retention::count(tx, &instance, &rules, now))
        .await
}

/// What is wrong with new rules, by rule. What proves who did what can be kept longer from here, but not shorter than the
/// configuration says: otherwise somebody could erase the traces of what they did.
pub fn mistakes(configured: &Retention, rules: &Retention) -> Vec<(Rule, String)> {
    let mut found = Vec::new();
    for rule in Rule::ALL {
        let (days, least) = (rule.days(rules), rule.days(configured));
        if !(LEAST_DAYS..=MOST_DAYS).contains(&days) {
            found.push((
                rule,
                format!("Give a number of days between {LEAST_DAYS} and {MOST_DAYS}."),
            ));
        } else if matches!(rule, Rule::Evidence | Rule::Audit) && days < least {
            found.push((
                rule,
                format!("Not shorter than the configuration's {least} days. Only who runs the service can shorten it."),
            ));
        }
    }
    if found.is_empty() && rules.personal_days < rules.addresses_days {
        found.push((
            Rule::Personal,
            "Not shorter than full addresses: personal data holds them.".into(),
        ));
    }
    if found.is_empty() && rules.evidence_days < rules.personal_days {
        found.push((
            Rule::Evidence,
            "Not shorter than personal data: nothing could be shown about a verification that is still told of.".into(),
        ));
    }
    found
}

/// Saves rules without mistakes; the next run follows them.
pub async fn save(
    service: &Service,
    admin: Admin<'_>,
    rules: Retention,
    client_address: String,
) -> Result<(), ServiceError> {
    let (user, now) = (admin.session().user.clone(), service.now());
    let named = Rule::ALL.map(|rule| format!("{} {}", rule.setting(), rule.days(&rules)));
    let subject = named.join(", ");
    service
        .store
        .write(move |tx| {
            store::put(tx, &user.instance, &rules, now)?;
            let entry = Entry {
                instance: Some(&user.instance),
                user: Some((user.id, &user.name)),
                action: Action::RetentionChanged,
                subject: &subject,
                client_address: &client_address,
            };
            audit::append(tx, entry, now).map_err(ServiceError::from)
        })
        .await
}

/// Back to what the configuration says.
pub async fn reset(service: &Service, admin: Admin<'_>, client_address: String) -> Result<(), ServiceError> {
    let (user, now) = (admin.session().user.clone(), service.now());
    service
        .store
        .write(move |tx| {
            if store::remove(tx, &user.instance)? {
                let entry = Entry {
                    instance: Some(&user.instance),
                    user: Some((user.id, &user.name)),
                    action: Action::RetentionChanged,
                    subject: "back to the configuration",
                    client_address: &client_address,
                };
                audit::append(tx, entry, now)?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_kept_at_least_as_long_as_the_configuration_says() {
        let configured = Retention::default();
        assert_eq!(mistakes(&configured, &configured), []);
        let with = |change: fn(&mut Retention)| {
            let mut rules = configured;
            change(&mut rules);
            let found = mistakes(&configured, &rules).into_iter();
            found.map(|(rule, _)| rule).collect::<Vec<_>>()
        };
        assert_eq!(with(|rules| rules.audit_days = 364), [Rule::Audit]);
        assert_eq!(with(|rules| rules.evidence_days = 1094), [Rule::Evidence]);
        assert_eq!(with(|rules| rules.audit_days = 4000), []);
        assert_eq!(with(|rules| rules.messages_days = 2), []);
        assert_eq!(with(|rules| rules.messages_days = 1), [Rule::Messages]);
        assert_eq!(with(|rules| rules.origins_days = 36_501), [Rule::Origins]);
        assert_eq!(with(|rules| rules.personal_days = 20), [Rule::Personal]);
        assert_eq!(with(|rules| rules.personal_days = 2000), [Rule::Evidence]);
    }
}
