//! Digests, message authentication codes and base64 for scripts.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::host::arg;
use crate::instance::core::{Exec, hex};
use crate::instance::error::InstanceError;

/// Answers the `crypto.*` operations.
pub fn call(exec: &Exec, operation: &str, arguments: Value) -> Result<Value, InstanceError> {
    match operation {
        "crypto.mac" => {
            let (key, algorithm, data): (String, String, String) = arg(arguments)?;
            mac(exec, &key, &algorithm, &data)
        }
        "crypto.digest" => {
            let (algorithm, encoding, data): (String, String, String) = arg(arguments)?;
            let algorithm = match algorithm.as_str() {
                "SHA1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
                "SHA256" => &digest::SHA256,
                "SHA384" => &digest::SHA384,
                "SHA512" => &digest::SHA512,
                other => return Err(exec.refuse(&format!("GlideDigest {other}"))),
            };
            let bytes = digest::digest(algorithm, data.as_bytes());
            Ok(json!(if encoding == "hex" {
                hex(bytes.as_ref())
            } else {
                STANDARD.encode(bytes.as_ref())
            }))
        }
        "crypto.base64" => {
            let text: String = arg(arguments)?;
            Ok(json!(STANDARD.encode(text)))
        }
        "crypto.unbase64" => {
            let text: String = arg(arguments)?;
            let bytes = STANDARD
                .decode(text.trim())
                .map_err(|error| InstanceError::Rejected {
                    table: "base64".to_owned(),
                    reason: error.to_string(),
                })?;
            match String::from_utf8(bytes) {
                Ok(text) => Ok(json!(text)),
                Err(_) => Err(exec.refuse("base64Decode of bytes that are not text")),
            }
        }
        other => Err(exec.refuse(&format!("host operation {other}"))),
    }
}

/// `CertificateEncryption.generateMac`: base64 key in, base64 code out.
fn mac(exec: &Exec, key: &str, algorithm: &str, data: &str) -> Result<Value, InstanceError> {
    let algorithm = match algorithm {
        "HmacSHA1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "HmacSHA256" => hmac::HMAC_SHA256,
        "HmacSHA384" => hmac::HMAC_SHA384,
        "HmacSHA512" => hmac::HMAC_SHA512,
        other => return Err(exec.refuse(&format!("CertificateEncryption.generateMac with {other}"))),
    };
    let key = STANDARD.decode(key).map_err(|error| InstanceError::Rejected {
        table: "CertificateEncryption".to_owned(),
        reason: format!("the key is not base64: {error}"),
    })?;
    let tag = hmac::sign(&hmac::Key::new(algorithm, &key), data.as_bytes());
    Ok(json!(STANDARD.encode(tag.as_ref())))
}
