//! Light or dark as what the field lies on, and not as the operating system is: a dark field in a light ticket
//! form would look broken.

use web_sys::{Element, HtmlElement, Window};

/// Sets `data-theme` on the host element unless it is there already: from `<html data-theme>`, or from the
/// background behind the element, also outside its iframe. Without either, the style sheet follows the system.
pub fn adopt(host: &HtmlElement) {
    if host.has_attribute("data-theme") {
        return;
    }
    if let Some(theme) = stated().or_else(|| painted_behind(host.clone().into())) {
        // Fails only for an invalid attribute name.
        _ = host.set_attribute("data-theme", &theme);
    }
}

fn stated() -> Option<String> {
    web_sys::window()?
        .document()?
        .document_element()?
        .get_attribute("data-theme")
}

/// Looks for the first painted background, outwards through the frames of our own origin.
fn painted_behind(mut element: Element) -> Option<String> {
    let mut window = web_sys::window()?;
    // A ticket form lies at most three frames deep; the limit only guards against surprises.
    for _ in 0..4 {
        if let Some(theme) = painted_under(&window, element) {
            return Some(theme.to_owned());
        }
        // `None` at the top, or when the parent is of another origin.
        element = window.frame_element().ok()??;
        window = window.parent().ok()??;
    }
    None
}

fn painted_under(window: &Window, element: Element) -> Option<&'static str> {
    let mut element = Some(element);
    while let Some(present) = element {
        let style = window.get_computed_style(&present).ok()??;
        let color = style.get_property_value("background-color").ok()?;
        if let Some(light) = brightness(&color) {
            return Some(if light < 110 { "dark" } else { "light" });
        }
        element = present.parent_element();
    }
    None
}

/// Perceived brightness, 0–255, of a computed colour (`rgb(…)` or `rgba(…)`); `None` when one can look through it.
/// Whole numbers only: reading decimals would bring 10 kB of tables into the field.
fn brightness(color: &str) -> Option<u32> {
    let (kind, inside) = color.strip_suffix(')')?.split_once('(')?;
    if !kind.starts_with("rgb") {
        return None;
    }
    let mut parts = inside.split([',', '/', ' ']).filter(|part| !part.is_empty());
    let mut next = || parts.next()?.split('.').next()?.parse::<u32>().ok();
    let (red, green, blue) = (next()?, next()?, next()?);
    let is_opaque = parts
        .next()
        .is_none_or(|alpha| alpha.starts_with('1') || alpha.starts_with("0.9"));
    is_opaque.then_some((red * 299 + green * 587 + blue * 114) / 1000)
}

#[cfg(test)]
mod tests {
    use super::brightness;

    #[test]
    fn computed_colours_are_light_dark_or_see_through() {
        assert!(brightness("rgb(255, 255, 255)").unwrap() > 254);
        assert!(brightness("rgb(23, 26, 32)").unwrap() < 30);
        assert!(brightness("rgba(20, 20, 20, 0.9)").unwrap() < 30);
        assert_eq!(brightness("rgba(0, 0, 0, 0)"), None);
        assert_eq!(brightness("rgba(20, 20, 20, 0.3)"), None);
        assert_eq!(brightness("transparent"), None);
        assert_eq!(brightness("color(srgb 1 1 1)"), None);
    }
}
