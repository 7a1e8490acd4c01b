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
    Ok(update_set::write(&source.app, &records))
}

#[cfg(test)]
mod tests;
