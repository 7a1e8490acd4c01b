//! Active Directory over LDAPS: `unicodePwd` (MS-ADTS 3.1.1.3.1.5.1) and `lockoutTime`.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use ldap3::controls::RawControl;
use ldap3::{Ldap, LdapResult, Mod};
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::{Action, UnixMillis};
use zeroize::Zeroizing;

use super::open_ldap::by_time;
use super::{Account, Directory, OPERATION_TIMEOUT, code, describe, in_time, told};
use crate::actions::settings::LdapSettings;
use crate::actions::{Answer, Connector, DirectoryRules, Known, Order, Subject, Task};
use crate::verification::grant::Reason;

const ATTRIBUTES: [&str; 3] = ["userAccountControl", "lockoutTime", "pwdLastSet"];
/// `ADS_UF_ACCOUNTDISABLE` in `userAccountControl`.
const DISABLED: i64 = 2;
/// `LDAP_SERVER_POLICY_HINTS_OID`: the password history holds for a reset by a service account too (MS-ADTS
/// 3.1.1.3.4.1.27).
const POLICY_HINTS: &str = "1.2.840.113556.1.4.2239";
/// Seconds between 1601 and 1970.
const EPOCH_SECONDS: i64 = 11_644_473_600;
/// `DOMAIN_PASSWORD_COMPLEX` in `pwdProperties`.
const COMPLEX: i64 = 1;

/// See the module.
pub struct ActiveDirectory {
    directory: Directory,
}

/// The password as `unicodePwd` wants it: in quotation marks, as UTF-16, little-endian.
fn unicode_pwd(password: &SecretString) -> Zeroizing<Vec<u8>> {
    let text = password.expose_secret();
    let mut bytes = Zeroizing::new(Vec::with_capacity((text.len() + 2) * 2));
    let marks = |bytes: &mut Vec<u8>| bytes.extend_from_slice(&u16::from(b'"').to_le_bytes());
    marks(&mut bytes);
    for unit in text.encode_utf16() {
        bytes.extend_from_slice(&unit.to_le_bytes());
    }
    marks(&mut bytes);
    bytes
}

/// Asks the directory to apply all rules of its policy.
fn policy_hints() -> RawControl {
    RawControl {
        ctype: POLICY_HINTS.into(),
        // A directory that does not know it still sets the password.
        crit: false,
        // SEQUENCE { INTEGER 1 }
        val: Some(vec![0x30, 3, 2, 1, 1]),
    }
}

/// Why a change was refused. Active Directory writes a Windows error in eight hexadecimal digits before its words; of a
/// password it says only that some rule is broken.
fn reason(result: &LdapResult) -> Reason {
    let windows = result
        .text
        .get(..8)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match (result.rc, windows) {
        // ERROR_ACCESS_DENIED
        (_, Some(0x0005)) => Reason::NotPermitted,
        // ERROR_PASSWORD_RESTRICTION, ERROR_ILL_FORMED_PASSWORD
        (code::CONSTRAINT_VIOLATION, _) | (code::UNWILLING_TO_PERFORM, Some(0x052d | 0x052c)) => {
            Reason::Policy
        }
        // ERROR_GEN_FAILURE, the connection is not protected enough, comes here too.
        _ => super::reason(result),
    }
}

impl ActiveDirectory {
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
        let _ = ldap.unbind().await;
        answer
    }

    async fn bound(&self, ldap: &mut Ldap, order: &Order) -> Result<Answer, Answer> {
        let account = self.directory.find(ldap, &order.subject, &ATTRIBUTES).await?;
        let flags = account
            .value("userAccountControl")
            .and_then(|text| text.parse::<i64>().ok());
        if flags.is_some_and(|flags| flags & DISABLED != 0) {
            return Err(Answer::refused(Reason::Disabled, "userAccountControl"));
        }
        if !order.is_released && self.directory.is_privileged(ldap, &account).await? {
            return Err(Answer::NeedsRelease);
        }
        let open = || Mod::Replace(b"lockoutTime".to_vec(), HashSet::from([b"0".to_vec()]));
        let is_locked = account.value("lockoutTime").is_some_and(|time| time != "0");
        let (changes, words) = match &order.task {
            Task::ResetPassword(password) => {
                let value = unicode_pwd(password).to_vec();
                let set = Mod::Replace(b"unicodePwd".to_vec(), HashSet::from([value]));
                let mut changes = vec![set];
                // One operation: the password and the lock change together, or not at all.
                changes.extend(is_locked.then(open));
                (
                    changes,
                    "The requester set a new password, and the directory took it.",
                )
            }
            Task::Unlock if !is_locked => {
                let words = "The account was not locked; nothing had to be changed.";
                return Ok(Answer::done(words, "not locked"));
            }
            Task::Unlock => (vec![open()], "The account was unlocked."),
            Task::ResetMfa => {
                return Err(Answer::refused(
                    Reason::SetUp,
                    "Active Directory knows no second factors.",
                ));
            }
        };
        Ok(self.change(ldap, &account, changes, words).await)
    }

    async fn change(
        &self,
        ldap: &mut Ldap,
        account: &Account,
        changes: Vec<Mod<Vec<u8>>>,
        words: &str,
    ) -> Answer {
        let modified = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .with_controls(vec![policy_hints()])
            .modify(&account.dn, changes)
            .await;
        match modified {
            Ok(result) if result.rc == code::SUCCESS => Answer::done(words, told(&result)),
            Ok(result) => Answer::refused(reason(&result), told(&result)),
            Err(error) => Answer::Unknown {
                answer: describe(&error),
            },
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
                .value("pwdLastSet")
                .and_then(windows_time)
                .map_or(Known::Nothing, |at| by_time(at, started_at, "pwdLastSet")),
            Action::AccountUnlock if account.value("lockoutTime").is_none_or(|time| time == "0") => {
                Known::Changed("The account is not locked.".into())
            }
            Action::AccountUnlock => Known::Unchanged("The account is still locked.".into()),
            Action::MfaReset => Known::Nothing,
        }
    }
}

/// Tenths of a microsecond since 1601.
fn windows_time(text: &str) -> Option<UnixMillis> {
    let ticks: i64 = text.parse().ok()?;
    (ticks > 0).then(|| UnixMillis(ticks / 10_000 - EPOCH_SECONDS * 1000))
}

impl Connector for ActiveDirectory {
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
            let attributes = ["minPwdLength", "pwdHistoryLength", "pwdProperties"];
            let Some(domain) = self.directory.read(dn, &attributes).await else {
                return DirectoryRules::default();
            };
            let number = |name: &str| {
                domain
                    .value(name)?
                    .parse::<u32>()
                    .ok()
                    .filter(|number| *number > 0)
            };
            let flags = domain
                .value("pwdProperties")
                .and_then(|text| text.parse::<i64>().ok());
            DirectoryRules {
                min_length: number("minPwdLength"),
                history: number("pwdHistoryLength"),
                is_complex: flags.is_some_and(|flags| flags & COMPLEX != 0),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(rc: u32, text: &str) -> LdapResult {
        LdapResult {
            rc,
            matched: String::new(),
            text: text.into(),
            refs: Vec::new(),
            ctrls: Vec::new(),
        }
    }

    #[test]
    fn a_password_is_written_as_the_directory_reads_it() {
        // The example of MS-ADTS 3.1.1.3.1.5.1 is "new" in quotation marks.
        let written = unicode_pwd(&"new".into());
        assert_eq!(*written, [0x22, 0, 0x6e, 0, 0x65, 0, 0x77, 0, 0x22, 0]);
        assert_eq!(
            *unicode_pwd(&"𝄞".into()),
            [0x22, 0, 0x34, 0xd8, 0x1e, 0xdd, 0x22, 0]
        );
    }

    #[test]
    fn the_words_of_active_directory_are_understood() {
        let policy = "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0";
        assert_eq!(reason(&result(53, policy)), Reason::Policy);
        let constraint = "0000052D: AtrErr: DSID-03191083, #1: 0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE)";
        assert_eq!(reason(&result(19, constraint)), Reason::Policy);
        let access = "00000005: SecErr: DSID-031A1256, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0";
        assert_eq!(reason(&result(50, access)), Reason::NotPermitted);
        let plain = "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0";
        assert_eq!(reason(&result(53, plain)), Reason::SetUp);
        assert_eq!(reason(&result(51, "")), Reason::Busy);
        assert_eq!(reason(&result(53, "é0000052D")), Reason::SetUp);
    }

    #[test]
    fn windows_times_are_read() {
        assert_eq!(
            windows_time("134398152000000000"),
            Some(UnixMillis(1_795_341_600_000))
        );
        assert_eq!(windows_time("0"), None);
        assert_eq!(windows_time("-1"), None);
        assert_eq!(windows_time("x"), None);
    }
}
