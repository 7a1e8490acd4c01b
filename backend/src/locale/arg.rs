//! What is filled into a text, and how a part of it can stand out.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

/// Marks around a value that stands out. Private use (Unicode, section 23.5): no name may contain them.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A value that can be filled into a text. Numbers choose the plural form.
pub trait Arg {
    /// The value for Fluent.
    fn value(&self) -> FluentValue<'_>;
}

impl<T: Arg + ?Sized> Arg for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}

impl Arg for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::String(plain(self))
    }
}

impl Arg for String {
    fn value(&self) -> FluentValue<'_> {
        self.as_str().value()
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Arg for $number {
            fn value(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        }
    )+};
}

numbers!(u8, u32, usize, i64);

/// A value that stands out of its sentence; [`parts`] finds it again.
#[derive(Clone, Copy, Debug)]
pub struct Strong<'a>(pub &'a str);

impl Arg for Strong<'_> {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(format!("{OPEN}{}{CLOSE}", plain(self.0)))
    }
}

/// Takes the marks out of a value that came from elsewhere.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains([OPEN, CLOSE]) {
        text.replace([OPEN, CLOSE], "").into()
    } else {
        text.into()
    }
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its words.
    pub text: &'a str,
    /// True for a [`Strong`] value.
    pub is_strong: bool,
}

/// Cuts a text at its [`Strong`] values, so that a template can set them in bold and still escape everything.
#[must_use]
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for piece in text.split_inclusive([OPEN, CLOSE]) {
        let (text, is_strong) = match piece.strip_suffix(CLOSE) {
            Some(strong) => (strong, true),
            None => (piece.strip_suffix(OPEN).unwrap_or(piece), false),
        };
        if !text.is_empty() {
            parts.push(Part { text, is_strong });
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_values_are_found_again() {
        let text = format!("{OPEN}Beth{CLOSE} asks about {OPEN}INC1{CLOSE}.");
        let found: Vec<_> = parts(&text)
            .into_iter()
            .map(|part| (part.text, part.is_strong))
            .collect();
        assert_eq!(
            found,
            [
                ("Beth", true),
                (" asks about ", false),
                ("INC1", true),
                (".", false)
            ]
        );
        assert_eq!(parts(""), []);
    }

    #[test]
    fn a_name_cannot_make_itself_stand_out() {
        let name = format!("Be{OPEN}t{CLOSE}h");
        assert_eq!(name.as_str().value(), FluentValue::from("Beth"));
        let strong = Strong(&name);
        let FluentValue::String(text) = strong.value() else {
            panic!("a text")
        };
        assert_eq!(parts(&text).len(), 1);
    }
}
