//! The risk policy of the configuration, with the text that it was read from.

use std::sync::Arc;

use crate::verification::{Policy, PolicyError};

/// See the module.
#[derive(Clone, Debug)]
pub struct PolicySource {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its text.
    pub text: Arc<str>,
    /// The file; `None` for the policy that is shipped.
    pub path: Option<String>,
}

impl PolicySource {
    /// The policy that is shipped, in force where no other is named.
    pub fn shipped() -> Self {
        Self {
            policy: Arc::new(Policy::standard()),
            text: Policy::STANDARD_TEXT.into(),
            path: None,
        }
    }

    /// The policy of a file with this text.
    pub fn read(path: &str, text: String) -> Result<Self, PolicyError> {
        Ok(Self {
            policy: Arc::new(Policy::parse(&text)?),
            text: text.into(),
            path: Some(path.to_owned()),
        })
    }
}
