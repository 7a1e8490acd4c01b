//! The languages against each other: whoever adds a text to one is told where it is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use fluent_syntax::{parser, serializer};

use super::*;

/// What a message needs, whatever the language.
#[derive(Default)]
struct Shape {
    variables: BTreeSet<String>,
    /// The plural categories of each choice by number.
    plurals: Vec<BTreeSet<String>>,
    /// Anything else than variables and choices by number.
    strange: Vec<String>,
    source: String,
}

/// Every message of a language, by key. Panics at what cannot be read or stands twice.
fn messages(locale: Locale) -> BTreeMap<String, Shape> {
    let (_, files) = FILES
        .iter()
        .find(|(tag, _)| *tag == locale.tag())
        .unwrap_or_else(|| panic!("locales/{} is missing", locale.tag()));
    let mut found = BTreeMap::new();
    for file in *files {
        let resource =
            parser::parse(*file).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", locale.tag()));
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    assert!(
                        message.attributes.is_empty(),
                        "{} has attributes",
                        message.id.name
                    );
                    let key = message.id.name.to_owned();
                    let mut shape = Shape::default();
                    let pattern = message
                        .value
                        .as_ref()
                        .unwrap_or_else(|| panic!("{key} has no text"));
                    shape.read(pattern);
                    shape.source = serializer::serialize(&fluent_syntax::ast::Resource {
                        body: vec![Entry::Message(message)],
                    });
                    let twice = found.insert(key.clone(), shape).is_some();
                    assert!(!twice, "{key} stands twice in {}", locale.tag());
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
                Entry::Term(_) | Entry::Junk { .. } => panic!("a term or junk in {}", locale.tag()),
            }
        }
    }
    found
}

impl Shape {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(InlineExpression::VariableReference { id }) => {
                self.variables.insert(id.name.to_owned());
            }
            Expression::Select {
                selector: InlineExpression::VariableReference { id },
                variants,
            } => {
                self.variables.insert(id.name.to_owned());
                let category = |variant: &Variant<&str>| match &variant.key {
                    VariantKey::Identifier { name } => (*name).to_owned(),
                    VariantKey::NumberLiteral { value } => format!("={value}"),
                };
                self.plurals.push(variants.iter().map(category).collect());
                for variant in variants {
                    self.read(&variant.value);
                }
            }
            other => self.strange.push(format!("{other:?}")),
        }
    }
}

/// The plural categories of whole numbers below a million (Unicode CLDR, Language Plural Rules).
fn categories(locale: Locale) -> BTreeSet<String> {
    let names: &[&str] = match locale {
        Locale::Japanese => &["other"],
        Locale::Arabic => &["zero", "one", "two", "few", "many", "other"],
        _ => &["one", "other"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let english = messages(Locale::English);
    let mut mistakes = String::new();
    for locale in Locale::ALL {
        let (tag, own) = (locale.tag(), messages(locale));
        for key in english.keys().filter(|key| !own.contains_key(*key)) {
            writeln!(mistakes, "{tag}: {key} is missing").unwrap();
        }
        for (key, shape) in &own {
            let Some(model) = english.get(key) else {
                writeln!(mistakes, "{tag}: {key} is not in English").unwrap();
                continue;
            };
            if shape.variables != model.variables {
                let (own, model) = (&shape.variables, &model.variables);
                writeln!(mistakes, "{tag}: {key} has {own:?}, English has {model:?}").unwrap();
            }
            for plurals in shape
                .plurals
                .iter()
                .filter(|plurals| **plurals != categories(locale))
            {
                writeln!(
                    mistakes,
                    "{tag}: {key} needs {:?}, has {plurals:?}",
                    categories(locale)
                )
                .unwrap();
            }
            for strange in &shape.strange {
                writeln!(mistakes, "{tag}: {key} uses {strange}").unwrap();
            }
        }
    }
    assert!(mistakes.is_empty(), "\n{mistakes}");
    assert_eq!(FILES.len(), Locale::ALL.len(), "a folder that no language reads");
}

/// A text that was copied and never translated.
#[test]
fn no_text_was_left_in_english() {
    let english = messages(Locale::English);
    let same_on_purpose = [
        "mail-ticket",
        "sms-minutes",
        "sms-hours",
        "error-prefix",
        "desk-contact",
    ];
    for locale in Locale::ALL.into_iter().skip(1) {
        for (key, shape) in messages(locale) {
            let is_same = shape.source == english[&key].source && !same_on_purpose.contains(&key.as_str());
            assert!(!is_same, "{}: {key} is English", locale.tag());
        }
    }
}

/// A key that nothing reads is a text that somebody translates for nobody.
#[test]
fn every_text_is_used() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    let mut folders = vec![root.join("src"), root.join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|end| ["rs", "html", "txt"].iter().any(|own| end == *own))
            {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for key in messages(Locale::English).keys() {
        let call = format!(".{}(", key.replace('-', "_"));
        let path = format!("Texts::{}", key.replace('-', "_"));
        assert!(
            code.contains(&call) || code.contains(&path),
            "{key} is used nowhere"
        );
    }
}

#[test]
fn numbers_choose_their_words() {
    let step = |locale| Texts::of(locale).duration(1);
    assert_eq!(step(Locale::English), "1 minute");
    assert_eq!(step(Locale::German), "1 Minute");
    let arabic = Texts::of(Locale::Arabic);
    assert_eq!(arabic.duration(120), "ساعتين");
    assert_eq!(arabic.duration(10), "\u{2068}10\u{2069} دقائق");
    let english = Texts::of(Locale::English);
    assert_eq!(
        [
            english.duration(10),
            english.duration(60),
            english.duration(90),
            english.duration(1440)
        ],
        ["10 minutes", "1 hour", "90 minutes", "24 hours"]
    );
    assert_eq!(
        [0, 59, 60, 90, 91, 120, 5400, 5401, 7200].map(|seconds| english.wait(seconds)),
        [
            "less than a minute",
            "less than a minute",
            "about a minute",
            "about a minute",
            "about 2 minutes",
            "about 2 minutes",
            "about 90 minutes",
            "about 2 hours",
            "about 2 hours"
        ]
    );
    assert_eq!(
        english.number_wrong(1u8),
        "That number does not match. 1 try left."
    );
    assert_eq!(
        english.number_wrong(2u8),
        "That number does not match. 2 tries left."
    );
}

#[test]
fn the_best_language_of_a_browser_wins() {
    for (header, expected) in [
        ("de", Some(Locale::German)),
        ("de-AT,de;q=0.9,en;q=0.8", Some(Locale::German)),
        ("pt-BR, fr;q=0.4, es;q=0.7", Some(Locale::Spanish)),
        ("nl, ja;q=0.5", Some(Locale::Japanese)),
        ("EN-gb", Some(Locale::English)),
        ("fr, de", Some(Locale::French)),
        ("de;q=0, en;q=0.1", Some(Locale::English)),
        ("zh-Hant", None),
        ("", None),
        ("*", None),
        ("de;q=x", None),
        ("deu", None),
    ] {
        assert_eq!(Locale::accepted(header), expected, "{header}");
    }
    assert_eq!(Locale::accepted(&format!("{}de", "xx,".repeat(1000))), None);
    assert_eq!(Locale::from_tag("de_CH"), Some(Locale::German));
}

#[test]
fn each_language_is_found_by_its_own_tag() {
    for locale in Locale::ALL {
        assert_eq!(Locale::from_tag(locale.tag()), Some(locale));
        assert!(!Texts::of(locale).button_begin().is_empty());
    }
}
