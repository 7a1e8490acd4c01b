//! `[instance.console_sign_in]`: the identity provider at which the users of the console sign in.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Checker;
use super::sign_in::{RawProvider, algorithms, scopes};
use crate::config::ConsoleSignIn;
use crate::store::console::accounts::Role;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RawConsoleSignIn {
    provider: String,
    issuer: String,
    client_id: String,
    client_secret_env: String,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    #[serde(default = "algorithms")]
    algorithms: Vec<String>,
    #[serde(default)]
    sign_in_anew: bool,
    max_age_seconds: Option<u32>,
    #[serde(default)]
    acr_values: Vec<String>,
    #[serde(default)]
    amr: Vec<String>,
    #[serde(default = "name_claim")]
    name_claim: String,
    role_claim: String,
    roles: BTreeMap<String, String>,
    #[serde(default = "yes")]
    local_sign_in: bool,
}

fn name_claim() -> String {
    "preferred_username".into()
}

const fn yes() -> bool {
    true
}

impl Checker<'_> {
    pub(super) fn console_sign_in(
        &mut self,
        instance: &str,
        id: &str,
        public_url: &str,
        raw: Option<&RawConsoleSignIn>,
    ) -> Option<ConsoleSignIn> {
        let raw = raw?;
        let place = format!("{instance}.console_sign_in");
        let before = self.mistakes.len();
        for (setting, claim) in [("name_claim", &raw.name_claim), ("role_claim", &raw.role_claim)] {
            if claim.is_empty() || claim.len() > 200 || claim.chars().any(char::is_control) {
                self.note(&format!("{place}.{setting}"), "must be the name of a claim");
            }
        }
        if raw.roles.is_empty() {
            self.note(
                &format!("{place}.roles"),
                "at least one is needed, for example: \"imper-admins\" = \"admin\"; without one nobody could sign in",
            );
        }
        let mut roles = Vec::new();
        for (value, role) in &raw.roles {
            let setting = format!("{place}.roles.{value:?}");
            if value.trim().is_empty() {
                self.note(&setting, "must be a value of the claim");
            }
            match Role::parse(role) {
                Some(role) => roles.push((value.clone(), role)),
                None => self.note(&setting, format!("“{role}” is not one of viewer, analyst, admin")),
            }
        }
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
        let redirect_uri = format!("{public_url}/console/sign-in/company/{id}");
        let provider = self.provider(&place, &provider, redirect_uri);
        if self.mistakes.len() > before {
            return None;
        }
        Some(ConsoleSignIn {
            provider: provider?,
            name_claim: raw.name_claim.clone(),
            role_claim: raw.role_claim.clone(),
            roles,
            local_sign_in: raw.local_sign_in,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::testing::config_text;

    const GOOD: &str = r#"
        [instance.console_sign_in]
        provider = "Acme Sign-On"
        issuer = "https://login.example.com/acme"
        client_id = "imper-console"
        client_secret_env = "ACME_CLIENT_SECRET"
        role_claim = "groups"
        roles = { "imper admins" = "admin", soc = "analyst" }
    "#;

    /// The last instance of the configuration, globex, with a section.
    fn parse(section: &str) -> Result<ConsoleSignIn, Vec<String>> {
        let (text, secrets) = config_text();
        let mut config =
            Config::parse(&format!("{text}\n{section}"), &secrets).map_err(|error| error.mistakes)?;
        Ok(config.instances.pop_last().unwrap().1.console_sign_in.unwrap())
    }

    #[test]
    fn roles_are_read_and_what_is_left_out_is_sensible() {
        let read = parse(GOOD).unwrap();
        assert_eq!(
            read.roles,
            [
                ("imper admins".to_owned(), Role::Admin),
                ("soc".to_owned(), Role::Analyst)
            ]
        );
        assert!(read.local_sign_in && !read.provider.sign_in_anew);
        assert_eq!(read.name_claim, "preferred_username");
        assert_eq!(
            read.provider.redirect_uri,
            "https://verify.example.com/console/sign-in/company/globex"
        );
        let more = "local_sign_in = false\nname_claim = \"email\"\namr = [\"mfa\"]";
        let read = parse(&format!("{GOOD}{more}")).unwrap();
        assert!(!read.local_sign_in && read.name_claim == "email");
        assert_eq!(read.provider.amr, ["mfa"]);
    }

    #[test]
    fn every_mistake_is_named() {
        let bad = GOOD
            .replace("\"groups\"", "\"\"")
            .replace("\"analyst\"", "\"emperor\"")
            .replace("https://login.example.com/acme", "http://login.example.com")
            .replace("ACME_CLIENT_SECRET", "NO_SUCH_SECRET")
            .replace("\"imper-console\"", "\" \"");
        let mistakes = parse(&bad).unwrap_err();
        for expected in [
            "console_sign_in.role_claim",
            "“emperor” is not one of viewer, analyst, admin",
            "console_sign_in.issuer",
            "NO_SUCH_SECRET",
            "console_sign_in.client_id",
        ] {
            assert!(
                mistakes.iter().any(|mistake| mistake.contains(expected)),
                "{expected}: {mistakes:?}"
            );
        }
        let nobody = GOOD.replace("{ \"imper admins\" = \"admin\", soc = \"analyst\" }", "{}");
        let mistakes = parse(&nobody).unwrap_err();
        assert!(mistakes[0].contains("nobody could sign in"), "{mistakes:?}");
    }
}
