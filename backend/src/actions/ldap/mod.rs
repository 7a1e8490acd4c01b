//! What OpenLDAP and Active Directory have in common: a verified connection, a service account, and exactly one entry.

pub mod active_directory;
pub mod open_ldap;
pub mod password_policy;

use std::sync::Arc;
use std::time::Duration;

use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Scope, SearchEntry, SearchOptions,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret as _;

use super::settings::{LdapSettings, fill, is_filled};
use super::{Answer, Subject};
use crate::verification::grant::Reason;

/// A directory in reach answers within milliseconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit of one operation.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
/// Time limit of a whole order, below the time after which an execution counts as interrupted.
const ORDER_TIMEOUT: Duration = Duration::from_secs(40);

/// RFC 4511, appendix A.
mod code {
    pub const SUCCESS: u32 = 0;
    pub const SIZE_LIMIT_EXCEEDED: u32 = 4;
    pub const NO_SUCH_ATTRIBUTE: u32 = 16;
    pub const CONSTRAINT_VIOLATION: u32 = 19;
    pub const NO_SUCH_OBJECT: u32 = 32;
    pub const INVALID_CREDENTIALS: u32 = 49;
    pub const INSUFFICIENT_ACCESS: u32 = 50;
    pub const BUSY: u32 = 51;
    pub const UNAVAILABLE: u32 = 52;
    pub const UNWILLING_TO_PERFORM: u32 = 53;
}

/// A directory, before a connection is made.
struct Directory {
    settings: LdapSettings,
}

/// An account that was found.
struct Account {
    dn: String,
    entry: SearchEntry,
}

impl Account {
    /// The first value of an attribute. Names are compared without case, as LDAP does.
    fn value(&self, name: &str) -> Option<&str> {
        let found = self
            .entry
            .attrs
            .iter()
            .find(|(attribute, _)| attribute.eq_ignore_ascii_case(name));
        found.and_then(|(_, values)| values.first()).map(String::as_str)
    }
}

/// “19 Password fails quality checks”, for the evidence.
fn told(result: &LdapResult) -> String {
    if result.rc == code::SUCCESS && result.text.is_empty() {
        // RFC 4511 calls it so; most servers add no words of their own.
        return "0 success".into();
    }
    format!("{} {}", result.rc, result.text).trim().to_owned()
}

/// What went wrong before anything was changed.
fn before_change(error: &LdapError) -> Answer {
    match error {
        LdapError::LdapResult { result } => Answer::refused(reason(result), told(result)),
        other => Answer::refused(Reason::Unreachable, describe(other)),
    }
}

/// Words of an error, without the address of the directory.
fn describe(error: &LdapError) -> String {
    match error {
        LdapError::Io { source } => format!("No connection: {source}"),
        LdapError::Timeout { .. } => "There was no answer in time.".into(),
        other => other.to_string(),
    }
}

/// A reason for which nothing changed, by the result code alone.
fn reason(result: &LdapResult) -> Reason {
    match result.rc {
        code::INSUFFICIENT_ACCESS | code::INVALID_CREDENTIALS => Reason::NotPermitted,
        code::BUSY => Reason::Busy,
        code::UNAVAILABLE => Reason::Unreachable,
        code::CONSTRAINT_VIOLATION => Reason::Policy,
        code::NO_SUCH_OBJECT => Reason::NotOneAccount,
        _ => Reason::SetUp,
    }
}

impl Directory {
    fn tls(&self) -> Result<Option<Arc<ClientConfig>>, String> {
        let Some(pem) = &self.settings.ca_pem else {
            // The authorities of this machine.
            return Ok(None);
        };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| format!("ca_file: {error}"))?;
            roots
                .add(certificate)
                .map_err(|error| format!("ca_file: {error}"))?;
        }
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Some(Arc::new(config)))
    }

    /// A connection of the service account.
    async fn bind(&self) -> Result<Ldap, Answer> {
        crate::crypto::install();
        let mut settings = LdapConnSettings::new()
            .set_conn_timeout(CONNECT_TIMEOUT)
            .set_starttls(self.settings.starttls);
        if let Some(tls) = self.tls().map_err(|why| Answer::refused(Reason::SetUp, why))? {
            settings = settings.set_config(tls);
        }
        let (connection, mut ldap) = LdapConnAsync::from_url_with_settings(settings, &self.settings.url)
            .await
            .map_err(|error| before_change(&error))?;
        ldap3::drive!(connection);
        let bound = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .simple_bind(
                &self.settings.bind_dn,
                self.settings.bind_password.expose_secret(),
            )
            .await
            .map_err(|error| before_change(&error))?;
        if bound.rc == code::SUCCESS {
            Ok(ldap)
        } else {
            tracing::error!(ldap.code = bound.rc, "the directory refuses our service account");
            Err(Answer::refused(reason(&bound), told(&bound)))
        }
    }

    /// The one entry of the subject. None, or more than one, is refused.
    async fn find(&self, ldap: &mut Ldap, subject: &Subject, attributes: &[&str]) -> Result<Account, Answer> {
        if !is_filled(&self.settings.user_filter, subject) {
            return Err(Answer::refused(
                Reason::NotOneAccount,
                "The ticket names no account.",
            ));
        }
        let escape = |value: &str| ldap3::ldap_escape(value).into_owned();
        let filter = fill(&self.settings.user_filter, subject, escape);
        // Two are enough to know that there is more than one.
        let found = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .with_search_options(SearchOptions::new().sizelimit(2))
            .search(
                &self.settings.base_dn,
                Scope::Subtree,
                &filter,
                attributes.to_vec(),
            )
            .await
            .map_err(|error| before_change(&error))?;
        let ldap3::SearchResult(entries, result) = found;
        if !matches!(result.rc, code::SUCCESS | code::SIZE_LIMIT_EXCEEDED) {
            return Err(Answer::refused(reason(&result), told(&result)));
        }
        let mut entries = entries
            .into_iter()
            .filter(|entry| !entry.is_ref() && !entry.is_intermediate());
        match (entries.next(), entries.next()) {
            (Some(entry), None) if result.rc == code::SUCCESS => {
                let entry = SearchEntry::construct(entry);
                Ok(Account {
                    dn: entry.dn.clone(),
                    entry,
                })
            }
            (None, _) => Err(Answer::refused(Reason::NotOneAccount, "No entry matches.")),
            _ => Err(Answer::refused(
                Reason::NotOneAccount,
                "More than one entry matches.",
            )),
        }
    }

    /// True when an entry matches the filter of privileged accounts.
    async fn is_privileged(&self, ldap: &mut Ldap, account: &Account) -> Result<bool, Answer> {
        let Some(filter) = &self.settings.privileged_filter else {
            return Ok(false);
        };
        let found = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .search(&account.dn, Scope::Base, filter, vec!["1.1"])
            .await
            .map_err(|error| before_change(&error))?;
        let ldap3::SearchResult(entries, result) = found;
        if result.rc == code::SUCCESS {
            Ok(!entries.is_empty())
        } else {
            Err(Answer::refused(reason(&result), told(&result)))
        }
    }

    /// Attributes of one entry, for showing its password policy; nothing when it cannot be read.
    async fn read(&self, dn: &str, attributes: &[&str]) -> Option<Account> {
        let mut ldap = self.bind().await.ok()?;
        let found = ldap
            .with_timeout(OPERATION_TIMEOUT)
            .search(dn, Scope::Base, "(objectClass=*)", attributes.to_vec())
            .await
            .ok()?;
        let entry = SearchEntry::construct(found.success().ok()?.0.into_iter().next()?);
        let _ = ldap.unbind().await;
        Some(Account {
            dn: entry.dn.clone(),
            entry,
        })
    }
}

/// A whole order within its time. What is cut off may or may not have been done.
async fn in_time(order: impl Future<Output = Answer>) -> Answer {
    tokio::time::timeout(ORDER_TIMEOUT, order)
        .await
        .unwrap_or_else(|_| Answer::Unknown {
            answer: "The directory did not answer in time.".into(),
        })
}
