//! Turns the file as written into a configuration, collecting every mistake on the way.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::network;
use super::raw::{Raw, RawAgentKey, RawInstance, RawServer};
use super::secrets::SecretSource;
use super::{AgentKey, Callback, Config, ConfigError, Instance, PolicySource, Server, Storage};
use crate::keys::Keys;
use crate::locale::Locale;
use crate::verification::InstanceId;

mod branding;
mod bypasses;
mod console_sign_in;
mod delivery;
mod push;
mod report_key;
mod retention;
mod sign_in;

pub(super) use console_sign_in::RawConsoleSignIn;
pub(super) use push::RawPush;
pub(super) use sign_in::RawSignIn;

/// RFC 7518, section 3.2: an HS256 key has at least 256 bits.
const MIN_HMAC_BYTES: usize = 32;
/// Standard Webhooks: a secret has 24 to 64 bytes.
const WEBHOOK_SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// NIST SP 800-63B-4, 4.2.1.2: a link by email is valid for 24 hours at most.
const LINK_SECONDS: std::ops::RangeInclusive<i64> = 60..=86_400;

pub(super) struct Checker<'a> {
    secrets: &'a dyn SecretSource,
    mistakes: Vec<String>,
}

impl Checker<'_> {
    pub(super) fn note(&mut self, setting: &str, mistake: impl std::fmt::Display) {
        self.mistakes.push(format!("{setting}: {mistake}"));
    }

    pub(super) fn parse<T: std::str::FromStr>(
        &mut self,
        setting: &str,
        text: &str,
        expected: &str,
    ) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.note(setting, format!("“{text}” is not {expected}"));
        }
        value
    }

    pub(super) fn secret(&mut self, setting: &str, name: &str) -> Option<SecretString> {
        match self.secrets.secret(name) {
            Ok(secret) => Some(secret),
            Err(what_to_do) => {
                self.note(setting, what_to_do);
                None
            }
        }
    }

    /// Scheme and authority of a URL; http only where the other end is this machine.
    pub(super) fn origin(&mut self, setting: &str, text: &str) -> Option<String> {
        let url: Url = self.parse(setting, text, "a URL")?;
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            self.note(
                setting,
                format!("“{text}” must begin with https:// (http:// only for this machine)"),
            );
            return None;
        }
        if !matches!(url.path(), "" | "/")
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
        {
            self.note(setting, format!("“{text}” must be scheme, host and port only"));
            return None;
        }
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    pub(super) fn webhook_secret(&mut self, setting: &str, name: &str) -> Option<SecretString> {
        let secret = self.secret(setting, name)?;
        let decoded = secret
            .expose_secret()
            .strip_prefix("whsec_")
            .and_then(|text| STANDARD.decode(text).ok());
        match decoded {
            Some(bytes) if WEBHOOK_SECRET_BYTES.contains(&bytes.len()) => Some(secret),
            _ => {
                self.note(
                    setting,
                    format!("{name} must be whsec_ and the base64 form of 24 to 64 bytes"),
                );
                None
            }
        }
    }

    fn server(&mut self, raw: &RawServer) -> Option<Server> {
        let listen = self.parse(
            "server.listen",
            &raw.listen,
            "an address and port like 127.0.0.1:8080",
        );
        let operations_listen = self.parse(
            "server.operations_listen",
            &raw.operations_listen,
            "an address and port like 127.0.0.1:9090",
        );
        let public_url = self.origin("server.public_url", &raw.public_url);
        let trusted_proxies = raw
            .trusted_proxies
            .iter()
            .filter_map(|text| self.parse("server.trusted_proxies", text, "an IP address"))
            .collect();
        let answers_per_minute = NonZeroU32::new(raw.answers_per_minute);
        if answers_per_minute.is_none() {
            self.note("server.answers_per_minute", "must be at least 1");
        }
        Some(Server {
            answers_per_minute: answers_per_minute?,
            listen: listen?,
            operations_listen: operations_listen?,
            public_url: public_url?,
            trusted_proxies,
        })
    }

    fn agent_key(&mut self, place: &str, raw: &RawAgentKey) -> Option<AgentKey> {
        let setting = format!("{place}.agent_key “{}”", raw.kid);
        match (raw.algorithm.as_str(), &raw.secret_env, &raw.public_key_file) {
            ("HS256", Some(name), None) => {
                let secret = self.secret(&setting, name)?;
                match STANDARD.decode(secret.expose_secret().trim()) {
                    Ok(bytes) if bytes.len() >= MIN_HMAC_BYTES => Some(AgentKey {
                        algorithm: Algorithm::HS256,
                        key: DecodingKey::from_secret(&bytes),
                    }),
                    _ => {
                        self.note(
                            &setting,
                            format!("{name} must be the base64 form of at least {MIN_HMAC_BYTES} bytes"),
                        );
                        None
                    }
                }
            }
            (name @ ("RS256" | "ES256"), None, Some(path)) => {
                let pem = match std::fs::read(path) {
                    Ok(pem) => pem,
                    Err(error) => {
                        self.note(&setting, format!("“{path}” cannot be read: {error}"));
                        return None;
                    }
                };
                let (algorithm, key) = if name == "RS256" {
                    (Algorithm::RS256, DecodingKey::from_rsa_pem(&pem))
                } else {
                    (Algorithm::ES256, DecodingKey::from_ec_pem(&pem))
                };
                match key {
                    Ok(key) => Some(AgentKey { algorithm, key }),
                    Err(error) => {
                        self.note(
                            &setting,
                            format!("“{path}” holds no public key for {name}: {error}"),
                        );
                        None
                    }
                }
            }
            ("HS256", ..) => {
                self.note(&setting, "HS256 needs secret_env and no public_key_file");
                None
            }
            ("RS256" | "ES256", ..) => {
                self.note(&setting, "RS256 and ES256 need public_key_file and no secret_env");
                None
            }
            (other, ..) => {
                self.note(&setting, format!("“{other}” is not one of HS256, RS256, ES256"));
                None
            }
        }
    }

    /// Reads a policy file; each of its mistakes is one of the configuration.
    fn policy(&mut self, setting: &str, path: Option<&str>) -> Option<PolicySource> {
        let path = path?;
        let text = std::fs::read_to_string(path)
            .inspect_err(|error| self.note(setting, format!("“{path}” cannot be read: {error}")))
            .ok()?;
        match PolicySource::read(path, text) {
            Ok(policy) => Some(policy),
            Err(error) => {
                for mistake in error.mistakes {
                    self.note(setting, format!("“{path}”: {mistake}"));
                }
                None
            }
        }
    }

    fn default_language(&mut self, place: &str, tag: Option<&str>) -> Locale {
        let Some(tag) = tag else {
            return Locale::English;
        };
        Locale::from_tag(tag).unwrap_or_else(|| {
            let known = Locale::ALL.map(Locale::tag).join(", ");
            let mistake = format!("“{tag}” is not one of {known}");
            self.note(&format!("{place}.default_language"), mistake);
            Locale::English
        })
    }

    fn instance(&mut self, raw: &RawInstance, public_url: &str) -> Option<Instance> {
        let place = format!("instance “{}”", raw.id);
        let id = InstanceId::parse(&raw.id);
        if id.is_none() {
            self.note(
                &place,
                "the id must be 1–40 lower-case letters, digits and hyphens",
            );
        }
        let url = self.origin(&format!("{place}.url"), &raw.url);
        for (setting, text) in [
            ("company", &raw.company),
            ("support_contact", &raw.support_contact),
        ] {
            if text.trim().is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
                self.note(
                    &format!("{place}.{setting}"),
                    "must be a plain text of 1–200 bytes",
                );
            }
        }
        if let Some(code) = &raw.default_region
            && code.parse::<phonenumber::country::Id>().is_err()
        {
            self.note(
                &format!("{place}.default_region"),
                format!("“{code}” is not a country code like GB"),
            );
        }
        let default_language = self.default_language(&place, raw.default_language.as_deref());
        if !LINK_SECONDS.contains(&raw.link_seconds) {
            self.note(&format!("{place}.link_seconds"), "must be between 60 and 86400");
        }
        if raw.starts_per_hour == 0 {
            self.note(&format!("{place}.starts_per_hour"), "must be at least 1");
        }
        let branding = self.branding(&format!("{place}.branding"), &raw.branding);
        let retention = self.retention(&format!("{place}.retention"), &raw.retention);
        let mut agent_keys = BTreeMap::new();
        for key in &raw.agent_key {
            if key.kid.is_empty() || key.kid.len() > 64 {
                self.note(&format!("{place}.agent_key"), "kid must have 1–64 characters");
            }
            if let Some(checked) = self.agent_key(&place, key)
                && agent_keys.insert(key.kid.clone(), checked).is_some()
            {
                self.note(
                    &format!("{place}.agent_key"),
                    format!("the kid “{}” is given twice", key.kid),
                );
            }
        }
        if raw.agent_key.is_empty() {
            self.note(&place, "at least one [[instance.agent_key]] is needed");
        }
        let client_secret = self.secret(
            &format!("{place}.callback.client_secret_env"),
            &raw.callback.client_secret_env,
        );
        let webhook_secret = self.webhook_secret(
            &format!("{place}.callback.webhook_secret_env"),
            &raw.callback.webhook_secret_env,
        );
        let sign_in = raw
            .sign_in
            .as_ref()
            .and_then(|sign_in| self.sign_in(&place, &raw.id, public_url, sign_in));
        let console_sign_in = self.console_sign_in(&place, &raw.id, public_url, raw.console_sign_in.as_ref());
        let push = self.push(&place, &raw.push);
        let connectors = self.connectors(&place, &raw.connector);
        let actions = self.actions(&place, &raw.action, &connectors, &raw.connector);
        Some(Instance {
            id: id?,
            company: raw.company.trim().to_owned(),
            url: url?,
            support_contact: raw.support_contact.trim().to_owned(),
            default_region: raw.default_region.clone(),
            default_language,
            link_seconds: raw.link_seconds,
            branding: branding.into(),
            retention,
            starts_per_hour: raw.starts_per_hour,
            bypass_seconds: self.bypass_seconds(&place, raw.bypass_seconds),
            policy: self.policy(&format!("{place}.policy_file"), raw.policy_file.as_deref()),
            agent_keys,
            callback: Callback {
                client_id: raw.callback.client_id.clone(),
                client_secret: client_secret?,
                webhook_secret: webhook_secret?,
            },
            sign_in,
            console_sign_in,
            push,
            connectors,
            actions,
        })
    }
}

pub(super) fn check(raw: Raw, secrets: &dyn SecretSource) -> Result<Config, ConfigError> {
    let mut checker = Checker {
        secrets,
        mistakes: Vec::new(),
    };
    let server = checker.server(&raw.server);
    let smtp = checker.smtp(&raw.smtp);
    let sms = raw.sms.as_ref().and_then(|sms| checker.sms(sms));
    let sendgrid = raw.sendgrid.as_ref().and_then(|raw| checker.sendgrid(raw));
    let reports = &raw.delivery_reports;
    let delivery_reports = reports
        .as_ref()
        .and_then(|_| checker.webhook_secret("delivery_reports", "IMPER_DELIVERY_REPORTS_SECRET"));
    if raw.storage.path.trim().is_empty() {
        checker.note("storage.path", "must name a file");
    }
    let keys = checker
        .secret("master key", "IMPER_MASTER_KEY")
        .and_then(|secret| {
            Keys::from_base64(secret.expose_secret())
                .inspect_err(|error| checker.note("IMPER_MASTER_KEY", error))
                .ok()
        });
    let report_key = checker.report_key(raw.report_key.as_ref(), keys.as_ref());
    // Without a public URL there is a mistake already, and nothing is made of it.
    let public_url = server.as_ref().map_or("", |server| &server.public_url);
    let mut instances = BTreeMap::new();
    let mut urls = std::collections::BTreeSet::new();
    for raw_instance in &raw.instance {
        if let Some(instance) = checker.instance(raw_instance, public_url) {
            if !urls.insert(instance.url.clone()) {
                checker.note(
                    &format!("instance “{}”.url", raw_instance.id),
                    "is used by another instance too",
                );
            }
            if instances.insert(instance.id.clone(), instance).is_some() {
                checker.note(&format!("instance “{}”", raw_instance.id), "is given twice");
            }
        }
    }
    if raw.instance.is_empty() {
        checker.note("instance", "at least one [[instance]] is needed");
    }
    let policy = checker.policy("policy.file", raw.policy.file.as_deref());
    let networks = network::read(&mut checker, &raw.network);
    let mistakes = checker.mistakes;
    let (Some(server), Some(smtp), Some(keys), Some(report_key), true) =
        (server, smtp, keys, report_key, mistakes.is_empty())
    else {
        return Err(ConfigError { mistakes });
    };
    Ok(Config {
        server,
        storage: Storage {
            path: raw.storage.path.into(),
        },
        smtp,
        sms,
        delivery_reports,
        sendgrid,
        instances,
        policy: policy.unwrap_or_else(PolicySource::shipped),
        networks,
        keys,
        report_key,
    })
}

#[cfg(test)]
mod tests;
