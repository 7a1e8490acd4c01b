//! The scoped app "imper.ai Verification" for ServiceNow, and the packer that makes one update set of it.
//!
//! `app/` holds the app as an administrator would recognise it: one folder for each platform table, a short TOML
//! file for each record, scripts and markup beside them. [`pack`] reads and checks that folder and yields the XML of
//! one update set, with the widget inside. The output is reproducible to the byte: every `sys_id` is derived from
//! scope, table and key, and every time is fixed.
//!
//! The way of a record: `source` (TOML) → `build` ([`record::Record`] with its payload) → `update_set` (row and
//! envelope). `check` refuses a bad source before anything is built, and names every mistake at once.

mod build;
mod check;
mod error;
mod ids;
mod manifest;
mod panel;
pub mod record;
mod source;
mod update_set;
mod xml;

use std::path::Path;

pub use error::{Finding, PackError, Rule};
pub use manifest::{ManifestRecord, ManifestRow};
pub use panel::{MARKER, PLACEHOLDER, panel_module};
pub use update_set::UpdateSet;

/// Packs the app in `app_dir` into one update set. `panel_module` is the ES module with the widget inside, as
/// [`panel_module()`] builds it.
///
/// # Errors
/// [`PackError::Invalid`] with every mistake found in the sources; [`PackError::Panel`] if the module could not be
/// served unchanged by the platform; [`PackError::Io`] if a file cannot be read.
pub fn pack(app_dir: &Path, panel_module: &str) -> Result<UpdateSet, PackError> {
    panel::check_module(panel_module)?;
    let (source, mut findings) = source::load(app_dir)?;
    let Some(source) = source else {
        return Err(PackError::Invalid(findings));
    };
    findings.extend(check::check(&source));
    if !findings.is_empty() {
        findings.sort();
        findings.dedup();
        return Err(PackError::Invalid(findings));
    }
    let records = build::records(&source, panel_module);
    let duplicates = check::duplicates(&records);
    if !duplicates.is_empty() {
        return Err(PackError::Invalid(duplicates));
    }
    let title = update_set::Title {
        title: &source.app.name,
        description: &source.app.short_description,
    };
    Ok(update_set::write(&source.app, &title, &records))
}

/// An update set beside the app's own, which an admin may import or leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplementSet {
    /// File name without version and ending.
    pub file: String,
    /// The set.
    pub set: UpdateSet,
}

/// Packs every set in `sets_dir`, one folder each, for the app in `app_dir`.
///
/// # Errors
/// As [`pack`].
pub fn pack_supplements(app_dir: &Path, sets_dir: &Path) -> Result<Vec<SupplementSet>, PackError> {
    let (source, findings) = source::load(app_dir)?;
    let Some(source) = source else {
        return Err(PackError::Invalid(findings));
    };
    let mut folders = Vec::new();
    let io = |source| PackError::Io {
        path: sets_dir.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(sets_dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    let mut sets = Vec::new();
    for folder in folders {
        let (supplement, mut findings) = source::load_supplement(&folder)?;
        if let Some(supplement) = &supplement {
            findings.extend(check::check_supplement(&source, supplement));
        }
        let (Some(supplement), true) = (supplement, findings.is_empty()) else {
            findings.sort();
            return Err(PackError::Invalid(findings));
        };
        let app = if supplement.set.global {
            source.app.global()
        } else {
            (*source.app).clone()
        };
        let title = update_set::Title {
            title: &supplement.set.title,
            description: &supplement.set.description,
        };
        sets.push(SupplementSet {
            file: supplement.set.file.clone(),
            set: update_set::write(&app, &title, &build::supplement(&app, &supplement)),
        });
    }
    Ok(sets)
}

#[cfg(test)]
mod tests;
