//! Signs emails (DKIM, RFC 6376; Ed25519 after RFC 8463), so that the reader's provider can tell that the domain answers
//! for them. Both canonicalisations are “relaxed”.
//!
//! Own code, because the libraries that do it bring the `rsa` crate, whose timing leak (RUSTSEC-2023-0071) has no fix;
//! the keys here are those of aws-lc.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use shared::words::UnixMillis;

use crate::config::Dkim;

/// RFC 8301, section 3.2: at least 1024 bits, 2048 recommended; providers refuse shorter ones.
const LEAST_RSA_BITS: usize = 2048;
/// Headers that are signed when present. `From` is named once more than it occurs, so that none can be added.
const SIGNED: [&str; 11] = [
    "From",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
    "Content-Language",
];

/// Why a key or a message cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// Not a private key in PEM.
    #[error(
        "is not a private key in PEM (PKCS #8; make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048)"
    )]
    Pem,
    /// Another kind of key, or a garbled one.
    #[error("is neither an RSA nor an Ed25519 key")]
    Kind,
    /// Too short.
    #[error("is an RSA key of fewer than {LEAST_RSA_BITS} bits")]
    TooShort,
    /// The key could not be used.
    #[error("the signature could not be made")]
    Signing,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Signs the messages of one domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

impl Signer {
    /// Reads the key.
    pub fn new(settings: &Dkim) -> Result<Self, DkimError> {
        let pem = settings.key_pem.expose_secret().as_bytes();
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| DkimError::Pem)?;
        let rsa = match &der {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            _ => None,
        };
        let key = match (rsa, &der) {
            (Some(pair), _) if pair.public_modulus_len() * 8 < LEAST_RSA_BITS => {
                return Err(DkimError::TooShort);
            }
            (Some(pair), _) => Key::Rsa(Box::new(pair)),
            (None, PrivateKeyDer::Pkcs8(der)) => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
                    .map(|pair| Key::Ed25519(Box::new(pair)))
                    .map_err(|_| DkimError::Kind)?
            }
            _ => return Err(DkimError::Kind),
        };
        Ok(Self {
            domain: settings.domain.clone(),
            selector: settings.selector.clone(),
            key,
        })
    }

    /// What to publish as TXT record at `SELECTOR._domainkey.DOMAIN`: its value, then its name.
    pub fn record(&self) -> (String, String) {
        let (kind, public) = match &self.key {
            Key::Rsa(pair) => ("rsa", STANDARD.encode(spki(pair))),
            Key::Ed25519(pair) => ("ed25519", STANDARD.encode(pair.public_key().as_ref())),
        };
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (format!("v=DKIM1; k={kind}; p={public}"), name)
    }

    /// The message with its signature before it. `message` is a whole message with CRLF line ends.
    pub fn sign(&self, message: &[u8], now: UnixMillis) -> Result<Vec<u8>, DkimError> {
        let end = message.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, body) = match end {
            Some(at) => (&message[..at + 2], &message[at + 4..]),
            None => (message, &[][..]),
        };
        let head = String::from_utf8_lossy(head);
        let headers = headers(&head);
        let (mut names, mut text) = (Vec::new(), String::new());
        let mut used: Vec<&str> = Vec::new();
        for name in SIGNED {
            // From the last one upwards (section 5.4.2); a name that is used up stands for “none”.
            let earlier = used.iter().filter(|used| **used == name).count();
            let mut found = headers
                .iter()
                .rev()
                .filter(|(found, _)| found.eq_ignore_ascii_case(name));
            match found.nth(earlier) {
                Some((found, value)) => text.push_str(&relaxed_header(found, value)),
                None if earlier > 0 => {}
                None => continue,
            }
            used.push(name);
            names.push(name);
        }
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let unsigned = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={};\r\n t={}; h={};\r\n bh={};\r\n b=",
            self.domain,
            self.selector,
            now.unix_seconds(),
            names.join(":"),
            STANDARD.encode(digest(&SHA256, &relaxed_body(body)).as_ref()),
        );
        text.push_str(relaxed_header("DKIM-Signature", &unsigned).trim_end());
        let signature = STANDARD.encode(self.seal(text.as_bytes())?);
        let mut signed = format!("DKIM-Signature: {unsigned}").into_bytes();
        for (index, chunk) in signature.as_bytes().chunks(70).enumerate() {
            if index > 0 {
                signed.extend_from_slice(b"\r\n  ");
            }
            signed.extend_from_slice(chunk);
        }
        signed.extend_from_slice(b"\r\n");
        signed.extend_from_slice(message);
        Ok(signed)
    }

    fn seal(&self, text: &[u8]) -> Result<Vec<u8>, DkimError> {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
                    .map_err(|_| DkimError::Signing)?;
                Ok(signature)
            }
            // RFC 8463, section 3: the hash is what is signed.
            Key::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec()),
        }
    }
}

/// RFC 6376 publishes RSA keys as `SubjectPublicKeyInfo`.
fn spki(pair: &RsaKeyPair) -> Vec<u8> {
    use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
    let der: Result<PublicKeyX509Der<'_>, _> = pair.public_key().as_der();
    der.map(|der| der.as_ref().to_vec()).unwrap_or_default()
}

/// Names and values, the values still folded.
fn headers(head: &str) -> Vec<(&str, String)> {
    let mut headers: Vec<(&str, String)> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name, value.to_owned()));
        }
    }
    headers
}

/// Section 3.4.2.
fn relaxed_header(name: &str, value: &str) -> String {
    let value = value
        .split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    format!("{}:{}\r\n", name.trim().to_ascii_lowercase(), value.join(" "))
}

/// Section 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(body.len());
    // Empty lines are written only when something follows them.
    let mut pending = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut words = Vec::with_capacity(line.len());
        for byte in line {
            match byte {
                b' ' | b'\t' if words.last() == Some(&b' ') => {}
                b' ' | b'\t' => words.push(b' '),
                other => words.push(*other),
            }
        }
        if words.last() == Some(&b' ') {
            words.pop();
        }
        if words.is_empty() {
            pending += 1;
            continue;
        }
        for _ in 0..pending {
            relaxed.extend_from_slice(b"\r\n");
        }
        pending = 0;
        relaxed.extend_from_slice(&words);
        relaxed.extend_from_slice(b"\r\n");
    }
    relaxed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private key of RFC 8463, appendix A.2, wrapped as PKCS #8.
    const RFC_8463: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    fn ed25519() -> Signer {
        let mut der = vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ];
        der.extend(STANDARD.decode(RFC_8463).unwrap());
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        );
        Signer::new(&Dkim {
            domain: "football.example.com".into(),
            selector: "brisbane".into(),
            key_pem: pem.into(),
        })
        .unwrap()
    }

    #[test]
    fn the_public_key_is_that_of_the_standard() {
        let (value, name) = ed25519().record();
        assert_eq!(name, "brisbane._domainkey.football.example.com");
        assert_eq!(
            value,
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        );
    }

    #[test]
    fn the_examples_of_the_standard_are_canonicalised_as_it_says() {
        // RFC 6376, section 3.4.5.
        assert_eq!(relaxed_header("A", " X"), "a:X\r\n");
        assert_eq!(relaxed_header("B ", " Y\t\r\n\tZ  "), "b:Y Z\r\n");
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b"a\r\n\r\nb"), b"a\r\n\r\nb\r\n");
        // The body hash of RFC 8463, appendix A.3.
        let body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
        let hash = STANDARD.encode(digest(&SHA256, &relaxed_body(body)).as_ref());
        assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    }

    #[test]
    fn every_header_that_matters_is_named_and_from_once_more() {
        let message = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nX-Other: y\r\n\r\nHi\r\n";
        let signed = ed25519().sign(message, UnixMillis(1_528_637_909_000)).unwrap();
        let text = String::from_utf8(signed).unwrap();
        assert!(text.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;"));
        assert!(
            text.contains(" t=1528637909; h=From:From:To:Subject;\r\n"),
            "{text}"
        );
        assert!(text.ends_with("\r\n\r\nHi\r\n"));
    }

    #[test]
    fn what_is_no_usable_key_is_refused() {
        let of = |pem: &str| {
            let settings = Dkim {
                domain: "d.example".into(),
                selector: "s".into(),
                key_pem: pem.into(),
            };
            Signer::new(&settings).err()
        };
        assert_eq!(of("no key"), Some(DkimError::Pem));
        let garbled = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(of(garbled), Some(DkimError::Kind));
        let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(of(&elliptic), Some(DkimError::Kind));
    }
}
