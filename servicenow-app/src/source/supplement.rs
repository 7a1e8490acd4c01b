//! The sets beside the app's own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::kinds::{AtfTest, BusinessRule, SetFile};
use super::{Reader, Sourced, path_beside, read_files};
use crate::error::{Finding, PackError, Rule};

/// An update set beside the app's own: what an admin may add to it, or leave.
#[derive(Debug)]
pub struct Supplement {
    /// Every file by its path.
    pub files: BTreeMap<String, String>,
    pub set: SetFile,
    pub business_rules: Vec<Sourced<BusinessRule>>,
    pub tests: Vec<Sourced<AtfTest>>,
}

impl Supplement {
    /// The text of `name`, a file beside `file`.
    pub fn beside(&self, file: &str, name: &str) -> &str {
        self.files
            .get(&path_beside(file, name))
            .map_or("", String::as_str)
    }
}

/// Reads the folder of one such set; `None` if it does not say what it is.
pub fn load_supplement(root: &Path) -> Result<(Option<Supplement>, Vec<Finding>), PackError> {
    let mut findings = Vec::new();
    let files = read_files(root, &mut findings)?;
    let mut reader = Reader {
        files: &files,
        seen: BTreeSet::new(),
        findings,
    };
    let set: Option<SetFile> = reader.file("set.toml");
    let business_rules: Vec<Sourced<BusinessRule>> = reader.folder("sys_script");
    let tests: Vec<Sourced<AtfTest>> = reader.folder("sys_atf_test");
    for rule in &business_rules {
        reader.companion(&rule.file, &rule.script);
    }
    for test in &tests {
        for script in test.steps.iter().filter_map(|step| step.script.as_ref()) {
            reader.companion(&test.file, script);
        }
    }
    let mut findings = reader.finish();
    let Some(set) = set else {
        findings.push(Finding::in_file(
            "set.toml",
            Rule::Syntax,
            "is missing or does not parse",
        ));
        return Ok((None, findings));
    };
    let supplement = Supplement {
        files,
        set,
        business_rules,
        tests,
    };
    Ok((Some(supplement), findings))
}
