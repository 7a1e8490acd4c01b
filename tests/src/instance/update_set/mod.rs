//! Retrieved update sets: read, previewed and committed as the platform does it.

mod install;
mod parse;
mod preview;
mod sound;

pub use install::{InstallReport, back_out, install};
