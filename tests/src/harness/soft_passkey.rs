//! A passkey without a device: a key pair of P-256 that answers as a browser with a synced passkey does. For tests
//! that have no browser; the others use Chromium's virtual authenticator.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The person is there and was verified by the device; the key may be and is copied between devices.
const FLAGS: u8 = 0x01 | 0x04 | 0x08 | 0x10;
/// A new credential follows.
const WITH_CREDENTIAL: u8 = 0x40;

/// See the module.
pub struct SoftPasskey {
    key: EcdsaKeyPair,
    id: [u8; 16],
    origin: String,
    /// What it says of the person and of itself.
    pub flags: u8,
    /// How often it has signed; zero for ever with most synced passkeys.
    pub counter: u32,
}

impl SoftPasskey {
    /// A fresh one, on pages of `origin`.
    pub fn new(origin: &str) -> Self {
        let mut id = [0; 16];
        must(aws_lc_rs::rand::fill(&mut id));
        Self {
            key: must(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)),
            id,
            origin: origin.to_owned(),
            flags: FLAGS,
            counter: 0,
        }
    }

    /// The same on pages of another origin, as a look-alike site would have it.
    #[must_use]
    pub fn on(mut self, origin: &str) -> Self {
        origin.clone_into(&mut self.origin);
        self
    }

    /// What `navigator.credentials.create` gives for these options.
    pub fn create(&self, options: &str) -> String {
        let options: Value = must(serde_json::from_str(options));
        let options = &options["publicKey"];
        let mut data = self.data(options["rp"]["id"].as_str().unwrap_or_default(), WITH_CREDENTIAL);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data}, in CBOR.
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(must(u8::try_from(data.len())));
        attestation.extend(data);
        let response = json!({
            "clientDataJSON": text(self.client_data("webauthn.create", options).as_bytes()),
            "attestationObject": text(&attestation),
        });
        self.answer(&response)
    }

    /// What `navigator.credentials.get` gives for these options.
    pub fn sign(&self, options: &str) -> String {
        let options: Value = must(serde_json::from_str(options));
        let options = &options["publicKey"];
        let data = self.data(options["rpId"].as_str().unwrap_or_default(), 0);
        let client_data = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client_data.as_bytes()).as_ref());
        let signature = must(self.key.sign(&SystemRandom::new(), &signed));
        let response = json!({
            "clientDataJSON": text(client_data.as_bytes()),
            "authenticatorData": text(&data),
            "signature": text(signature.as_ref()),
            "userHandle": Value::Null,
        });
        self.answer(&response)
    }

    fn answer(&self, response: &Value) -> String {
        json!({ "id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "response": response, "extensions": {} })
            .to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn data(&self, site: &str, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, site.as_bytes()).as_ref().to_vec();
        data.push(self.flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y}, in CBOR.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..65]);
        [
            &b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..],
            x,
            &b"\x22\x58\x20"[..],
            y,
        ]
        .concat()
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A double that cannot go on ends its test.
fn must<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error:?}"),
    }
}
