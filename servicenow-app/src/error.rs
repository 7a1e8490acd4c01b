//! What can be wrong with the sources, and where.

use std::fmt;
use std::path::PathBuf;

/// Why no update set was made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The sources hold mistakes: all of them, in order of file and line.
    #[error("{}", listed(.0))]
    Invalid(Vec<Finding>),
    /// The ES module with the widget inside could not be served unchanged by the platform.
    #[error("the panel module cannot be packed: {0}")]
    Panel(String),
}

/// The rule that a source breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// TOML or markup that does not parse, an unknown folder or field, a file that nothing uses.
    Syntax,
    /// Something is referred to that does not exist.
    Reference,
    /// A name is longer than the platform allows.
    Length,
    /// A name lacks the prefix of the scope.
    Prefix,
    /// A secret, or what looks like one.
    Secret,
    /// Console output in a script.
    Console,
    /// A `sys_id` in a source that is not on the list of allowed ones.
    SysId,
    /// Two records with the same key.
    Duplicate,
    /// The platform or its certification forbids it.
    Platform,
}

/// One mistake in the sources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File, relative to the app's folder.
    pub file: String,
    /// Line, from 1, if it is known.
    pub line: Option<usize>,
    /// The rule that is broken.
    pub rule: Rule,
    /// What is wrong, in words.
    pub message: String,
}

impl Finding {
    /// A mistake somewhere in `file`.
    pub(crate) fn in_file(file: &str, rule: Rule, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            rule,
            message: message.into(),
        }
    }

    /// A mistake at the byte `offset` of `text`, which is what `file` holds.
    pub(crate) fn at(file: &str, text: &str, offset: usize, rule: Rule, message: impl Into<String>) -> Self {
        let line = text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        Self {
            file: file.to_owned(),
            line: Some(line),
            rule,
            message: message.into(),
        }
    }

    /// A mistake in the first line of `text` that holds `needle`; somewhere in the file if none does.
    pub(crate) fn where_it_says(
        file: &str,
        text: &str,
        needle: &str,
        rule: Rule,
        message: impl Into<String>,
    ) -> Self {
        match text.find(&format!("\"{needle}\"")).or_else(|| text.find(needle)) {
            Some(offset) => Self::at(file, text, offset, rule, message),
            None => Self::in_file(file, rule, message),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

fn listed(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    format!(
        "{} mistake(s) in the app's sources\n{}",
        findings.len(),
        lines.join("\n")
    )
}
