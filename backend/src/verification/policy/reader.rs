//! Reading TOML tables so that every mistake is named, with the place where it stands.

use std::ops::RangeInclusive;

use toml::{Table, Value};

use super::lines;

/// One mistake in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line that it stands in, from 1 on; `None` for what is missing altogether.
    pub line: Option<usize>,
    /// The setting, with the tables that it stands in; empty for what is no TOML at all.
    pub place: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.what)?;
        self.line.map_or(Ok(()), |line| write!(f, " (line {line})"))
    }
}

/// Collects mistakes.
#[derive(Default)]
pub(super) struct Reader {
    /// Each with the key that it is about, if its place is only the table around it.
    found: Vec<(Mistake, Option<String>)>,
}

impl Reader {
    /// True when nothing was wrong so far.
    pub fn is_right(&self) -> bool {
        self.found.is_empty()
    }

    /// Notes a mistake of the setting `place`.
    pub fn note(&mut self, place: &str, mistake: impl std::fmt::Display) {
        let mistake = Mistake {
            line: None,
            place: place.to_owned(),
            what: mistake.to_string(),
        };
        self.found.push((mistake, None));
    }

    /// What was noted, each with its line in `text`.
    pub fn mistakes(self, text: &str) -> Vec<Mistake> {
        let lines = lines::Lines::of(text);
        let found = self.found.into_iter().map(|(mistake, key)| Mistake {
            line: lines
                .as_ref()
                .and_then(|lines| lines.line(&mistake.place, key.as_deref())),
            ..mistake
        });
        found.collect()
    }

    /// Notes a word that is none of `known`, with the one that was probably meant.
    pub fn unknown(&mut self, place: &str, word: &str, what: &str, known: &[&str]) {
        let nearest = known
            .iter()
            .map(|other| (strsim::damerau_levenshtein(word, other), *other))
            .min()
            .filter(|(distance, _)| *distance <= 3);
        let hint = nearest.map_or_else(
            || format!("; known are {}", known.join(", ")),
            |(_, other)| format!("; did you mean “{other}”?"),
        );
        let place = if place.is_empty() { what } else { place };
        self.note(place, format!("“{word}” is no {what}{hint}"));
        if let Some((_, key)) = self.found.last_mut() {
            *key = Some(word.to_owned());
        }
    }
}

/// One table of the file. What is read is taken out; what is left at the end is unknown.
pub(super) struct Section {
    place: String,
    table: Table,
}

impl Section {
    pub fn new(place: &str, table: Table) -> Self {
        Self {
            place: place.to_owned(),
            table,
        }
    }

    /// The name of a key, with the tables that it stands in.
    pub fn name(&self, key: &str) -> String {
        if self.place.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.place)
        }
    }

    /// Takes a value out.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.table.remove(key)
    }

    fn take_as<T>(
        &mut self,
        reader: &mut Reader,
        key: &str,
        expected: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let found = value.type_str();
        let read = read(value);
        if read.is_none() {
            reader.note(&self.name(key), format!("must be {expected}, not {found}"));
        }
        read
    }

    /// A text.
    pub fn text(&mut self, reader: &mut Reader, key: &str) -> Option<String> {
        self.take_as(reader, key, "a text in quotes", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A whole number within `range`.
    pub fn number(&mut self, reader: &mut Reader, key: &str, range: &RangeInclusive<i64>) -> Option<i64> {
        let number = self.take_as(reader, key, "a whole number", |value| value.as_integer())?;
        if range.contains(&number) {
            Some(number)
        } else {
            let (from, to) = (range.start(), range.end());
            reader.note(
                &self.name(key),
                format!("{number} must be between {from} and {to}"),
            );
            None
        }
    }

    /// True, and taken out, if the value is the word "off".
    pub fn is_off(&mut self, key: &str) -> bool {
        let off = matches!(self.table.get(key), Some(Value::String(word)) if word == "off");
        if off {
            self.take(key);
        }
        off
    }

    /// A list of texts.
    pub fn words(&mut self, reader: &mut Reader, key: &str) -> Option<Vec<String>> {
        self.take_as(reader, key, "a list of texts in quotes", |value| match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        })
    }

    /// A table.
    pub fn section(&mut self, reader: &mut Reader, key: &str) -> Option<Self> {
        let place = self.name(key);
        self.take_as(reader, key, "a table", |value| match value {
            Value::Table(table) => Some(Self { place, table }),
            _ => None,
        })
    }

    /// A list of tables.
    pub fn sections(&mut self, reader: &mut Reader, key: &str) -> Option<Vec<Self>> {
        let place = self.name(key);
        self.take_as(reader, key, "a list of tables", |value| match value {
            Value::Array(items) => {
                let tables = items.into_iter().enumerate().map(|(index, item)| match item {
                    Value::Table(table) => Some(Self::new(&format!("{place} {}", index + 1), table)),
                    _ => None,
                });
                tables.collect()
            }
            _ => None,
        })
    }

    /// Names what nobody has read.
    pub fn finish(self, reader: &mut Reader, known: &[&str]) {
        for key in self.table.keys() {
            let known: Vec<&str> = known.to_vec();
            reader.unknown(&self.place, key, "setting", &known);
        }
    }
}
