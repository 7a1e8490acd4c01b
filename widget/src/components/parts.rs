//! The few shapes that the field is built of. Leptos compiles each distinct type of view and of closure on its
//! own, some kilobytes each; so closures are boxed into three types, and what looks the same is built in one place.

use leptos::html;
use leptos::prelude::*;
use web_sys::{Element, MouseEvent};

/// A text or an attribute that follows the state.
pub type Words = Box<dyn FnMut() -> String + Send>;
/// A piece of the view that follows the state.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;
/// What happens on a press.
pub type Press = Box<dyn FnMut(MouseEvent)>;

/// A text or an attribute that follows the state.
pub fn words(text: impl FnMut() -> String + Send + 'static) -> Words {
    Box::new(text)
}

/// A piece of the view that follows the state.
pub fn part(view: impl FnMut() -> AnyView + Send + 'static) -> Part {
    Box::new(view)
}

/// What happens on a press.
pub fn on(act: impl FnMut(MouseEvent) + 'static) -> Press {
    Box::new(act)
}

/// Nothing to see.
pub fn nothing() -> AnyView {
    ().into_any()
}

/// An element with a class and children. One type for all of them, whatever their tag, which is written in
/// capitals: that is how the browser names it back when Leptos compares the old element with the new one.
pub fn el(tag: &'static str, class: &'static str, children: Vec<AnyView>) -> AnyView {
    html::custom(tag).class(class).child(children).into_any()
}

/// The same with attributes that never change.
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

/// Names and values.
pub type Attributes = &'static [(&'static str, &'static str)];

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
/// the focus is not lost when its own press is what blocks it. `act` names it for style and tests.
pub fn button(class: &'static str, act: &'static str, text: Words, blocked: Words, press: Press) -> AnyView {
    let kind = if act == "send-now" { "submit" } else { "button" };
    view! {
        <button type=kind class=class id=act aria-disabled=blocked on:click=press>
            {text}
        </button>
    }
    .into_any()
}

/// A button that says one thing and may always be pressed.
pub fn plain_button(class: &'static str, act: &'static str, text: &'static str, press: Press) -> AnyView {
    button(
        class,
        act,
        words(move || text.to_owned()),
        words(|| "false".to_owned()),
        press,
    )
}
