//! Where in the text of a policy a setting stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The line of a byte, from 1 on.
pub(super) fn line_at(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().iter().take(byte);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// A policy's text with the places of its settings.
pub(super) struct Lines<'a> {
    text: &'a str,
    table: Spanned<DeTable<'a>>,
}

impl<'a> Lines<'a> {
    /// `None` for what is no TOML.
    pub fn of(text: &'a str) -> Option<Self> {
        let table = DeTable::parse(text).ok()?;
        Some(Self { text, table })
    }

    /// The line of `place`, written as in mistakes (`plan 2.steps 1.any_of`), or of `key` within it. Of what is missing,
    /// the line of the innermost table around it that is there.
    pub fn line(&self, place: &str, key: Option<&str>) -> Option<usize> {
        let mut table = self.table.get_ref();
        let mut span: Option<Range<usize>> = None;
        for part in place.split('.') {
            let (name, number) = numbered(part);
            let Some((key, value)) = table.get_key_value(name) else {
                break;
            };
            span = Some(key.span());
            let inner = match (number, value.get_ref()) {
                (Some(number), DeValue::Array(items)) => {
                    number.checked_sub(1).and_then(|index| items.get(index))
                }
                (None, DeValue::Table(_)) => Some(value),
                _ => None,
            };
            let Some(inner) = inner else { break };
            if number.is_some() {
                span = Some(inner.span());
            }
            let DeValue::Table(next) = inner.get_ref() else {
                break;
            };
            table = next;
        }
        let own = key.and_then(|key| Some(table.get_key_value(key)?.0.span()));
        own.or(span).map(|span| line_at(self.text, span.start))
    }
}

/// `plan 2` is the second of the tables `plan`.
fn numbered(part: &str) -> (&str, Option<usize>) {
    let split = part.rsplit_once(' ');
    split
        .and_then(|(name, number)| Some((name, Some(number.parse().ok()?))))
        .unwrap_or((part, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "format = 1\nversion = \"x\"\n\n[levels]\nmedium_from = 70\ncolour = 1\n[[plan]]\nsteps = [\n  { any_of = [\"a\"] },\n  { any_of = [\n \"b\"] },\n]\n[[plan]]\n";

    #[test]
    fn a_place_has_its_line() {
        let lines = Lines::of(TEXT).unwrap();
        for (place, key, line) in [
            ("format", None, Some(1)),
            ("levels", None, Some(4)),
            ("levels.medium_from", None, Some(5)),
            ("levels", Some("colour"), Some(6)),
            ("setting", Some("version"), Some(2)),
            ("plan 1.steps 2.any_of", Some("b"), Some(10)),
            ("plan 2.steps", None, Some(13)),
            ("plan 9", None, Some(7)),
            ("nothing", None, None),
        ] {
            assert_eq!(lines.line(place, key), line, "{place} {key:?}");
        }
        assert_eq!(
            (line_at(TEXT, 0), line_at("a\nb", 2), line_at("a", 99)),
            (1, 2, 1)
        );
        assert!(Lines::of("format = ").is_none());
    }
}
