//! What a company may look like: judged the same whether it stands in the configuration or comes from the console.

use super::colour::WHITE;
use super::{Colour, Logo};

/// WCAG 2.2, success criterion 1.4.3: the label of a button is text.
pub const CONTRAST: f64 = 4.5;
/// A logo travels with every message.
pub const LOGO_BYTES: usize = 64 * 1024;

/// White cannot be read on a colour.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "white text on {colour} has a contrast of {ratio:.1} to 1; at least {CONTRAST} is needed, so choose a darker one"
)]
pub struct TooLight {
    /// The colour.
    pub colour: Colour,
    /// WCAG 2.2: contrast to white.
    pub ratio: f64,
}

/// Why a file is no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoProblem {
    /// Too large.
    #[error("has more than {} kB", LOGO_BYTES / 1024)]
    TooLarge,
    /// Not an image that mail programs show. SVG is not: it can hold scripts, and they do not show it.
    #[error("is no PNG, JPEG or GIF")]
    NoImage,
}

/// The contrast of white on a colour, if it is enough.
///
/// # Errors
/// [`TooLight`].
pub fn judge_colour(colour: Colour) -> Result<f64, TooLight> {
    let ratio = colour.contrast(WHITE);
    if ratio < CONTRAST {
        Err(TooLight { colour, ratio })
    } else {
        Ok(ratio)
    }
}

/// A logo, known by its content and not by its name.
///
/// # Errors
/// See [`LogoProblem`].
pub fn read_logo(bytes: Vec<u8>) -> Result<Logo, LogoProblem> {
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        _ => return Err(LogoProblem::NoImage),
    };
    if bytes.len() > LOGO_BYTES {
        return Err(LogoProblem::TooLarge);
    }
    Ok(Logo::Embedded { media_type, bytes })
}
