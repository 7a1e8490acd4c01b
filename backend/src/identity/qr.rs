//! QR codes, drawn on the server: as the outline of one path, which a page puts into an `<svg>` of its own. No markup and
//! no style travels with it, so that the content security policy stays as strict as it is.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// Empty modules around the picture (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height of the view box, the quiet zone included.
    pub size: usize,
    /// The value of the attribute `d` of a path that is filled with the dark colour.
    pub path: String,
}

/// The picture of a text; `None` if the text is longer than the largest picture holds.
pub fn draw(text: &str) -> Option<Picture> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        let modules = &code[row];
        let mut column = 0;
        while column < code.size {
            let dark = modules[column..]
                .iter()
                .take_while(|module| module.value())
                .count();
            if dark > 0 {
                // One bar for neighbours: fewer bytes, and no hairlines between them.
                let (x, y) = (column + QUIET_ZONE, row + QUIET_ZONE);
                let _ = write!(path, "M{x} {y}h{dark}v1h-{dark}z");
            }
            column += dark.max(1);
        }
    }
    Some(Picture {
        size: code.size + 2 * QUIET_ZONE,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_three_corners_and_nothing_in_the_quiet_zone() {
        let picture = draw("otpauth://totp/Acme:mia.chen?secret=GEZDGNBVGY3TQOJQ&issuer=Acme").unwrap();
        let far = picture.size - 2 * QUIET_ZONE - 7 + QUIET_ZONE;
        for corner in [
            "M4 4h7v1h-7z".to_owned(),
            format!("M{far} 4h7v1h-7z"),
            format!("M4 {far}h7v1h-7z"),
        ] {
            assert!(picture.path.contains(&corner), "{corner}");
        }
        assert!(!picture.path.contains("M0 ") && !picture.path.contains("M3 "));
        assert!(draw(&"x".repeat(4000)).is_none());
    }
}
