//! Error bodies: RFC 9457 problem details, `application/problem+json`.

use serde::{Deserialize, Serialize};

/// One problem. `kind` is stable and may be matched on; `title` and `detail` are for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:imper:problem:` + a stable name, for example `urn:imper:problem:invalid-destination`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, the same for every occurrence of this kind.
    pub title: String,
    /// Equal to the HTTP status code.
    pub status: u16,
    /// What to do about this occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The input field that is wrong, for example `destination`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds to wait before trying again, for limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// What every problem type starts with.
pub const PROBLEM_PREFIX: &str = "urn:imper:problem:";

impl Problem {
    /// The stable name: the `type` without its prefix.
    pub fn name(&self) -> &str {
        self.kind.strip_prefix(PROBLEM_PREFIX).unwrap_or(&self.kind)
    }
}
