//! The words that requesters read, in every language: the portal's pages and the messages.
//!
//! The words themselves are in `locales/{language}/*.ftl` ([Fluent](https://projectfluent.org)). `build.rs` makes a
//! function of each English message; its arguments are the message's variables, in the order of the alphabet:
//!
//! ```
//! use backend::locale::{Locale, Texts};
//!
//! let t = Texts::of(Locale::German);
//! assert_eq!(t.step(1_u8, 2_u8), "Schritt 1 von 2");
//! ```
//!
//! Pure: the files are part of the program, and nothing here knows a clock or a request.

mod arg;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use shared::words::Action;

pub use arg::{Arg, Part, Strong, parts};

/// A language that requesters can read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// The language of last resort.
    #[default]
    English,
    /// Sie.
    German,
    /// Vous.
    French,
    /// Usted.
    Spanish,
    /// です・ます.
    Japanese,
    /// Written from right to left.
    Arabic,
}

impl Locale {
    /// All of them, in the order in which a reader is offered them.
    pub const ALL: [Self; 6] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
        Self::Arabic,
    ];

    /// The BCP 47 tag: the value of `lang`, and the name of the folder.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
            Self::Arabic => "ar",
        }
    }

    /// The language's name for itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
            Self::Arabic => "العربية",
        }
    }

    /// The value of `dir`.
    #[must_use]
    pub const fn dir(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            _ => "ltr",
        }
    }

    /// The language of a tag; regions and scripts make no difference: `de-AT` and `de_CH` are German.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or("").trim();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// What suits an `Accept-Language` header best (RFC 9110, section 12.5.4); `None` if nothing in it does.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let wish = |(place, item): (usize, &str)| {
            let mut parts = item.split(';').map(str::trim);
            let locale = Self::from_tag(parts.next()?)?;
            let weight = match parts.find_map(|part| part.strip_prefix("q=")) {
                Some(weight) => weight.parse::<f32>().ok()?,
                None => 1.0,
            };
            (weight > 0.0).then_some((locale, weight, place))
        };
        let best = header
            .split(',')
            .take(MAX_WISHES)
            .enumerate()
            .filter_map(wish)
            .max_by(|(_, one, at), (_, other, later)| one.total_cmp(other).then(later.cmp(at)));
        best.map(|(locale, ..)| locale)
    }
}

/// So many languages of a header are read.
const MAX_WISHES: usize = 20;

/// Every text, in one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts(Locale);

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub const fn of(locale: Locale) -> Self {
        Self(locale)
    }

    /// Their language.
    #[must_use]
    pub const fn locale(self) -> Locale {
        self.0
    }

    /// See [`Locale::tag`].
    #[must_use]
    pub const fn lang(self) -> &'static str {
        self.0.tag()
    }

    /// See [`Locale::dir`].
    #[must_use]
    pub const fn dir(self) -> &'static str {
        self.0.dir()
    }

    /// An action inside a sentence.
    #[must_use]
    pub fn action(self, action: Action) -> String {
        match action {
            Action::PasswordReset => self.action_password_reset(),
            Action::AccountUnlock => self.action_account_unlock(),
            Action::MfaReset => self.action_mfa_reset(),
        }
    }

    /// An action on its own.
    #[must_use]
    pub fn action_label(self, action: Action) -> String {
        match action {
            Action::PasswordReset => self.label_password_reset(),
            Action::AccountUnlock => self.label_account_unlock(),
            Action::MfaReset => self.label_mfa_reset(),
        }
    }

    /// What was done to the account of whoever reads it, or asked for while it is not known.
    #[must_use]
    pub fn notice(self, action: Option<Action>, is_certain: bool) -> String {
        match (action, is_certain) {
            (Some(Action::PasswordReset) | None, true) => self.notice_password(),
            (Some(Action::PasswordReset) | None, false) => self.notice_password_asked(),
            (Some(Action::AccountUnlock), true) => self.notice_unlock(),
            (Some(Action::AccountUnlock), false) => self.notice_unlock_asked(),
            (Some(Action::MfaReset), true) => self.notice_mfa(),
            (Some(Action::MfaReset), false) => self.notice_mfa_asked(),
        }
    }

    /// How long something lasts: “10 minutes”, “24 hours”.
    #[must_use]
    pub fn duration(self, minutes: i64) -> String {
        if minutes >= 60 && minutes % 60 == 0 {
            self.duration_hours(minutes / 60)
        } else {
            self.duration_minutes(minutes)
        }
    }

    /// How long until something, as people say it: “about 2 minutes”.
    #[must_use]
    pub fn wait(self, seconds: u32) -> String {
        match seconds {
            0..60 => self.wait_less_than_a_minute(),
            60..=5400 => self.wait_about_minutes((seconds + 29) / 60),
            _ => self.wait_about_hours((seconds + 1800) / 3600),
        }
    }

    /// The text of a message. Only the generated functions call it, so that every key exists.
    fn text(self, key: &str, values: &[(&'static str, &dyn Arg)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, value.value());
        }
        [self.0, Locale::English]
            .into_iter()
            .find_map(|locale| format(locale, key, &args))
            .unwrap_or_else(|| {
                tracing::error!(key, "a text is missing in every language");
                String::new()
            })
    }
}

fn format(locale: Locale, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let (_, bundle) = BUNDLES.iter().find(|(of, _)| *of == locale)?;
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle
        .format_pattern(pattern, Some(args), &mut errors)
        .into_owned();
    if !errors.is_empty() {
        tracing::error!(key, language = locale.tag(), ?errors, "a text is not complete");
    }
    Some(text)
}

/// The languages, read once. The tests make sure that each is whole.
static BUNDLES: LazyLock<Vec<(Locale, FluentBundle<FluentResource>)>> = LazyLock::new(|| {
    let bundle = |locale: Locale| {
        let mut bundle = FluentBundle::new_concurrent(locale.tag().parse().into_iter().collect());
        // Names from elsewhere keep their own direction inside Arabic (Unicode's isolates). Elsewhere they would only
        // be invisible characters in what people copy.
        bundle.set_use_isolating(locale.dir() == "rtl");
        let files = FILES.iter().filter(|(tag, _)| *tag == locale.tag());
        for text in files.flat_map(|(_, texts)| *texts) {
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
                    tracing::error!(language = locale.tag(), ?errors, "texts cannot be read");
                    resource
                });
            bundle.add_resource_overriding(resource);
        }
        (locale, bundle)
    };
    Locale::ALL.into_iter().map(bundle).collect()
});

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
