//! `[[instance.connector]]` and `[[instance.action]]`: who performs the actions of an instance.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::words::Action;
use url::{Host, Url};

use super::check::Checker;
use crate::actions::settings::{
    ActionSettings, ConnectorSettings, EntraSettings, LdapSettings, OktaSettings, WebhookSettings,
};

/// The connector that every instance has.
const MANUAL: &str = "manual";

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RawConnector {
    Ldap(RawLdap),
    ActiveDirectory(RawLdap),
    Entra(RawEntra),
    Okta(RawOkta),
    Webhook(RawWebhook),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLdap {
    name: String,
    url: String,
    #[serde(default)]
    starttls: bool,
    ca_file: Option<String>,
    bind_dn: String,
    bind_password_env: String,
    base_dn: String,
    user_filter: Option<String>,
    privileged_filter: Option<String>,
    policy_dn: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntra {
    name: String,
    tenant_id: String,
    client_id: String,
    client_secret_env: String,
    #[serde(default = "login_url")]
    login_url: String,
    #[serde(default = "graph_url")]
    graph_url: String,
    #[serde(default = "entra_filter")]
    user_filter: String,
    #[serde(default)]
    privileged_groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOkta {
    name: String,
    url: String,
    client_id: String,
    key_id: String,
    private_key_env: String,
    #[serde(default = "okta_filter")]
    user_filter: String,
    #[serde(default)]
    privileged_groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWebhook {
    name: String,
    url: String,
    secret_env: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAction {
    action: String,
    connector: String,
    #[serde(default)]
    release_always: bool,
    #[serde(default)]
    release_for: Vec<String>,
}

fn login_url() -> String {
    "https://login.microsoftonline.com".into()
}

fn graph_url() -> String {
    "https://graph.microsoft.com".into()
}

fn entra_filter() -> String {
    "userPrincipalName eq '{email}'".into()
}

fn okta_filter() -> String {
    "profile.login eq \"{email}\"".into()
}

impl RawConnector {
    fn name(&self) -> &str {
        match self {
            Self::Ldap(raw) | Self::ActiveDirectory(raw) => &raw.name,
            Self::Entra(raw) => &raw.name,
            Self::Okta(raw) => &raw.name,
            Self::Webhook(raw) => &raw.name,
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        // Hosts of `ldap:` are not parsed as domains and addresses, so they are read as text too.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.ends_with(".localhost")
                || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

impl Checker<'_> {
    /// The connectors of an instance, by name.
    pub(super) fn connectors(
        &mut self,
        place: &str,
        raw: &[RawConnector],
    ) -> BTreeMap<String, ConnectorSettings> {
        let mut connectors = BTreeMap::from([(MANUAL.to_owned(), ConnectorSettings::Manual)]);
        for one in raw {
            let setting = format!("{place}.connector “{}”", one.name());
            let settings = match one {
                RawConnector::Ldap(raw) => self
                    .ldap(&setting, raw, "(uid={user_name})")
                    .map(ConnectorSettings::Ldap),
                RawConnector::ActiveDirectory(raw) => {
                    let default = "(&(objectCategory=person)(objectClass=user)(sAMAccountName={user_name}))";
                    self.ldap(&setting, raw, default)
                        .map(ConnectorSettings::ActiveDirectory)
                }
                RawConnector::Entra(raw) => self.entra(&setting, raw).map(ConnectorSettings::Entra),
                RawConnector::Okta(raw) => self.okta(&setting, raw).map(ConnectorSettings::Okta),
                RawConnector::Webhook(raw) => {
                    self.action_webhook(&setting, raw).map(ConnectorSettings::Webhook)
                }
            };
            let fits = (1..=40).contains(&one.name().len())
                && one
                    .name()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !fits {
                self.note(
                    &setting,
                    "the name must be 1–40 lower-case letters, digits and hyphens",
                );
            }
            if let Some(settings) = settings
                && connectors.insert(one.name().to_owned(), settings).is_some()
            {
                self.note(&setting, "the name is given twice, or is “manual”");
            }
        }
        connectors
    }

    /// Which connector performs which action.
    pub(super) fn actions(
        &mut self,
        place: &str,
        raw: &[RawAction],
        connectors: &BTreeMap<String, ConnectorSettings>,
        declared: &[RawConnector],
    ) -> BTreeMap<Action, ActionSettings> {
        let mut actions = BTreeMap::new();
        for one in raw {
            let setting = format!("{place}.action “{}”", one.action);
            let Some(action) = Action::parse(&one.action) else {
                let known = Action::ALL
                    .iter()
                    .map(|action| action.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                self.note(&setting, format!("is not one of {known}"));
                continue;
            };
            match connectors.get(&one.connector) {
                Some(connector) if !connector.can(action) => {
                    self.note(
                        &setting,
                        format!("the connector “{}” cannot do this", one.connector),
                    );
                }
                Some(_) => {}
                // One that is there, but wrong, was named already.
                None if declared.iter().any(|raw| raw.name() == one.connector) => {}
                None => self.note(&setting, format!("there is no connector “{}”", one.connector)),
            }
            let settings = ActionSettings {
                connector: one.connector.clone(),
                release_always: one.release_always,
                release_for: one.release_for.clone(),
            };
            if actions.insert(action, settings).is_some() {
                self.note(&setting, "is given twice");
            }
        }
        actions
    }

    fn ldap(&mut self, setting: &str, raw: &RawLdap, default_filter: &str) -> Option<LdapSettings> {
        let url: Option<Url> = self.parse(&format!("{setting}.url"), &raw.url, "a URL");
        if let Some(url) = &url {
            let protected = url.scheme() == "ldaps" || (url.scheme() == "ldap" && raw.starttls);
            let local = url.scheme() == "ldap" && is_this_machine(url);
            if url.host_str().is_none_or(str::is_empty) || !(protected || local) {
                let mistake = "must be ldaps://host, or ldap://host with starttls = true (without it only on this machine)";
                self.note(&format!("{setting}.url"), mistake);
            }
        }
        let user_filter = raw
            .user_filter
            .clone()
            .unwrap_or_else(|| default_filter.to_owned());
        let names_user = ["{user_name}", "{email}", "{sys_id}"]
            .iter()
            .any(|name| user_filter.contains(name));
        let readable = |filter: &str| ldap3::parse_filter(filter.replace(['{', '}'], "")).is_ok();
        if !names_user || !readable(&user_filter) {
            let mistake = "must be an LDAP filter with {user_name}, {email} or {sys_id}";
            self.note(&format!("{setting}.user_filter"), mistake);
        }
        if raw
            .privileged_filter
            .as_deref()
            .is_some_and(|filter| !readable(filter))
        {
            self.note(&format!("{setting}.privileged_filter"), "must be an LDAP filter");
        }
        if raw.bind_dn.trim().is_empty() {
            self.note(
                &format!("{setting}.bind_dn"),
                "must name the service account: an anonymous bind may change nothing",
            );
        }
        let ca_pem = match &raw.ca_file {
            None => Some(None),
            Some(path) => match std::fs::read(path) {
                Ok(pem) => Some(Some(pem)),
                Err(error) => {
                    self.note(
                        &format!("{setting}.ca_file"),
                        format!("“{path}” cannot be read: {error}"),
                    );
                    None
                }
            },
        };
        let bind_password = self.secret(&format!("{setting}.bind_password_env"), &raw.bind_password_env);
        if bind_password
            .as_ref()
            .is_some_and(|password| password.expose_secret().is_empty())
        {
            // RFC 4513, 5.1.2: a name without a password signs in nobody, and directories call that a success.
            self.note(
                &format!("{setting}.bind_password_env"),
                format!("{} is empty", raw.bind_password_env),
            );
        }
        Some(LdapSettings {
            url: url?,
            starttls: raw.starttls,
            ca_pem: ca_pem?,
            bind_dn: raw.bind_dn.clone(),
            bind_password: bind_password?,
            base_dn: raw.base_dn.clone(),
            user_filter,
            privileged_filter: raw.privileged_filter.clone(),
            policy_dn: raw.policy_dn.clone(),
        })
    }

    fn names_user(&mut self, setting: &str, filter: &str) {
        if !["{user_name}", "{email}", "{sys_id}"]
            .iter()
            .any(|name| filter.contains(name))
        {
            self.note(
                &format!("{setting}.user_filter"),
                "must hold {user_name}, {email} or {sys_id}",
            );
        }
    }

    fn entra(&mut self, setting: &str, raw: &RawEntra) -> Option<EntraSettings> {
        self.names_user(setting, &raw.user_filter);
        let plain = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
        };
        if !plain(&raw.tenant_id) {
            self.note(
                &format!("{setting}.tenant_id"),
                "must be a directory id or domain",
            );
        }
        let login_url = self.origin(&format!("{setting}.login_url"), &raw.login_url);
        let graph_url = self.origin(&format!("{setting}.graph_url"), &raw.graph_url);
        let client_secret = self.secret(&format!("{setting}.client_secret_env"), &raw.client_secret_env);
        Some(EntraSettings {
            tenant_id: raw.tenant_id.clone(),
            client_id: raw.client_id.clone(),
            client_secret: client_secret?,
            login_url: login_url?,
            graph_url: graph_url?,
            user_filter: raw.user_filter.clone(),
            privileged_groups: raw.privileged_groups.clone(),
        })
    }

    fn okta(&mut self, setting: &str, raw: &RawOkta) -> Option<OktaSettings> {
        self.names_user(setting, &raw.user_filter);
        let url = self.origin(&format!("{setting}.url"), &raw.url);
        let private_key_pem: SecretString =
            self.secret(&format!("{setting}.private_key_env"), &raw.private_key_env)?;
        if let Err(error) =
            jsonwebtoken::EncodingKey::from_rsa_pem(private_key_pem.expose_secret().as_bytes())
        {
            self.note(
                &format!("{setting}.private_key_env"),
                format!("{} holds no RSA private key as PEM: {error}", raw.private_key_env),
            );
        }
        Some(OktaSettings {
            url: url?,
            client_id: raw.client_id.clone(),
            key_id: raw.key_id.clone(),
            private_key_pem,
            user_filter: raw.user_filter.clone(),
            privileged_groups: raw.privileged_groups.clone(),
        })
    }

    fn action_webhook(&mut self, setting: &str, raw: &RawWebhook) -> Option<WebhookSettings> {
        let url: Option<Url> = self.parse(&format!("{setting}.url"), &raw.url, "a URL");
        if let Some(url) = &url {
            // Orders may hold a new password, so the same rule holds as for an instance.
            self.origin(&format!("{setting}.url"), &url.origin().ascii_serialization());
        }
        let secret = self.webhook_secret(&format!("{setting}.secret_env"), &raw.secret_env);
        Some(WebhookSettings {
            url: url?,
            secret: secret?,
        })
    }
}

#[cfg(test)]
mod tests;
