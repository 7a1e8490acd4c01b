//! The few shapes that the field is built of. Leptos compiles each distinct type of view and of closure on its
//! own, some kilobytes each; so closures are boxed into three types, and what looks the same is built in one place.

use leptos::prelude::*;
use web_sys::MouseEvent;

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

/// A paragraph.
pub fn paragraph(class: &'static str, text: String) -> AnyView {
    view! { <p class=class>{text}</p> }.into_any()
}

/// A piece of a line.
pub fn span(class: &'static str, text: String) -> AnyView {
    view! { <span class=class>{text}</span> }.into_any()
}

/// A button. `blocked` is `true` or `false`: a button that may not be pressed just now stays focusable, so that
/// the focus is not lost when its own press is what blocks it. `act` names it for style and tests.
pub fn button(class: &'static str, act: &'static str, text: Words, blocked: Words, press: Press) -> AnyView {
    let kind = if act == "submit" { "submit" } else { "button" };
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
