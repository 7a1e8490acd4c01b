//! The few things that the field needs from the browser, each behind a plain function.

pub mod json;
pub mod theme;
pub mod time;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, ShadowRoot};

/// Waits, in the browser's own time.
pub async fn sleep(millis: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let millis = i32::try_from(millis).unwrap_or(i32::MAX);
        if let Some(window) = web_sys::window() {
            // Without a timer the promise never resolves; there is none only when the page is going away.
            _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
        }
    });
    _ = JsFuture::from(promise).await;
}

/// An element of the field by its id.
pub fn find(root: &ShadowRoot, id: &str) -> Option<HtmlElement> {
    root.get_element_by_id(id)?.dyn_into().ok()
}

/// True when the page lies in a frame of another one.
pub fn is_framed() -> bool {
    web_sys::window().is_some_and(|window| {
        window
            .parent()
            .ok()
            .flatten()
            .is_some_and(|parent| parent != window)
    })
}

/// True while nobody can see the page.
pub fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

/// Tells the page around us, on our own origin only, that the ticket has changed.
pub fn tell_parent(kind: &str, status: &str) {
    let send = || -> Option<()> {
        let window = web_sys::window()?;
        let parent = window.parent().ok()??;
        let origin = window.location().origin().ok()?;
        let message = json::object(&[("type", kind), ("status", status)]);
        parent.post_message(&message, &origin).ok()
    };
    // The ticket form may be on another origin, or there may be none: the field is complete without it.
    _ = send();
}
