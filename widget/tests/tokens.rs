//! Holds `shared/style/tokens.css` to what it promises: equal dark themes, and contrasts that are computed.

#[cfg(test)]
mod tokens {
    use std::collections::BTreeMap;

    type Theme = BTreeMap<String, String>;

    /// The custom properties of each block that sets a colour scheme: light, dark by the system, dark by attribute.
    fn themes() -> [Theme; 3] {
        let css = include_str!("../../shared/style/tokens.css");
        let mut themes = css.split(" color-scheme: ").skip(1).map(|rest| {
            let block = rest.split('}').next().unwrap();
            let declarations = block.split(';').filter_map(|line| {
                let (name, value) = line
                    .rsplit_once("*/")
                    .map_or(line, |(_, after)| after)
                    .trim()
                    .split_once(": ")?;
                Some((name.strip_prefix("--")?.to_owned(), value.to_owned()))
            });
            declarations.collect::<Theme>()
        });
        [
            themes.next().unwrap(),
            themes.next().unwrap(),
            themes.next().unwrap(),
        ]
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(theme: &Theme, one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(&theme[one]), luminance(&theme[other]));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn the_dark_theme_is_the_same_by_system_and_by_attribute() {
        let [_, by_system, by_attribute] = themes();
        assert_eq!(by_system, by_attribute);
    }

    #[test]
    fn every_text_has_a_contrast_of_at_least_four_and_a_half() {
        let grounds = [
            "surface",
            "sunken",
            "hover",
            "accent-soft",
            "passed-soft",
            "attention-soft",
            "failed-soft",
            "pending-soft",
        ];
        for theme in themes() {
            for text in ["text", "muted", "accent", "accent-strong"] {
                for ground in grounds {
                    assert!(contrast(&theme, text, ground) >= 4.5, "{text} on {ground}");
                }
            }
            for meaning in ["passed", "attention", "failed", "pending"] {
                for ground in ["surface", "sunken", "hover", &format!("{meaning}-soft")] {
                    assert!(contrast(&theme, meaning, ground) >= 4.5, "{meaning} on {ground}");
                }
            }
            for button in ["accent", "accent-strong"] {
                assert!(
                    contrast(&theme, "on-accent", button) >= 4.5,
                    "on-accent on {button}"
                );
            }
        }
    }

    #[test]
    fn controls_and_focus_have_a_contrast_of_at_least_three() {
        for theme in themes() {
            for line in ["control-line", "focus-color"] {
                for ground in ["surface", "sunken"] {
                    assert!(contrast(&theme, line, ground) >= 3.0, "{line} on {ground}");
                }
            }
        }
    }
}
