//! `[[instance.push]]`: destinations that are told what happened.

use serde::Deserialize;

use super::Checker;
use crate::push::Destination;
use crate::push::settings::{Form, Settings, SyslogSettings, Way, WebhookSettings};

/// RFC 5425, section 4.1.
const SYSLOG_PORT: u16 = 6514;
/// Longest name.
const MAX_NAME: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RawPush {
    name: String,
    kind: String,
    format: String,
    #[serde(default)]
    audit: bool,
    url: Option<String>,
    secret_env: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    ca_file: Option<String>,
    client_certificate_file: Option<String>,
    client_key_env: Option<String>,
}

impl Checker<'_> {
    pub(super) fn push(&mut self, place: &str, raw: &[RawPush]) -> Vec<Settings> {
        let mut all: Vec<Settings> = Vec::new();
        for one in raw {
            let setting = format!("{place}.push “{}”", one.name);
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if !(1..=MAX_NAME).contains(&one.name.len()) || !one.name.bytes().all(plain) {
                self.note(
                    &setting,
                    "the name must be 1–40 lower-case letters, digits and hyphens",
                );
            }
            if all.iter().any(|other| other.name == one.name) {
                self.note(&setting, "is given twice");
            }
            let form = Form::parse(&one.format);
            if form.is_none() {
                self.note(
                    &setting,
                    format!("the format “{}” is not one of ndjson, ocsf, cef", one.format),
                );
            }
            let way = match one.kind.as_str() {
                "webhook" => self.push_webhook(&setting, one),
                "syslog" => self.push_syslog(&setting, one),
                other => {
                    self.note(
                        &setting,
                        format!("the kind “{other}” is not one of webhook, syslog"),
                    );
                    None
                }
            };
            let (Some(form), Some(way)) = (form, way) else {
                continue;
            };
            let settings = Settings {
                name: one.name.clone(),
                form,
                audit: one.audit,
                way,
            };
            // Keys and certificates are read here, so that a mistake in them is named before anything runs.
            if let Err(mistake) = Destination::new(&settings, "localhost") {
                self.note(&setting, mistake);
            }
            all.push(settings);
        }
        all
    }

    fn push_webhook(&mut self, setting: &str, raw: &RawPush) -> Option<Way> {
        let of_syslog = raw.host.is_some()
            || raw.port.is_some()
            || raw.ca_file.is_some()
            || raw.client_certificate_file.is_some()
            || raw.client_key_env.is_some();
        let (Some(url), Some(secret), false) = (&raw.url, &raw.secret_env, of_syslog) else {
            self.note(
                setting,
                "a webhook needs url and secret_env, and nothing of syslog",
            );
            return None;
        };
        if raw.format == "cef" {
            self.note(setting, "a webhook sends ndjson or ocsf");
        }
        let is_callable = url
            .parse()
            .is_ok_and(|url: url::Url| crate::delivery::http::is_callable(&url));
        if !is_callable {
            self.note(
                setting,
                format!("“{url}” must begin with https:// (http:// only for this machine)"),
            );
        }
        let secret = self.webhook_secret(setting, secret)?;
        Some(Way::Webhook(WebhookSettings {
            url: url.clone(),
            secret,
        }))
    }

    fn push_syslog(&mut self, setting: &str, raw: &RawPush) -> Option<Way> {
        let (Some(host), None, None) = (&raw.host, &raw.url, &raw.secret_env) else {
            self.note(setting, "syslog needs host, and neither url nor secret_env");
            return None;
        };
        let ca_pem = match &raw.ca_file {
            Some(path) => Some(self.pem(setting, path)?),
            None => None,
        };
        let client = match (&raw.client_certificate_file, &raw.client_key_env) {
            (None, None) => None,
            (Some(path), Some(name)) => {
                let (chain, key) = (self.pem(setting, path), self.secret(setting, name));
                Some((chain?, key?))
            }
            _ => {
                self.note(setting, "client_certificate_file and client_key_env go together");
                None
            }
        };
        Some(Way::Syslog(SyslogSettings {
            host: host.clone(),
            port: raw.port.unwrap_or(SYSLOG_PORT),
            ca_pem,
            client,
        }))
    }

    fn pem(&mut self, setting: &str, path: &str) -> Option<Vec<u8>> {
        std::fs::read(path)
            .inspect_err(|error| self.note(setting, format!("“{path}” cannot be read: {error}")))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::testing::config_text;

    fn mistakes(push: &str) -> String {
        let (text, mut secrets) = config_text();
        secrets.insert("PUSH".into(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into());
        secrets.insert("KEY".into(), "no key".into());
        let text = format!("{text}\n[[instance.push]]\nname = \"siem\"\n{push}");
        Config::parse(&text, &secrets)
            .err()
            .map(|error| error.mistakes.join("\n"))
            .unwrap_or_default()
    }

    #[test]
    fn each_mistake_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        let empty = empty.display();
        for (push, expected) in [
            (
                "kind = \"webhook\"\nformat = \"ndjson\"",
                "needs url and secret_env",
            ),
            (
                "kind = \"webhook\"\nformat = \"cef\"\nurl = \"https://x\"\nsecret_env = \"PUSH\"",
                "sends ndjson or ocsf",
            ),
            (
                "kind = \"webhook\"\nformat = \"ocsf\"\nurl = \"http://x.example\"\nsecret_env = \"PUSH\"",
                "must begin with https://",
            ),
            ("kind = \"syslog\"\nformat = \"cef\"", "syslog needs host"),
            (
                "kind = \"syslog\"\nformat = \"xml\"\nhost = \"h\"",
                "the format “xml”",
            ),
            ("kind = \"smoke\"\nformat = \"cef\"", "the kind “smoke”"),
            (
                &format!("kind = \"syslog\"\nformat = \"cef\"\nhost = \"h\"\nca_file = \"{empty}\""),
                "no certificate in PEM",
            ),
            (
                "kind = \"syslog\"\nformat = \"cef\"\nhost = \"h\"\nca_file = \"/nowhere.pem\"",
                "cannot be read",
            ),
            (
                "kind = \"syslog\"\nformat = \"cef\"\nhost = \"h\"\nclient_key_env = \"KEY\"",
                "go together",
            ),
        ] {
            let found = mistakes(push);
            assert!(
                found.contains(expected) && found.contains("push “siem”"),
                "{push}: {found}"
            );
        }
        assert_eq!(
            mistakes(
                "kind = \"webhook\"\nformat = \"ocsf\"\nurl = \"http://localhost:1/x\"\nsecret_env = \"PUSH\""
            ),
            ""
        );
    }
}
