//! The branding of an instance.

use url::Url;

use super::Checker;
use crate::config::raw::RawBranding;
use crate::config::{Branding, Colour, Logo, branding};

/// A longer name beside the address is cut off by mail programs.
const SENDER_CHARS: usize = 60;

impl Checker<'_> {
    pub(super) fn branding(&mut self, place: &str, raw: &RawBranding) -> Branding {
        let colour = raw.colour.as_ref().and_then(|text| {
            let setting = format!("{place}.colour");
            let colour: Colour = self.parse(&setting, text, "a colour like #1d4ed8")?;
            if let Err(problem) = branding::judge_colour(colour) {
                self.note(&setting, problem.to_string());
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
        Branding {
            colour,
            logo,
            sender_name: raw
                .sender_name
                .as_ref()
                .and_then(|name| self.sender_name(&format!("{place}.sender_name"), name)),
        }
    }

    fn sender_name(&mut self, setting: &str, name: &str) -> Option<String> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > SENDER_CHARS || name.chars().any(char::is_control) {
            self.note(
                setting,
                format!("must be one line of 1 to {SENDER_CHARS} characters"),
            );
            return None;
        }
        // Mail programs show the name instead of the address: with an address in it, it would hide the real one.
        if name.contains('@') {
            self.note(setting, "must be a name, not an address");
            return None;
        }
        Some(name.to_owned())
    }

    fn logo_file(&mut self, setting: &str, path: &str) -> Option<Logo> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.note(setting, format!("“{path}” cannot be read: {error}"));
                return None;
            }
        };
        let read = branding::read_logo(bytes);
        read.inspect_err(|problem| self.note(setting, format!("“{path}” {problem}")))
            .ok()
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

#[cfg(test)]
mod tests {
    use super::super::tests::good;
    use crate::config::{Branding, Config, Logo};

    fn branding(settings: &str) -> Result<Branding, Vec<String>> {
        let (text, secrets) = good();
        let config = Config::parse(&format!("{text}\n[instance.branding]\n{settings}"), &secrets);
        let first = |config: Config| config.instances.into_values().next().unwrap();
        config
            .map(|config| (*first(config).branding).clone())
            .map_err(|error| error.mistakes)
    }

    #[test]
    fn a_colour_a_logo_and_a_name_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo");
        std::fs::write(&path, b"GIF89a").unwrap();
        let settings = format!(
            "colour = '#7A0019'\nlogo_file = '{}'\nsender_name = ' Acme IT '",
            path.display()
        );
        let read = branding(&settings).unwrap();
        assert_eq!(read.colour.unwrap().to_string(), "#7a0019");
        assert_eq!(read.sender_name.as_deref(), Some("Acme IT"));
        assert!(matches!(
            read.logo,
            Some(Logo::Embedded {
                media_type: "image/gif",
                ..
            })
        ));
        let url = branding("logo_url = 'https://acme.example/logo.png'").unwrap();
        assert!(matches!(url.logo, Some(Logo::Url(_))));
        assert!(branding("").unwrap().logo.is_none());
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            format!("logo_file = '{}'", path.display())
        };
        for (settings, part) in [
            ("colour = '#ffd800'".to_owned(), "contrast of 1.4 to 1"),
            ("colour = 'red'".to_owned(), "branding.colour"),
            (file("svg", b"<svg/>"), "no PNG, JPEG or GIF"),
            (file("big", &b"GIF8".repeat(16 * 1024 + 1)), "more than 64 kB"),
            ("logo_file = '/nowhere'".to_owned(), "cannot be read"),
            ("logo_url = 'http://acme.example/x.png'".to_owned(), "https://"),
            (
                "logo_url = 'https://acme.example/x.png'\nlogo_file = '/x'".to_owned(),
                "not both",
            ),
            ("sender_name = ''".to_owned(), "1 to 60"),
            (r#"sender_name = "a\nb""#.to_owned(), "one line"),
            ("sender_name = 'ceo@acme.example'".to_owned(), "not an address"),
        ] {
            let mistakes = branding(&settings).err().unwrap_or_default().join("\n");
            assert!(mistakes.contains(part), "{settings}: {mistakes}");
        }
    }
}
