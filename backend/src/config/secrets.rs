//! Where secrets come from: the environment, or files that it names. Never the configuration file.

use std::collections::BTreeMap;

use secrecy::SecretString;

/// Gives secrets by name.
pub trait SecretSource {
    /// The secret `name`; the error is a sentence that says what to do.
    fn secret(&self, name: &str) -> Result<SecretString, String>;
}

/// `NAME` from the environment, or the content of the file that `NAME_FILE` names, without a trailing line break.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment;

impl SecretSource for Environment {
    fn secret(&self, name: &str) -> Result<SecretString, String> {
        let file_variable = format!("{name}_FILE");
        if let Ok(path) = std::env::var(&file_variable) {
            return match std::fs::read_to_string(&path) {
                Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).into()),
                Err(error) => Err(format!(
                    "the file that {file_variable} names cannot be read: {error}"
                )),
            };
        }
        match std::env::var(name) {
            Ok(value) if !value.is_empty() => Ok(value.into()),
            _ => Err(format!(
                "set the environment variable {name}, or {file_variable} to a file that holds it"
            )),
        }
    }
}

/// Secrets by name, for programs that hold them already.
impl SecretSource for BTreeMap<String, String> {
    fn secret(&self, name: &str) -> Result<SecretString, String> {
        self.get(name)
            .map(|value| value.clone().into())
            .ok_or_else(|| format!("{name} is not given"))
    }
}
