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

/// A colour of a company as pages use it: for links, for the one primary button, and as a quiet background. Whatever the
/// colour, all of it can be read (WCAG 2.2, 1.4.3: 4.5 to 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Links, and the background of the primary button.
    pub accent: Colour,
    /// The same under the pointer.
    pub strong: Colour,
    /// Words on either.
    pub on: Colour,
    /// A quiet background, on which links stand too.
    pub soft: Colour,
}

/// `--surface` and `--sunken` of `tokens.css`, light and dark, and the words on a light accent.
const LIGHT: [Colour; 2] = [WHITE, Colour([0xf5, 0xf6, 0xf8])];
const DARK: [Colour; 2] = [Colour([0x17, 0x1a, 0x20]), Colour([0x1e, 0x22, 0x2a])];
const INK: Colour = Colour([0x0f, 0x17, 0x28]);
const BLACK: Colour = Colour([0, 0, 0]);

impl Accent {
    /// On light pages: as it is, or as much darker as it must be.
    pub fn light(colour: Colour) -> Self {
        let soft = WHITE.mixed(colour, 1);
        let accent = towards(BLACK, colour, |one| {
            one.is_read_on(&LIGHT) && one.is_read_on(&[soft])
        });
        Self {
            accent,
            strong: accent.mixed(BLACK, 4),
            on: WHITE,
            soft,
        }
    }

    /// On dark pages: as much lighter as it must be.
    pub fn dark(colour: Colour) -> Self {
        let soft = DARK[0].mixed(colour, 3);
        let accent = towards(WHITE, colour, |one| {
            one.is_read_on(&DARK) && one.is_read_on(&[soft, INK])
        });
        Self {
            accent,
            strong: accent.mixed(WHITE, 6),
            on: INK,
            soft,
        }
    }
}

/// The first of the steps from `colour` to `end` that will do.
fn towards(end: Colour, colour: Colour, will_do: impl Fn(Colour) -> bool) -> Colour {
    (0..=16)
        .map(|step| colour.mixed(end, step))
        .find(|one| will_do(*one))
        .unwrap_or(end)
}

impl Colour {
    /// `parts` sixteenths of the way to `other`.
    #[must_use]
    fn mixed(self, other: Self, parts: u16) -> Self {
        let mut mixed = self;
        for (own, other) in mixed.0.iter_mut().zip(other.0) {
            let sum = u16::from(*own) * (16 - parts) + u16::from(other) * parts;
            *own = u8::try_from(sum / 16).unwrap_or(u8::MAX);
        }
        mixed
    }

    fn is_read_on(self, backgrounds: &[Self]) -> bool {
        backgrounds.iter().all(|one| self.contrast(*one) >= 4.5)
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

    proptest::proptest! {
        #[test]
        fn whatever_the_colour_everything_on_a_page_can_be_read(red: u8, green: u8, blue: u8) {
            let own = Colour([red, green, blue]);
            for (accent, pages) in [(Accent::light(own), LIGHT), (Accent::dark(own), DARK)] {
                for page in pages.into_iter().chain([accent.soft]) {
                    proptest::prop_assert!(accent.accent.contrast(page) >= 4.5, "{own}: {} on {page}", accent.accent);
                    proptest::prop_assert!(accent.strong.contrast(page) >= 4.5, "{own}: {} on {page}", accent.strong);
                }
                proptest::prop_assert!(accent.on.contrast(accent.accent) >= 4.5);
                proptest::prop_assert!(accent.on.contrast(accent.strong) >= 4.5);
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        assert_eq!(Accent::light(colour("#7a0019")).accent, colour("#7a0019"));
        assert_eq!(Accent::dark(colour("#ffd800")).accent, colour("#ffd800"));
        assert_ne!(Accent::dark(colour("#7a0019")).accent, colour("#7a0019"));
    }

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert_eq!(colour("#1D4ed8").to_string(), "#1d4ed8");
        for bad in ["", "#fff", "1d4ed8", "#1d4edg", "#1d4ed8ff", "red", "#é1234"] {
            assert_eq!(bad.parse::<Colour>(), Err(()), "{bad}");
        }
    }
}
