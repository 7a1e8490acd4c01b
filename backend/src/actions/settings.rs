//! Checked settings of the connectors, made by `config/` and read by the modules beside this one.

use secrecy::SecretString;
use shared::words::Action;
use url::Url;

/// One `[[instance.connector]]`.
#[derive(Clone)]
pub enum ConnectorSettings {
    /// OpenLDAP and other directories with RFC 3062.
    Ldap(LdapSettings),
    /// Active Directory over LDAPS.
    ActiveDirectory(LdapSettings),
    /// Microsoft Entra ID, by Microsoft Graph.
    Entra(EntraSettings),
    /// Okta.
    Okta(OktaSettings),
    /// A signed webhook.
    Webhook(WebhookSettings),
    /// The agent performs the action and confirms it.
    Manual,
}

impl ConnectorSettings {
    /// The word for ServiceNow, see [`shared::events::ActionReport::connector`].
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::ActiveDirectory(_) => "active_directory",
            Self::Entra(_) => "entra",
            Self::Okta(_) => "okta",
            Self::Webhook(_) => "webhook",
            Self::Manual => "manual",
        }
    }

    /// Whether it can perform an action.
    pub const fn can(&self, action: Action) -> bool {
        match self {
            Self::Ldap(_) | Self::ActiveDirectory(_) => !matches!(action, Action::MfaReset),
            // Entra's smart lockout ends by itself; Graph has no call for it.
            Self::Entra(_) => !matches!(action, Action::AccountUnlock),
            Self::Okta(_) | Self::Webhook(_) | Self::Manual => true,
        }
    }
}

/// A directory that speaks LDAP.
#[derive(Clone)]
pub struct LdapSettings {
    /// `ldaps://host[:port]`, or `ldap://host[:port]` with `starttls`.
    pub url: Url,
    /// TLS is begun inside the connection.
    pub starttls: bool,
    /// PEM of an own certificate authority; else the machine's.
    pub ca_pem: Option<Vec<u8>>,
    /// Whom the connector binds as.
    pub bind_dn: String,
    /// Its password.
    pub bind_password: SecretString,
    /// Accounts are looked for below this.
    pub base_dn: String,
    /// Filter with `{user_name}`, `{email}` or `{sys_id}`.
    pub user_filter: String,
    /// Accounts that match it need a second person.
    pub privileged_filter: Option<String>,
    /// Entry with the password policy to show; for Active Directory the domain's entry.
    pub policy_dn: Option<String>,
}

/// Microsoft Graph. Needs the application permissions User.Read.All, User-PasswordProfile.ReadWrite.All,
/// User.RevokeSessions.All and `UserAuthenticationMethod`.ReadWrite.All.
#[derive(Clone)]
pub struct EntraSettings {
    /// Directory (tenant) id.
    pub tenant_id: String,
    /// Application (client) id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Scheme and host of the sign-in service.
    pub login_url: String,
    /// Scheme and host of Microsoft Graph.
    pub graph_url: String,
    /// `OData` filter with `{user_name}`, `{email}` or `{sys_id}`.
    pub user_filter: String,
    /// Members of these groups (by object id) need a second person.
    pub privileged_groups: Vec<String>,
}

/// Okta's management API. Needs the scopes `okta.users.read` and `okta.users.manage`, and for privileged groups
/// `okta.groups.read`.
#[derive(Clone)]
pub struct OktaSettings {
    /// `https://company.okta.com`.
    pub url: String,
    /// Client id of the API service app.
    pub client_id: String,
    /// Key id of the app's public key.
    pub key_id: String,
    /// PEM of the RSA private key that signs the assertion.
    pub private_key_pem: SecretString,
    /// Okta filter with `{user_name}`, `{email}` or `{sys_id}`.
    pub user_filter: String,
    /// Members of these groups (by id) need a second person.
    pub privileged_groups: Vec<String>,
}

/// A signed webhook.
#[derive(Clone)]
pub struct WebhookSettings {
    /// Where orders are posted.
    pub url: Url,
    /// Standard Webhooks secret: signs orders, and the receipts that come back.
    pub secret: SecretString,
}

/// How one action of one instance is performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionSettings {
    /// Name of the connector.
    pub connector: String,
    /// Every grant needs a second person.
    pub release_always: bool,
    /// Accounts (user names, `*` at the end stands for any ending) that need a second person.
    pub release_for: Vec<String>,
}

impl ActionSettings {
    /// True when a second person must release the grant of this account.
    pub fn needs_release(&self, user_name: &str) -> bool {
        let listed = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => user_name
                .get(..start.len())
                .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start)),
            None => user_name.eq_ignore_ascii_case(pattern),
        };
        self.release_always || self.release_for.iter().any(listed)
    }
}

/// Puts the subject into a filter, each value escaped for the language of that filter.
pub fn fill(filter: &str, subject: &super::Subject, escape: impl Fn(&str) -> String) -> String {
    // One pass: a value that looks like a placeholder stays what it is.
    let mut filled = String::with_capacity(filter.len() + 32);
    let mut rest = filter;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        let names = [
            ("{user_name}", &subject.user_name),
            ("{email}", &subject.email),
            ("{sys_id}", &subject.sys_id),
        ];
        if let Some((name, value)) = names.into_iter().find(|(name, _)| rest.starts_with(name)) {
            filled.push_str(&escape(value));
            rest = &rest[name.len()..];
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled
}

/// True when the part of the subject that the filter asks for is there: an empty value could match anything.
pub fn is_filled(filter: &str, subject: &super::Subject) -> bool {
    [
        ("{user_name}", &subject.user_name),
        ("{email}", &subject.email),
        ("{sys_id}", &subject.sys_id),
    ]
    .into_iter()
    .all(|(name, value)| !filter.contains(name) || !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::Subject;

    fn subject(user_name: &str) -> Subject {
        Subject {
            sys_id: "1".repeat(32),
            user_name: user_name.into(),
            email: "mia@acme.example".into(),
        }
    }

    #[test]
    fn values_are_escaped_and_never_read_as_placeholders() {
        let ldap = |value: &str| ldap3::ldap_escape(value).into_owned();
        let fill = |user: &str| fill("(&(uid={user_name})(mail={email}))", &subject(user), ldap);
        assert_eq!(fill("mia.chen"), "(&(uid=mia.chen)(mail=mia@acme.example))");
        assert_eq!(
            fill("*)(uid=*"),
            r"(&(uid=\2a\29\28uid=\2a)(mail=mia@acme.example))"
        );
        assert_eq!(fill("{email}"), "(&(uid={email})(mail=mia@acme.example))");
    }

    #[test]
    fn an_empty_value_matches_nobody() {
        assert!(!is_filled("(uid={user_name})", &subject(" ")));
        assert!(is_filled("(mail={email})", &subject("")));
    }

    #[test]
    fn listed_accounts_need_a_second_person() {
        let settings = ActionSettings {
            connector: "corp".into(),
            release_always: false,
            release_for: vec!["root".into(), "adm-*".into()],
        };
        for name in ["root", "ROOT", "adm-mia", "ADM-x", "adm-"] {
            assert!(settings.needs_release(name), "{name}");
        }
        for name in ["mia", "rooty", "adm", "ädm-x", ""] {
            assert!(!settings.needs_release(name), "{name}");
        }
    }
}
