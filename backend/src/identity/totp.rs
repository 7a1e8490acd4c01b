//! Time-based one-time codes (RFC 6238): six digits, SHA-1, steps of 30 seconds, which is what every app reads. The
//! secret has the 160 bits that RFC 4226 (section 4) recommends.

use shared::words::UnixMillis;
use totp_rs::Builder;
use zeroize::Zeroizing;

use crate::verification::checks::authenticator_app::{STEP_SECONDS, acceptable_steps};

/// Length of a secret in bytes.
pub const SECRET_BYTES: usize = 20;

/// A secret that app and service share. No `Debug`: it must not reach a log.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; SECRET_BYTES]>);

impl Secret {
    /// A secret of random bytes.
    pub fn from_random(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A secret that was kept; `None` if it has another length.
    pub fn from_kept(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_random)
    }

    /// The bytes, to be sealed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The key as people type it into an app: base 32 in groups of four.
    pub fn as_key(&self) -> String {
        let key = totp_rs::Secret::from(self.as_bytes()).to_base32();
        let groups: Vec<&str> = (0..key.len())
            .step_by(4)
            .filter_map(|at| key.get(at..(at + 4).min(key.len())))
            .collect();
        groups.join(" ")
    }

    /// The address that the QR code holds. `company` is what the app shows above the code, `account` below it. `None` if
    /// the library cannot write it.
    pub fn address(&self, company: &str, account: &str) -> Option<String> {
        // A colon separates the two; nothing else is forbidden in them.
        let plain = |text: &str| {
            let text = text.replace(':', " ");
            if text.trim().is_empty() {
                "imper.ai".to_owned()
            } else {
                text
            }
        };
        let totp = Builder::new()
            .with_secret(self.as_bytes())
            .with_issuer(Some(plain(company)))
            .with_account_name(plain(account))
            .build()
            .ok()?;
        totp.to_url().ok()
    }

    /// The time step whose code this is, among those that are accepted at `now` when the code of `last_used` was the last
    /// one used (RFC 6238, section 5.2). Whoever gets a step must spend it before anything follows from it.
    pub fn step_of(&self, code: &str, now: UnixMillis, last_used: Option<i64>) -> Option<i64> {
        let totp = Builder::new()
            .with_secret(self.as_bytes())
            .with_skew(0)
            .with_account_name("imper.ai")
            .build()
            .ok()?;
        acceptable_steps(now, last_used).into_iter().find(|step| {
            let at = u64::try_from(step.saturating_mul(STEP_SECONDS));
            // Compared in constant time.
            at.is_ok_and(|at| totp.check(code, at).is_some())
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The code that an app shows at `now`.
    pub(crate) fn code_at(key: &str, now: UnixMillis) -> String {
        let secret = totp_rs::Secret::try_from_base32(key.replace(' ', "")).unwrap();
        let totp = Builder::new()
            .with_secret(secret)
            .with_account_name("app")
            .build()
            .unwrap();
        totp.generate(now.unix_seconds().unsigned_abs()).to_string()
    }

    /// The secret of the test vectors of RFC 6238, appendix B.
    fn rfc() -> Secret {
        Secret::from_random(*b"12345678901234567890")
    }

    #[test]
    fn the_test_vectors_of_the_standard_are_accepted() {
        // The last six of the eight digits of the appendix.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let now = UnixMillis(seconds * 1000);
            assert_eq!(rfc().step_of(code, now, None), Some(seconds / 30), "{seconds}");
            assert_eq!(code_at(&rfc().as_key(), now), code);
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_around_and_never_twice() {
        let (secret, code) = (rfc(), "287082");
        let step = 1;
        for (seconds, found) in [
            (0, Some(step)),
            (59, Some(step)),
            (89, Some(step)),
            (90, None),
            (1000, None),
        ] {
            assert_eq!(
                secret.step_of(code, UnixMillis(seconds * 1000), None),
                found,
                "{seconds}"
            );
        }
        assert_eq!(secret.step_of(code, UnixMillis(59_000), Some(step)), None);
        assert_eq!(
            secret.step_of(code, UnixMillis(59_000), Some(step - 1)),
            Some(step)
        );
        for garbled in ["", "28708", "2870820", "+87082", "２８７０８２"] {
            assert_eq!(
                secret.step_of(garbled, UnixMillis(59_000), None),
                None,
                "{garbled}"
            );
        }
    }

    #[test]
    fn an_app_reads_the_address_and_a_person_the_key() {
        let address = rfc().address("Acme: EMEA & more", "mia.chen").unwrap();
        let url = url::Url::parse(&address).unwrap();
        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
        let issuer = url.query_pairs().find(|(name, _)| name == "issuer");
        assert_eq!(issuer.unwrap().1, "Acme  EMEA & more");
        assert!(
            address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{address}"
        );
        assert_eq!(rfc().as_key(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(rfc().address("", ":").is_some());
        assert!(Secret::from_kept(b"short").is_none());
    }
}
