//! The branding of an instance.

use url::Url;

use super::Checker;
use crate::config::colour::{Colour, WHITE};
use crate::config::raw::RawBranding;
use crate::config::{Branding, Logo};

/// WCAG 2.2, success criterion 1.4.3: the label of a button is text.
const CONTRAST: f64 = 4.5;
/// A logo travels with every message.
const LOGO_BYTES: usize = 64 * 1024;

impl Checker<'_> {
    pub(super) fn branding(&mut self, place: &str, raw: &RawBranding) -> Branding {
        let colour = raw.colour.as_ref().and_then(|text| {
            let setting = format!("{place}.colour");
            let colour: Colour = self.parse(&setting, text, "a colour like #1d4ed8")?;
            let contrast = colour.contrast(WHITE);
            if contrast < CONTRAST {
                self.note(
                    &setting,
                    format!("white text on {colour} has a contrast of {contrast:.1} to 1; at least {CONTRAST} is needed, so choose a darker one"),
                );
            }
            Some(colour)
        });
        let logo = match (&raw.logo_file, &raw.logo_url) {
            (Some(path), None) => self.logo_file(&format!("{place}.logo_file"), path),
            (None, Some(url)) => self.logo_url(&format!("{place}.logo_url"), url),
            (None, None) => None,
            (Some(_), Some(_)) => {
                self.note(place, "give logo_file or logo_url, not both");
                None
            }
        };
        Branding { colour, logo }
    }

    fn logo_file(&mut self, setting: &str, path: &str) -> Option<Logo> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.note(setting, format!("“{path}” cannot be read: {error}"));
                return None;
            }
        };
        if bytes.len() > LOGO_BYTES {
            self.note(
                setting,
                format!("“{path}” has more than {} kB", LOGO_BYTES / 1024),
            );
        }
        let media_type = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'G', b'I', b'F', b'8', ..] => "image/gif",
            _ => {
                // Mail programs do not show SVG.
                self.note(setting, format!("“{path}” is no PNG, JPEG or GIF"));
                return None;
            }
        };
        Some(Logo::Embedded { media_type, bytes })
    }

    fn logo_url(&mut self, setting: &str, text: &str) -> Option<Logo> {
        let url: Url = self.parse(setting, text, "a URL")?;
        if url.scheme() != "https" {
            self.note(setting, format!("“{text}” must begin with https://"));
            return None;
        }
        Some(Logo::Url(url))
    }
}
