//! Looking into the directory, as its owner or as one of its users.

use std::collections::HashSet;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ldap3::{Ldap, LdapConnAsync, Mod, Scope, SearchEntry};

use super::entries::{MAX_FAILURES, ROOT_DN};
use super::{Directory, DirectoryError};

/// A password that nobody types.
pub(super) fn secret() -> Result<String, DirectoryError> {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes)
        .map_err(|_| std::io::Error::other("the operating system gave no random bytes"))
        .map_err(DirectoryError::io("could not choose a password"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl Directory {
    async fn connect(&self) -> Result<Ldap, DirectoryError> {
        let (connection, ldap) = LdapConnAsync::new(&self.plain_url()).await?;
        ldap3::drive!(connection);
        Ok(ldap)
    }

    async fn as_root(&self) -> Result<Ldap, DirectoryError> {
        let mut ldap = self.connect().await?;
        ldap.simple_bind(ROOT_DN, self.root_password()).await?.success()?;
        Ok(ldap)
    }

    /// True when somebody can sign in with this password.
    pub async fn accepts(&self, dn: &str, password: &str) -> Result<bool, DirectoryError> {
        let mut ldap = self.connect().await?;
        let bound = ldap.simple_bind(dn, password).await?;
        ldap.unbind().await?;
        Ok(bound.rc == 0)
    }

    /// Types wrong passwords until the policy locks the account.
    pub async fn lock_out(&self, dn: &str) -> Result<(), DirectoryError> {
        for _ in 0..MAX_FAILURES {
            self.accepts(dn, "not my password").await?;
        }
        if self.is_locked(dn).await? {
            Ok(())
        } else {
            Err(DirectoryError::NotReady(format!("{dn} is not locked")))
        }
    }

    /// True while the policy locks the account.
    pub async fn is_locked(&self, dn: &str) -> Result<bool, DirectoryError> {
        Ok(self.attribute(dn, "pwdAccountLockedTime").await?.is_some())
    }

    /// First value of an attribute, as text.
    pub async fn attribute(&self, dn: &str, name: &str) -> Result<Option<String>, DirectoryError> {
        let entry = self.entry(dn, name).await?;
        Ok(entry
            .attrs
            .into_iter()
            .find_map(|(_, values)| values.into_iter().next()))
    }

    /// First value of an attribute that is no text.
    pub async fn bytes(&self, dn: &str, name: &str) -> Result<Option<Vec<u8>>, DirectoryError> {
        let entry = self.entry(dn, name).await?;
        let value = entry
            .bin_attrs
            .into_iter()
            .find_map(|(_, values)| values.into_iter().next());
        let text = || {
            entry
                .attrs
                .into_iter()
                .find_map(|(_, values)| values.into_iter().next())
        };
        Ok(value.or_else(|| text().map(String::into_bytes)))
    }

    async fn entry(&self, dn: &str, attribute: &str) -> Result<SearchEntry, DirectoryError> {
        let mut ldap = self.as_root().await?;
        let found = ldap
            .search(dn, Scope::Base, "(objectClass=*)", vec![attribute])
            .await?;
        let (entries, _) = found.success()?;
        ldap.unbind().await?;
        let entry = entries.into_iter().next();
        entry
            .map(SearchEntry::construct)
            .ok_or_else(|| DirectoryError::NoEntry(dn.to_owned()))
    }

    /// Sets an attribute.
    pub async fn set(&self, dn: &str, name: &str, value: &str) -> Result<(), DirectoryError> {
        let mut ldap = self.as_root().await?;
        let change = Mod::Replace(name, HashSet::from([value]));
        ldap.modify(dn, vec![change]).await?.success()?;
        ldap.unbind().await?;
        Ok(())
    }
}
