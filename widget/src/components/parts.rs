//! The few shapes that the field is built of. Leptos compiles each distinct type of element and of closure on its
//! own, about a kilobyte each; so there are two types of element and two of closure, and `view!` only where a
//! shape occurs once.

use leptos::html;
use leptos::prelude::*;
use web_sys::Element;

/// An attribute that follows the state.
pub type Live = Box<dyn FnMut() -> String + Send>;
/// A piece of the view that follows the state.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;
/// Names and values that never change.
pub type Attributes = &'static [(&'static str, &'static str)];

/// An attribute that follows the state: `true` or `false`.
pub fn live(mut flag: impl FnMut() -> bool + Send + 'static) -> Live {
    Box::new(move || String::from(if flag() { "true" } else { "false" }))
}

/// A text that follows the state.
pub fn words(mut words: impl FnMut() -> String + Send + 'static) -> AnyView {
    part(move || text(words()))
}

/// A piece of the view that follows the state.
pub fn part(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let part: Part = Box::new(view);
    part.into_any()
}

/// Nothing to see.
pub fn nothing() -> AnyView {
    ().into_any()
}

/// An element with a class and children. The tag is written in capitals: that is how the browser names it back
/// when Leptos compares the old element with the new one.
pub fn el(tag: &'static str, class: &'static str, children: Vec<AnyView>) -> AnyView {
    el_with(tag, class, &[], children)
}

/// The same with attributes.
pub fn el_with(
    tag: &'static str,
    class: &'static str,
    attributes: Attributes,
    children: Vec<AnyView>,
) -> AnyView {
    html::custom(tag)
        .class(class)
        .child(children)
        .directive(set_attributes, attributes)
        .into_any()
}

/// The same with one more attribute, which follows the state.
pub fn el_live(
    tag: &'static str,
    class: &'static str,
    attributes: Attributes,
    (name, value): (&'static str, Live),
    children: Vec<AnyView>,
) -> AnyView {
    html::custom(tag)
        .class(class)
        .attr(name, value)
        .child(children)
        .directive(set_attributes, attributes)
        .into_any()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a directive is called with its element by value"
)]
fn set_attributes(element: Element, attributes: Attributes) {
    for (name, value) in attributes {
        // Fails only for an invalid name.
        _ = element.set_attribute(name, value);
    }
}

/// A piece of text.
pub fn text(text: impl Into<String>) -> AnyView {
    text.into().into_any()
}

/// A paragraph.
pub fn paragraph(class: &'static str, words: impl Into<String>) -> AnyView {
    el("P", class, vec![text(words)])
}

/// A piece of a line.
pub fn span(class: &'static str, words: impl Into<String>) -> AnyView {
    el("SPAN", class, vec![text(words)])
}

/// A button. `blocked` is `true` or `false`: a button that may not be pressed just now stays focusable, so that
/// the focus is not lost when its own press is what blocks it. What it does stands in `acts`, by its id.
pub fn button(class: &'static str, attributes: Attributes, label: AnyView, blocked: Live) -> AnyView {
    el_live(
        "BUTTON",
        class,
        attributes,
        ("aria-disabled", blocked),
        vec![label],
    )
}

/// A button that may always be pressed.
pub fn plain_button(class: &'static str, attributes: Attributes, label: &'static str) -> AnyView {
    el_with("BUTTON", class, attributes, vec![text(label)])
}
