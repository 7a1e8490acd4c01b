//! Signed reports: the statement of a decided verification in a form that convinces somebody who does not trust the
//! database, the console or the person who hands it over.
//!
//! A report is one JSON document in the canonical form of RFC 8785: `{"report":…,"signature":…}`. The signature is
//! Ed25519 over the canonical form of `report`. There is exactly one way to write a report, and [`open`] takes no
//! other: whoever changes a single byte, a space between two members included, has another file, which is refused.

mod key;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::verification::statement::{FORMAT, KIND, Statement};

pub use key::{PublicKey, ReportKey, ReportKeyError};

/// The only algorithm (RFC 8725, section 3.1: the key says which one, not the document).
const ALGORITHM: &str = "Ed25519";

/// Why a file is no report of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Another kind of file, or a garbled one.
    #[error("This is not a signed report: {0}.")]
    Unreadable(String),
    /// The same content, written otherwise.
    #[error(
        "This file is not written as a signed report is written. Check the file that was downloaded, unchanged."
    )]
    NotCanonical,
    /// Signed in another way.
    #[error("This report is signed with “{0}”; only {ALGORITHM} is accepted.")]
    Algorithm(String),
    /// Signed with another key.
    #[error(
        "This report is signed with the key {found}, which is not the one it was checked with ({known})."
    )]
    OtherKey {
        /// What the report names.
        found: String,
        /// The key at hand.
        known: String,
    },
    /// The signature does not fit.
    #[error("The signature does not fit: the report was changed, or it was not made by this service.")]
    Signature,
    /// Signed by us, but by a version that said other things.
    #[error("This is a “{kind}” of format {format}, which this version does not know.")]
    Format {
        /// What it calls itself.
        kind: String,
        /// Its format.
        format: u64,
    },
}

/// What stands beside the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// [`ALGORITHM`].
    pub algorithm: String,
    /// [`PublicKey::id`].
    pub key_id: String,
    /// base64url without padding.
    pub value: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    report: serde_json::Value,
    signature: Signature,
}

/// A report that was just signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The whole file.
    pub file: String,
    /// Its signature, for the page that people read.
    pub signature: Signature,
}

/// Signs a statement.
///
/// # Errors
/// When the statement cannot be written as JSON, which no statement of ours does.
pub fn seal(key: &ReportKey, statement: &Statement) -> serde_json::Result<Sealed> {
    let report = serde_json::to_value(statement)?;
    let signed = serde_json_canonicalizer::to_vec(&report)?;
    let signature = Signature {
        algorithm: ALGORITHM.to_owned(),
        key_id: key.public().id(),
        value: URL_SAFE_NO_PAD.encode(key.sign(&signed)),
    };
    let envelope = Envelope { report, signature };
    Ok(Sealed {
        file: serde_json_canonicalizer::to_string(&envelope)?,
        signature: envelope.signature,
    })
}

/// Reads a file and checks that it is, byte for byte, what was signed with `key`.
pub fn open(key: PublicKey, file: &[u8]) -> Result<Statement, ReportError> {
    let unreadable = |error: serde_json::Error| ReportError::Unreadable(error.to_string());
    let envelope: Envelope = serde_json::from_slice(file).map_err(unreadable)?;
    if serde_json_canonicalizer::to_vec(&envelope).map_err(unreadable)? != file {
        return Err(ReportError::NotCanonical);
    }
    let Envelope { report, signature } = envelope;
    if signature.algorithm != ALGORITHM {
        return Err(ReportError::Algorithm(signature.algorithm));
    }
    let known = key.id();
    if signature.key_id != known {
        let found = signature.key_id;
        return Err(ReportError::OtherKey { found, known });
    }
    let value = URL_SAFE_NO_PAD
        .decode(&signature.value)
        .map_err(|_| ReportError::Signature)?;
    let signed = serde_json_canonicalizer::to_vec(&report).map_err(unreadable)?;
    if !key.has_signed(&signed, &value) {
        return Err(ReportError::Signature);
    }
    let kind = report["kind"].as_str().unwrap_or_default();
    let format = report["format"].as_u64().unwrap_or_default();
    if kind != KIND || format != u64::from(FORMAT) {
        return Err(ReportError::Format {
            kind: kind.to_owned(),
            format,
        });
    }
    serde_json::from_value(report).map_err(unreadable)
}

#[cfg(test)]
mod tests;
