//! Sizes and their budgets.

use std::io::Write;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Script + Wasm + style of the widget, brotli (a small React widget is 60 kB).
pub const WIDGET_BUDGET: usize = 80_000;

/// The update set, gzip. Its raw size is mostly the boilerplate that the platform gives every row (about 2 kB each,
/// twice the widget in all), so the compressed size is what shows whether *we* have added weight.
pub const UPDATE_SET_BUDGET: usize = 250_000;

/// One thing in the three sizes that matter.
#[derive(Clone, Copy)]
pub struct Size {
    /// As it is.
    pub raw: usize,
    /// As most instances send it.
    pub gzip: usize,
    /// As a well-configured proxy sends it.
    pub brotli: usize,
}

impl Size {
    /// Measures with the best compression of both.
    pub fn of(bytes: &[u8]) -> Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes).context("could not compress")?;
        let mut brotli = Vec::new();
        brotli::BrotliCompress(
            &mut &bytes[..],
            &mut brotli,
            &brotli::enc::BrotliEncoderParams {
                quality: 11,
                lgwin: 24,
                ..Default::default()
            },
        )
        .context("could not compress")?;
        Ok(Self {
            raw: bytes.len(),
            gzip: gzip.finish().context("could not compress")?.len(),
            brotli: brotli.len(),
        })
    }
}

/// `12_345` → `12.3 kB`.
pub fn kilobytes(bytes: usize) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}
