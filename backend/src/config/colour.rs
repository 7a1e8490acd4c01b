//! A colour, and whether it can be read.

use std::fmt;
use std::str::FromStr;

/// An sRGB colour, written `#1d4ed8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// White, on which buttons write.
pub const WHITE: Colour = Colour([255, 255, 255]);

impl Colour {
    /// WCAG 2.2: relative luminance.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// WCAG 2.2: the contrast ratio of two colours, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Lighter by equal steps until text in it can be read on `background` (4.5 to 1).
    #[must_use]
    pub fn readable_on(self, background: Self) -> Self {
        (0..=16_u16)
            .map(|step| {
                let lighter = |byte: u8| {
                    let wide = u16::from(byte);
                    u8::try_from(wide + (255 - wide) * step / 16).unwrap_or(u8::MAX)
                };
                Self(self.0.map(lighter))
            })
            .find(|colour| colour.contrast(background) >= 4.5)
            .unwrap_or(WHITE)
    }
}

impl FromStr for Colour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.is_ascii())
            .ok_or(())?;
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| ());
        Ok(Self([byte(0)?, byte(2)?, byte(4)?]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let ratio = |a, b| (colour(a).contrast(colour(b)) * 100.0).round() / 100.0;
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < f64::EPSILON);
        // The lightest grey that passes on white, as every checker says.
        assert!((ratio("#767676", "#ffffff") - 4.54).abs() < f64::EPSILON);
        assert!((ratio("#777777", "#ffffff") - 4.48).abs() < f64::EPSILON);
        assert!((ratio("#ffffff", "#ffffff") - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_dark_colour_becomes_light_enough_for_a_dark_page() {
        let page = colour("#1a1f27");
        for dark in ["#000000", "#1d4ed8", "#7a0019", "#003300"] {
            assert!(colour(dark).readable_on(page).contrast(page) >= 4.5, "{dark}");
        }
        assert_eq!(colour("#ffd800").readable_on(page), colour("#ffd800"));
    }

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert_eq!(colour("#1D4ed8").to_string(), "#1d4ed8");
        for bad in ["", "#fff", "1d4ed8", "#1d4edg", "#1d4ed8ff", "red", "#é1234"] {
            assert_eq!(bad.parse::<Colour>(), Err(()), "{bad}");
        }
    }
}
