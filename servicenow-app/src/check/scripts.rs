//! Do scripts and markup name only what exists?
//!
//! This reads words, not JavaScript: whatever begins with the scope must be something that the app defines, and
//! whatever is constructed must be a script include or a known class of the platform.

use super::Known;
use crate::error::{Finding, Rule};
use crate::source::Source;

/// Classes of the platform and of the language that the app's scripts construct. A new one is a decision: the
/// emulated instance must know it too.
const CLASSES: &[&str] = &[
    "Blob",
    "CertificateEncryption",
    "Date",
    "DecompressionStream",
    "GlideAggregate",
    "GlideDateTime",
    "GlideRecord",
    "GlideRecordSecure",
    "MutationObserver",
    "ResizeObserver",
    "Response",
    "Uint8Array",
    "sn_cc.StandardCredentialsProvider",
    "sn_ws.RESTMessageV2",
    "sn_ws_err.ServiceError",
];

pub fn check(source: &Source, known: &Known<'_>) -> Vec<Finding> {
    source
        .files
        .iter()
        .filter(|(file, _)| !is_toml(file))
        .flat_map(|(file, text)| check_text(known, file, text))
        .collect()
}

/// The names in one text.
pub fn check_text(known: &Known<'_>, file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut refuse = |offset: usize, message: String| {
        findings.push(Finding::at(file, text, offset, Rule::Reference, message));
    };
    for (offset, word) in words(text) {
        if let Some(problem) = unknown(known, word) {
            refuse(offset, problem);
        }
    }
    for (offset, class) in constructed(text) {
        let own = class
            .strip_prefix(known.scope)
            .and_then(|rest| rest.strip_prefix('.'))
            .unwrap_or(class);
        if !CLASSES.contains(&class) && !known.script_includes.contains(&own) {
            refuse(
                offset,
                format!("there is no script include or known class {class}"),
            );
        }
    }
    for (offset, path) in quoted_after(text, &format!("/api/{}/", known.scope)) {
        if !known.paths.iter().any(|resource| resource == path) {
            refuse(offset, format!("there is no resource {path}"));
        }
    }
    for (offset, path) in quoted_after(text, "/uxasset/externals/") {
        let asset = path
            .trim_start_matches("/uxasset/externals/")
            .split(".jsdbx")
            .next()
            .unwrap_or_default();
        if !known.assets.contains(&asset) {
            refuse(offset, format!("there is no asset {asset}"));
        }
    }
    findings
}

pub fn is_toml(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, ending)| ending == "toml")
}

/// What is wrong with a word that begins with the scope; `None` for every other word.
fn unknown(known: &Known<'_>, word: &str) -> Option<String> {
    let rest = word.strip_prefix(known.scope)?;
    if let Some(name) = rest.strip_prefix('.') {
        let first = name.split('.').next().unwrap_or_default();
        if first.starts_with(|c: char| c.is_ascii_uppercase()) {
            let is_alias = known.aliases.iter().any(|alias| alias == word);
            return (!is_alias && !known.script_includes.contains(&first))
                .then(|| format!("there is no script include {first}"));
        }
        let found = [&known.properties, &known.roles, &known.events]
            .iter()
            .any(|names| names.contains(&word));
        return (!found).then(|| format!("there is no property, role or event {word}"));
    }
    let name = word
        .strip_suffix(".do")
        .or_else(|| word.strip_suffix(".xml"))
        .unwrap_or(word);
    let found = !rest.starts_with('_')
        || known.tables.contains(&name)
        || known.columns.iter().any(|(_, column)| *column == name)
        || known.has_scoped(&known.pages, name)
        || known.has_scoped(&known.macros, name);
    (!found).then(|| format!("there is no table, column, page or macro {name}"))
}

/// Words of letters, digits, underscores and dots, with where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| !word.is_empty())
        .map(move |word| (offset_in(text, word), word.trim_end_matches('.')))
}

/// Names after `new `.
fn constructed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("new ").filter_map(move |(offset, found)| {
        let before = text.get(..offset)?.chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        let start = offset + found.len();
        let (_, word) = words(text.get(start..)?).next()?;
        let end = start + word.len();
        // Only a call: in a comment, "new" is an ordinary word.
        (text.get(start..)?.starts_with(word) && text.get(end..)?.starts_with('(')).then_some((offset, word))
    })
}

/// Texts that begin with `start`, up to the next quote or blank.
fn quoted_after<'a>(text: &'a str, start: &str) -> Vec<(usize, &'a str)> {
    text.match_indices(start)
        .map(|(offset, _)| {
            let rest = text.get(offset..).unwrap_or_default();
            let end = rest.find(|c: char| matches!(c, '\'' | '"' | '?' | '<' | ',') || c.is_whitespace());
            (offset, rest.get(..end.unwrap_or(rest.len())).unwrap_or_default())
        })
        .collect()
}

/// Where a part of `text` begins in it.
fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}
