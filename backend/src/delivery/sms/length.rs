//! How long a text message is: GSM-7 where every character has a place in it, else UCS-2; and in how many segments it
//! travels (3GPP TS 23.038 and 23.040). Phones show the segments as one message; each is paid for.

/// The basic character set of GSM 03.38, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters that take two septets: an escape before them.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// How characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::delivery) enum Encoding {
    /// Septets.
    Gsm7,
    /// Units of 16 bits; what is outside the basic plane takes two.
    Ucs2,
}

impl Encoding {
    /// For logs and metrics.
    pub(in crate::delivery) const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm-7",
            Self::Ucs2 => "ucs-2",
        }
    }

    /// Units of a message of one segment, and of each segment of a longer one, whose header takes six bytes.
    const fn room(self) -> (u32, u32) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// The measure of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::delivery) struct Length {
    pub encoding: Encoding,
    /// Septets, or units of 16 bits.
    pub units: u32,
    pub segments: u32,
}

/// Septets of a character; `None` if GSM-7 lacks it.
pub(in crate::delivery) fn septets_of(char: char) -> Option<u32> {
    match char {
        _ if BASIC.contains(char) => Some(1),
        _ if EXTENDED.contains(char) => Some(2),
        _ => None,
    }
}

/// Measures a text.
pub(in crate::delivery) fn measure(text: &str) -> Length {
    let septets: Option<Vec<u32>> = text.chars().map(septets_of).collect();
    let (encoding, widths) = match septets {
        Some(widths) => (Encoding::Gsm7, widths),
        None => (
            Encoding::Ucs2,
            text.chars()
                .map(|char| if char.len_utf16() == 2 { 2 } else { 1 })
                .collect(),
        ),
    };
    let units = widths.iter().sum();
    let (single, part) = encoding.room();
    let segments = if units <= single {
        1
    } else {
        // A character of two units is never torn apart, so a segment may keep one unit free.
        let (full, _) = widths.iter().fold((1, 0), |(segments, used), width| {
            if used + width > part {
                (segments + 1, *width)
            } else {
                (segments, used + width)
            }
        });
        full
    };
    Length {
        encoding,
        units,
        segments,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> (Encoding, u32, u32) {
        let length = measure(text);
        (length.encoding, length.units, length.segments)
    }

    #[test]
    fn the_borders_of_both_alphabets() {
        use Encoding::{Gsm7, Ucs2};
        assert_eq!(of(""), (Gsm7, 0, 1));
        assert_eq!(of(&"a".repeat(160)), (Gsm7, 160, 1));
        assert_eq!(of(&"a".repeat(161)), (Gsm7, 161, 2));
        assert_eq!(of(&"a".repeat(306)), (Gsm7, 306, 2));
        assert_eq!(of(&"a".repeat(307)), (Gsm7, 307, 3));
        assert_eq!(of(&"€".repeat(80)), (Gsm7, 160, 1));
        assert_eq!(of(&"é".repeat(160)), (Gsm7, 160, 1));
        assert_eq!(of(&"ê".repeat(70)), (Ucs2, 70, 1));
        assert_eq!(of(&"ê".repeat(71)), (Ucs2, 71, 2));
        assert_eq!(of(&"ê".repeat(134)), (Ucs2, 134, 2));
        assert_eq!(of(&"ê".repeat(135)), (Ucs2, 135, 3));
        assert_eq!(of(&"😀".repeat(35)), (Ucs2, 70, 1));
        assert_eq!(of(&"😀".repeat(36)), (Ucs2, 72, 2));
    }

    #[test]
    fn what_takes_two_units_is_never_torn_apart() {
        // 152 + 2 do not fit into 153: the escape goes with its character into the next segment.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(152));
        assert_eq!(of(&text), (Encoding::Gsm7, 306, 3));
        let text = format!("{}😀{}", "ê".repeat(66), "ê".repeat(66));
        assert_eq!(of(&text), (Encoding::Ucs2, 134, 3));
    }

    proptest! {
        #[test]
        fn a_longer_text_never_needs_less(text in ".{0,400}", more in ".{1,40}") {
            let longer = format!("{text}{more}");
            prop_assert!(measure(&longer).segments >= measure(&text).segments);
            prop_assert!(measure(&longer).units > measure(&text).units);
        }

        #[test]
        fn segments_hold_all_units(text in "[a-z€{😀ê]{0,600}") {
            let length = measure(&text);
            let (single, part) = length.encoding.room();
            let room = if length.segments == 1 { single } else { length.segments * part };
            prop_assert!(length.units <= room);
        }
    }
}
