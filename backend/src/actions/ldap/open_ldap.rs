//! OpenLDAP and other directories: the password modify extended operation (RFC 3062), and the overlay `ppolicy`.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use ldap3::exop::PasswordModify;
use ldap3::{Ldap, Mod};
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::{Action, UnixMillis};

use super::{
    Account, Directory, OPERATION_TIMEOUT, before_change, code, describe, in_time, password_policy, told,
};
use crate::actions::settings::LdapSettings;
use crate::actions::{Answer, Connector, DirectoryRules, Known, Order, Subject, Task};
use crate::verification::grant::Reason;

const ATTRIBUTES: [&str; 3] = ["pwdAccountLockedTime", "pwdChangedTime", "pwdReset"];
/// What the overlay writes when an administrator locks an account for good.
const LOCKED_FOR_GOOD: &str = "000001010000Z";
/// Clocks of directory and service may differ by so much.
const CLOCK_SECONDS: i64 = 5;
/// A change that is older than this is certainly from before the execution.
const CERTAINLY_BEFORE_SECONDS: i64 = 300;

/// See the module.
pub struct OpenLdap {
    directory: Directory,
}

impl OpenLdap {
    /// Prepares it; connects to nothing yet.
    pub const fn new(settings: LdapSettings) -> Self {
        Self {
            directory: Directory { settings },
        }
    }

    async fn order(&self, order: &Order) -> Answer {
        let mut ldap = match self.directory.bind().await {
            Ok(ldap) => ldap,
            Err(answer) => return answer,
        };
        let answer = self.bound(&mut ldap, order).await.unwrap_or_else(|answer| answer);
        // The connection is closed anyway.
        let _ = ldap.unbind().await;
        answer
    }

    async fn bound(&self, ldap: &mut Ldap, order: &Order) -> Result<Answer, Answer> {
        let account = self.directory.find(ldap, &order.subject, &ATTRIBUTES).await?;
        if !order.is_released && self.directory.is_privileged(ldap, &account).await? {
            return Err(Answer::NeedsRelease);
        }
        if account.value("pwdAccountLockedTime") == Some(LOCKED_FOR_GOOD) {
            return Err(Answer::refused(Reason::LockedOnPurpose, LOCKED_FOR_GOOD));
        }
        match &order.task {
            Task::ResetPassword(password) => Ok(self.reset(ldap, &account, password).await),
            Task::Unlock => Ok(unlock(ldap, &account).await),
            Task::ResetMfa => Err(Answer::refused(Reason::SetUp, "LDAP knows no second factors.")),
        }
    }

    async fn reset(&self, ldap: &mut Ldap, account: &Account, password: &SecretString) -> Answer {
        let change = PasswordModify {
            user_id: Some(&account.dn),
            old_pass: None,
            new_pass: Some(password.expose_secret()),
        };
        let changed = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .with_controls(vec![password_policy::request()])
            .extended(change)
            .await;
        let result = match changed {
            Ok(ldap3::result::ExopResult(_, result)) => result,
            // It was sent: whether it was done is not known.
            Err(error) => {
                return Answer::Unknown {
                    answer: describe(&error),
                };
            }
        };
        if result.rc != code::SUCCESS {
            return Answer::refused(password_policy::reason(&result), told(&result));
        }
        // The overlay opens the account with a new password. Where it does not, or asks for yet another password
        // (pwdReset, meant for passwords that an administrator chose), this does.
        match self.tidy(ldap, &account.dn).await {
            Ok(()) => Answer::done(
                "The requester set a new password, and the directory took it.",
                told(&result),
            ),
            Err(why) => Answer::Partly {
                summary: "The requester set a new password, but the account could not be unlocked.".into(),
                answer: why,
            },
        }
    }

    async fn tidy(&self, ldap: &mut Ldap, dn: &str) -> Result<(), String> {
        let found = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .search(dn, ldap3::Scope::Base, "(objectClass=*)", ATTRIBUTES.to_vec())
            .await
            .map_err(|error| describe(&error))?;
        let (entries, _) = found.success().map_err(|error| describe(&error))?;
        let Some(entry) = entries.into_iter().next().map(ldap3::SearchEntry::construct) else {
            return Err("The entry cannot be read back.".into());
        };
        let account = Account {
            dn: entry.dn.clone(),
            entry,
        };
        let left: Vec<Mod<&str>> = ["pwdAccountLockedTime", "pwdReset"]
            .into_iter()
            .filter(|name| account.value(name).is_some())
            .map(|name| Mod::Delete(name, HashSet::new()))
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let modified = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .modify(dn, left)
            .await
            .map_err(|error| describe(&error))?;
        match modified.rc {
            code::SUCCESS | code::NO_SUCH_ATTRIBUTE => Ok(()),
            _ => Err(told(&modified)),
        }
    }

    async fn changed_since(&self, subject: &Subject, action: Action, started_at: UnixMillis) -> Known {
        let Ok(mut ldap) = self.directory.bind().await else {
            return Known::Nothing;
        };
        let found = self.directory.find(&mut ldap, subject, &ATTRIBUTES).await;
        let _ = ldap.unbind().await;
        let Ok(account) = found else {
            return Known::Nothing;
        };
        match action {
            Action::PasswordReset => account
                .value("pwdChangedTime")
                .and_then(generalized_time)
                .map_or(Known::Nothing, |at| by_time(at, started_at, "pwdChangedTime")),
            // An account that is open now is what was asked for, whoever opened it.
            Action::AccountUnlock if account.value("pwdAccountLockedTime").is_none() => {
                Known::Changed("The account is not locked.".into())
            }
            Action::AccountUnlock => Known::Unchanged("The account is still locked.".into()),
            Action::MfaReset => Known::Nothing,
        }
    }
}

/// Whether a change at `at` is from the execution that began at `started_at`.
pub(super) fn by_time(at: UnixMillis, started_at: UnixMillis, source: &str) -> Known {
    let age = at.millis_since(started_at) / 1000;
    let words = format!("{source} {}", at.unix_seconds());
    if age >= -CLOCK_SECONDS {
        Known::Changed(words)
    } else if age <= -CERTAINLY_BEFORE_SECONDS {
        Known::Unchanged(words)
    } else {
        // Two changes within minutes: a person must look.
        Known::Nothing
    }
}

/// RFC 4517, 3.3.13, as directories write it: `20261122104200Z`, perhaps with a fraction.
fn generalized_time(text: &str) -> Option<UnixMillis> {
    let digits = text
        .get(..14)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    if !text.ends_with('Z') {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i8>().ok();
    let year: i16 = digits.get(..4)?.parse().ok()?;
    let time = jiff::civil::DateTime::new(
        year,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?,
        0,
    );
    let seconds = time
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()?
        .timestamp()
        .as_second();
    Some(UnixMillis(seconds.saturating_mul(1000)))
}

async fn unlock(ldap: &mut Ldap, account: &Account) -> Answer {
    if account.value("pwdAccountLockedTime").is_none() {
        return Answer::done(
            "The account was not locked; nothing had to be changed.",
            "not locked",
        );
    }
    let open: Vec<Mod<&str>> = vec![Mod::Delete("pwdAccountLockedTime", HashSet::new())];
    match ldap
        .with_timeout(OPERATION_TIMEOUT)
        .modify(&account.dn, open)
        .await
    {
        Ok(result) if matches!(result.rc, code::SUCCESS | code::NO_SUCH_ATTRIBUTE) => {
            Answer::done("The account was unlocked.", told(&result))
        }
        Ok(result) => Answer::refused(super::reason(&result), told(&result)),
        Err(error @ ldap3::LdapError::LdapResult { .. }) => before_change(&error),
        Err(error) => Answer::Unknown {
            answer: describe(&error),
        },
    }
}

impl Connector for OpenLdap {
    fn perform<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Answer> {
        Box::pin(in_time(self.order(order)))
    }

    fn inquire<'a>(
        &'a self,
        subject: &'a Subject,
        action: Action,
        started_at: UnixMillis,
    ) -> BoxFuture<'a, Known> {
        Box::pin(self.changed_since(subject, action, started_at))
    }

    fn rules(&self) -> BoxFuture<'_, DirectoryRules> {
        Box::pin(async {
            let Some(dn) = &self.directory.settings.policy_dn else {
                return DirectoryRules::default();
            };
            let attributes = ["pwdMinLength", "pwdInHistory", "pwdCheckQuality"];
            let Some(policy) = self.directory.read(dn, &attributes).await else {
                return DirectoryRules::default();
            };
            let number = |name: &str| {
                policy
                    .value(name)?
                    .parse::<u32>()
                    .ok()
                    .filter(|number| *number > 0)
            };
            DirectoryRules {
                min_length: number("pwdMinLength"),
                history: number("pwdInHistory"),
                is_complex: false,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_directories_are_read() {
        let at = generalized_time("20261122100000Z").unwrap();
        assert_eq!(at.0, 1_795_341_600_000);
        assert_eq!(generalized_time("20261122100000.123456Z"), Some(at));
        for bad in [
            "",
            "2026",
            "20261322100000Z",
            "20261122100000+0100",
            "2026112210000éZ",
        ] {
            assert_eq!(generalized_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_a_clear_difference_in_time_is_believed() {
        let start = UnixMillis(1_795_341_600_000);
        let known = |seconds| by_time(start.plus_seconds(seconds), start, "pwdChangedTime");
        assert!(matches!(known(0), Known::Changed(_)));
        assert!(matches!(known(-5), Known::Changed(_)));
        assert_eq!(known(-6), Known::Nothing);
        assert_eq!(known(-299), Known::Nothing);
        assert!(matches!(known(-300), Known::Unchanged(_)));
    }
}
