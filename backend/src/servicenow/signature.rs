//! Signs what leaves as a webhook, after <https://www.standardwebhooks.com>: HMAC-SHA256 over `id.timestamp.body`.
//! Result events for ServiceNow and messages for the text message gateway are signed the same way.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use shared::words::UnixMillis;

use crate::keys::equal;

/// What every Standard Webhooks secret starts with.
const SECRET_PREFIX: &str = "whsec_";

/// Names of the three headers.
pub const ID_HEADER: &str = "webhook-id";
/// Seconds since 1970; receivers refuse what is more than five minutes off.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// `v1,` and the base64 form of the signature.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// The secret is not `whsec_` and base64. The configuration check refuses such a secret before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook secret is not {SECRET_PREFIX} and base64")]
pub struct BadSecret;

/// The headers of one signed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// For [`TIMESTAMP_HEADER`].
    pub timestamp: String,
    /// For [`SIGNATURE_HEADER`].
    pub signature: String,
}

/// Signs `body` as message `id`, at `now`: each attempt is signed anew, because receivers refuse old timestamps.
pub fn sign(secret: &SecretString, id: &str, now: UnixMillis, body: &str) -> Result<Signed, BadSecret> {
    let encoded = secret
        .expose_secret()
        .strip_prefix(SECRET_PREFIX)
        .ok_or(BadSecret)?;
    let key = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
    let timestamp = now.unix_seconds().to_string();
    let content = format!("{id}.{timestamp}.{body}");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), content.as_bytes());
    Ok(Signed {
        signature: format!("v1,{}", STANDARD.encode(tag.as_ref())),
        timestamp,
    })
}

/// Signs with every secret, for a receiver that has one of them: the signatures stand in one header, with spaces between.
pub fn sign_with_all(
    secrets: &[SecretString],
    id: &str,
    now: UnixMillis,
    body: &str,
) -> Result<Signed, BadSecret> {
    let signed: Vec<Signed> = secrets
        .iter()
        .map(|secret| sign(secret, id, now, body))
        .collect::<Result<_, _>>()?;
    let signatures: Vec<&str> = signed.iter().map(|one| one.signature.as_str()).collect();
    let signature = signatures.join(" ");
    let first = signed.into_iter().next().ok_or(BadSecret)?;
    Ok(Signed { signature, ..first })
}

/// How far a timestamp may be off, in seconds: what the specification suggests.
const TOLERANCE_SECONDS: i64 = 300;

/// Why an incoming message is not believed. For the log; the sender is only told that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// A header is missing or garbled.
    #[error("a signature header is missing or garbled")]
    Headers,
    /// The timestamp is too far from now.
    #[error("its timestamp is more than five minutes off")]
    Time,
    /// No signature fits.
    #[error("its signature does not fit")]
    Signature,
}

/// Checks an incoming message: `signatures` may hold several, separated by spaces, while a secret is replaced.
pub fn verify(
    secret: &SecretString,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &str,
    now: UnixMillis,
) -> Result<(), Unverified> {
    let seconds: i64 = timestamp.parse().map_err(|_| Unverified::Headers)?;
    if id.is_empty() || seconds.to_string() != timestamp {
        return Err(Unverified::Headers);
    }
    if seconds.abs_diff(now.unix_seconds()) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Unverified::Time);
    }
    let expected = sign(secret, id, UnixMillis(seconds.saturating_mul(1000)), body)
        .map_err(|_| Unverified::Signature)?;
    // Every one is compared, so that the time taken tells nothing.
    let fitting = signatures
        .split(' ')
        .filter(|given| equal(given, &expected.signature))
        .count();
    if fitting > 0 {
        Ok(())
    } else {
        Err(Unverified::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn the_published_example_comes_out_the_same() {
        let signed = sign(
            &"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            UnixMillis(1_614_265_330_999),
            r#"{"test": 2432232314}"#,
        );
        let expected = Signed {
            timestamp: "1614265330".into(),
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".into(),
        };
        assert_eq!(signed, Ok(expected));
    }

    #[test]
    fn every_part_counts() {
        let secret: SecretString = format!("whsec_{}", STANDARD.encode([7; 32])).into();
        let of =
            |secret: &SecretString, id, at, body| sign(secret, id, UnixMillis(at), body).unwrap().signature;
        let first = of(&secret, "a", 1000, "{}");
        let other_secret: SecretString = format!("whsec_{}", STANDARD.encode([8; 32])).into();
        for other in [
            of(&other_secret, "a", 1000, "{}"),
            of(&secret, "b", 1000, "{}"),
            of(&secret, "a", 2000, "{}"),
            of(&secret, "a", 1000, "{ }"),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn only_fresh_messages_with_a_fitting_signature_are_believed() {
        let secret: SecretString = format!("whsec_{}", STANDARD.encode([7; 32])).into();
        let now = UnixMillis(1_000_000);
        let signed = sign(&secret, "msg", now, "{}").unwrap();
        let check = |id, timestamp: &str, signatures: &str, body, seconds_later| {
            verify(
                &secret,
                id,
                timestamp,
                signatures,
                body,
                now.plus_seconds(seconds_later),
            )
        };
        let rotated = format!("v1,old {}", signed.signature);
        assert_eq!(check("msg", "1000", &rotated, "{}", 300), Ok(()));
        assert_eq!(check("msg", "1000", &rotated, "{}", 301), Err(Unverified::Time));
        assert_eq!(
            check("msg", "1000", &rotated, "{ }", 0),
            Err(Unverified::Signature)
        );
        assert_eq!(
            check("other", "1000", &rotated, "{}", 0),
            Err(Unverified::Signature)
        );
        assert_eq!(check("msg", "1000", "", "{}", 0), Err(Unverified::Signature));
        for garbled in ["", "x", "+1000", "01000"] {
            assert_eq!(
                check("msg", garbled, &rotated, "{}", 0),
                Err(Unverified::Headers),
                "{garbled}"
            );
        }
    }

    #[test]
    fn a_secret_of_another_form_signs_nothing() {
        for secret in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64"] {
            assert_eq!(
                sign(&secret.into(), "a", UnixMillis(0), ""),
                Err(BadSecret),
                "{secret}"
            );
        }
    }
}
