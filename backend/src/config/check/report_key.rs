//! The key that signs reports.

use secrecy::ExposeSecret as _;

use super::Checker;
use crate::config::raw::RawReportKey;
use crate::keys::Keys;
use crate::signed_report::ReportKey;

/// Where the key comes from when `[report_key]` is set.
const VARIABLE: &str = "IMPER_REPORT_KEY";

impl Checker<'_> {
    /// The own key if there is one, else the one that the master key stands for. `None` without either, which is noted
    /// already.
    pub(super) fn report_key(
        &mut self,
        own: Option<&RawReportKey>,
        keys: Option<&Keys>,
    ) -> Option<ReportKey> {
        let read = match own {
            Some(_) => ReportKey::from_pem(self.secret("report_key", VARIABLE)?.expose_secret()),
            None => ReportKey::from_seed(&keys?.report_seed()),
        };
        read.inspect_err(|error| self.note(VARIABLE, error)).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::check::tests::good;

    /// Made with `openssl genpkey -algorithm ed25519`.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

    #[test]
    fn the_key_comes_from_the_master_key_or_is_its_own() {
        let (text, mut secrets) = good();
        let derived = Config::parse(&text, &secrets).unwrap().report_key.public();
        assert_eq!(
            derived,
            Config::parse(&text, &secrets).unwrap().report_key.public(),
            "it stays the same over restarts"
        );
        let own = format!("{text}\n[report_key]\n");
        let mistakes = Config::parse(&own, &secrets).err().unwrap().mistakes;
        assert!(
            mistakes.iter().any(|m| m.contains("IMPER_REPORT_KEY")),
            "{mistakes:?}"
        );
        secrets.insert("IMPER_REPORT_KEY".into(), PEM.into());
        let key = Config::parse(&own, &secrets).unwrap().report_key.public();
        assert_ne!(key, derived);
        // RFC 8032, section 7.1, test 1, whose seed this is.
        assert_eq!(
            key.to_jwk_set()["keys"][0]["x"],
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        );
        secrets.insert("IMPER_REPORT_KEY".into(), PEM.replace('M', "N"));
        let mistakes = Config::parse(&own, &secrets).err().unwrap().mistakes;
        assert!(mistakes.iter().any(|m| m.contains("PKCS #8")), "{mistakes:?}");
    }
}
