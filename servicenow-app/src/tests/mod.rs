//! Tests of the packer on the real app, and on copies of it with one mistake each.

mod bad_layouts;
mod bad_sources;
mod findings;
mod hosts;
mod layouts;
mod records;
mod scripts;
mod sets;
mod update_set;

use std::path::{Path, PathBuf};

use crate::{MARKER, PackError, UpdateSet, pack};

/// Stands for the widget: any text that the platform serves unchanged.
fn panel() -> String {
    format!("{MARKER}const a=1<2&&\"x\";\n")
}

fn app_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("app")
}

fn sets_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sets")
}

fn packed() -> UpdateSet {
    pack(&app_dir(), &panel()).unwrap_or_else(|error: PackError| panic!("{error}"))
}
