//! `[instance.sign_in]`: the identity provider at which the people of an instance sign in.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::Checker;
use crate::config::SignIn;
use crate::delivery::http::is_callable;
use crate::identity::oidc::{Algorithm, ProviderSettings};
use crate::verification::checks::company_sign_in::OnFileField;

/// A sign-in that is asked to be fresh cannot be older than the session in which it is asked for.
const MAX_AGE_SECONDS: std::ops::RangeInclusive<u32> = 1..=86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RawSignIn {
    provider: String,
    issuer: String,
    client_id: String,
    client_secret_env: String,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    claims: BTreeMap<String, String>,
    #[serde(default = "algorithms")]
    algorithms: Vec<String>,
    #[serde(default = "yes")]
    sign_in_anew: bool,
    max_age_seconds: Option<u32>,
    #[serde(default)]
    acr_values: Vec<String>,
    #[serde(default)]
    amr: Vec<String>,
}

pub(super) fn scopes() -> Vec<String> {
    ["profile", "email"].map(Into::into).into()
}

pub(super) fn algorithms() -> Vec<String> {
    Algorithm::USUAL.map(|algorithm| algorithm.name().into()).into()
}

const fn yes() -> bool {
    true
}

/// What is configured of a provider, wherever it is used.
pub(super) struct RawProvider<'a> {
    pub(super) provider: &'a str,
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) client_secret_env: &'a str,
    pub(super) scopes: &'a [String],
    pub(super) algorithms: &'a [String],
    pub(super) sign_in_anew: bool,
    pub(super) max_age_seconds: Option<u32>,
    pub(super) acr_values: &'a [String],
    pub(super) amr: &'a [String],
}

impl Checker<'_> {
    pub(super) fn sign_in(
        &mut self,
        instance: &str,
        id: &str,
        public_url: &str,
        raw: &RawSignIn,
    ) -> Option<SignIn> {
        let place = format!("{instance}.sign_in");
        let before = self.mistakes.len();
        let matches = self.matches(&format!("{place}.claims"), &raw.claims);
        let provider = RawProvider {
            provider: &raw.provider,
            issuer: &raw.issuer,
            client_id: &raw.client_id,
            client_secret_env: &raw.client_secret_env,
            scopes: &raw.scopes,
            algorithms: &raw.algorithms,
            sign_in_anew: raw.sign_in_anew,
            max_age_seconds: raw.max_age_seconds,
            acr_values: &raw.acr_values,
            amr: &raw.amr,
        };
        let redirect_uri = format!("{public_url}/verify/sign-in/{id}");
        let provider = self.provider(&place, &provider, redirect_uri);
        if self.mistakes.len() > before {
            return None;
        }
        Some(SignIn {
            provider: provider?,
            matches,
        })
    }

    /// Reads the provider of the section `place`.
    pub(super) fn provider(
        &mut self,
        place: &str,
        raw: &RawProvider<'_>,
        redirect_uri: String,
    ) -> Option<ProviderSettings> {
        for (setting, text) in [("provider", raw.provider), ("client_id", raw.client_id)] {
            if text.trim().is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
                self.note(
                    &format!("{place}.{setting}"),
                    "must be a plain text of 1–200 bytes",
                );
            }
        }
        self.issuer(&format!("{place}.issuer"), raw.issuer);
        let words = [
            ("scopes", raw.scopes),
            ("acr_values", raw.acr_values),
            ("amr", raw.amr),
        ];
        for (setting, values) in words {
            let is_word =
                |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
            if !values.iter().all(is_word) {
                self.note(&format!("{place}.{setting}"), "must be words without spaces");
            }
        }
        if raw
            .max_age_seconds
            .is_some_and(|seconds| !MAX_AGE_SECONDS.contains(&seconds))
        {
            let mistake = "must be between 1 and 86400; leave it out to accept any age";
            self.note(&format!("{place}.max_age_seconds"), mistake);
        }
        let algorithms = self.algorithms(&format!("{place}.algorithms"), raw.algorithms);
        let client_secret = self.secret(&format!("{place}.client_secret_env"), raw.client_secret_env)?;
        Some(ProviderSettings {
            name: raw.provider.trim().to_owned(),
            issuer: raw.issuer.to_owned(),
            client_id: raw.client_id.to_owned(),
            client_secret,
            redirect_uri,
            scopes: raw.scopes.to_vec(),
            algorithms,
            sign_in_anew: raw.sign_in_anew,
            max_age_seconds: raw.max_age_seconds,
            acr_values: raw.acr_values.to_vec(),
            amr: raw.amr.to_vec(),
        })
    }

    /// The issuer is compared letter by letter with what the provider writes, so it is kept as it is.
    fn issuer(&mut self, setting: &str, text: &str) {
        match Url::parse(text) {
            Ok(url) if !is_callable(&url) => self.note(setting, format!("“{text}” must begin with https://")),
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                self.note(setting, format!("“{text}” must have neither ? nor #"));
            }
            Ok(_) if text.contains("/.well-known/") => {
                self.note(setting, format!("“{text}” must end before /.well-known/"));
            }
            Ok(url) if is_of_everybody(&url) => self.note(
                setting,
                format!("“{text}” lets people of every company sign in; name your own tenant"),
            ),
            Ok(_) => {}
            Err(_) => self.note(setting, format!("“{text}” is not a URL")),
        }
    }

    fn matches(&mut self, setting: &str, raw: &BTreeMap<String, String>) -> Vec<(String, OnFileField)> {
        if raw.is_empty() {
            self.note(
                setting,
                "at least one is needed, for example: preferred_username = \"user_name\"",
            );
        }
        let mut matches = Vec::new();
        for (claim, field) in raw {
            match OnFileField::parse(field) {
                Some(field) => matches.push((claim.clone(), field)),
                None => self.note(
                    &format!("{setting}.{claim}"),
                    format!("“{field}” is not one of sys_id, user_name, email"),
                ),
            }
        }
        matches
    }

    fn algorithms(&mut self, setting: &str, raw: &[String]) -> Vec<Algorithm> {
        if raw.is_empty() {
            self.note(setting, "at least one is needed");
        }
        let mut algorithms = Vec::new();
        for name in raw {
            if let Some(algorithm) = Algorithm::parse(name) {
                algorithms.push(algorithm);
            } else {
                let known = Algorithm::ALL.map(Algorithm::name).join(", ");
                self.note(setting, format!("“{name}” is not one of {known}"));
            }
        }
        algorithms
    }
}

/// Microsoft's issuers for people of any tenant: what a stranger's tenant says about its people proves nothing.
fn is_of_everybody(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut segments| segments.next());
    url.host_str() == Some("login.microsoftonline.com")
        && matches!(first, Some("common" | "organizations" | "consumers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::testing::config_text;

    const GOOD: &str = r#"
        [instance.sign_in]
        provider = "Acme Sign-On"
        issuer = "https://login.example.com/acme"
        client_id = "imper"
        client_secret_env = "ACME_CLIENT_SECRET"
        claims = { preferred_username = "user_name" }
    "#;

    /// The last instance of the configuration, globex, with a section.
    fn parse(section: &str) -> Result<Config, Vec<String>> {
        let (text, secrets) = config_text();
        Config::parse(&format!("{text}\n{section}"), &secrets).map_err(|error| error.mistakes)
    }

    fn sign_in(section: &str) -> SignIn {
        let mut config = parse(section).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let globex = config.instances.pop_last().unwrap().1;
        globex.sign_in.unwrap()
    }

    #[test]
    fn what_is_left_out_is_safe() {
        let SignIn { provider, matches } = sign_in(GOOD);
        assert!(provider.sign_in_anew && provider.max_age_seconds.is_none() && provider.amr.is_empty());
        assert_eq!(provider.scopes, ["profile", "email"]);
        assert_eq!(provider.algorithms, Algorithm::USUAL);
        assert_eq!(
            provider.redirect_uri,
            "https://verify.example.com/verify/sign-in/globex"
        );
        assert_eq!(
            matches,
            [("preferred_username".to_owned(), OnFileField::UserName)]
        );
    }

    #[test]
    fn everything_can_be_set() {
        let more = "scopes = [\"openid\"]\nalgorithms = [\"ES256\"]\nsign_in_anew = false\nmax_age_seconds = 300\n\
            acr_values = [\"urn:mfa\"]\namr = [\"mfa\"]";
        let provider = sign_in(&format!("{GOOD}{more}")).provider;
        assert_eq!(provider.algorithms, [Algorithm::Es256]);
        assert_eq!(
            (provider.max_age_seconds, provider.sign_in_anew),
            (Some(300), false)
        );
        assert_eq!((provider.acr_values.len(), provider.amr.len()), (1, 1));
    }

    #[test]
    fn every_mistake_is_named() {
        let cases: [(&str, &str, &str); 10] = [
            (
                "https://login.example.com/acme",
                "http://login.example.com",
                "https://",
            ),
            (
                "https://login.example.com/acme",
                "https://a.example/x?y=1",
                "neither ?",
            ),
            (
                "https://login.example.com/acme",
                "https://a.example/.well-known/openid-configuration",
                "before /.well-known/",
            ),
            (
                "https://login.example.com/acme",
                "https://login.microsoftonline.com/common/v2.0",
                "your own tenant",
            ),
            ("https://login.example.com/acme", "login", "is not a URL"),
            ("\"user_name\"", "\"phone\"", "“phone” is not one of"),
            (
                "{ preferred_username = \"user_name\" }",
                "{}",
                "at least one is needed",
            ),
            ("Acme Sign-On", " ", "plain text"),
            ("\"ACME_CLIENT_SECRET\"", "\"NO_SUCH_SECRET\"", "NO_SUCH_SECRET"),
            (
                "\"imper\"",
                "\"imper\"\nalgorithms = [\"HS256\", \"none\"]",
                "“HS256” is not one of",
            ),
        ];
        for (from, to, expected) in cases {
            let mistakes = parse(&GOOD.replace(from, to)).err().unwrap_or_default();
            assert!(
                mistakes.iter().any(|mistake| mistake.contains(expected)),
                "{to}: {mistakes:?}"
            );
        }
        let mistakes = parse(&format!("{GOOD}max_age_seconds = 0"))
            .err()
            .unwrap_or_default();
        assert!(mistakes.iter().any(|mistake| mistake.contains("max_age_seconds")));
    }
}
